"""Randomness from the seed of the invocation: block n of the stream is SHA-256(seed ‖ n), n as eight bytes, big-endian."""

import hashlib
import os
import random
import secrets
import ssl
import sys
import uuid

# A module's own code draws from a far part of the stream. Libraries draw when they are first imported, and whether that
# happens depends on what ran before in this worker; the handler's own draws must not.
LOADING = 1 << 32


class Entropy:
    def __init__(self):
        self.restart("00" * 32, 0)

    def restart(self, seed, block):
        """Go to a block, and seed from there what keeps a state of its own."""
        self._seed = bytes.fromhex(seed)
        self._block = block
        self._rest = b""
        random.seed(int.from_bytes(self.take(32), "big"))
        numpy = sys.modules.get("numpy.random")
        if numpy is not None:
            numpy.seed(int.from_bytes(self.take(4), "big"))

    def take(self, count):
        parts = [self._rest]
        have = len(self._rest)
        while have < count:
            parts.append(hashlib.sha256(self._seed + self._block.to_bytes(8, "big")).digest())
            self._block += 1
            have += 32
        data = b"".join(parts)
        self._rest = data[count:]
        return data[:count]


def install(entropy, clock):
    """Lead every source of randomness in the standard library to the stream."""

    def urandom(size):
        if size < 0:
            raise ValueError("negative argument not allowed")
        return entropy.take(size)

    os.urandom = random._urandom = urandom
    os.getrandom = lambda size, flags=0: urandom(size)
    ssl.RAND_bytes = urandom
    # `secrets` keeps a SystemRandom, which draws from `random._urandom` each time.
    assert isinstance(secrets._sysrand, random.SystemRandom)
    real_seed = random.Random.seed

    def seed(self, a=None, version=2):
        if a is None:
            a = int.from_bytes(urandom(32), "big")
        return real_seed(self, a, version)

    random.Random.seed = seed
    random.seed = random._inst.seed
    _install_uuid1(urandom, clock)


def _install_uuid1(urandom, clock):
    """The standard `uuid1` asks the system for the network card and the real time."""
    between_epochs = 0x01B21DD213814000

    def uuid1(node=None, clock_seq=None):
        ticks = clock.now * 10_000 + between_epochs + int.from_bytes(urandom(1), "big")
        if clock_seq is None:
            clock_seq = int.from_bytes(urandom(2), "big")
        if node is None:
            node = uuid.getnode()
        fields = (ticks & 0xFFFFFFFF, (ticks >> 32) & 0xFFFF, (ticks >> 48) & 0x0FFF)
        return uuid.UUID(fields=(*fields, (clock_seq >> 8) & 0x3F, clock_seq & 0xFF, node), version=1)

    uuid.uuid1 = uuid1
    uuid.getnode = lambda: 0x0242AC110002
