# frozen_string_literal: true

require_relative "late_patches"

module Banister
  # Answers that come later in virtual time.
  #
  # The mock server says over a second connection that an answer is held; from then on a thread that reads it waits for the harness,
  # so that the handler can be parked, and its time limit runs on the virtual clock. Only for invocations that have such answers.
  #
  # Not covered: `IO.select` on several sockets at once, and reads in C code of other libraries.
  module Holds
    REAL_SELECT = IO.method(:select)
    # Where `tcpi_bytes_received` lies in Linux' `struct tcp_info`.
    RECEIVED_AT = 128

    # One exchange with its notices.
    class Exchange
      attr_reader :number

      def initialize(socket, number, notices)
        @socket = socket
        @number = number
        @notices = notices
        @text = +""
      end

      def open? = !@socket.closed?

      def readable? = !REAL_SELECT.call([@socket], nil, nil, 0).nil?

      # Bytes have been counted up to a point beyond which nothing comes before the harness says so.
      def announced? = !@expected.nil?

      def held? = announced? && received >= @expected

      def hear
        loop do
          text = @notices.read_nonblock(4096, exception: false)
          break if text.nil? || text == :wait_readable

          @text << text
        end
        *lines, @text = "#{@text} ".split("\n")
        @text = @text.chop
        @expected = lines.last.split[1].to_i unless lines.empty?
      end

      def go_on
        @expected = nil
      end

      # Waits for the mock server itself, which is at work.
      def wait_really
        announced? ? REAL_SELECT.call([@socket], nil, nil, 0.001) : REAL_SELECT.call([@socket, @notices])
      end

      def close
        @notices.close unless @notices.closed?
      end

      private

      # As far as the system tells.
      def received
        info = @socket.getsockopt(Socket::IPPROTO_TCP, Socket::TCP_INFO).data
        info.unpack1("@#{RECEIVED_AT}Q") || Float::INFINITY
      rescue SystemCallError, NameError, ArgumentError
        Float::INFINITY
      end
    end

    @exchanges = {}.compare_by_identity
    @lock = Mutex.new

    class << self
      def begin(active, names, calls)
        @active = active
        @names = names
        @calls = calls
        @last = 0
        @lock.synchronize do
          @exchanges.each_value(&:close)
          @exchanges.clear
        end
      end

      # What the first line of a connection says behind host and port. The block opens the connection for notices.
      def watch(socket)
        return "" unless @active

        @lock.synchronize do
          number = (@last += 1)
          notices = yield("\x02#{@names} #{number}\n")
          @exchanges[socket] = Exchange.new(socket, number, notices)
          " #{number}"
        end
      end

      # Connections whose answer is held and that the handler still has.
      def held
        all.select { |exchange| exchange.open? && exchange.announced? }.map(&:number)
      end

      def go_on(numbers)
        all.each { |exchange| exchange.go_on if numbers.include?(exchange.number) }
      end

      def watched?(socket) = @active && @exchanges.key?(socket)

      # Waits until there is something to read; false if `seconds` of virtual time pass first.
      def wait(socket, seconds = nil)
        exchange = @exchanges[socket] if @active
        return true if exchange.nil?

        timer = nil
        until exchange.readable?
          exchange.hear
          next exchange.wait_really unless exchange.held?

          timer ||= @calls.timer_in(seconds) if seconds
          return false if @calls.wait_held(exchange.number, timer)
        end
        true
      end

      def install
        LatePatches.on("Socket", ready: ->(socket) { socket.method_defined?(:connect_nonblock) }) do
          [TCPSocket, Socket].each { |socket| socket.prepend(Reads) }
          IO.singleton_class.prepend(Selects)
        end
        LatePatches.on("OpenSSL", ready: ->(library) { library.const_defined?(:SSL) && library::SSL.const_defined?(:SSLSocket) }) do |library|
          library::SSL::SSLSocket.prepend(TlsReads)
        end
      end

      private

      def all = @lock.synchronize { @exchanges.values }
    end

    # Reads that block, and waits for something to read.
    module Reads
      def wait_readable(timeout = nil)
        return super unless Holds.watched?(self)

        Holds.wait(self, timeout) ? self : nil
      end

      %i[readpartial recv recvmsg sysread read gets readline getc readchar getbyte readbyte eof? each_line each_byte].each do |name|
        define_method(name) do |*arguments, **options, &block|
          Holds.wait(self)
          super(*arguments, **options, &block)
        end
      end
    end

    # Reads that block, under TLS.
    module TlsReads
      def sysread(*arguments)
        Holds.wait(to_io) if pending.zero?
        super
      end
    end

    # `IO.select` of one socket.
    module Selects
      def select(reads = nil, writes = nil, errors = nil, timeout = nil)
        only = reads.first if reads&.size == 1 && (writes.nil? || writes.empty?)
        socket = only.respond_to?(:to_io) ? only.to_io : nil
        return super if socket.nil? || !Holds.watched?(socket) || timeout&.zero?
        return [[only], [], []] if only.respond_to?(:pending) && only.pending.positive?

        Holds.wait(socket, timeout) ? [[only], [], []] : nil
      end
    end
  end
end
