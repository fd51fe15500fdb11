# frozen_string_literal: true

require "set"
require_relative "clock"

module Banister
  # A virtual deadline passed while its thread waited. Not a StandardError: a `rescue => e` inside a timeout must not swallow it.
  class Expired < Exception # rubocop:disable Lint/InheritException
    attr_reader :timer

    def initialize(timer)
      @timer = timer
      super("execution expired")
    end
  end

  # Calls, sleeps and deadlines of one invocation: all the ways in which a handler comes to wait for the harness.
  #
  # A handler with one thread parks at once. With more threads, a monitor parks when every thread waits: here, or for another thread
  # (`join`, `Queue#pop`, a lock). A thread that waits for a socket counts as busy. Limits: which thread runs first is Ruby's choice,
  # and the time limits of `Thread#join` and `ConditionVariable#wait` count real time.
  class Calls
    # One thread that waits for a reply or a timer.
    Wait = Struct.new(:thread, :call, :timer, :deadlines, :outcome, :wake, :exchange) do
      def timers = [timer, *deadlines].compact
    end
    Timer = Struct.new(:id, :due)

    BLOCKED_BY_A_THREAD = %w[join value pop shift deq push enq lock synchronize wait sleep stop].to_set.freeze
    REAL_SLEEP = Kernel.method(:sleep)
    POLL_SECONDS = 0.000_2

    # Ids of calls that have no reply yet.
    attr_reader :unanswered

    def initialize(channel)
      @channel = channel
      @lock = Mutex.new
      @waits = []
      @waking = Set.new
      @unanswered = []
      # What a client did while the handler was at work.
      @pending = []
      # Blocks of streams by subscription.
      @subscriptions = {}
      @calls = 0
      @timers = 0
    end

    # Sends a call and waits for its reply.
    def call(operation, arguments)
      id = @lock.synchronize do
        number = (@calls += 1)
        @unanswered << number
        @channel.write("call", { "id" => number, "op" => operation, "args" => arguments })
        number
      end
      reply = wait(call: id)
      hear_streams
      raise reply["error"] if reply["error"]

      reply["value"]
    end

    # Says something that is not answered.
    def tell(operation, arguments)
      @lock.synchronize { @channel.write("call", { "id" => 0, "op" => operation, "args" => arguments }) }
    end

    # Calls the block with every change of a stream; gives what stops it. Blocks run when their thread comes back from a call.
    def subscribe(stream, &block)
      subscription = @subscriptions.size + 1
      @subscriptions[subscription] = block
      tell("stream.subscribe", [subscription, stream])
      lambda do
        next if @subscriptions[subscription].nil?

        @subscriptions[subscription] = nil
        tell("stream.unsubscribe", [subscription])
      end
    end

    # Serves a socket after its handler has returned, until it is closed or the harness says that the test is over.
    def serve(socket)
      while socket.open?
        hear_streams
        happened = @pending.shift
        next socket.receive(happened) if happened

        message = listen
        return socket.forget if message["end"]

        Clock.now = message.fetch("now")
        @pending.concat(message["events"] || [])
      end
    end

    def log(level, message, data)
      @channel.write("log", { "level" => level, "message" => message, "data" => data })
      nil
    end

    # Waits until a virtual time, or for ever.
    def sleep_until(due)
      wait(timer: due && timer(due))
    end

    # A timer that strikes after so many virtual seconds.
    def timer_in(seconds)
      timer(Clock.now + (seconds * 1000).ceil)
    end

    # Waits for more of a held answer; true if the timer comes first.
    def wait_held(exchange, timer)
      outcome = wait(timer: timer, exchange: exchange)
      !timer.nil? && outcome.equal?(timer)
    end

    def timer(due)
      @lock.synchronize { Timer.new(@timers += 1, due) }
    end

    # The deadlines of this thread, outermost first.
    def deadlines
      Thread.current.thread_variable_get(:banister_deadlines) || Thread.current.thread_variable_set(:banister_deadlines, [])
    end

    private

    def wait(call: nil, timer: nil, exchange: nil)
      entry = Wait.new(Thread.current, call, timer, deadlines.dup, nil, Thread::Queue.new, exchange)
      @lock.synchronize { @waits << entry }
      if alone?
        park until entry.outcome
      else
        monitor
        entry.wake.pop
      end
      raise Expired, entry.outcome if entry.deadlines.include?(entry.outcome)

      entry.outcome
    ensure
      @lock.synchronize do
        @waits.delete_if { |other| other.equal?(entry) }
        @waking.delete(Thread.current)
      end
    end

    def hear_streams
      while (at = @pending.index { |happened| happened["kind"] == "stream" })
        happened = @pending.delete_at(at)
        block = @subscriptions[happened["subscription"]]
        block&.call(Values.rich(happened["event"]["data"]))
      end
    end

    def listen
      @channel.write("parked", { "calls" => [], "timers" => [], "listening" => true })
      Forks.leave_at_end(@channel.read)
    end

    # Tells the harness that nothing can go on, and hands out what it answers.
    def park
      @lock.synchronize do
        timers = @waits.flat_map(&:timers).uniq(&:id).map { |timer| { "id" => timer.id, "due" => timer.due } }
        @channel.write("parked", { "calls" => @unanswered, "timers" => timers, "exchanges" => Holds.held })
      end
      message = Forks.leave_at_end(@channel.read)
      raise "expected resume, got #{message["type"]}" unless message["type"] == "resume"

      Clock.now = message.fetch("now")
      @pending.concat(message["events"] || [])
      @lock.synchronize { settle(message) }
    end

    def settle(message)
      message.fetch("replies").each do |reply|
        @unanswered.delete(reply["id"])
        settle_one(reply) { |entry| entry.call == reply["id"] }
      end
      exchanges = message.fetch("exchanges", [])
      Holds.go_on(exchanges)
      exchanges.each { |number| settle_one(number) { |entry| entry.exchange == number } }
      message.fetch("timers").each do |id|
        @waits.each do |entry|
          due = entry.timers.find { |timer| timer.id == id }
          settle_one(due) { |other| other.equal?(entry) } if due
        end
      end
    end

    def settle_one(outcome)
      entry = @waits.find { |candidate| candidate.outcome.nil? && yield(candidate) }
      return if entry.nil?

      entry.outcome = outcome
      @waking << entry.thread
      entry.wake << true
    end

    def others
      Thread.list - [Thread.current, @monitor]
    end

    def alone? = others.empty?

    def monitor
      @monitor = nil unless @monitor&.alive?
      @monitor ||= Thread.new { watch }
      @monitor_wake ||= Thread::Queue.new
      @monitor_wake << true
    end

    # A thread that another one has just released still looks asleep for a moment, so the answer counts when it comes twice.
    def watch
      @monitor_wake ||= Thread::Queue.new
      loop do
        @monitor_wake.pop
        until open_waits.empty?
          still = 0
          still = quiet? ? still + 1 : 0 while still < 2 && REAL_SLEEP.call(POLL_SECONDS) && !open_waits.empty?
          park unless open_waits.empty?
        end
      end
    end

    def open_waits
      @lock.synchronize { @waits.select { |entry| entry.outcome.nil? } }
    end

    def quiet?
      waiting = open_waits.map(&:thread)
      return false unless @waking.empty?

      others.all? { |thread| waiting.include?(thread) || blocked_by_a_thread?(thread) }
    end

    def blocked_by_a_thread?(thread)
      return true unless thread.alive?

      place = thread.status == "sleep" && thread.backtrace_locations(0, 1)&.first
      place && BLOCKED_BY_A_THREAD.include?(place.base_label)
    end
  end
end
