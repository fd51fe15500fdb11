"""One run of a handler (or one look at a module), from the message that starts it to the message that ends it."""

import asyncio
import os
import sys
import threading

from . import (
    channel,
    clock,
    context,
    copies,
    environment,
    errors,
    escapes,
    framework,
    holds,
    mocks,
    modules,
    network,
    patches,
    randomness,
    strays,
)
from .loop import VirtualLoop
from .socket_end import Socket

# A look at a module happens at no time in particular, but always at the same one.
_NO_TIME = 0
_NO_SEED = "00" * 32

_base_environment = dict(os.environ)


class _ModuleWaits(Exception):
    """A module that is only looked at waits for something."""


class Invocation:
    """What belongs to one run."""

    def __init__(self, message, root):
        self._message = message
        self._root = root
        self._describes = message["type"] == "describe"
        self._calls = {}
        self._last_call = 0
        self._ended = False
        self._listeners = {}
        self._last_listener = 0
        self._socket = None
        self._returned = None
        self._loading = False
        self._loop = VirtualLoop(self._park)

    def run(self):
        """Runs to the end; the message that tells it has been sent then."""
        message = self._message
        variables = {**_base_environment, **message.get("env", {})}
        if dict(os.environ) != variables:
            os.environ.clear()
            os.environ.update(variables)
        os.chdir(self._root)
        clock.begin(message.get("now", _NO_TIME))
        clock.on_sleep(self._loop.sleep)
        randomness.reseed(message.get("seed", _NO_SEED))
        network.begin(
            message.get("session", 0), message.get("invocation", 0), message.get("hosts", []), silent=self._describes
        )
        holds.begin(
            message.get("holds", False),
            message.get("gathers", False),
            message.get("session", 0),
            message.get("invocation", 0),
            network.port(),
            self._loop,
        )
        escapes.begin(None if self._describes else _tell_escaped)
        strays.begin(self._tell_stray)
        if message.get("isolation") != "shared":
            modules.forget(self._root)
            _paths.restore()
        mocks.begin(message.get("mocks", {}))
        asyncio.set_event_loop(self._loop)
        try:
            answer = self._describe() if self._describes else self._loop.run_until_complete(self._handle())
        except BaseException as error:  # noqa: BLE001: whatever a step raises is the answer
            told = errors.describe(error, self._root)
            if self._loading:
                told.update({"loading": True, "unset": environment.unset(told["message"])})
            answer = {"type": "threw", "error": told}
        environment.end_loading()
        self._end(answer)

    def _end(self, answer):
        if os.getpid() != _process:
            # A copy that the handler made of its process has nothing to say to the harness.
            _leave()
        escapes.begin(None)
        mocks.end()
        self._loop.tell_lost(self._tell_stray)
        strays.begin(None)
        leaked = self._take_leaked()
        if answer["type"] == "done":
            answer.update({"calls": list(self._calls), "leaked": leaked})
        if not self._describes:
            answer["invocation"] = self._message["invocation"]
        self._ended = True
        holds.close_all()
        self._loop.abandon()
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                pass
        channel.send(answer)

    def _take_leaked(self):
        """What the handler changed in modules that outlive it, which is put back unless the next one shall see it."""
        isolation = self._message.get("isolation")
        leaked = patches.take(isolation != "shared")
        # Of a process of its own nothing is left behind.
        return [] if isolation == "process" else leaked

    def _tell_stray(self, what, error):
        if not self._ended and not self._describes:
            channel.send({"type": "stray", "what": what, "error": errors.describe(error, self._root)})

    def _load(self):
        self._loading = True
        environment.begin_loading()
        module = modules.load(self._message["file"], self._root)
        environment.end_loading()
        self._loading = False
        return getattr(module, "config", None), getattr(module, "handler", None)

    def _describe(self):
        config, handler = self._load()
        text = channel.encode(config, _schema)
        return {"type": "described", "config": channel.loads(text), "handler": callable(handler)}

    async def _handle(self):
        harness = _Harness(self._call, self._log, self._listen, self._call_now)
        framework.MODULE.bind(harness)
        config, handler = self._load()
        if not callable(handler):
            name = os.path.relpath(self._message["file"], self._root)
            raise AttributeError(f"Function 'handler' not found in module {name}")
        fields = self._message["context"]
        given = context.Context(fields, harness)
        if self._message["call"] == "api":
            self._message["input"] = context.request(self._message["input"])
        if fields.get("trigger"):
            if self._message["call"] == "api":
                self._message["input"] = framework.HttpArgs(self._message["input"])
            framework.add_trigger(given, fields["trigger"], self._message["input"])
            if not await self._holds(config, fields["trigger"], given):
                return {"type": "done", "value": None, "skipped": True}
        if self._message.get("socket"):
            self._socket = Socket(self._say, self._spawn)
        value = await self._call_handler(handler, config if isinstance(config, dict) else {}, given)
        if value is None and isinstance(self._message["input"], framework.HttpArgs):
            value = self._message["input"].response.written()
        text = channel.encode(value, made=[("what it returned", value)])
        self._tell_halves(text)
        told = {"type": "done", "value": channel.loads(text)}
        # A response refuses the connection; anything else takes it, and the handler stays.
        refused = isinstance(value, dict) and isinstance(value.get("status"), int)
        if self._socket and self._socket.is_open and not refused:
            self._returned = self._loop.create_future()
            await self._returned
        return told

    async def _holds(self, config, trigger, given):
        """Whether the condition of the trigger, if it has one, holds."""
        triggers = config.get("triggers", []) if isinstance(config, dict) else getattr(config, "triggers", [])
        chosen = triggers[trigger["index"]] if trigger["index"] < len(triggers) else None
        condition = chosen.get("condition") if isinstance(chosen, dict) else getattr(chosen, "condition", None)
        return not callable(condition) or await _settled(condition(self._message["input"], given))

    def _call_now(self, op, args):
        """A call whose answer is waited for at once; nothing else of the handler runs meanwhile."""
        future = self._call(op, args)
        while not future.done():
            self._loop.idle()
        return future.result()

    def _listen(self, stream, callback):
        self._last_listener += 1
        subscription = self._last_listener
        self._listeners[subscription] = callback
        self._say("stream.subscribe", [subscription, stream])

        def unsubscribe():
            if self._listeners.pop(subscription, None):
                self._say("stream.unsubscribe", [subscription])

        return unsubscribe

    def _say(self, op, args):
        """Says something that is not answered."""
        if not self._ended:
            channel.send({"type": "call", "id": 0, "op": op, "args": args})

    def _deliver(self, happened):
        if happened["kind"] != "stream":
            if self._socket:
                self._socket.receive(happened)
            return
        callback = self._listeners.get(happened["subscription"])
        if callback:
            self._spawn(callback, (happened["event"]["data"],))

    def _spawn(self, listener, args):
        """Runs a listener; what it raises is the handler's failure."""

        async def run():
            try:
                await _settled(listener(*args))
            except BaseException as error:  # noqa: BLE001: whatever a listener raises
                if self._returned is not None and not self._returned.done():
                    self._returned.set_exception(error)
                else:
                    raise

        self._loop.create_task(run())

    async def _call_handler(self, handler, config, given):
        data = self._message["input"]
        if self._message["call"] == "cron":
            # In the dialect of 1.0, which has triggers, the context is always the second argument.
            arguments = (None, given) if self._message["context"].get("trigger") else (given,)
            return await self._awaited(handler(*arguments))
        if self._socket:
            data["ws"] = self._socket
        run = self._handler_as_next(handler, data, given)
        for middleware in reversed(self._middleware(config)):
            run = _middleware_as_next(middleware, given, run)
        return await run(data)

    def _handler_as_next(self, handler, data, given):
        # Middleware may replace the data for the next middleware, never for the handler.
        async def last(_=None):
            return await self._awaited(handler(data, given))

        return last

    async def _awaited(self, value):
        """What a handler gives. Releases await it in any case; documents, and 1.0, have plain functions as well."""
        if not hasattr(value, "__await__") and not self._message["context"].get("trigger"):
            if self._message["context"].get("profile") == "motia-0.17":
                kind = type(value).__name__
                what = "has a handler that is no `async def`: the framework awaits what it gives and fails with"
                channel.send({"type": "told", "what": f"{what} \"object {kind} can't be used in 'await' expression\""})
        return await _settled(value)

    def _middleware(self, config):
        kept = []
        for entry in config.get("middleware") or []:
            kept.append(self._named(entry) if isinstance(entry, str) else entry)
        return [entry for entry in kept if entry is not None]

    def _named(self, name):
        """Releases call the text and fail; documents mean the function of that name."""
        fields = self._message["context"]
        path = fields.get("middleware", {}).get(name)
        if path:
            module = modules.load(path, self._root)
            found = getattr(module, name, None) or getattr(module, "handler", None)
            if callable(found):
                return found
            raise AttributeError(f"{os.path.relpath(path, self._root)} has no middleware '{name}'")
        if fields.get("profile") == "motia-0.17":
            return name
        # A test may stand in for it.
        mocked = mocks.named(name)
        if callable(mocked):
            return mocked
        self._log("warn", f"Middleware '{name}' is only a name: it was skipped", None)
        return None

    def _call(self, op, args, convert=None):
        """Sends a call at once; the future has its answer when the harness gives one."""
        future = self._loop.create_future()
        if self._ended:
            return future
        number = self._last_call + 1
        told = {"type": "call", "id": number, "op": op, "args": args}
        text = channel.encode(told, made=[(op, arg) for arg in args])
        self._tell_halves(text)
        channel.write_line(text)
        self._last_call = number
        self._calls[number] = (future, convert)
        return future

    def _tell_halves(self, text):
        if not self._describes and not channel.is_whole(text):
            what = "sends text with half of a surrogate pair: releases hand it on as it is, here it becomes U+FFFD"
            channel.send({"type": "told", "what": what})

    def _log(self, level, message, data):
        if self._ended or self._describes:
            return
        try:
            text = channel.encode({"type": "log", "level": level, "message": message, "data": data})
        except (TypeError, ValueError, RecursionError):
            text = channel.encode({"type": "log", "level": level, "message": message, "data": str(data)})
        channel.write_line(text)

    def _park(self, timers):
        if self._describes:
            raise _ModuleWaits("the module waits for something that never happens")
        told = [{"id": number, "due": due} for number, due in timers]
        exchanges = holds.held()
        listening = self._returned is not None and self._socket.is_open
        if self._returned is not None and not (listening or self._calls or told or exchanges):
            self._leave_socket()
            return
        channel.send(
            {
                "type": "parked",
                "calls": list(self._calls),
                "timers": told,
                "exchanges": exchanges,
                "listening": listening,
            }
        )
        message = channel.receive()
        if message is None or message["type"] in ("exit", "abandon"):
            # In a copy, the process that it is a copy of answers. Elsewhere the stack of the handler cannot be left without
            # running what it has for its end.
            _leave()
        clock.set_now(message["now"])
        holds.go_on(message.get("exchanges", []))
        self._loop.answers_first(bool(message.get("exchanges")))
        self._loop.wake_held_threads()
        for reply in message["replies"]:
            self._answer(reply)
        for happened in message.get("events", []):
            self._deliver(happened)
        if message.get("end"):
            self._socket.forget()
            self._leave_socket()

    def _leave_socket(self):
        if not self._returned.done():
            self._returned.set_result(None)

    def _answer(self, reply):
        future, convert = self._calls.pop(reply["id"], (None, None))
        if future is None or future.done():
            return
        if "error" in reply:
            future.set_exception(RuntimeError(reply["error"]))
            return
        value = reply.get("value")
        future.set_result(convert(value) if convert else value)


