"""The step's end of a socket: what ``req["ws"]`` is. The client's end is the test."""


class Socket:
    """Listeners are plain functions or coroutines."""

    def __init__(self, tell, spawn):
        self._tell = tell
        self._spawn = spawn
        self._listeners = {}
        self.is_open = True

    def on(self, event, listener=None):
        """``ws.on("message", f)``, or the decorator ``@ws.on("message")``."""
        if listener is None:
            return lambda function: self.on(event, function) and function
        self._listeners.setdefault(event, []).append(listener)
        return self

    def send(self, data):
        """Sends a text; may be awaited."""
        if not self.is_open:
            raise RuntimeError("the socket is closed")
        self._tell("ws.send", [data.decode("utf-8", "replace") if isinstance(data, (bytes, bytearray)) else data])
        return _Done()

    def close(self, code=1005, reason=""):
        """Closes the connection; may be awaited."""
        if self.is_open:
            self.is_open = False
            self._tell("ws.close", [code, reason])
            self._fire("close", code, reason)
        return _Done()

    def receive(self, happened):
        """What the client did."""
        if not self.is_open:
            return
        if happened["kind"] == "message":
            self._fire("message", happened["data"])
        else:
            self.is_open = False
            self._fire("close", happened["code"], "")

    def forget(self):
        """Nobody listens any more."""
        self.is_open = False
        self._listeners = {}

    def _fire(self, event, *args):
        for listener in list(self._listeners.get(event, [])):
            self._spawn(listener, args)


class _Done:
    """What a call gives that is over already."""

    def __await__(self):
        return iter(())
