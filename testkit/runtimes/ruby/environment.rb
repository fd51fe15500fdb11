# frozen_string_literal: true

module Banister
  # What a step asks the environment for while it is loaded, and what is not there: an error may come of it.
  module Environment
    NAME = /\A[A-Z][A-Z0-9_]*\z/.freeze
    # So few calls up, past our own, somebody reads.
    NEAR = 6

    # What notes.
    module Reads
      def [](name)
        value = super
        Environment.note(name) if value.nil?
        value
      end

      def fetch(name, *rest, &block)
        Environment.note(name) unless key?(name)
        super
      end
    end

    class << self
      def install(root)
        @root = "#{root}/"
        ENV.singleton_class.prepend(Reads)
      end

      # Gives what the block gives; if that fails, `told` knows.
      def loading
        @missing = {}
        result = yield
        @missing = nil
        result
      end

      def note(name)
        return unless @missing && name.is_a?(String) && NAME.match?(name)

        @missing[name] ||= asked_by_project?
      end

      # The fields that an error of loading has beside its own: the names that it speaks of, in its order, else those that the
      # project asked for.
      def told(message)
        return {} unless @missing

        places = @missing.keys.to_h { |name| [name, message.index(/\b#{name}\b/)] }.compact
        unset = places.empty? ? @missing.select { |_, own| own }.keys.sort : places.keys.sort_by { |name| places[name] }
        { "loading" => true, "unset" => unset }
      end

      private

      def asked_by_project?
        asker = caller_locations(2, NEAR).map(&:absolute_path).find { |path| path && path != __FILE__ }
        !asker.nil? && asker.start_with?(@root)
      end
    end
  end
end
