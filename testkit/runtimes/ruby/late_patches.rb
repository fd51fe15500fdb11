# frozen_string_literal: true

module Banister
  # Changes to libraries that a step may or may not load. Loading them all at the start would cost time and would hide a `require`
  # that a step forgot, so each change waits until its library is there.
  module LatePatches
    @waiting = []

    class << self
      # Runs the block once, as soon as the constant exists and `ready` (if given) agrees.
      def on(constant, ready: nil, &change)
        @waiting << [constant.to_s.split("::"), ready, change]
      end

      # Looks again; called after each `require`.
      def apply
        return if @waiting.empty?

        due = @waiting.select { |path, ready, _| (found = lookup(path)) && (ready.nil? || ready.call(found)) }
        @waiting -= due
        due.each { |path, _, change| change.call(lookup(path)) }
      end

      private

      # Does not trigger an autoload: a library that nobody used yet is not there.
      def lookup(path)
        path.inject(Object) do |scope, name|
          return nil if scope.autoload?(name) || !scope.const_defined?(name, false)

          scope.const_get(name, false)
        end
      end
    end
  end
end
