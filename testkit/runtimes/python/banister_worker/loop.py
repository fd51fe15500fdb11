"""The event loop: virtual time, and an exact notion of having nothing to do."""

import asyncio
import selectors
import threading

from . import clock


class VirtualLoop(asyncio.SelectorEventLoop):
    """Asks ``park`` for what happens next when nothing can run.

    ``park(timers)`` is given ``[(id, due)]`` and returns when the harness lets the handler go on.
    """

    def __init__(self, park):
        self._park = park
        self._jobs = 0
        self._asleep = 0
        self._timer_ids = {}
        self._last_timer = 0
        self._thread = threading.get_ident()
        super().__init__(_Quiet(self))

    def time(self):
        return clock.elapsed()

    def call_at(self, when, callback, *args, context=None):
        handle = super().call_at(when, callback, *args, context=context)
        self._last_timer += 1
        # The handle is kept with its number: the identity of an object that is gone may come back.
        self._timer_ids[id(handle)] = (self._last_timer, handle)
        return handle

    def run_in_executor(self, executor, func, *args):
        future = super().run_in_executor(executor, func, *args)
        self._jobs += 1
        future.add_done_callback(self._job_done)
        return future

    def _job_done(self, _):
        self._jobs -= 1

    def working_elsewhere(self):
        """Whether a thread works for us or a connection is open: the mock server ends one with each exchange."""
        own = {self._ssock.fileno()}
        return self._jobs > self._asleep or any(fd not in own for fd in self._selector.get_map())

    def idle(self):
        """Nothing can run."""
        waiting = {id(handle): handle for handle in self._scheduled if not handle.cancelled()}
        self._timer_ids = {key: kept for key, kept in self._timer_ids.items() if key in waiting}
        timers = [(number, clock.due(handle.when())) for number, handle in self._timer_ids.values()]
        self._park(sorted(timers))

    def sleep(self, seconds):
        """``time.sleep``: on the loop's own thread nothing else can run meanwhile."""
        if threading.get_ident() != self._thread:
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
        if timeout is not None and timeout <= 0:
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
