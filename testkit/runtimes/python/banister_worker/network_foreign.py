"""Libraries in C open connections of their own, which cannot be led to the mock server. The ones that are known are refused
where they would connect, so that no call reaches the network unseen."""

import importlib.abc
import importlib.util
import re
import sys
from urllib.parse import urlsplit

from . import escapes, network

_DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21}


def install():
    sys.meta_path.insert(0, _Finder())


class _Finder(importlib.abc.MetaPathFinder):
    """Finds a known library as ever, and guards it once it is there."""

    def __init__(self):
        self._waiting = dict(_GUARDS)

    def find_spec(self, fullname, path=None, target=None):
        guard = self._waiting.pop(fullname, None)
        if guard is None:
            return None
        spec = importlib.util.find_spec(fullname)
        if spec is None:
            self._waiting[fullname] = guard
        elif spec.loader is not None:
            spec.loader = _Loader(spec.loader, guard)
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, real, guard):
        self._real = real
        self._guard = guard

    def create_module(self, spec):
        return self._real.create_module(spec)

    def exec_module(self, module):
        self._real.exec_module(module)
        self._guard(module)

    def __getattr__(self, name):
        return getattr(self._real, name)


def _refusal(library, host, port):
    """Tells the harness; gives what the error says."""
    network.tell_refused(host, port)
    escapes.tell(f"called {host}:{port} through {library}")
    return f"UNMOCKED outbound call to {host}:{port}: {library} opens connections of its own, which no mock can answer"


def _guard_pycurl(pycurl):
    class Curl(pycurl.Curl):
        """The real one, except that nothing is sent."""

        def setopt(self, option, value):
            if option == pycurl.URL:
                self._url = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            return super().setopt(option, value)

        def perform(self):
            url = getattr(self, "_url", "")
            parts = urlsplit(url if "//" in url else "http://" + url)
            port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
            raise pycurl.error(7, _refusal("libcurl", parts.hostname or "", port))

        perform_rb = perform_rs = perform

    class CurlMulti(pycurl.CurlMulti):
        """The real one, except that nothing is sent."""

        def add_handle(self, handle):
            handle.perform()

    for guarded in (Curl, CurlMulti):
        guarded.__module__ = "pycurl"
        guarded.__qualname__ = guarded.__name__
        setattr(pycurl, guarded.__name__, guarded)


def _database_guard(library, default_port, names):
    def guard(module):
        def refuse(*args, **kwargs):
            told = dict(re.findall(r"(\w+)\s*=\s*'?([^\s']+)", args[0])) if args and isinstance(args[0], str) else {}
            parts = urlsplit(args[0]) if args and isinstance(args[0], str) and "://" in args[0] else None
            host = kwargs.get("host") or told.get("host") or (parts and parts.hostname) or "localhost"
            port = kwargs.get("port") or told.get("port") or (parts and parts.port) or default_port
            raise module.OperationalError(_refusal(library, str(host), int(port)))

        for name in names:
            owner, _, attribute = name.rpartition(".")
            setattr(getattr(module, owner) if owner else module, attribute, refuse)

    return guard


_GUARDS = {
    "pycurl": _guard_pycurl,
    "psycopg2": _database_guard("libpq", 5432, ["connect"]),
    "psycopg": _database_guard("libpq", 5432, ["connect", "Connection.connect", "AsyncConnection.connect"]),
    "MySQLdb": _database_guard("libmysqlclient", 3306, ["connect", "Connect"]),
}
