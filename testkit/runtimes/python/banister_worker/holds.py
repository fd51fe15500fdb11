"""Answers that wait: for the calls that the handler makes beside them, or until later in virtual time.

The mock server says over a second connection that an answer is held; from then on the exchange no longer counts as open,
so that the handler can be parked with it, and its time limits run on the virtual clock. The harness says when more of
the answer comes. Only where it matters: elsewhere an open connection is an open exchange.

Not covered: reads of sockets in C code of other libraries.
"""

import os
import select
import socket
import ssl
import struct
import threading

from . import clock

_LOCAL = "127.0.0.1"
# So many connections of one job have a number before those of the next.
_PER_JOB = 1 << 20
# Where `tcpi_bytes_received` lies in Linux' `struct tcp_info`.
_RECEIVED_AT = 128

_real_socket = socket.socket
_real_connect = socket.socket.connect
_real_close = socket.socket._real_close
_real_select = select.select
_real_ssl_read = ssl.SSLSocket.read
_real = {name: getattr(socket.socket, name) for name in ("recv", "recv_into", "recvfrom", "recvfrom_into")}

_active = False
_gathers = False
_loop = None
_session = 0
_invocation = 0
_port = 0
# Numbers given so far, by the job that connects.
_last = {}
_open = {}
_lock = threading.Lock()


class _Exchange:
    """One exchange with its notices."""

    def __init__(self, sock, number):
        self.number = number
        self.fileno = sock.fileno()
        self._identity = os.fstat(self.fileno).st_ino
        self._sock = sock
        self._text = b""
        # Bytes that must have come before the handler can be idle; None while the exchange is not held.
        self._expected = None
        self.woken = threading.Event()
        self.notices = _real_socket(socket.AF_INET, socket.SOCK_STREAM)
        _real_connect(self.notices, (_LOCAL, _port))
        self.notices.sendall(f"\x02{_session} {_invocation} {number}\n".encode())
        self.notices.setblocking(False)

    def exists(self):
        """Whether its socket is still open; one that was dropped is closed without a word."""
        try:
            return os.fstat(self.fileno).st_ino == self._identity
        except OSError:
            return False

    def hear(self):
        """Reads what the mock server says."""
        try:
            while True:
                text = _real["recv"](self.notices, 4096)
                if not text:
                    break
                self._text += text
        except (BlockingIOError, OSError):
            pass
        *lines, self._text = self._text.split(b"\n")
        if lines:
            self._expected = int(lines[-1].split()[1])

    def held(self):
        """Whether nothing more comes before the harness says so, and nothing that has come is unread."""
        if self._expected is None or _received(self.fileno) < self._expected:
            return False
        return not _real_select([self.fileno], [], [], 0)[0]

    def announced(self):
        return self._expected is not None

    def settled(self):
        """Whether nothing is on its way to it."""
        if not self.exists() or _real_select([self.fileno], [], [], 0)[0]:
            return True
        self.hear()
        return self.held()

    def go_on(self):
        self._expected = None
        self.woken.set()

    def close(self):
        if _loop is not None and not _loop.is_closed():
            _loop.forget_notices(self.notices.fileno())
        _real_close(self.notices)


def _received(fileno):
    """Bytes that have come in on a connection, as far as the system tells."""
    try:
        with _borrowed(fileno) as sock:
            info = _real_socket.getsockopt(sock, socket.IPPROTO_TCP, socket.TCP_INFO, 192)
        return struct.unpack_from("=Q", info, _RECEIVED_AT)[0]
    except (AttributeError, OSError, struct.error):
        return float("inf")


class _borrowed:
    """A socket object for a descriptor that stays open."""

    def __init__(self, fileno):
        self._sock = _real_socket(fileno=os.dup(fileno))

    def __enter__(self):
        return self._sock

    def __exit__(self, *_):
        _real_close(self._sock)


def begin(active, gathers, session, invocation, port, loop):
    """A new invocation begins. ``active``: all its answers may be held; ``gathers``: those that others may be beside."""
    global _active, _gathers, _session, _invocation, _port, _loop
    close_all()
    _active, _gathers, _session, _invocation, _port, _loop = active, gathers, session, invocation, port, loop
    _last.clear()


