"""What a handler is given: the context, the request, and the collections that state returns."""

import datetime


class Indexable:
    """Members by attribute and by key: projects write both `ctx.emit` and `ctx["emit"]`."""

    def __getitem__(self, name):
        if isinstance(name, str) and not name.startswith("_"):
            try:
                return getattr(self, name)
            except AttributeError:
                pass
        raise KeyError(name)

    def __contains__(self, name):
        try:
            self[name]
        except KeyError:
            return False
        return True


class Context(Indexable):
    def __init__(self, calls, fields):
        self._calls = calls
        self.trace_id = self.traceId = fields["traceId"]
        self.flows = list(fields["flows"])
        self.logger = Logger(calls)
        self.state = State(calls)
        self.streams = Streams(calls, fields["streams"])
        self.utils = Utils()

    def emit(self, event):
        return self._calls.call("emit", event)

    def get(self, name, default=None):
        return self[name] if name in self else default

    def keys(self):
        return [name for name in dir(self) if not name.startswith("_") and name not in ("get", "keys")]


class Logger(Indexable):
    def __init__(self, calls):
        self._calls = calls

    def _log(self, level, message, data):
        if data is not None and not isinstance(data, dict):
            data = {"data": data}
        self._calls.log(level, str(message), data)

    def info(self, message, args=None):
        self._log("info", message, args)

    def warn(self, message, args=None):
        self._log("warn", message, args)

    warning = warn

    def error(self, message, args=None):
        self._log("error", message, args)

    def debug(self, message, args=None):
        self._log("debug", message, args)

    # The name by which code that treats the logger as a function finds it.
    log = info


class Group(list):
    """The items of a state group: a list of values, as in the framework, that also answers as a dict would."""

    def __init__(self, pairs):
        self._pairs = [(key, item) for key, item in pairs or ()]
        super().__init__(item for _, item in self._pairs)

    def keys(self):
        return [key for key, _ in self._pairs]

    def values(self):
        return [item for _, item in self._pairs]

    def items(self):
        return list(self._pairs)


class State(Indexable):
    def __init__(self, calls):
        self._calls = calls

    def get(self, group_id, key):
        return self._calls.call("state.get", group_id, key)

    def set(self, group_id, key, value, ttl=None):
        rest = () if ttl is None else (ttl,)
        return self._calls.call("state.set", group_id, key, value, *rest)

    def delete(self, group_id, key):
        return self._calls.call("state.delete", group_id, key)

    def clear(self, group_id):
        return self._calls.call("state.clear", group_id)

    def get_group(self, group_id):
        return self._calls.call("state.get_group", group_id, shape=Group)

    getGroup = get_group

    def get_pattern(self, group_id, pattern):
        return self._calls.call("state.get_pattern", group_id, pattern, shape=Group)

    getPattern = get_pattern


class Streams:
    """Streams by name. A name without a config is served too: whether it should exist is for the static checks to say."""

    def __init__(self, calls, names):
        self._calls = calls
        self._names = list(names)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name):
        return Stream(self._calls, name)

    def __contains__(self, name):
        return name in self._names

    def __iter__(self):
        return iter(self._names)

    def get(self, name, default=None):
        return self[name] if name in self._names else default

    def keys(self):
        return list(self._names)


class Stream(Indexable):
    def __init__(self, calls, name):
        self._calls = calls
        self._name = name

    def get(self, group_id, id):
        return self._calls.call("stream.get", self._name, group_id, id)

    def set(self, group_id, id, data):
        return self._calls.call("stream.set", self._name, group_id, id, data)

    def delete(self, group_id, id):
        return self._calls.call("stream.delete", self._name, group_id, id)

    def get_group(self, group_id):
        return self._calls.call("stream.get_group", self._name, group_id)

    getGroup = get_group

    def send(self, channel, event):
        return self._calls.call("stream.send", self._name, channel, event)


class Dates(Indexable):
    def now(self):
        return datetime.datetime.now(datetime.timezone.utc)


class Utils(Indexable):
    def __init__(self):
        self.dates = Dates()


class Request(dict):
    """The request of an api step: a dict whose members are attributes as well."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"request has no attribute '{name}'") from None

    def __setattr__(self, name, value):
        self[name] = value
