# frozen_string_literal: true

module Banister
  # The step's end of a socket: what `input.ws` is. The client's end is the test. Listeners run once the handler has
  # returned, one after the other, as Ruby has one thread for them.
  class SocketEnd
    def initialize(calls)
      @calls = calls
      @listeners = Hash.new { |all, event| all[event] = [] }
      @open = true
    end

    def open? = @open

    def on(event, &listener)
      @listeners[event.to_s] << listener
      self
    end

    def send(data)
      raise IOError, "the socket is closed" unless @open

      @calls.tell("ws.send", [data.to_s])
      nil
    end

    def close(code = 1005, reason = "")
      return unless @open

      @open = false
      @calls.tell("ws.close", [code, reason.to_s])
      fire("close", code, reason)
    end

    # What the client did.
    def receive(happened)
      return unless @open
      return fire("message", happened["data"]) if happened["kind"] == "message"

      @open = false
      fire("close", happened["code"], "")
    end

    def forget
      @open = false
      @listeners.clear
    end

    def inspect = "#<Socket #{@open ? "open" : "closed"}>"

    private

    def fire(event, *arguments)
      @listeners[event].dup.each { |listener| listener.call(*arguments) }
      nil
    end
  end
end
