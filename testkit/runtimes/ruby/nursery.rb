# frozen_string_literal: true

require "json"
require_relative "forks"

module Banister
  # A process between the worker and the forks that run a step.
  #
  # A `fresh` nursery has loaded the libraries (never the project's files) that one step asks for, and forks for each invocation of
  # that step: the step starts as fresh as ever without paying for its libraries again. It belongs to one step and one environment,
  # because a library may read the environment while it loads. A `shared` nursery runs every invocation itself.
  class Nursery
    LIMIT = 12
    @all = {}

    class << self
      # The nursery of that key, or a new one that begins with the block.
      def for(key, channel, &work)
        nursery = @all.delete(key) || new(channel, &work)
        retire(@all.keys.first) if @all.size >= LIMIT
        @all[key] = nursery
      end

      def forget(key)
        @all.delete(key)
      end

      # Forks must not hold the worker's ends of the control pipes, or a nursery would outlive the worker.
      def let_go
        @all.each_value(&:close)
        @all = {}
      end

      private

      def retire(key)
        nursery = @all.delete(key)
        nursery.close
        nursery.wait
      end
    end

    # The block runs in the new process and gives the object whose `answer` does the orders.
    def initialize(channel)
      order_reader, @orders = IO.pipe
      @ends, end_writer = IO.pipe
      @channel = channel
      @process = fork do
        Nursery.let_go
        @orders.close
        @ends.close
        serve(yield, order_reader, end_writer)
        Forks::REAL_EXIT.call(0)
      end
      order_reader.close
      end_writer.close
    end

    # Hands an order on and waits for its end; false if the nursery is lost.
    def answer(order)
      @orders.puts(JSON.generate(order, max_nesting: 0))
      @orders.flush
      return true if @ends.gets

      wait
      Forks.lost(@channel, "an unknown status")
      false
    end

    def close
      [@orders, @ends].each { |pipe| pipe.close unless pipe.closed? }
    end

    def wait = Process.wait(@process)

    private

    def serve(server, orders, ends)
      while (line = orders.gets)
        order = JSON.parse(line, max_nesting: false)
        @channel.invocation = order["invocation"]
        server.answer(order)
        ends.puts("end")
        ends.flush
      end
    end
  end
end
