"""What a handler is given beside its input. Members can be reached as attributes and as keys."""

import datetime
from http.cookies import CookieError, SimpleCookie


class _Members:
    """Attributes that are keys too."""

    def __getitem__(self, name):
        if isinstance(name, str) and not name.startswith("_") and hasattr(self, name):
            return getattr(self, name)
        raise KeyError(name)

    def __contains__(self, name):
        return isinstance(name, str) and not name.startswith("_") and hasattr(self, name)

    def get(self, name, default=None):
        return self[name] if name in self else default


class Context(_Members):
    """The framework's context. ``harness`` has ``call``, ``log`` and ``listen``."""

    def __init__(self, fields, harness):
        released = fields.get("profile") == "motia-0.17"
        self.trace_id = self.traceId = fields["traceId"]
        self.flows = fields["flows"]
        self.logger = Logger(harness.log)
        self.state = ReleasedState(harness.call) if released else State(harness.call)
        self.streams = Streams(harness, fields.get("streams", []) if released else None)
        self.utils = Utils()
        self._call = harness.call

    async def emit(self, event, /):
        """Sends a message. As in the framework, nothing is sent before it is awaited."""
        await self._call("emit", [event])

    # What 1.0 calls it, before it became a function to import.
    enqueue = emit


class Logger(_Members):
    """Log lines go to the harness. Any further arguments are data."""

    def __init__(self, log):
        self._log = log

    def _at(self, level, message, args, fields):
        fields.pop("exc_info", None)
        data = fields.pop("extra", None)
        if args:
            data = args[0] if len(args) == 1 else list(args)
        if data is not None and not isinstance(data, dict):
            data = {"data": data}
        if fields:
            data = {**(data or {}), **fields}
        self._log(level, str(message), data)

    def info(self, message, *args, **fields):
        self._at("info", message, args, fields)

    def warn(self, message, *args, **fields):
        self._at("warn", message, args, fields)

    def error(self, message, *args, **fields):
        self._at("error", message, args, fields)

    def debug(self, message, *args, **fields):
        self._at("debug", message, args, fields)

    warning = warn
    exception = error
    critical = error
    log = info


class Group(list):
    """The items of a group: a list that can be asked like a dictionary, too."""

    def __init__(self, pairs):
        super().__init__(item for _, item in pairs)
        self._keys = [key for key, _ in pairs]

    def keys(self):
        return list(self._keys)

    def values(self):
        return list(self)

    def items(self):
        return list(zip(self._keys, self))

    def get(self, key, default=None):
        return dict(self.items()).get(key, default)


class State(_Members):
    """The shared state. A call is made at once; awaiting it gives its answer."""

    def __init__(self, call):
        self._call = call

    def get(self, group, key):
        return self._call("state.get", [group, key])

    def set(self, group, key, value, ttl=None):
        return self._call("state.set", [group, key, value] if ttl is None else [group, key, value, ttl])

    def delete(self, group, key):
        return self._call("state.delete", [group, key])

    def clear(self, group):
        return self._call("state.clear", [group])

    def get_group(self, group):
        return self._call("state.get_group", [group], Group)

    def get_pattern(self, group, pattern):
        return self._call("state.get_pattern", [group, pattern], Group)

    def update(self, group, key, operations):
        return self._call("state.update", [group, key, operations])

    def list_groups(self):
        return self._call("state.list_groups", [])

    getGroup = list = get_group
    getPattern = get_pattern
    listGroups = list_groups


class ReleasedState(State):
    """The state as releases have it: no item lives for a time."""

    def set(self, group, key, value):
        return self._call("state.set", [group, key, value])


class Stream(_Members):
    """One stream."""

    def __init__(self, name, harness):
        self._name = name
        self._harness = harness

    def _at(self, op, args):
        return self._harness.call("stream." + op, [self._name, *args])

    def subscribe(self, callback):
        """Calls ``callback(item)`` for every change; gives a function that stops it."""
        return self._harness.listen(self._name, callback)

    def update(self, group, item, operations):
        return self._at("update", [group, item, operations])

    def get(self, group, item):
        return self._at("get", [group, item])

    def set(self, group, item, data):
        return self._at("set", [group, item, data])

    def delete(self, group, item):
        return self._at("delete", [group, item])

    def get_group(self, group):
        return self._at("get_group", [group])

    def send(self, channel, event):
        return self._at("send", [channel, event])

    getGroup = list = get_group


class Streams:
    """Any name is a stream where documents are played: whether the project has one of that name is for the harness to
    judge. Releases know the names of the project only."""

    def __init__(self, harness, known=None):
        self._harness = harness
        self._known = known

    def __getitem__(self, name):
        if self._known is not None and name not in self._known:
            raise KeyError(name)
        return Stream(name, self._harness)

    def __getattr__(self, name):
        if name.startswith("__") or (self._known is not None and name not in self._known):
            raise AttributeError(name)
        return Stream(name, self._harness)


class Utils(_Members):
    """Helpers that some projects expect."""

    def __init__(self):
        self.dates = Dates()


class Dates(_Members):
    """Dates on the virtual clock."""

    def now(self):
        return datetime.datetime.now(datetime.timezone.utc)


def request(data):
    """The request as an API step sees it."""
    if not isinstance(data, dict):
        return data
    headers = data.get("headers") or {}
    return {"cookies": _cookies(headers.get("cookie")), **data}


def _cookies(header):
    try:
        jar = SimpleCookie(header or "")
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}
