"""What one invocation has asked of the harness and waits for: calls, and sleeps outside the event loop."""

import asyncio
import itertools
import threading

from banister_worker.plain import plain
from banister_worker.wire import flush_output


class Reply(asyncio.Future):
    """The answer to a call. The call is on its way before anyone awaits this."""

    def __init__(self, number, **kwargs):
        super().__init__(**kwargs)
        self.number = number
        self.awaited = False

    def __await__(self):
        self.awaited = True
        return super().__await__()

    __iter__ = __await__

    def add_done_callback(self, *args, **kwargs):
        # `gather` and `wait` do not await a future, they listen to it.
        self.awaited = True
        return super().add_done_callback(*args, **kwargs)


class Sleeper:
    """A thread in `time.sleep`."""

    def __init__(self, due, job):
        self.due = due
        self.job = job
        self.woken = threading.Event()
        self.abandoned = False


class Calls:
    """Numbers, sends and settles. `loop` is set once the handler's event loop exists."""

    def __init__(self, channel, clock):
        self._channel = channel
        self._clock = clock
        self._numbers = itertools.count(1)
        self._timers = itertools.count(1)
        self._home = threading.get_ident()
        self._sleepers = {}
        self._shapes = {}
        self._lock = threading.RLock()
        self.replies = {}
        self.open = {}
        self.loop = None
        self.ended = False

    def call(self, op, *args, shape=None):
        """Send a call. `shape` makes what the handler sees out of the answer."""
        if self.ended:
            raise RuntimeError(f"{op} was called after the handler had ended")
        args = [plain(argument) for argument in args]
        with self._lock:
            number = next(self._numbers)
            reply = Reply(number, loop=self.loop)
            self.replies[number] = self.open[number] = reply
            self._shapes[number] = shape
            self._channel.send({"type": "call", "id": number, "op": op, "args": args})
        return reply

    def log(self, level, message, data):
        self._channel.send({"type": "log", "level": level, "message": message, "data": plain(data)})

    def timer_number(self):
        return next(self._timers)

    def unawaited(self):
        """Calls that the handler did not wait for: never awaited, or without an answer when it ended."""
        return [n for n, reply in self.replies.items() if not reply.awaited or n in self.open]

    def park(self, timers):
        """Say that nothing can run, and take in what the harness answers."""
        flush_output()
        with self._lock:
            timers = sorted([*timers, *((sleeper.due, n) for n, sleeper in self._sleepers.items())])
            entries = [{"id": number, "due": due} for due, number in timers]
            self._channel.send({"type": "parked", "calls": sorted(self.open), "timers": entries})
        message = self._channel.receive()
        if message["type"] != "resume":
            self._channel.leave()
        self._clock.now = max(self._clock.now, message["now"])
        for answer in message.get("replies", ()):
            self._settle(answer)
        self._wake()

    def _settle(self, answer):
        reply = self.open.pop(answer["id"], None)
        if reply is None or reply.done():
            return
        error = answer.get("error")
        if error is None:
            shape, value = self._shapes[answer["id"]], answer.get("value")
            reply.set_result(value if shape is None else shape(value))
        else:
            reply.set_exception(RuntimeError(error))
            # A call that nobody awaits is reported by `done`; Python's own complaint would come whenever memory is freed.
            reply._log_traceback = False

    def sleep(self, due):
        """`time.sleep`: the whole process stops if the handler's own thread calls it."""
        if threading.get_ident() != self._home:
            return self._sleep_in_thread(due)
        number = self.timer_number()
        while self._clock.now < due:
            self.park([(due, number)])

    def _sleep_in_thread(self, due):
        job = getattr(self.loop, "current_job", lambda: None)()
        sleeper = Sleeper(due, job)
        with self._lock:
            if self.ended:
                raise SystemExit
            self._sleepers[self.timer_number()] = sleeper
        if job is not None:
            job.asleep = True
        if self.loop is not None:
            self.loop.look_again()
        sleeper.woken.wait()
        if sleeper.abandoned:
            raise SystemExit

    def _wake(self):
        with self._lock:
            due = sorted((s.due, n) for n, s in self._sleepers.items() if s.due <= self._clock.now)
            for _, number in due:
                self._release(number)

    def _release(self, number, abandoned=False):
        sleeper = self._sleepers.pop(number)
        sleeper.abandoned = abandoned
        if sleeper.job is not None:
            sleeper.job.asleep = False
        sleeper.woken.set()

    def end(self):
        """Nothing that the handler left running may call or sleep any more."""
        with self._lock:
            self.ended = True
            for number in list(self._sleepers):
                self._release(number, abandoned=True)
