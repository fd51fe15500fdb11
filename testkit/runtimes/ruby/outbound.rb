# frozen_string_literal: true

require_relative "holds"
require_relative "late_patches"
require_relative "outbound_foreign"

module Banister
  # Outbound connections: each one goes to the harness' mock server, led by a line that says where it was meant to go.
  #
  # Names get addresses of a range that no network routes, so that a library which resolves first and connects later still ends at
  # the name that the step wrote.
  module Outbound
    LOOPBACK = "127.0.0.1"
    MAPPED_LOOPBACK = "::ffff:127.0.0.1"
    LITERAL = /\A(\d{1,3}(\.\d{1,3}){3}|\h*:[\h:.]*(%\w+)?)\z/.freeze

    class << self
      attr_writer :channel

      def configure(mock_port)
        @mock_port = mock_port
        # By address; libraries keep what they looked up, so that it holds for as long as the worker.
        @names = {}
        open_session(nil, nil, [])
      end

      def open_session(session, invocation, hosts)
        @session = session
        @invocation = invocation
        @hosts = hosts.map(&:downcase)
      end

      attr_reader :mock_port

      # Fails unless the host has a mock; gives its name otherwise.
      def admit(host, port)
        name = name_of(host.to_s).downcase.delete_suffix(".")
        return name if @hosts.include?(name)

        tell_refused(name, port)
        raise Refusal, "UNMOCKED outbound call to #{name}:#{port}: no mock declared for this host"
      end

      # A look at a module belongs to no session, and tells nothing but what the module holds.
      def tell_refused(name, port)
        return if @session.nil? || @hosts.include?(name.to_s.downcase)

        @channel.write("refused", { "host" => name, "port" => port.to_i })
      end

      def introduce(socket, host, port)
        number = Holds.watch(socket) { |line| notices(line) }
        socket.write("\x01#{@session} #{@invocation} #{host} #{port}#{number}\n")
        socket.flush
      end

      # A connection for notices of the mock server, which bypasses the places that lead elsewhere.
      def notices(line)
        socket = Socket.allocate
        Socket.instance_method(:initialize).bind_call(socket, Socket::AF_INET, Socket::SOCK_STREAM, 0)
        OutboundSockets.real_connect(socket, mock_port)
        socket.write(line)
        socket
      end

      # The stand-in address of a name.
      def address_of(host)
        host = host.to_s
        return LOOPBACK if host.empty?
        return host if LITERAL.match?(host)

        stand_in(host).tap { |address| @names[address] ||= host }
      end

      # It depends on the name alone, unless another name has the same.
      # A server of the step's own may listen on this machine, so that name keeps an address of it.
      def stand_in(host)
        return "127.0.18.1" if host == "localhost"

        sum = host.each_byte.reduce(0x811c9dc5) { |hash, byte| ((hash ^ byte) * 0x01000193) & 0xffff_ffff }
        sum += 1 until @names.fetch(address = "198.18.#{(sum >> 8) & 255}.#{sum & 255}", host) == host
        address
      end

      def name_of(address) = @names.fetch(address, address)

      def port_of(service)
        Integer(service.to_s, 10)
      rescue ArgumentError
        Socket.getservbyname(service.to_s)
      end

      def install
        LatePatches.on("Socket", ready: ->(socket) { socket.method_defined?(:connect_nonblock) }) do
          require_relative "outbound_sockets"
          OutboundSockets.install
        end
        LatePatches.on("Resolv", ready: ->(resolv) { resolv.method_defined?(:each_address) }) do |resolv|
          resolv.prepend(ResolvSource)
        end
        OutboundForeign.install
      end
    end

    # Ruby's own resolver.
    module ResolvSource
      def each_address(name)
        yield Outbound.address_of(name)
      end

      def each_name(address)
        yield Outbound.name_of(address.to_s)
      end
    end

    # A host that the test declares no mock for: a subclass, so that its message is the harness' alone.
    class Refusal < Errno::ECONNREFUSED
      def initialize(message)
        super
        @text = message
      end

      def message = @text
      alias to_s message

      def self.name = "Errno::ECONNREFUSED"
    end
  end
end
