# frozen_string_literal: true

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

      def report(what)
        channel&.write("escaped", { "what" => what })
      end

      def install
        # As in the language: private for every object, public where they are called by their module's name.
        Kernel.prepend(Starts.dup.module_eval { private(*instance_methods(false)) && self })
        [Kernel, Process].each { |owner| owner.singleton_class.prepend(Starts) }
        Process.singleton_class.prepend(Daemons)
        IO.singleton_class.prepend(Pipes)
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
