"""Outbound TCP connections of steps: named by a placeholder address, checked, and led to the mock server."""

import errno
import ipaddress
import socket
import ssl
import weakref

CONNECT_SECONDS = 20
TLS_HANDSHAKE = 0x16


class Exchange:
    """What is known of one outbound connection, to tell an open request from an idle one."""

    def __init__(self):
        self.waiting = False
        # None until the client's first bytes tell.
        self.tls = None

    def sent(self, data):
        if self.tls is None and len(data):
            self.tls = bytes(memoryview(data)[:1])[0] == TLS_HANDSHAKE
        self.waiting = True


class Network:
    def __init__(self, channel, mock_port):
        self._channel = channel
        self._mock_port = mock_port
        # By descriptor; a new connection replaces what an old one left.
        self.exchanges = {}
        # TLS ends without a socket of their own (asyncio), by whether an answer is due.
        self.tls_waiting = weakref.WeakKeyDictionary()
        self.stop()

    def start(self, session, invocation, hosts):
        self.stop()
        self._route = (session, invocation)
        self._hosts = {_canonical(host) for host in hosts}

    def stop(self):
        """Between invocations nothing may connect."""
        self._route = None
        self._hosts = set()
        self._placeholders = {}
        self._names = {}

    def placeholder(self, host):
        """An address that stands for a name until `connect` sees it again."""
        name = _canonical(host)
        if name not in self._placeholders:
            number = len(self._placeholders) + 1
            address = "127.%d.%d.%d" % (100 + (number >> 16), (number >> 8) & 255, number & 255)
            self._placeholders[name] = address
            self._names[address] = name
        return self._placeholders[name]

    def target(self, address):
        """The host that the client meant, and the port."""
        host = _canonical(address[0]) or "localhost"
        if host.startswith("::ffff:"):
            host = host[len("::ffff:") :]
        return self._names.get(host, host), int(address[1])

    def open(self, sock, address):
        """Connect to the mock server in place of the address, and say who was meant."""
        host, port = self.target(address)
        if self._route is None or host not in self._hosts:
            if self._route is not None:
                self._channel.send({"type": "refused", "host": host, "port": port})
            raise ConnectionRefusedError(f"UNMOCKED outbound call to {host}:{port}: no mock declared for this host")
        timeout = sock.gettimeout()
        # The mock server is on this machine: connecting at once keeps a non-blocking client's event order fixed.
        sock.settimeout(CONNECT_SECONDS)
        try:
            prefix = "::ffff:" if sock.family == socket.AF_INET6 else ""
            _real["connect"](sock, (prefix + "127.0.0.1", self._mock_port))
            _real["sendall"](sock, b"\x01%d %d %s %d\n" % (*self._route, host.encode("idna"), port))
        finally:
            sock.settimeout(timeout)
        self.exchanges[sock.fileno()] = Exchange()


def _canonical(host):
    if isinstance(host, (bytes, bytearray)):
        host = bytes(host).decode("idna")
    return (host or "").lower().rstrip(".")


_real = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex", "sendall", "send", "recv", "recv_into")}


def _led(sock):
    """True for connections of the kind that the mock server stands in for."""
    kind = sock.type & ~(getattr(socket, "SOCK_NONBLOCK", 0) | getattr(socket, "SOCK_CLOEXEC", 0))
    return sock.family in (socket.AF_INET, socket.AF_INET6) and kind == socket.SOCK_STREAM


def install(network):
    _install_names(network)
    _install_connect(network)
    _install_accounts(network)
    _install_tls_accounts(network)


def _install_names(network):
    """Name lookup without a name server. Unknown names are refused later, by `connect`, where clients report it best."""

    def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
        if host is None:
            addresses = ["127.0.0.1"]
        elif _is_numeric(host):
            addresses = [_canonical(host)]
        else:
            addresses = [network.placeholder(host)]
        number = _port_number(port)
        kinds = [(socket.SOCK_STREAM, socket.IPPROTO_TCP), (socket.SOCK_DGRAM, socket.IPPROTO_UDP)]
        found = []
        for address in addresses:
            for kind, protocol in kinds:
                if type in (0, kind) and proto in (0, protocol):
                    found.append(_entry(address, number, family, kind, protocol))
        if not found:
            raise socket.gaierror(socket.EAI_SOCKTYPE, "ai_socktype not supported")
        return found

    def gethostbyname(host):
        return _canonical(host) if _is_numeric(host) else network.placeholder(host)

    socket.getaddrinfo = getaddrinfo
    socket.gethostbyname = gethostbyname
    socket.gethostbyname_ex = lambda host: (host, [], [gethostbyname(host)])


def _entry(address, port, family, kind, protocol):
    if ":" in address:
        return (socket.AF_INET6, kind, protocol, "", (address, port, 0, 0))
    if family == socket.AF_INET6:
        return (socket.AF_INET6, kind, protocol, "", ("::ffff:" + address, port, 0, 0))
    return (socket.AF_INET, kind, protocol, "", (address, port))


def _is_numeric(host):
    try:
        ipaddress.ip_address(_canonical(host))
    except ValueError:
        return False
    return True


def _port_number(port):
    if port is None:
        return 0
    try:
        return int(port)
    except ValueError:
        return socket.getservbyname(port.decode() if isinstance(port, bytes) else port)


def _install_connect(network):
    def connect(self, address):
        if _led(self):
            return network.open(self, address)
        return _real["connect"](self, address)

    def connect_ex(self, address):
        if not _led(self):
            return _real["connect_ex"](self, address)
        try:
            network.open(self, address)
        except OSError as error:
            return error.errno or errno.ECONNREFUSED
        return 0

    socket.socket.connect = connect
    socket.socket.connect_ex = connect_ex


def _install_accounts(network):
    """Count what an event loop sends and receives, so that it can tell whether an answer is due."""
    exchanges = network.exchanges

    def send(self, data, *args):
        exchange = exchanges.get(self.fileno())
        if exchange is not None:
            exchange.sent(data)
        return _real["send"](self, data, *args)

    def received(name):
        real = _real[name]

        def method(self, *args):
            result = real(self, *args)
            exchange = exchanges.get(self.fileno())
            if exchange is not None:
                exchange.waiting = False
            return result

        return method

    real_sendmsg = socket.socket.sendmsg

    def sendmsg(self, buffers, *args):
        buffers = list(buffers)
        exchange = exchanges.get(self.fileno())
        if exchange is not None and buffers:
            exchange.sent(buffers[0])
        return real_sendmsg(self, buffers, *args)

    socket.socket.send = send
    socket.socket.sendmsg = sendmsg
    socket.socket.recv = received("recv")
    socket.socket.recv_into = received("recv_into")


def _install_tls_accounts(network):
    """Under TLS, bytes on the wire say little (session tickets come unasked), so the plain text is what counts."""
    waiting = network.tls_waiting
    real_handshake, real_write, real_read = ssl.SSLObject.do_handshake, ssl.SSLObject.write, ssl.SSLObject.read

    def do_handshake(self):
        waiting[self] = True
        real_handshake(self)
        waiting[self] = False

    def write(self, data):
        written = real_write(self, data)
        waiting[self] = True
        return written

    def read(self, *args):
        result = real_read(self, *args)
        waiting[self] = False
        return result

    ssl.SSLObject.do_handshake, ssl.SSLObject.write, ssl.SSLObject.read = do_handshake, write, read
