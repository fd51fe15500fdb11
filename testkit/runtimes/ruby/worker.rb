# frozen_string_literal: true

# The Ruby worker: loads steps and runs their handlers for the harness, as docs/worker-protocol.md says.
#
# Each invocation runs in a fork of this process. Loading a step into a module of its own would be quicker by a millisecond or two,
# but not exact: `$globals`, constants of helpers that come by `require_relative`, reopened classes and changed libraries would stay,
# and top-level methods could not be called from the step's classes. A fork forgets all of it, and loading stays what Ruby does.

require_relative "channel"
require_relative "clock"
require_relative "entropy"
require_relative "pause"
require_relative "outbound"
require_relative "trust"
require_relative "invocation"

module Banister
  PROTOCOL = 1

  # Reads orders until the harness ends.
  class Worker
    # Status of a fork that has answered for itself; any other one means that the step ended the process.
    ANSWERED = 77
    REAL_EXIT = Process.method(:exit!)

    def initialize
      @channel = Channel.new
      @root = ENV.fetch("BANISTER_ROOT")
      @mock_port = ENV.fetch("BANISTER_MOCK_PORT").to_i
      @authority = ENV["BANISTER_CA_FILE"]
      # What is the harness' own is no step's business, and would differ between runs.
      @environment = ENV.to_h.reject { |name, _| name.start_with?("BANISTER_") }
      @invocation = Invocation.new(@channel, @root, @environment)
    end

    def run
      install
      @channel.write("ready", { "protocol" => PROTOCOL, "runtime" => "ruby", "version" => RUBY_VERSION, "pid" => Process.pid })
      while (message = @channel.read)
        case message["type"]
        when "describe", "invoke" then in_a_fork(message)
        when "exit" then break
        else warn "unexpected message: #{message["type"]}"
        end
      end
    end

    private

    def install
      $stdout.sync = $stderr.sync = true
      Outbound.channel = @channel
      Outbound.configure(@mock_port)
      [Clock, Entropy, Pause, Outbound].each(&:install)
      Trust.install(@authority)
      LatePatches.install
      hold_exit
    end

    # `exit!` would end the fork without an answer; it becomes the exception that `exit` raises.
    def hold_exit
      [Kernel, Kernel.singleton_class, Process.singleton_class].each do |owner|
        owner.define_method(:exit!) { |status = false| raise SystemExit.new(status, "exit") }
      end
    end

    def in_a_fork(message)
      child = fork do
        @invocation.answer(message)
        # No `at_exit` of a step may run after the answer.
        REAL_EXIT.call(ANSWERED)
      end
      _, status = Process.wait2(child)
      return if status.exitstatus == ANSWERED

      reason = status.signaled? ? "signal #{Signal.signame(status.termsig)}" : "status #{status.exitstatus}"
      text = "the handler's process ended with #{reason}"
      @channel.write("threw", { "error" => { "name" => "ProcessEnded", "message" => text, "stack" => text } })
    end
  end
end

Banister::Worker.new.run
