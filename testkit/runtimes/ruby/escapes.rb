# frozen_string_literal: true

require_relative "late_patches"

module Banister
  # Programs that a handler starts: their clock, randomness and connections are not ours. They run all the same, and the harness
  # is told, so that the test does not count as controlled.
  module Escapes
    class << self
      # Hears of everything that leaves our control; nil: nobody does.
      attr_accessor :channel

      def tell(command)
        words = command.grep_v(Hash).first
        name = words.is_a?(Array) ? words.first : words.to_s.split.first
        report("started the program #{File.basename(name.to_s)}")
      end

      def report(what, partial: false)
        channel&.write("escaped", { "what" => what, "partial" => partial })
      end

      def install
        # As in the language: private for every object, public where they are called by their module's name.
        Kernel.prepend(Starts.dup.module_eval { private(*instance_methods(false)) && self })
        [Kernel, Process].each { |owner| owner.singleton_class.prepend(Starts) }
        Process.singleton_class.prepend(Daemons)
        IO.singleton_class.prepend(Pipes)
        Thread.singleton_class.prepend(Threads)
        %w[RSA DSA EC].each do |kind|
          LatePatches.on("OpenSSL::PKey::#{kind}") { |key| key.singleton_class.prepend(Keys) }
        end
      end
    end

    # The ways of the language to start a program.
    module Starts
      %i[system spawn exec `].each do |name|
        define_method(name) do |*command, **options|
          Escapes.tell(command)
          options.empty? ? super(*command) : super(*command, **options)
        end
      end

      def fork(&block)
        Escapes.report("forked a process")
        super
      end
    end

    # Threads: which one goes first is Ruby's choice.
    module Threads
      %i[new start fork].each do |name|
        define_method(name) do |*arguments, **options, &block|
          Escapes.report("started a thread", partial: true) unless HARNESS.include?(File.dirname(caller_locations(1, 1).first.path))
          super(*arguments, **options, &block)
        end
      end
    end

    # Keys come from the randomness of OpenSSL.
    module Keys
      def generate(...)
        Escapes.report("generated a key pair", partial: true)
        super
      end
    end

    HARNESS = [__dir__, File.realpath(__dir__)].uniq.freeze

    # A process that leaves its group.
    module Daemons
      def daemon(...)
        Escapes.report("became a daemon")
        super
      end
    end

    # Programs at the other end of a pipe.
    module Pipes
      def popen(*command, **options, &block)
        Escapes.tell(command)
        options.empty? ? super(*command, &block) : super(*command, **options, &block)
      end
    end
  end
end
