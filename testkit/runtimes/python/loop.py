"""The event loop of a handler. It runs on the virtual clock and parks exactly when nothing of the handler can run."""

import asyncio
import concurrent.futures
import selectors
import socket
import threading

from banister_worker.calls import Reply

# Real seconds of silence after which a connection with no answer due counts as idle: a pooled one, or a listener.
SILENCE = 0.05
TURNS_AFTER_END = 64


class Job:
    """One call in an executor's thread."""

    asleep = False


class ParkingSelector(selectors.DefaultSelector):
    """Asks the loop what to do where the standard selector would wait."""

    loop = None

    def select(self, timeout=None):
        if self.loop is None or (timeout is not None and timeout <= 0):
            return super().select(0)
        return self.loop.wait_for_something(super().select)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self, calls, clock, network):
        selector = ParkingSelector()
        super().__init__(selector)
        self._calls, self._clock, self._network = calls, clock, network
        self._clock_resolution = 1e-6
        self._jobs = set()
        self._thread = threading.local()
        # Timer numbers by identity: handles compare by time, and have no room for a number.
        self._numbers = {}
        # The loop's own wake-up socket is no I/O of the handler's.
        self._own = self._ssock.fileno()
        selector.loop = self

    def time(self):
        # `super().__init__` already asks.
        return self._clock.seconds() if hasattr(self, "_clock") else 0.0

    def call_at(self, when, callback, *args, context=None):
        handle = super().call_at(when, callback, *args, context=context)
        self._numbers[id(handle)] = self._calls.timer_number()
        return handle

    def create_task(self, coro, **kwargs):
        # The framework's calls are coroutines, so `create_task(ctx.emit(…))` is good code there.
        return super().create_task(_await(coro) if isinstance(coro, Reply) else coro, **kwargs)

    async def getaddrinfo(self, host, port, *, family=0, type=0, proto=0, flags=0):
        # Lookup needs no wait here, and a thread would make the order of events a matter of luck.
        return socket.getaddrinfo(host, port, family, type, proto, flags)

    def run_in_executor(self, executor, func, *args):
        if isinstance(executor, concurrent.futures.ProcessPoolExecutor):
            future = super().run_in_executor(executor, func, *args)
            job = Job()
        else:
            job = Job()
            future = super().run_in_executor(executor, self._run_job, job, func, *args)
        self._jobs.add(job)
        future.add_done_callback(lambda _: self._jobs.discard(job))
        return future

    def _run_job(self, job, func, *args):
        self._thread.job = job
        try:
            return func(*args)
        finally:
            self._thread.job = None

    def current_job(self):
        return getattr(self._thread, "job", None)

    def look_again(self):
        """From another thread: what the loop waits for has changed."""
        self._write_to_self()

    def wait_for_something(self, select):
        """Real events if there are any to come, else whatever the harness decides."""
        events = select(0)
        if events:
            return events
        if any(not job.asleep for job in self._jobs) or self._exchange_open():
            return select(None)
        if self._connected():
            events = select(SILENCE)
            if events:
                return events
        self._calls.park(self._timers())
        return select(0)

    def _timers(self):
        alive = [handle for handle in self._scheduled if not handle.cancelled()]
        self._numbers = {id(handle): self._numbers[id(handle)] for handle in self._scheduled}
        return [(self._clock.due(handle.when() - self.time()), self._numbers[id(handle)]) for handle in alive]

    def _registered(self):
        return [key for key in list(self._selector.get_map().values()) if key.fd != self._own]

    def _connected(self):
        return bool(self._registered())

    def _exchange_open(self):
        return any(self._is_open(key) for key in self._registered())

    def _is_open(self, key):
        if key.events & selectors.EVENT_WRITE:
            return True
        exchange = self._network.exchanges.get(key.fd)
        if exchange is None:
            # A pipe or a process will say something; a listening socket need not.
            return not _listens(key.fd)
        if exchange.tls:
            return self._tls_waits(key)
        return exchange.waiting

    def _tls_waits(self, key):
        waiting = self._network.tls_waiting
        reader = key.data[0] if isinstance(key.data, tuple) else None
        transport = getattr(getattr(reader, "_callback", None), "__self__", None)
        end = getattr(getattr(transport, "_protocol", None), "_sslobj", None)
        # Libraries that do TLS on their own give no way from the socket to its TLS end.
        return waiting[end] if end in waiting else any(waiting.values())

    def finish(self):
        """Cancel what the handler left behind and give it a few turns to clean up, without waiting for anything."""
        self._selector.loop = None
        self.set_exception_handler(lambda loop, context: None)
        left = asyncio.all_tasks(self)
        for task in left:
            task.cancel()
            task._log_destroy_pending = False
        for _ in range(TURNS_AFTER_END if left else 0):
            try:
                self.call_soon(self.stop)
                self.run_forever()
            except (SystemExit, KeyboardInterrupt):
                continue
            if not asyncio.all_tasks(self):
                break
        self.close()


async def _await(reply):
    return await reply


def _listens(descriptor):
    try:
        with socket.socket(fileno=socket.dup(descriptor)) as copy:
            return bool(copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    except OSError:
        return False
