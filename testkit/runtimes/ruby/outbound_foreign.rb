# frozen_string_literal: true

require_relative "escapes"
require_relative "late_patches"

module Banister
  # Libraries in C open connections of their own, which cannot be led to the mock server. The ones that are known are refused where
  # they would connect, so that no call reaches the network unseen.
  module OutboundForeign
    PORTS = { "http" => 80, "https" => 443 }.freeze

    class << self
      def install
        guard("Ethon::Easy", :perform) { |easy| refuse_url("libcurl", easy.url) }
        guard("Ethon::Multi", :perform) { |multi| multi.easy_handles.each { |easy| refuse_url("libcurl", easy.url) } }
        guard("Curl::Easy", :perform) { |easy| refuse_url("libcurl", easy.url) }
        guard("PG::Connection", :initialize) { |_, *given| refuse_database("libpq", 5432, *given) }
        guard("Mysql2::Client", :initialize) { |_, *given| refuse_database("libmysqlclient", 3306, *given) }
      end

      private

      # Runs the block, which refuses, in place of the method.
      def guard(constant, method, &refuse)
        ready = ->(owner) { owner.method_defined?(method) || owner.private_method_defined?(method) }
        LatePatches.on(constant, ready: ready) do |owner|
          owner.prepend(Module.new { define_method(method) { |*given| refuse.call(self, *given) } })
        end
      end

      def refuse_url(library, url)
        scheme, rest = url.to_s.include?("://") ? url.to_s.split("://", 2) : ["http", url.to_s]
        host, port = rest[%r{\A[^/?#]*}].sub(/.*@/, "").split(":", 2)
        refuse(library, host.to_s, (port || PORTS.fetch(scheme.downcase, 0)).to_i)
      end

      def refuse_database(library, default_port, *given)
        told = given.grep(Hash).first || {}
        text = given.first.to_s
        host = told[:host] || text[%r{://(?:[^@/]*@)?([^:/?]+)}, 1] || text[/host\s*=\s*'?([^\s']+)/, 1] || "localhost"
        port = told[:port] || text[%r{://[^/]*:(\d+)(?:[/?]|\z)}, 1] || text[/port\s*=\s*'?(\d+)/, 1] || default_port
        refuse(library, host.to_s, port.to_i)
      end

      def refuse(library, host, port)
        Outbound.tell_refused(host, port)
        Escapes.report("called #{host}:#{port} through #{library}")
        raise Outbound::Refusal, "UNMOCKED outbound call to #{host}:#{port}: #{library} opens connections of its own, which no mock can answer"
      end
    end
  end
end
