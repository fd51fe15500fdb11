"""Runs an invocation in a copy of this process, which forgets everything that it changed."""

from os import _exit, fork, waitpid
from signal import Signals

from . import channel

# Status of a copy that has answered for itself.
_ANSWERED = 77


def run(work, invocation):
    """Runs ``work`` in a copy and waits for its end; if it could not answer for itself, we do."""
    child = fork()
    if child == 0:
        channel.adopt()
        work()
        # Nothing that a step has registered for the end may run after the answer.
        _exit(_ANSWERED)
    _, status = waitpid(child, 0)
    if status == _ANSWERED << 8:
        return
    text = f"the handler's process ended with {_reason(status)}"
    error = {"name": "ProcessEnded", "message": text, "stack": text}
    channel.send({"type": "threw", "invocation": invocation, "error": error})


def _reason(status):
    number = status & 0x7F
    if not number:
        return f"status {status >> 8}"
    try:
        return f"signal {Signals(number).name[len('SIG'):]}"
    except ValueError:
        return f"signal {number}"
