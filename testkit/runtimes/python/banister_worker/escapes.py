"""Programs that a handler starts: their clock, randomness and connections are not ours. They run all the same, and the
harness is told, so that the test does not count as controlled."""

import os
import platform
import sys
import threading

_EVENTS = {"os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"}
_tell = None
_real_start = threading.Thread.start


def begin(tell):
    """A new invocation begins; ``tell(what, partial)`` hears of everything that leaves our control; None: nobody does."""
    global _tell
    _tell = tell


def install():
    # Libraries put the name of the machine into their headers, for which `platform` starts the program uname.
    if hasattr(platform, "_Processor"):
        platform._Processor.from_subprocess = staticmethod(lambda: "")
    sys.addaudithook(_hear)
    threading.Thread.start = _start


def tell(what, partial=False):
    """Something left our control; ``partial``: only its order or its randomness."""
    if _tell is not None:
        _tell(what, partial)


def _hear(event, args):
    if event == "subprocess.Popen":
        if _looks_for_a_library(sys._getframe(1)):
            return
        tell(f"started the program {_name(args[0] or args[1])}")
    elif event in _EVENTS:
        tell(f"called {event}")


def _looks_for_a_library(frame):
    """Libraries that are imported ask the system's linker where others are; it only reads what is installed."""
    while frame is not None:
        if frame.f_code.co_name == "find_library" and frame.f_globals.get("__name__") == "ctypes.util":
            return True
        frame = frame.f_back
    return False


def _start(thread):
    # The event loop counts the jobs of its own workers, so that those are under control.
    if not thread.name.startswith("asyncio_"):
        tell("started a thread", partial=True)
    _real_start(thread)


def _name(program):
    if isinstance(program, (list, tuple)):
        program = program[0] if program else ""
    return os.path.basename(os.fsdecode(program).split(" ")[0])
