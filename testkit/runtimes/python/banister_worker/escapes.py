"""Programs that a handler starts: their clock, randomness and connections are not ours. They run all the same, and the
harness is told, so that the test does not count as controlled."""

import os
import platform
import sys

_EVENTS = {"os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"}
_tell = None


def begin(tell):
    """A new invocation begins; ``tell(what)`` hears of everything that leaves our control; None: nobody does."""
    global _tell
    _tell = tell


def install():
    # Libraries put the name of the machine into their headers, for which `platform` starts the program uname.
    if hasattr(platform, "_Processor"):
        platform._Processor.from_subprocess = staticmethod(lambda: "")
    sys.addaudithook(_hear)


def tell(what):
    """Something left our control."""
    if _tell is not None:
        _tell(what)


def _hear(event, args):
    if event == "subprocess.Popen":
        tell(f"started the program {_name(args[0] or args[1])}")
    elif event in _EVENTS:
        tell(f"called {event}")


def _name(program):
    if isinstance(program, (list, tuple)):
        program = program[0] if program else ""
    return os.path.basename(os.fsdecode(program).split(" ")[0])
