"""Virtual time: every clock stands still at the last time that the harness told.

Not covered: waits of threads on locks, events and queues, which are real.
"""

import datetime as datetime_module
import time as time_module

_now = 0
_start = 0
_sleep = None

_real_date = datetime_module.date
_real_datetime = datetime_module.datetime
_real = {name: getattr(time_module, name) for name in ("localtime", "gmtime", "ctime", "asctime", "strftime")}


def begin(now):
    """A new invocation begins."""
    global _start
    _start = now
    set_now(now)


def set_now(now):
    global _now
    _now = now


def now():
    """Milliseconds since the epoch."""
    return _now


def elapsed():
    """Seconds since the invocation began."""
    return (_now - _start) / 1000


def due(seconds):
    """The first millisecond at which ``elapsed`` is at least ``seconds``."""
    ms = int(seconds * 1000)
    while _start + ms < _now or ms / 1000 < seconds:
        ms += 1
    return _start + ms


def on_sleep(sleep):
    """``sleep(seconds)`` is what ``time.sleep`` does from now on."""
    global _sleep
    _sleep = sleep


def _time():
    return _now / 1000


def _time_ns():
    return _now * 1_000_000


def _elapsed_ns():
    return (_now - _start) * 1_000_000


def _virtual_sleep(seconds):
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    _sleep(float(seconds))


def _or_now(name):
    real = _real[name]

    def of(seconds=None):
        return real(_time() if seconds is None else seconds)

    return of


def _asctime(moment=None):
    return _real["asctime"](_real["localtime"](_time()) if moment is None else moment)


def _strftime(form, moment=None):
    return _real["strftime"](form, _real["localtime"](_time()) if moment is None else moment)


class _DateMeta(type):
    """Dates that were made by compiled code are of the real class; they are dates all the same."""

    def __instancecheck__(cls, value):
        return isinstance(value, cls._real) if cls in (_Date, _DateTime) else type.__instancecheck__(cls, value)

    def __subclasscheck__(cls, other):
        return issubclass(other, cls._real) if cls in (_Date, _DateTime) else type.__subclasscheck__(cls, other)


class _Date(_real_date, metaclass=_DateMeta):
    _real = _real_date

    @classmethod
    def today(cls):
        return cls.fromtimestamp(_time())


class _DateTime(_real_datetime, metaclass=_DateMeta):
    _real = _real_datetime

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(_time(), tz)

    @classmethod
    def today(cls):
        return cls.fromtimestamp(_time())

    @classmethod
    def utcnow(cls):
        return cls.fromtimestamp(_time(), datetime_module.timezone.utc).replace(tzinfo=None)

    # `date()` and `combine` of the real class make real dates; those are instances of ours by the metaclass.


def _install_dates():
    for virtual, name in ((_Date, "date"), (_DateTime, "datetime")):
        virtual.__module__, virtual.__name__, virtual.__qualname__ = "datetime", name, name
        virtual.min = virtual(1, 1, 1)
        setattr(datetime_module, name, virtual)
    _Date.max = _Date(9999, 12, 31)
    _DateTime.max = _DateTime(9999, 12, 31, 23, 59, 59, 999999)


def install():
    """Puts virtual time behind every clock."""
    _install_dates()
    time_module.time = _time
    time_module.time_ns = _time_ns
    time_module.sleep = _virtual_sleep
    for name in ("monotonic", "perf_counter", "process_time", "thread_time"):
        setattr(time_module, name, elapsed)
        setattr(time_module, name + "_ns", _elapsed_ns)
    for name in ("localtime", "gmtime", "ctime"):
        setattr(time_module, name, _or_now(name))
    time_module.asctime = _asctime
    time_module.strftime = _strftime
    if hasattr(time_module, "clock_gettime"):
        realtime = time_module.CLOCK_REALTIME
        time_module.clock_gettime = lambda clock: _time() if clock == realtime else elapsed()
        time_module.clock_gettime_ns = lambda clock: _time_ns() if clock == realtime else _elapsed_ns()
