"""The protocol's transport: JSON lines on descriptor 3. Everything is taken before a step can replace it."""

import json
import threading
from os import getpid, read, write

_PROTOCOL = 3
_lock = threading.RLock()
_pending = bytearray()
_process = getpid()


def receive():
    """Waits for the next message. ``None`` when the harness has hung up."""
    while True:
        end = _pending.find(b"\n")
        if end >= 0:
            line = bytes(_pending[:end])
            del _pending[: end + 1]
            return json.loads(line)
        chunk = read(_PROTOCOL, 1 << 16)
        if not chunk:
            return None
        _pending.extend(chunk)


def send(message):
    write_line(encode(message))


def adopt():
    """From now on this process speaks to the harness; the one that it is a copy of waits."""
    global _process
    _process = getpid()


def write_line(text):
    """Sends a message that has been encoded before."""
    if getpid() != _process:
        # A copy that a handler made of its process has nothing to say to the harness.
        return
    # Half a surrogate pair is no Unicode text for the other side.
    data = memoryview(text.encode("utf-8", "replace") + b"\n")
    with _lock:
        while data:
            data = data[write(_PROTOCOL, data):]


def encode(value, convert=None):
    """As JSON text. What JSON cannot hold raises here, before anything is sent."""
    return json.dumps(value, default=convert or members, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def members(value):
    """An object crosses as its members, as the framework sends it."""
    if hasattr(value, "__dict__") and not isinstance(value, type):
        return value.__dict__
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
