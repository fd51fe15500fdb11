"""Errors of threads, which end there and are otherwise only printed."""

import threading

_tell = None
_real_hook = threading.excepthook


def begin(tell):
    """A new invocation begins; ``tell(what, error)`` hears of the error of a thread; None: nobody does."""
    global _tell
    _tell = tell


def _hear(args):
    if _tell is not None and args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        _tell("a thread", args.exc_value)
    _real_hook(args)


def install():
    threading.excepthook = _hear
