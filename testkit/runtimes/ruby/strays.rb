# frozen_string_literal: true

require_relative "failure"

module Banister
  # Errors of threads that nobody joins: they end there, and are otherwise only printed.
  module Strays
    @lost = {}.compare_by_identity
    @lock = Mutex.new

    class << self
      def begin = @lock.synchronize { @lost.clear }

      def keep(thread, error) = @lock.synchronize { @lost[thread] = error }

      # Whoever joins a thread has its error.
      def asked(thread) = @lock.synchronize { @lost.delete(thread) }

      def tell(channel, root)
        lost = @lock.synchronize { @lost.values }
        lost.each { |error| channel.write("stray", { "what" => "a thread", "error" => Failure.describe(error, root) }) }
        self.begin
      end

      def install
        Thread.singleton_class.prepend(Starts)
        Thread.prepend(Joins)
      end
    end

    # Notes how the block of a thread ends.
    module Starts
      %i[new start fork].each do |name|
        define_method(name) do |*arguments, **options, &block|
          next super(*arguments, **options) if block.nil?

          super(*arguments, **options) do |*given, **named|
            named.empty? ? block.call(*given) : block.call(*given, **named)
          rescue SystemExit
            raise
          rescue Exception => e # rubocop:disable Lint/RescueException
            Strays.keep(Thread.current, e)
            raise
          end
        end
      end
    end

    # The ways to hear of it.
    module Joins
      %i[join value].each do |name|
        define_method(name) do |*arguments|
          super(*arguments)
        ensure
          Strays.asked(self) unless alive?
        end
      end
    end
  end
end
