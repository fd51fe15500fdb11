"""The virtual clock: it stands still where the harness put it, and every way of asking Python for the time reads it."""

import copyreg
import datetime as datetime_module
import math
import time

# Modules that measure real waits take their own copy of `monotonic` when they are first imported. They must do so before
# the patch, or their timeouts would count virtual time that does not pass while a thread really waits.
import concurrent.futures.thread  # noqa: F401
import multiprocessing.connection  # noqa: F401
import queue  # noqa: F401
import subprocess  # noqa: F401
import threading  # noqa: F401

LATEST = 1 << 52


class Clock:
    """Milliseconds since the epoch."""

    def __init__(self):
        self.now = 0
        # Called by `time.sleep` with the ms at which it shall return; None outside an invocation.
        self.sleeper = None

    def seconds(self):
        return self.now / 1000

    def nanoseconds(self):
        return self.now * 1_000_000

    def due(self, seconds_from_now):
        """The first whole millisecond at which that much time has passed."""
        if seconds_from_now > LATEST / 1000:
            return LATEST
        # Seconds since the epoch are floats that are exact to a fraction of a microsecond; what lies below is noise.
        return self.now + math.ceil(round(seconds_from_now * 1000, 3))

    def sleep(self, seconds):
        if not isinstance(seconds, (int, float)):
            seconds = seconds.__index__() if hasattr(seconds, "__index__") else float(seconds)
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        due = self.due(seconds)
        if self.sleeper is None:
            self.now = max(self.now, due)
        elif due > self.now:
            self.sleeper(due)


def install(clock):
    """Replace the clock functions of `time` and the two classes of `datetime` that know the current moment."""
    _install_time(clock)
    _install_datetime(clock)


def _install_time(clock):
    real_gmtime, real_localtime, real_strftime = time.gmtime, time.localtime, time.strftime
    real_ctime, real_asctime, real_gettime = time.ctime, time.asctime, time.clock_gettime
    cpu_clocks = {getattr(time, name, None) for name in ("CLOCK_PROCESS_CPUTIME_ID", "CLOCK_THREAD_CPUTIME_ID")}

    def moment(seconds):
        return clock.seconds() if seconds is None else seconds

    def gettime(which):
        real_gettime(which)
        return 0.0 if which in cpu_clocks else clock.seconds()

    time.sleep = clock.sleep
    for name in ("time", "monotonic", "perf_counter"):
        setattr(time, name, clock.seconds)
        setattr(time, name + "_ns", clock.nanoseconds)
    # Processor time depends on the machine, so it is one of the things that must not be seen.
    for name in ("process_time", "thread_time"):
        setattr(time, name, lambda: 0.0)
        setattr(time, name + "_ns", lambda: 0)
    time.clock_gettime = gettime
    time.clock_gettime_ns = lambda which: round(gettime(which) * 1000) * 1_000_000
    time.gmtime = lambda seconds=None: real_gmtime(moment(seconds))
    time.localtime = lambda seconds=None: real_localtime(moment(seconds))
    time.ctime = lambda seconds=None: real_ctime(moment(seconds))
    time.asctime = lambda t=None: real_asctime(real_localtime(clock.seconds()) if t is None else t)
    time.strftime = lambda form, t=None: real_strftime(form, real_localtime(clock.seconds()) if t is None else t)


def _install_datetime(clock):
    """Stand-ins that make, and recognize, objects of the real classes.

    C extensions and pickles know only the real classes, so no object of a stand-in ever exists; classes that a step
    derives from a stand-in behave as usual.
    """
    real_date, real_datetime = datetime_module.date, datetime_module.datetime
    stand_ins = {}

    class StandIn(type):
        def __call__(cls, *args, **kwargs):
            real = stand_ins.get(cls)
            return type.__call__(cls, *args, **kwargs) if real is None else real(*args, **kwargs)

        def __instancecheck__(cls, value):
            real = stand_ins.get(cls)
            return type.__instancecheck__(cls, value) if real is None else isinstance(value, real)

        def __subclasscheck__(cls, other):
            real = stand_ins.get(cls)
            return type.__subclasscheck__(cls, other) if real is None else issubclass(other, real)

    class date(real_date, metaclass=StandIn):
        @classmethod
        def today(cls):
            return cls.fromtimestamp(clock.seconds())

    class datetime(real_datetime, metaclass=StandIn):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(clock.seconds(), tz)

        @classmethod
        def today(cls):
            return cls.fromtimestamp(clock.seconds())

        @classmethod
        def utcnow(cls):
            at = real_datetime.fromtimestamp(clock.seconds(), datetime_module.timezone.utc)
            return cls.combine(at.date(), at.time())

    for stand_in, real in ((date, real_date), (datetime, real_datetime)):
        stand_in.__module__, stand_in.__qualname__ = "datetime", real.__name__
        stand_ins[stand_in] = real
        setattr(datetime_module, real.__name__, stand_in)
        copyreg.pickle(real, lambda value, by=stand_in: (by, value.__reduce_ex__(4)[1]))
