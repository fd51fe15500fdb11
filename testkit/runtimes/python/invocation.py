"""Runs handlers: one invocation at a time, from clean modules to `done` or `threw`."""

import asyncio
import builtins
import inspect
import os
import sys
import time

from banister_worker import clock as clock_module
from banister_worker import entropy as entropy_module
from banister_worker import network as network_module
from banister_worker import trust
from banister_worker.calls import Calls
from banister_worker.clock import Clock
from banister_worker.context import Context, Request
from banister_worker.entropy import LOADING, Entropy
from banister_worker.failure import describe_failure
from banister_worker.loader import Loader
from banister_worker.loop import VirtualLoop
from banister_worker.network import Network
from banister_worker.plain import plain, plain_config
from banister_worker.wire import flush_output

# Set by the harness or by the entry for this process, not for steps.
PRIVATE = ("BANISTER_ROOT", "BANISTER_MOCK_PORT", "BANISTER_CA_FILE", "PYTHONHASHSEED")


class Worker:
    """The process's state between messages."""

    def __init__(self, channel):
        self._channel = channel
        self._clock = Clock()
        self._entropy = Entropy()
        self._network = Network(channel, int(os.environ.get("BANISTER_MOCK_PORT") or 0))
        self._root = os.environ["BANISTER_ROOT"]
        trust.install(os.environ.get("BANISTER_CA_FILE"))
        clock_module.install(self._clock)
        entropy_module.install(self._entropy, self._clock)
        network_module.install(self._network)
        self._loader = Loader(self._root)
        self._base = {name: value for name, value in os.environ.items() if name not in PRIVATE}
        self._streams = (sys.stdout, sys.stderr)
        for stream in self._streams:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        self._reset_process({})

    def describe(self, file):
        """Answer what the module holds."""
        self._reset_process({})
        self._entropy.restart("00" * 32, LOADING)
        self._loader.forget()
        try:
            module = self._loader.load(file)
            config = plain_config(getattr(module, "config", None))
            answer = {"type": "described", "config": config, "handler": callable(getattr(module, "handler", None))}
        except BaseException as error:
            answer = {"type": "threw", "error": describe_failure(error, self._loader, file)}
        self._loader.forget()
        self._restore_output()
        self._channel.send(answer)

    def invoke(self, message):
        """Run a handler and answer how it ended."""
        fresh = message["isolation"] == "fresh"
        self._prepare(message, fresh)
        names = set(vars(builtins))
        calls = Calls(self._channel, self._clock)
        loop = VirtualLoop(calls, self._clock, self._network)
        calls.loop = loop
        self._clock.sleeper = calls.sleep
        asyncio.set_event_loop(loop)
        try:
            answer = {"type": "done", "value": plain(self._run(message, calls, loop, fresh))}
        except BaseException as error:
            answer = {"type": "threw", "error": describe_failure(error, self._loader, message["file"])}
        unawaited = calls.unawaited()
        calls.end()
        self._tidy(loop)
        leaked = sorted(set(vars(builtins)) - names)
        if answer["type"] == "done":
            answer.update(calls=unawaited, leaked=leaked)
        if fresh:
            for name in leaked:
                delattr(builtins, name)
            self._loader.forget()
        self._restore_output()
        self._channel.send(answer)

    def _prepare(self, message, fresh):
        self._reset_process(message["env"])
        self._clock.now = message["now"]
        self._entropy.restart(message["seed"], LOADING)
        self._network.start(message["session"], message["invocation"], message["hosts"])
        if fresh:
            self._loader.forget()

    def _run(self, message, calls, loop, fresh):
        module = self._loader.load(message["file"], reuse=not fresh)
        self._entropy.restart(message["seed"], 0)
        handler = getattr(module, "handler", None)
        if not callable(handler):
            raise LookupError(f"Function 'handler' not found in module {self._loader.relative(message['file'])}")
        context = Context(calls, message["context"])
        return loop.run_until_complete(_handle(module, handler, message, context))

    def _tidy(self, loop):
        self._network.stop()
        try:
            loop.finish()
        finally:
            asyncio.set_event_loop(None)
            self._clock.sleeper = None

    def _reset_process(self, env):
        wanted = {**self._base, **env}
        if dict(os.environ) != wanted:
            os.environ.clear()
            os.environ.update(wanted)
        time.tzset()
        os.chdir(self._root)

    def _restore_output(self):
        flush_output()
        sys.stdout, sys.stderr = self._streams


async def _handle(module, handler, message, context):
    """Call the handler as the framework does, behind the middleware of its config."""
    if message["call"] == "cron":
        return await _outcome(handler(*_cron_arguments(handler, context)))
    given = Request(message["input"] or {}) if message["call"] == "api" else message["input"]
    config = getattr(module, "config", None)
    middleware = config.get("middleware") if isinstance(config, dict) else None
    chain = [entry for entry in middleware or () if callable(entry)]
    return await _through(chain, given, given, handler, context)


async def _through(chain, seen, given, handler, context):
    """Middleware may change what the next middleware sees, but not what the handler does."""
    if not chain:
        return await _outcome(handler(given, context))

    async def following(changed=None):
        return await _through(chain[1:], seen if changed is None else changed, given, handler, context)

    return await _outcome(chain[0](seen, context, following))


async def _outcome(result):
    return await result if inspect.isawaitable(result) else result


def _cron_arguments(handler, context):
    """Cron handlers take the context; some projects write them with the two parameters of the other kinds."""
    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError):
        return (context,)
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    required = [p for p in parameters if p.kind in positional and p.default is inspect.Parameter.empty]
    return (None, context) if len(required) == 2 else (context,)
