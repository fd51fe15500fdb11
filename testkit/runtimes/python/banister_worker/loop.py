"""The event loop: virtual time, and an exact notion of having nothing to do."""

import asyncio
import concurrent.futures
import functools
import selectors
import socket
import threading

from . import clock, holds


class VirtualLoop(asyncio.SelectorEventLoop):
    """Asks ``park`` for what happens next when nothing can run.

    ``park(timers)`` is given ``[(id, due)]`` and returns when the harness lets the handler go on.
    """

    def __init__(self, park):
        self._park = park
        self._jobs = 0
        self._started_jobs = 0
        self._job = threading.local()
        # What failed and may be asked by nobody.
        self._failed = []
        self._asleep = 0
        self._children = []
        self._timer_ids = {}
        self._last_timer = 0
        self.held_threads = []
        self.thread = threading.get_ident()
        super().__init__(_Quiet(self))
        self._resolution = self._clock_resolution

    def time(self):
        return clock.elapsed()

    def call_at(self, when, callback, *args, context=None):
        handle = super().call_at(when, callback, *args, context=context)
        self._last_timer += 1
        # The handle is kept with its number: the identity of an object that is gone may come back.
        self._timer_ids[id(handle)] = (self._last_timer, handle)
        return handle

    def run_in_executor(self, executor, func, *args):
        if executor is None or isinstance(executor, concurrent.futures.ThreadPoolExecutor):
            self._started_jobs += 1
            func = functools.partial(self._run_job, self._started_jobs, func)
        future = super().run_in_executor(executor, func, *args)
        self._jobs += 1
        future.add_done_callback(self._job_done)
        future.add_done_callback(self._keep_failed)
        return future

    def create_task(self, coro, **options):
        task = super().create_task(coro, **options)
        task.add_done_callback(self._keep_failed)
        return task

    def _keep_failed(self, future):
        if not future.cancelled() and getattr(future, "_exception", None) is not None:
            self._failed.append(future)

    def tell_lost(self, tell):
        """Tells of the errors that nobody has asked for; asyncio would say so when it finds the time."""
        for future in self._failed:
            if getattr(future, "_log_traceback", False):
                tell("a task" if isinstance(future, asyncio.Task) else "a job on a thread", future.exception())
        self._failed.clear()

    def _run_job(self, number, func, *args):
        self._job.number = number
        try:
            return func(*args)
        finally:
            self._job.number = None

    def job(self):
        """The number of the job that this thread does, in the order in which they were given; None if it does none."""
        return getattr(self._job, "number", None)

    async def _make_subprocess_transport(self, *args, **options):
        # There is no public place in which a loop hears of the programs that it starts.
        child = await super()._make_subprocess_transport(*args, **options)
        self._children.append(child)
        return child

    def _has_children(self):
        """Whether a program runs: a thread that is not ours waits for its end, and tells the loop."""
        self._children = [child for child in self._children if child.get_returncode() is None]
        return bool(self._children)

    def has_jobs(self):
        return self._jobs > 0

    async def getaddrinfo(self, host, port, *, family=0, type=0, proto=0, flags=0):  # noqa: A002: the loop's own names
        """Looks up at once: nobody is asked, and threads would end in any order."""
        return socket.getaddrinfo(host, port, family, type, proto, flags)

    def _job_done(self, _):
        self._jobs -= 1

    def working_elsewhere(self):
        """Whether a thread works for us, a program runs, or a connection is open: the mock server ends one with each exchange."""
        own = {self._ssock.fileno()}
        busy = (fd for fd in list(self._selector.get_map()) if fd not in own)
        return self._jobs > self._asleep or self._has_children() or any(not holds.is_held(fd) for fd in busy)

    def answers_first(self, yes):
        """An answer that comes at the moment of a timer comes before it."""
        self._clock_resolution = -1e-6 if yes else self._resolution

    def only_waits(self):
        """Whether nothing is ready but timers that have to let an answer go first."""
        return self._clock_resolution < 0 and not self._ready

    def idle(self):
        """Nothing can run."""
        waiting = {id(handle): handle for handle in self._scheduled if not handle.cancelled()}
        self._timer_ids = {key: kept for key, kept in self._timer_ids.items() if key in waiting}
        timers = [(number, clock.due(handle.when())) for number, handle in self._timer_ids.values()]
        self._park(sorted(timers))

    def sleep(self, seconds):
        """``time.sleep``: on the loop's own thread nothing else can run meanwhile."""
        if threading.get_ident() != self.thread:
            self._sleep_on_thread(seconds)
            return
        self._last_timer += 1
        timer = (self._last_timer, clock.due(self.time() + seconds))
        while clock.now() < timer[1]:
            self._park([timer])

    def _sleep_on_thread(self, seconds):
        woken = threading.Event()

        def wake():
            self._asleep -= 1
            woken.set()

        def fall_asleep():
            self._asleep += 1
            self.call_later(seconds, wake)

        self.call_soon_threadsafe(fall_asleep)
        woken.wait()

    def hear_notices(self, fd, hear):
        """Calls ``hear`` when the descriptor can be read."""
        super().add_reader(fd, hear)

    def forget_notices(self, fd):
        if threading.get_ident() == self.thread:
            super().remove_reader(fd)

    def wait_held(self, woken, end):
        """Waits for a held answer; ``end`` is the caller's time limit in seconds of the loop. False if that comes first."""
        if threading.get_ident() != self.thread:
            return self._wait_held_on_thread(woken, end)
        timers = []
        if end is not None:
            self._last_timer += 1
            timers = [(self._last_timer, clock.due(end))]
        while not woken.is_set():
            if timers and clock.now() >= timers[0][1]:
                return False
            self._park(timers)
        return True

    def _wait_held_on_thread(self, woken, end):
        over = threading.Event()
        either = threading.Event()
        timer = []

        def strike():
            over.set()
            wake()

        def wake():
            if not either.is_set():
                self._asleep -= 1
                either.set()

        def fall_asleep():
            self._asleep += 1
            if end is not None:
                timer.append(self.call_at(end, strike))

        self.held_threads.append((woken, wake, timer))
        self.call_soon_threadsafe(fall_asleep)
        either.wait()
        return not over.is_set()

    def wake_held_threads(self):
        """Wakes the threads whose answers go on."""
        for entry in list(self.held_threads):
            woken, wake, timer = entry
            if woken.is_set():
                self.held_threads.remove(entry)
                for handle in timer:
                    handle.cancel()
                self.call_soon(wake)

    def abandon(self):
        """Drops what the handler left behind, as the end of its process would."""
        for task in asyncio.all_tasks(self):
            task._log_destroy_pending = False
        own = self._ssock.fileno()
        for key in list(self._selector.get_map().values()):
            if key.fd != own:
                self._selector.unregister(key.fileobj)
        executor = self._default_executor
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)
            self._default_executor = None
        self.close()


class _Quiet(selectors.DefaultSelector):
    """A selector that says when there is nothing to wait for."""

    def __init__(self, loop):
        super().__init__()
        self._loop = loop

    def select(self, timeout=None):
        if timeout is not None and timeout <= 0 and not self._loop.only_waits():
            return super().select(0)
        ready = super().select(0)
        if ready:
            return ready
        if self._loop.working_elsewhere():
            # Virtual time must not move while an exchange is open, so this wait has no end of its own; the harness
            # watches over it.
            return super().select(None)
        self._loop.idle()
        return []
