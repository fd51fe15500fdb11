# frozen_string_literal: true

require_relative "calls"
require_relative "context"
require_relative "cookies"
require_relative "environment"
require_relative "failure"
require_relative "middleware"
require_relative "mocks"
require_relative "socket_end"
require_relative "step"
require_relative "strays"

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
      process = Process.pid
      type, fields = attempt { message["type"] == "describe" ? describe(message) : invoke(message) }
      Strays.tell(@channel, @root) if Process.pid == process && message["type"] == "invoke"
      flush
      # A copy that the handler made of its process has nothing to say to the harness.
      Forks::REAL_EXIT.call(0) unless Process.pid == process
      @channel.write(type, fields)
    end

    # Makes ready for further invocations like this one: the environment is set and the libraries are loaded.
    def warm(order, libraries)
      prepare(order.fetch("now"), NO_SEED, order.fetch("env"))
      Mocks.stand_in_for_libraries(order.fetch("mocks", {}))
      libraries.each do |library|
        require library
      rescue Exception # rubocop:disable Lint/RescueException
        # The step will meet the failure itself, and report it.
        next
      end
      @warm = true
      self
    end

    # Keeps steps, and with them all that they change, from one invocation to the next.
    def share
      @steps = {}
      self
    end

    private

    def describe(message)
      prepare(0, NO_SEED, message.fetch("env", {}))
      Outbound.open_session(nil, nil, [])
      mock(message)
      step = step(message.fetch("file"))
      ["described", { "config" => Values.plain(step.config), "handler" => step.handler? }]
    end

    def invoke(message)
      prepare(message.fetch("now"), message.fetch("seed"), message.fetch("env"))
      Outbound.open_session(message["session"], message["invocation"], message.fetch("hosts"))
      Escapes.channel = @channel
      Strays.begin
      mock(message)
      add_libraries(message)
      calls = Pause.calls = Calls.new(@channel)
      Holds.begin(message["holds"], "#{message["session"]} #{message["invocation"]}", calls)
      context = Context.new(message.fetch("context"), calls)
      input = input_of(message)
      globals = global_variables
      socket = message["socket"] && (input["ws"] = SocketEnd.new(calls))
      result = step(message.fetch("file")).run(message.fetch("call"), input, context, middleware(message, calls))
      # A response refuses the connection; anything else takes it, and the handler stays.
      calls.serve(socket) if socket && !refuses?(result)
      ["done", { "value" => Values.plain(result), "calls" => calls.unanswered, "leaked" => leaked(globals) }]
    ensure
      leave_threads if @steps
    end

    # Documents use these without asking for them.
    def add_libraries(message)
      %w[securerandom time].each { |library| require library } if message.dig("context", "profile") == "seed"
    end

    def mock(message)
      mocks = message.fetch("mocks", {})
      Mocks.channel = @channel
      # A nursery has them already, and has loaded some.
      Mocks.stand_in_for_libraries(mocks) unless @warm
      Mocks.define_names(mocks)
    end

    # Releases give an OpenStruct; documents ask it as a Hash.
    def input_of(message)
      input = message["call"] == "api" ? Cookies.added_to(message["input"]) : message["input"]
      message.dig("context", "profile") == "motia-0.17" ? Values.open(input) : Values.rich(input)
    end

    def middleware(message, calls)
      fields = message.fetch("context")
      warn = ->(text) { calls.log("warn", text, nil) }
      Middleware.new(fields["middleware"], fields["profile"] == "motia-0.17", warn)
    end

    def refuses?(result) = result.is_a?(Hash) && (result[:status] || result["status"]).is_a?(Integer)

    def step(file)
      load = -> { Environment.loading { Step.new(file, @root) } }
      @steps ? @steps[file] ||= load.call : load.call
    end

    # A fork takes everything with it; only the shared process can leave something behind.
    def leaked(globals)
      @steps ? (global_variables - globals).map(&:name).sort : []
    end

    # Threads of one invocation must not speak in the next.
    def leave_threads
      (Thread.list - [Thread.current]).each(&:kill).each(&:join)
    end

    def prepare(now, seed, environment)
      Clock.now = now
      Entropy.reset(seed)
      # A nursery has set it already, and a library may have added to it.
      ENV.replace(@environment.merge(environment)) unless @warm
    end

    # A handler may end in any exception, `exit` and a full stack among them; none may end the worker.
    def attempt
      yield
    rescue Exception => e # rubocop:disable Lint/RescueException
      error = Failure.describe(e, @root)
      ["threw", { "error" => error.merge(Environment.told(error["message"])) }]
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