class _Harness:
    """What a context reaches of its invocation."""

    def __init__(self, call, log, listen, call_now):
        self.call = call
        self.log = log
        self.listen = listen
        self.call_now = call_now


def _tell_escaped(what, partial):
    channel.send({"type": "escaped", "what": what, "partial": partial})


async def _settled(value):
    """A handler may be a plain function."""
    return await value if hasattr(value, "__await__") else value


def _middleware_as_next(middleware, given, following):
    async def run(data):
        async def next_fn(replaced=data):
            return await following(replaced)

        return await _settled(middleware(data, given, next_fn))

    return run


def _schema(value):
    """What a config may hold that JSON cannot: models become their schema, functions vanish."""
    if isinstance(value, type):
        for name in ("model_json_schema", "schema"):
            make = getattr(value, name, None)
            if callable(make):
                return make()
        return None
    if callable(value):
        return None
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return channel.members(value)


_real_exit = os._exit
_paths = None


def _leave():
    _real_exit(0)


_process = os.getpid()


def _refuse_exit(code):
    if os.getpid() != _process:
        _real_exit(code)
    raise errors.HardExit(code)


def serve(root):
    """Does what the harness says until it hangs up."""
    global _paths
    modules.install(root)
    _paths = patches.Paths()
    framework.install(root)
    environment.install(root)
    os._exit = _refuse_exit
    while True:
        message = channel.receive()
        if message is None or message["type"] == "exit":
            _leave()
        if message["type"] == "invoke" and _wants_copy(message, root):
            copies.run(lambda: _invoke_in_copy(message, root), message["invocation"])
        elif message["type"] in ("describe", "invoke"):
            Invocation(message, root).run()


# Steps whose packages this process has loaded for its copies, with their environment.
_warm = set()


def _wants_copy(message, root):
    if message.get("isolation") == "process":
        return True
    if not message.get("expendable") or message.get("isolation") == "shared":
        return False
    mocks = message.get("mocks") or {}
    key = (message["file"], tuple(sorted(message.get("env", {}).items())))
    # Code that stands in may ask the harness while it is loaded, and it expects no question now.
    if key not in _warm and not any(mocks.values()):
        _warm.add(key)
        _warm_up(message, root)
    # A copy has one thread, and what others hold would stay held in it.
    return threading.active_count() == 1


def _warm_up(message, root):
    """Loads a step as a look at it does, and with it the packages that a copy would else load each time."""
    look = {"type": "describe", **{name: message[name] for name in ("file", "env", "now")}}
    with channel.silent():
        Invocation(look, root).run()
    modules.forget(root)


def _invoke_in_copy(message, root):
    global _process
    _process = os.getpid()
    Invocation(message, root).run()