def close_all():
    with _lock:
        exchanges = list(_open.values())
        _open.clear()
    for exchange in exchanges:
        exchange.close()


def _may_have_others_beside(blocks):
    """Whether other calls can be made while this one is open: the handler goes on meanwhile, or a job on another thread.

    A thread of the handler's own is not known to the loop, which could not park with it.
    """
    if threading.get_ident() != _loop.thread:
        return _loop.job() is not None
    return not blocks or _loop.has_jobs() or any(other.exists() for other in list(_open.values()))


def watch(sock, blocks):
    """What the first line of a connection says behind host and port; ``blocks``: the caller waits for it."""
    if sock.type != socket.SOCK_STREAM or not (_active or (_gathers and _may_have_others_beside(blocks))):
        return ""
    job = _loop.job() or 0
    with _lock:
        _last[job] = _last.get(job, 0) + 1
        exchange = _Exchange(sock, job * _PER_JOB + _last[job])
        old = _open.pop(exchange.fileno, None)
        _open[exchange.fileno] = exchange
    if old is not None:
        old.close()
    if threading.get_ident() == _loop.thread:
        _loop.hear_notices(exchange.notices.fileno(), exchange.hear)
    return f" {exchange.number}"


def is_held(fileno):
    """Whether a descriptor belongs to an exchange whose answer is held."""
    with _lock:
        exchanges = list(_open.values())
    return any(
        fileno in (exchange.fileno, exchange.notices.fileno()) and (exchange.held() or not exchange.exists())
        for exchange in exchanges
    )


def held():
    """Connections whose answer is held and that the handler still has."""
    with _lock:
        exchanges = list(_open.values())
    return sorted(exchange.number for exchange in exchanges if exchange.exists() and exchange.announced())


def go_on(numbers):
    """More of the answer comes on these connections."""
    with _lock:
        exchanges = list(_open.values())
    for exchange in exchanges:
        if exchange.number in numbers:
            exchange.go_on()


def _others_settled(exchange):
    with _lock:
        others = [other for other in _open.values() if other is not exchange]
    return threading.get_ident() != _loop.thread or all(other.settled() for other in others)


def _wait(sock, what):
    """Waits until there is something to read; virtual time passes while the answer is held."""
    exchange = _open.get(sock.fileno()) if _open else None
    if exchange is None or sock.gettimeout() == 0:
        return
    end = None if sock.gettimeout() is None else clock.elapsed() + sock.gettimeout()
    while True:
        if _real_select([exchange.fileno], [], [], 0)[0]:
            return
        exchange.hear()
        if exchange.held() and _others_settled(exchange):
            exchange.woken.clear()
            if not _loop.wait_held(exchange.woken, end):
                raise TimeoutError(what)
        elif exchange.announced():
            # Bytes are on their way.
            _real_select([exchange.fileno], [], [], 0.001)
        else:
            # The loop's own thread may have read the notice.
            _real_select([exchange.fileno, exchange.notices], [], [], 0.05)


def _waiting(name):
    real = _real[name]

    def read(sock, *args, **kwargs):
        _wait(sock, "timed out")
        return real(sock, *args, **kwargs)

    read.__name__ = name
    return read


def _ssl_read(sock, *args, **kwargs):
    if _open and sock._sslobj is not None and not sock._sslobj.pending():
        _wait(sock, "The read operation timed out")
    return _real_ssl_read(sock, *args, **kwargs)


def _close(sock, *args):
    exchange = _open.get(sock.fileno()) if _open else None
    if exchange is not None:
        with _lock:
            _open.pop(exchange.fileno, None)
        exchange.close()
    return _real_close(sock, *args)


def install():
    """Puts virtual time behind every read of a socket that blocks."""
    for name in _real:
        setattr(socket.socket, name, _waiting(name))
    ssl.SSLSocket.read = _ssl_read
    socket.socket._real_close = _close
