"""Every outbound connection goes to the mock server, which a line in front of everything else tells whom it stands for.

A host without a mock is refused before a socket opens. Libraries in C have sockets of their own: see network_foreign.py.
"""

import errno
import ipaddress
import socket
import ssl
import zlib

from . import channel, holds

_LOCAL = "127.0.0.1"
# Names that are looked up get addresses of a range that is set aside for tests, and `connect` turns them back.
_TEST_RANGE = "198.18."

_real_connect = socket.socket.connect
_real_getaddrinfo = socket.getaddrinfo
_real_load = ssl.SSLContext.load_verify_locations
_real_sendto = socket.socket.sendto

_port = 0
_ca_file = None
_session = 0
_invocation = 0
_hosts = frozenset()
# Names by the address that stands for each. Libraries keep what they looked up, so that it holds for as long as the worker.
_names = {}
_silent = True


def begin(session, invocation, hosts, silent=False):
    """A new invocation begins. ``silent``: the harness is not told of refusals."""
    global _session, _invocation, _hosts, _silent
    _session, _invocation, _silent = session, invocation, silent
    _hosts = frozenset(host.lower() for host in hosts)


def _text(host):
    return host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else str(host)


def _is_address(host):
    try:
        ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    return True


def _address_of(name):
    """It depends on the name alone, unless another name has the same."""
    name = name.lower().rstrip(".")
    at = zlib.crc32(name.encode("utf-8", "replace"))
    while True:
        address = f"{_TEST_RANGE}{at >> 8 & 255}.{at & 255}"
        if _names.setdefault(address, name) == name:
            return address
        at += 1


def _name_of(host):
    plain = host[7:] if host.startswith("::ffff:") else host
    if not plain.startswith(_TEST_RANGE):
        return host.lower().rstrip(".")
    return _names.get(plain, host)


def tell_refused(host, port):
    """Tells the harness of a connection to a host without a mock."""
    if not _silent and host.lower() not in _hosts:
        channel.send({"type": "refused", "host": host, "port": port})


def _refusal(host, port):
    tell_refused(host, port)
    message = f"UNMOCKED outbound call to {host}:{port}: no mock declared for this host"
    return ConnectionRefusedError(errno.ECONNREFUSED, message)


def _target(sock, address):
    """Whom the caller means."""
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return _text(address), 0
    return _name_of(_text(address[0])), int(address[1])


def _connect(sock, address):
    host, port = _target(sock, address)
    if host not in _hosts:
        raise _refusal(host, port)
    local = (_LOCAL, _port) if sock.family == socket.AF_INET else ("::ffff:" + _LOCAL, _port)
    # The mock server is near and always takes the connection, so that even a socket that must not block can wait.
    timeout = sock.gettimeout()
    sock.settimeout(None)
    try:
        _real_connect(sock, local)
        if sock.type == socket.SOCK_STREAM:
            line = f"\x01{_session} {_invocation} {host} {port}{holds.watch(sock, timeout != 0)}\n"
            socket.socket.sendall(sock, line.encode())
    finally:
        sock.settimeout(timeout)


def _connect_ex(sock, address):
    try:
        _connect(sock, address)
    except OSError as error:
        return error.errno or errno.ECONNREFUSED
    return 0


def _sendto(sock, data, *rest):
    host, port = _target(sock, rest[-1])
    raise _refusal(host, port)


def _getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):  # noqa: A002: the standard library's own names
    if host is None or flags & socket.AI_PASSIVE or _is_address(_text(host)):
        return _real_getaddrinfo(host, port, family, type, proto, flags)
    address = _address_of(_text(host))
    if family == socket.AF_INET6:
        address = "::ffff:" + address
    return _real_getaddrinfo(address, port, family, type, proto, flags | socket.AI_NUMERICHOST)


def _gethostbyname(host):
    return host if _is_address(host) else _address_of(host)


def _gethostbyname_ex(host):
    return host, [], [_gethostbyname(host)]


def _load_verify_locations(context, cafile=None, capath=None, cadata=None):
    _real_load(context, cafile, capath, cadata)
    # A library that brings its own authorities would not know the mock server's.
    _real_load(context, _ca_file)


def install(port, ca_file):
    """Puts the mock server behind every door to the network."""
    global _port, _ca_file
    _port, _ca_file = port, ca_file
    socket.socket.connect = _connect
    socket.socket.connect_ex = _connect_ex
    socket.socket.sendto = _sendto
    socket.getaddrinfo = _getaddrinfo
    socket.gethostbyname = _gethostbyname
    socket.gethostbyname_ex = _gethostbyname_ex
    ssl.SSLContext.load_verify_locations = _load_verify_locations
    holds.install()


def port():
    """Port of the mock server."""
    return _port
