# frozen_string_literal: true

# The protocol's transport: JSON lines on file descriptor 3.

require "json"

module Banister
  # One end of the harness' socket pair. Forked processes share it: the protocol lets only one side speak at a time, so whoever
  # runs the invocation reads and writes, and its parents wait.
  class Channel
    ENDS = %w[done threw].freeze

    # The invocation that is answered; nil while a module is only described.
    attr_writer :invocation

    def initialize(descriptor = 3)
      @reader = IO.for_fd(descriptor, "rb", autoclose: false)
      @writer = IO.for_fd(descriptor, "wb", autoclose: false)
      @writer.sync = true
      # Commands that a step spawns must not keep the harness waiting for end-of-file.
      @reader.close_on_exec = true
      @lock = Mutex.new
    end

    # Sends one message. `fields` holds JSON values only (see `Values.plain`).
    def write(type, fields = {})
      message = { "type" => type, **fields }
      message["invocation"] = @invocation if @invocation && ENDS.include?(type)
      line = JSON.generate(message, max_nesting: 0) << "\n"
      @lock.synchronize { @writer.write(line) }
    end

    # The next message, or nil at end-of-file.
    def read
      line = @reader.gets("\n")
      line && JSON.parse(line.force_encoding(Encoding::UTF_8), max_nesting: false)
    end
  end
end
