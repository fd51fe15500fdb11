"""The package ``motia`` for steps of 1.0, which import what 0.x puts on the context. The real one connects to its engine
as soon as it is imported, so that it cannot stand in for itself."""

import os
import sys
import types

from .context import Logger

_TYPES = ("queue", "http", "cron", "state", "stream")


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
    def __await__(self):
        return iter(())


class _StateManager:
    def __init__(self, framework):
        self._ask = framework.ask

    def get(self, group, key):
        return self._ask("state.get", [group, key])

    def set(self, group, key, value):
        return self._ask("state.exchange", [group, key, value])

    def update(self, group, key, operations):
        return self._ask("state.update", [group, key, operations])

    def delete(self, group, key):
        return self._ask("state.delete", [group, key])

    def list(self, group):
        return [item for _, item in self._ask("state.get_group", [group])]

    def list_groups(self):
        return self._ask("state.list_groups", [])

    def clear(self, group):
        return self._ask("state.clear", [group])

    get_group = list


class _Stream:
    def __init__(self, framework, name):
        self._at = lambda op, *args: framework.ask("stream." + op, [name, *args])

    def get(self, group, item):
        return self._at("get", group, item)

    def set(self, group, item, data):
        return self._at("set", group, item, data)

    def delete(self, group, item):
        return self._at("delete", group, item)

    def list(self, group):
        return self._at("get_group", group)

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
    context.get_data = lambda: data.body if isinstance(data, HttpArgs) else data

    async def match(handlers):
        chosen = handlers.get(told["type"]) or handlers.get("default")
        result = chosen(data) if chosen else None
        return await result if hasattr(result, "__await__") else result

    context.match = match


MODULE = Framework()


def install(root):
    """Unless the project itself, or a package of it, has the name."""
    if os.path.basename(root) != "motia" and not os.path.exists(os.path.join(root, "motia")):
        sys.modules["motia"] = MODULE
