"""The package ``motia`` for steps of 1.0, which import what 0.x puts on the context. The real one connects to its engine
as soon as it is imported, so that it cannot stand in for itself."""

import dis
import functools
import os
import sys
import types

from .context import Logger

_TYPES = ("queue", "http", "cron", "state", "stream")


_AWAIT = dis.opmap["GET_AWAITABLE"]
_CACHE = dis.opmap.get("CACHE", 0)


def _is_awaited(frame):
    """Whether a frame awaits what the call that it is in gives."""
    code = frame.f_code.co_code
    at = frame.f_lasti + 2
    while at < len(code) and code[at] == _CACHE:
        at += 2
    return at < len(code) and code[at] == _AWAIT


def _awaitable(method):
    """Functions of 1.0 are plain ones, and documents await them. No value could be both: None, for one. So it depends on
    what the caller does with it."""

    @functools.wraps(method)
    def call(*args, **fields):
        value = method(*args, **fields)
        return _Done(value) if _is_awaited(sys._getframe(1)) else value

    return call


class Framework(types.ModuleType):
    """The module. Names that it does not have are types of the real one, which only annotations ask for."""

    def __init__(self):
        super().__init__("motia")
        self.__path__ = []
        self._harness = None
        self.logger = Logger(lambda *line: self._harness and self._harness.log(*line))
        self.stateManager = self.state_manager = _StateManager(self)
        self.http = self.api = _trigger("http", "method", "path")
        self.queue = _trigger("queue", "topic")
        self.cron = _trigger("cron", "expression")
        self.state = _trigger("state")
        self.stream = _trigger("stream", "stream_name")

    def bind(self, harness):
        self._harness = harness

    def ask(self, op, args):
        """Calls the harness and waits: these are plain functions."""
        if self._harness is None:
            raise RuntimeError(f"{op} was called outside of a handler")
        return self._harness.call_now(op, args)

    def enqueue(self, message):
        """Sends a message; may be awaited, as documents do."""
        self.ask("emit", [message])
        return _Done()

    def multi_trigger_step(self, config):
        return _MultiTriggerStep(config)

    def step(self, config, handler=None):
        return {"config": config, "handler": handler}

    def Stream(self, config):
        return _Stream(self, config if isinstance(config, str) else config["name"])

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (_Fields,), {})


class _Fields:
    """An object of its keyword arguments, as the models of the real package are."""

    def __init__(self, **fields):
        self.__dict__.update(fields)

    def __class_getitem__(cls, _):
        return cls


class _Done:
    """What is awaited, and there already."""

    def __init__(self, value=None):
        self._value = value

    def __await__(self):
        return self._value
        yield  # makes it a generator


class _StateManager:
    def __init__(self, framework):
        self._ask = framework.ask

    @_awaitable
    def get(self, group, key):
        return self._ask("state.get", [group, key])

    @_awaitable
    def set(self, group, key, value):
        return self._ask("state.exchange", [group, key, value])

    @_awaitable
    def update(self, group, key, operations):
        return self._ask("state.update", [group, key, operations])

    @_awaitable
    def delete(self, group, key):
        return self._ask("state.delete", [group, key])

    @_awaitable
    def list(self, group):
        return [item for _, item in self._ask("state.get_group", [group])]

    @_awaitable
    def list_groups(self):
        return self._ask("state.list_groups", [])

    @_awaitable
    def clear(self, group):
        return self._ask("state.clear", [group])

    get_group = list


class _Stream:
    def __init__(self, framework, name):
        self._at = lambda op, *args: framework.ask("stream." + op, [name, *args])

    @_awaitable
    def get(self, group, item):
        return self._at("get", group, item)

    @_awaitable
    def set(self, group, item, data):
        return self._at("set", group, item, data)

    @_awaitable
    def delete(self, group, item):
        return self._at("delete", group, item)

    @_awaitable
    def list(self, group):
        return self._at("get_group", group)

    @_awaitable
    def update(self, group, item, operations):
        return self._at("update", group, item, operations)

    get_group = list


def _trigger(kind, *names):
    def make(*args, **fields):
        args = list(args)
        made = {"type": kind}
        for name in names:
            if args:
                made[name] = args.pop(0)
        for arg in args:
            made.update({"condition": arg} if callable(arg) else arg or {})
        return {**made, **fields}

    return make


class HttpArgs(dict):
    """What a request hands to a step of 1.0: the request and an answer to write. The parts of the request are members of
    the whole too, as the real one has it."""

    def __init__(self, data):
        parts = {
            "path_params": data.get("pathParams") or {},
            "query_params": data.get("queryParams") or {},
            "body": data.get("body"),
            "headers": data.get("headers") or {},
            "method": data.get("method", ""),
            "request_body": data.get("body"),
        }
        self.response = _HttpResponse()
        super().__init__({**data, **parts, "request": _Fields(**parts), "response": self.response})

    def __getattr__(self, name):
        if name in self:
            return self[name]
        raise AttributeError(f"'MotiaHttpArgs' object has no attribute '{name}'")


class _HttpResponse:
    """An answer that is written piece by piece."""

    def __init__(self):
        self._status = None
        self._headers = {}

    def status(self, code):
        self._status = code
        return _Done()

    def headers(self, more):
        self._headers.update(more)
        return _Done()

    def close(self):
        pass

    def written(self):
        """The answer, if the handler has written one rather than returned it."""
        if self._status is None:
            return None
        return {"status": self._status, "headers": self._headers, "body": ""}


def add_trigger(context, told, data):
    """What the context of 1.0 knows of its trigger, beside what that of 0.x has."""
    context.trigger = _Fields(**told)
    context.input_value = data
    for name in _TYPES:
        setattr(context, f"is_{name}", lambda name=name: told["type"] == name)
    context.is_api = context.is_http
    # A request has its body there, a schedule gives nothing.
    context.get_data = lambda: data.request.body if isinstance(data, HttpArgs) else data

    async def match(handlers):
        kind = told["type"]
        chosen = handlers.get(kind) or (handlers.get("api") if kind == "http" else None)
        if chosen:
            result = chosen() if kind == "cron" else chosen(data)
        elif handlers.get("default"):
            result = handlers["default"](data)
        else:
            raise _no_handler("matched", kind, handlers)
        return await result if hasattr(result, "__await__") else result

    context.match = match


def _no_handler(how, kind, handlers):
    names = ", ".join(name for name in handlers if name != "default")
    return RuntimeError(f"No handler {how} for trigger type: {kind}. Available handlers: {names}")


class _MultiTriggerStep:
    """One step with a handler for each kind of trigger."""

    def __init__(self, config):
        self.config = config
        self._handlers = {}
        for name in _TYPES:
            setattr(self, f"on_{name}", functools.partial(self._on, name))

    def _on(self, name, handler):
        self._handlers[name] = handler
        return self

    def handlers(self, more=None):
        self._handlers.update(more or {})
        return _Fields(config=self.config, handler=self._handle)

    async def _handle(self, data, context):
        kind = context.trigger.type
        chosen = self._handlers.get(kind)
        if chosen is None:
            raise _no_handler("defined", kind, self._handlers)
        result = chosen(context) if kind == "cron" else chosen(data, context)
        return await result if hasattr(result, "__await__") else result


MODULE = Framework()


def install(root):
    """Unless the project itself, or a package of it, has the name."""
    if os.path.basename(root) != "motia" and not os.path.exists(os.path.join(root, "motia")):
        sys.modules["motia"] = MODULE
