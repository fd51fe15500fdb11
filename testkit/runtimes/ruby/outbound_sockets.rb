# frozen_string_literal: true

require_relative "outbound"

module Banister
  # The places of the socket library where connections begin and names are looked up. Loaded with the library.
  module OutboundSockets
    class << self
      def install
        @connect = Socket.instance_method(:connect)
        TCPSocket.prepend(TcpSource)
        Socket.prepend(SocketSource)
        UDPSocket.prepend(DatagramSource)
        Addrinfo.singleton_class.prepend(AddressSource)
        IPSocket.singleton_class.prepend(NameSource)
        TCPSocket.singleton_class.prepend(NameSource)
        Socket.singleton_class.prepend(SocketNameSource)
      end

      # Host and port of a target, or nil if it is not an internet address.
      def target(address)
        address = Addrinfo.new(address) if address.is_a?(String)
        address.ip? ? [address.ip_address, address.ip_port] : nil
      end

      def real_connect(socket, port)
        @connect.bind_call(socket, Socket.sockaddr_in(port, Outbound::LOOPBACK))
      end

      # The mock server's address in the family of the socket.
      def mock_address(socket)
        host = socket.local_address.ipv6? ? Outbound::MAPPED_LOOPBACK : Outbound::LOOPBACK
        Socket.sockaddr_in(Outbound.mock_port, host)
      end
    end

    # `TCPSocket.new`, `.open` and subclasses.
    module TcpSource
      def initialize(host, service, *_local, **options)
        port = Outbound.port_of(service)
        name = Outbound.admit(host || Outbound::LOOPBACK, port)
        super(Outbound::LOOPBACK, Outbound.mock_port, **options)
        Outbound.introduce(self, name, port)
      end
    end

    # `Socket#connect`, where `Socket.tcp` and `Addrinfo#connect` end too.
    module SocketSource
      def connect(address)
        host, port = OutboundSockets.target(address)
        return super if host.nil?

        name = Outbound.admit(host, port)
        super(OutboundSockets.mock_address(self))
        Outbound.introduce(self, name, port)
        0
      end

      # The mock server is on this machine and accepts at once, so there is nothing to wait for.
      def connect_nonblock(address, exception: true)
        OutboundSockets.target(address) ? connect(address) : super
      end
    end

    # Datagrams have no mock server; a connected or addressed one is refused like any other call.
    module DatagramSource
      def connect(host, port)
        Outbound.admit(host, port)
        raise Errno::ENETUNREACH, "datagrams to #{host}:#{port} are not mocked"
      end

      def send(message, flags, *target)
        return super if target.empty?

        host, port = target.size == 1 ? OutboundSockets.target(target.first) : target
        connect(host, port)
      end
    end

    # Look-ups that give Addrinfo objects.
    module AddressSource
      def getaddrinfo(host, service = nil, *hints, **options)
        host.nil? ? super : super(Outbound.address_of(host), service, *hints, **options)
      end

      def tcp(host, service) = super(Outbound.address_of(host), service)
      def udp(host, service) = super(Outbound.address_of(host), service)
      def ip(host) = super(Outbound.address_of(host))
    end

    # Look-ups that give text.
    module NameSource
      def getaddress(host) = Outbound.address_of(host)

      def gethostbyname(host)
        [host, [], Socket::AF_INET, Outbound.address_of(host)]
      end
    end

    # Look-ups of the Socket class.
    module SocketNameSource
      def getaddrinfo(host, *rest)
        host.nil? ? super : super(Outbound.address_of(host), *rest)
      end

      def sockaddr_in(port, host) = super(port, host && !host.empty? ? Outbound.address_of(host) : host)
      alias pack_sockaddr_in sockaddr_in
    end
  end
end
