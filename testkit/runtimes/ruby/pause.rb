# frozen_string_literal: true

require_relative "calls"
require_relative "late_patches"

module Banister
  # `sleep` and `Timeout.timeout` on the virtual clock.
  module Pause
    class << self
      # The calls of the running invocation; nil while a config is read, where a sleep only moves the clock.
      attr_accessor :calls

      def sleep(*arguments)
        seconds = arguments.first
        return forever if arguments.empty? || seconds.nil?
        raise TypeError, "can't convert #{seconds.class} into time interval" unless seconds.is_a?(Numeric) || seconds.respond_to?(:divmod)
        raise ArgumentError, "time interval must not be negative" if seconds.negative?

        start = Clock.now
        due = due_in(seconds)
        calls ? calls.sleep_until(due) : Clock.now = due
        ((Clock.now - start) / 1000.0).round
      end

      # Virtual time cannot pass within a computation, so a deadline strikes only where its thread waits for the harness.
      def timeout(seconds, error = nil, message = nil)
        return yield(seconds) if seconds.nil? || seconds.zero? || calls.nil?

        timer = calls.timer(due_in(seconds))
        calls.deadlines.push(timer)
        begin
          yield(seconds)
        rescue Expired => e
          raise unless e.timer.equal?(timer)

          raise error || Timeout::Error, message || "execution expired"
        ensure
          calls.deadlines.delete_if { |other| other.equal?(timer) }
        end
      end

      def install
        [Kernel, Kernel.singleton_class].each do |owner|
          owner.define_method(:sleep) { |*seconds| Pause.sleep(*seconds) }
        end
        Kernel.send(:private, :sleep)
        LatePatches.on("Timeout", ready: ->(library) { library.respond_to?(:timeout) }) do |library|
          [library, library.singleton_class].each do |owner|
            owner.define_method(:timeout) { |*arguments, &block| Pause.timeout(*arguments, &block) }
          end
        end
      end

      private

      # Rounded up: a sleep never ends early.
      def due_in(seconds)
        Clock.now + (seconds * 1000).ceil
      end

      def forever
        raise ThreadError, "sleep without an end while the module is loaded" if calls.nil?

        calls.sleep_until(nil)
        0
      end
    end
  end
end
