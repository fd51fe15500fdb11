"""One stream of bytes for everything random in an invocation: block n is SHA-256(seed, n as 8 bytes big-endian).

Not covered: OpenSSL's own source where C code draws from it (keys, TLS), process ids and the addresses of objects.
"""

import hashlib
import os
import random
import ssl
import sys
import uuid

_seed = bytes(32)
_counter = 0
_rest = b""
_real_seed = random.Random.seed


def reseed(seed):
    """A new invocation begins; ``seed`` is 64 hex digits."""
    global _seed, _counter, _rest
    _seed, _counter, _rest = bytes.fromhex(seed), 0, b""
    random.seed()
    uuid._last_timestamp = None
    # A generator of names that was seeded by an earlier invocation.
    tempfile = sys.modules.get("tempfile")
    if tempfile is not None:
        tempfile._name_sequence = None
    seed_numpy()


def seed_numpy():
    """Numpy's hidden generator, which must be the same whether this invocation is the first to load it."""
    # A test may have put something else in the place of numpy.
    reseed = getattr(getattr(sys.modules.get("numpy"), "random", None), "seed", None)
    if reseed is not None:
        reseed(int.from_bytes(hashlib.sha256(b"numpy" + _seed).digest()[:4], "big"))


class _Aside:
    """What a package draws while it loads must not depend on whether an earlier invocation has loaded it."""

    _depth = 0

    def __enter__(self):
        global _seed, _counter, _rest
        self._outermost = _Aside._depth == 0
        _Aside._depth += 1
        if self._outermost:
            self._kept = (_seed, _counter, _rest, random.getstate(), "numpy" in sys.modules)
            _seed, _counter, _rest = bytes(32), 0, b""

    def __exit__(self, *_):
        global _seed, _counter, _rest
        _Aside._depth -= 1
        if self._outermost:
            _seed, _counter, _rest, state, had_numpy = self._kept
            random.setstate(state)
            if not had_numpy:
                seed_numpy()


def _load_aside():
    bootstrap = sys.modules["_frozen_importlib"]
    real = bootstrap._find_and_load

    def _find_and_load(name, import_):
        if is_of_project(name):
            return real(name, import_)
        with _Aside():
            return real(name, import_)

    bootstrap._find_and_load = _find_and_load


def is_of_project(name):
    """Whether a module not loaded yet is the project's; the modules' loader knows better once it is installed."""
    return False


def _bytes(size):
    global _counter, _rest
    drawn = bytearray(_rest)
    while len(drawn) < size:
        drawn += hashlib.sha256(_seed + _counter.to_bytes(8, "big")).digest()
        _counter += 1
    _rest = bytes(drawn[size:])
    return bytes(drawn[:size])


def _random_seed(self, a=None, version=2):
    if a is None:
        a = int.from_bytes(_bytes(32), "big")
    _real_seed(self, a, version)


def install():
    """Puts the stream behind every door to randomness."""
    os.urandom = _bytes
    if hasattr(os, "getrandom"):
        os.getrandom = lambda size, flags=0: _bytes(size)
    random._urandom = _bytes
    random.Random.seed = _random_seed
    # The module's functions are methods of a hidden instance, bound before the class was changed.
    random.seed = random._inst.seed
    # Time-based ids: of this clock, of no machine in particular.
    uuid._generate_time_safe = None
    uuid._UuidCreate = None
    uuid._node = 0x0242AC110002
    # OpenSSL's own, as far as Python code calls it.
    ssl.RAND_bytes = _bytes
    if hasattr(ssl, "RAND_pseudo_bytes"):
        ssl.RAND_pseudo_bytes = lambda size: (_bytes(size), False)
    _load_aside()
