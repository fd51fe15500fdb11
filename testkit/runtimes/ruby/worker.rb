# frozen_string_literal: true

# The Ruby worker: loads steps and runs their handlers for the harness, as docs/worker-protocol.md says.
#
# Each invocation runs in a fork of this process. Loading a step into a module of its own would be quicker by a millisecond or two,
# but not exact: `$globals`, constants of helpers that come by `require_relative`, reopened classes and changed libraries would stay,
# and top-level methods could not be called from the step's classes. A fork forgets all of it, and loading stays what Ruby does.
# Libraries that a step loads each time would make forks slow; nurseries (nursery.rb) keep them.

# Before anything of ours is in the way: Bundler is the project's own choice of libraries.
require_relative "bundle"
Banister::Bundle.setup(ENV.fetch("BANISTER_ROOT"))

require_relative "channel"
require_relative "clock"
require_relative "entropy"
require_relative "environment"
require_relative "escapes"
require_relative "pause"
require_relative "outbound"
require_relative "trust"
require_relative "requires"
require_relative "forks"
require_relative "nursery"
require_relative "invocation"
require_relative "strays"

module Banister
  PROTOCOL = 1

  # Reads orders until the harness ends.
  class Worker
    def initialize
      @channel = Channel.new
      @root = ENV.fetch("BANISTER_ROOT")
      @mock_port = ENV.fetch("BANISTER_MOCK_PORT").to_i
      @authority = ENV["BANISTER_CA_FILE"]
      # What is the harness' own is no step's business, and would differ between runs.
      @environment = ENV.to_h.reject { |name, _| name.start_with?("BANISTER_") }
      # Libraries that a step asked for, by step and environment.
      @libraries = {}
    end

    def run
      install
      @channel.write("ready", { "protocol" => PROTOCOL, "runtime" => "ruby", "version" => RUBY_VERSION, "pid" => Process.pid })
      while (order = @channel.read)
        @channel.invocation = order["invocation"]
        case order["type"]
        when "describe" then in_a_fork(order)
        when "invoke" then order["isolation"] == "shared" ? in_the_shared_process(order) : in_a_fresh_process(order)
        when "exit" then break
        else warn "unexpected message: #{order["type"]}"
        end
      end
    end

    private

    def install
      $stdout.sync = $stderr.sync = true
      Outbound.channel = @channel
      Outbound.configure(@mock_port)
      [Clock, Entropy, Pause, Outbound, Holds, Strays, Escapes].each(&:install)
      Trust.install(@authority)
      Requires.install(@root)
      Environment.install(@root)
      Forks.hold_exit
    end

    def invocation = Invocation.new(@channel, @root, @environment)

    # Gives the libraries that the step asked for.
    def in_a_fork(order)
      Forks.run(@channel) do
        invocation.answer(order)
        Requires.asked_for
      end
    end

    def in_a_fresh_process(order)
      key = [order["file"], order["env"], order.dig("mocks", "modules")]
      libraries = @libraries[key]
      return with_libraries(key, libraries, order) if libraries && !libraries.empty?

      @libraries[key] = in_a_fork(order)
    end

    def with_libraries(key, libraries, order)
      nursery = Nursery.for(key, @channel) { FreshServer.new(@channel, invocation.warm(order, libraries)) }
      Nursery.forget(key) unless nursery.answer(order)
    end

    def in_the_shared_process(order)
      nursery = Nursery.for(:shared, @channel) { invocation.share }
      Nursery.forget(:shared) unless nursery.answer(order)
    end
  end

  # What a fresh nursery does with an order.
  FreshServer = Struct.new(:channel, :invocation) do
    def answer(order)
      Forks.run(channel) { invocation.answer(order) && nil }
    end
  end
end

Banister::Worker.new.run
