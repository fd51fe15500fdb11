# frozen_string_literal: true

require_relative "late_patches"

module Banister
  # TLS clients trust the mock server's authority beside the ones they trust already.
  module Trust
    class << self
      attr_reader :authority

      def install(authority)
        return if authority.nil? || authority.empty?

        @authority = authority
        LatePatches.on("OpenSSL::X509::Store") { |store| store.prepend(StoreSource) }
        LatePatches.on("OpenSSL::SSL::SSLContext", ready: ->(context) { context.method_defined?(:ca_file=) }) do |context|
          context.prepend(ContextSource)
        end
      end
    end

    # Every store starts with the authority.
    module StoreSource
      def initialize(...)
        super
        add_authority
      end

      def set_default_paths
        super.tap { add_authority }
      end

      private

      def add_authority
        return if @banister_authority

        @banister_authority = true
        add_file(Trust.authority)
      rescue OpenSSL::X509::StoreError
        # Old versions of the library object to a certificate that is there already, which is what was wanted.
        nil
      end
    end

    # A client that names a bundle of its own gets a store too, which the bundle is then added to.
    module ContextSource
      def ca_file=(path)
        super
        self.cert_store ||= OpenSSL::X509::Store.new
      end

      def ca_path=(path)
        super
        self.cert_store ||= OpenSSL::X509::Store.new
      end
    end
  end
end
