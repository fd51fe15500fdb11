"""One stream of bytes for everything random in an invocation: block n is SHA-256(seed, n as 8 bytes big-endian).

Not covered: OpenSSL's own source (keys, TLS).
"""

import hashlib
import os
import random
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
    # A test may have put something else in the place of numpy.
    reseed_numpy = getattr(getattr(sys.modules.get("numpy"), "random", None), "seed", None)
    if reseed_numpy is not None:
        reseed_numpy(int.from_bytes(_bytes(4), "big"))


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
