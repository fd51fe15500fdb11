"""The line to the harness: one JSON message a line, on a descriptor that no step knows."""

import json
import os
import sys
import threading


class Channel:
    """Blocking reads, complete writes; safe to write from a handler's threads."""

    def __init__(self, descriptor):
        self._descriptor = descriptor
        self._buffer = bytearray()
        self._scanned = 0
        self._lock = threading.Lock()
        # A child process of a step must not keep the line open.
        os.set_inheritable(descriptor, False)
        # Bound now, because steps may patch `os` and the patches of this worker do.
        self._read, self._write, self._exit = os.read, os.write, os._exit

    def send(self, message):
        text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        # Half a surrogate pair is a Python string but not UTF-8; `replace` keeps the message whole.
        line = memoryview(text.encode("utf-8", "replace") + b"\n")
        with self._lock:
            while line:
                line = line[self._write(self._descriptor, line) :]

    def receive(self):
        while True:
            end = self._buffer.find(b"\n", self._scanned)
            if end >= 0:
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 1]
                self._scanned = 0
                return json.loads(line)
            self._scanned = len(self._buffer)
            chunk = self._read(self._descriptor, 1 << 18)
            if not chunk:
                self.leave()
            self._buffer += chunk

    def leave(self):
        """End at once: threads that a step left behind would hold up an orderly exit."""
        flush_output()
        self._exit(0)


def flush_output():
    """Push what the step printed into the harness's files; a step may have closed or replaced the streams."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        try:
            stream.flush()
        except Exception:
            pass
