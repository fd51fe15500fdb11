# frozen_string_literal: true

require_relative "calls"
require_relative "context"
require_relative "failure"
require_relative "step"

module Banister
  # Answers one `describe` or `invoke` in the process that it is called in.
  class Invocation
    NO_SEED = "00" * 32

    def initialize(channel, root, environment)
      @channel = channel
      @root = root
      @environment = environment
    end

    def answer(message)
      type, fields = attempt { message["type"] == "describe" ? describe(message) : invoke(message) }
      flush
      @channel.write(type, fields)
    end

    private

    def describe(message)
      prepare(0, NO_SEED, {})
      step = Step.new(message.fetch("file"), @root)
      ["described", { "config" => Values.plain(step.config), "handler" => step.handler? }]
    end

    def invoke(message)
      prepare(message.fetch("now"), message.fetch("seed"), message.fetch("env"))
      Outbound.open_session(message["session"], message["invocation"], message.fetch("hosts"))
      calls = Pause.calls = Calls.new(@channel)
      context = Context.new(message.fetch("context"), calls)
      input = Values.rich(message["input"])
      result = Step.new(message.fetch("file"), @root).run(message.fetch("call"), input, context)
      ["done", { "value" => Values.plain(result), "calls" => calls.unanswered, "leaked" => [] }]
    end

    def prepare(now, seed, environment)
      Clock.now = now
      Entropy.reset(seed)
      ENV.replace(@environment.merge(environment))
    end

    # A handler may end in any exception, `exit` and a full stack among them; none may end the worker.
    def attempt
      yield
    rescue Exception => e # rubocop:disable Lint/RescueException
      ["threw", { "error" => Failure.describe(e, @root) }]
    end

    # The step may have put other objects in the place of the standard streams.
    def flush
      [$stdout, $stderr, STDOUT, STDERR].each do |stream|
        stream.flush
      rescue StandardError
        nil
      end
    end
  end
end
