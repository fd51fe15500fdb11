"""The protocol's transport: JSON lines on descriptor 3. Everything is taken before a step can replace it."""

import codecs
import contextlib
import math
import threading
from json import JSONEncoder, loads
from os import getpid, read, write

_PROTOCOL = 3
_lock = threading.RLock()
_pending = bytearray()
_process = getpid()
_silent = False
codecs.register_error("banister", lambda error: ((error.end - error.start) * b"\xef\xbf\xbd", error.end))


class _Encoder(JSONEncoder):
    """As the class was before a step could patch it."""

    encode = JSONEncoder.encode
    iterencode = JSONEncoder.iterencode


def receive():
    """Waits for the next message. ``None`` when the harness has hung up."""
    seen = 0
    while True:
        end = _pending.find(b"\n", seen)
        if end >= 0:
            line = bytes(_pending[:end])
            del _pending[: end + 1]
            return loads(line)
        seen = len(_pending)
        chunk = read(_PROTOCOL, 1 << 16)
        if not chunk:
            return None
        _pending.extend(chunk)


def send(message):
    write_line(encode(message))


@contextlib.contextmanager
def silent():
    """Nothing is said meanwhile."""
    global _silent
    _silent = True
    try:
        yield
    finally:
        _silent = False


def adopt():
    """From now on this process speaks to the harness; the one that it is a copy of waits."""
    global _process
    _process = getpid()


def write_line(text):
    """Sends a message that has been encoded before."""
    if _silent:
        return
    if getpid() != _process:
        # A copy that a handler made of its process has nothing to say to the harness.
        return
    # Half a surrogate pair is no Unicode text for the other side.
    data = memoryview(text.encode("utf-8", "banister") + b"\n")
    with _lock:
        while data:
            data = data[write(_PROTOCOL, data):]


def encode(value, convert=None, made=None):
    """As JSON text. What JSON cannot hold raises here, before anything is sent, and says where it lies; ``made``: what a
    step has made of it, by names for people."""
    try:
        return _Encoder(default=convert or members, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode(value)
    except (TypeError, ValueError) as error:
        for name, part in made or ():
            place = _unfit(part, [], set())
            if place is not None:
                raise type(error)(f"{error} ({name}: {place})") from None
        raise


def is_whole(text):
    """Whether a text has no half of a surrogate pair."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unfit(value, path, above):
    """Where the first value lies that JSON cannot hold."""
    if value is None or isinstance(value, (str, bool, int)) or id(value) in above:
        return None
    if isinstance(value, float):
        return None if math.isfinite(value) else f"{'.'.join(path) or 'the value'} is {value}"
    if isinstance(value, dict):
        items = [(str(key), item) for key, item in value.items()]
    elif isinstance(value, (list, tuple)):
        items = [(str(at), item) for at, item in enumerate(value)]
    elif hasattr(value, "__dict__") and not isinstance(value, type):
        items = list(value.__dict__.items())
    else:
        return f"{'.'.join(path) or 'the value'} is of type {type(value).__name__}"
    for name, item in items:
        found = _unfit(item, [*path, name], above | {id(value)})
        if found:
            return found
    return None


def members(value):
    """An object crosses as its members, as the framework sends it."""
    if hasattr(value, "__dict__") and not isinstance(value, type):
        return value.__dict__
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
