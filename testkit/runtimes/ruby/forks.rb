# frozen_string_literal: true

require "json"

module Banister
  # Runs one order in a fork, and answers for the fork if the step ended it.
  module Forks
    # Status of a fork that has answered for itself.
    ANSWERED = 77
    REAL_EXIT = Process.method(:exit!)

    # What `exit!` becomes.
    class HardExit < SystemExit; end

    class << self
      # Gives what the block gave, carried over a pipe as JSON; nil if the fork ended early.
      def run(channel)
        reader, writer = IO.pipe
        child = fork do
          reader.close
          Nursery.let_go
          writer.puts(JSON.generate(yield))
          # No `at_exit` of a step may run after the answer.
          REAL_EXIT.call(ANSWERED)
        end
        writer.close
        result = reader.gets
        reader.close
        _, status = Process.wait2(child)
        return result && JSON.parse(result) if status.exitstatus == ANSWERED

        lost(channel, status.signaled? ? "signal #{Signal.signame(status.termsig)}" : "status #{status.exitstatus}")
      end

      # Ends this process if the harness has hung up, is done with us or ends the handler: no `ensure` of it may run. Else
      # gives the message.
      def leave_at_end(message)
        REAL_EXIT.call(0) if message.nil? || %w[exit abandon].include?(message["type"])
        message
      end

      # The answer of a process that can give none.
      def lost(channel, reason)
        text = "the handler's process ended with #{reason}"
        channel.write("threw", { "error" => { "name" => "ProcessEnded", "message" => text, "stack" => text } })
        nil
      end

      # `exit!` would end the fork without an answer; it becomes the exception that `exit` raises.
      def hold_exit
        [Kernel, Kernel.singleton_class, Process.singleton_class].each do |owner|
          owner.define_method(:exit!) { |status = false| raise HardExit.new(status, "exit") }
        end
      end
    end
  end
end
