"""Code that stands in for other code: modules that are imported, and names that a module uses and nobody defines."""

import builtins
import dis
import importlib.machinery
import importlib.util
import json
import os
import sys
import threading
import types

from . import channel

_lock = threading.Lock()
_modules = {}
_names = {}
_originals = {}
_loading = []
_loader = None


def install(loader):
    """``loader`` loads the files of the project."""
    global _loader
    _loader = loader
    sys.meta_path.insert(0, _Finder)


def begin(mocks):
    """From now on these stand in; what stood in before is forgotten."""
    global _modules, _names, _originals
    for name in [name for name in sys.modules if _root_of(name)]:
        del sys.modules[name]
    _modules = mocks.get("modules", {})
    _names = mocks.get("names", {})
    _originals = {}


def end():
    """Handlers that are still running get no answers any more."""
    global _names
    _names = {}


def file_instead_of(path):
    """The file that stands in for a file of the project, or the file itself."""
    return _modules.get(path, {}).get("file", path)


def give_names(namespace):
    """Puts the mocked names into a module that is about to run: what it defines or imports itself takes their place."""
    for path, stand in _names.items():
        # A file that is loaded for a mock gets no names that would have to be loaded from files themselves.
        if not (_loading and "export" in stand):
            _place(namespace, path, stand)


def named(name):
    """What stands in for a name, or ``None``."""
    return _value_of(_names[name]) if name in _names else None


def _place(namespace, path, stand):
    first, *rest = path.split(".")
    if not rest:
        namespace[first] = _value_of(stand)
        return
    if not isinstance(namespace.get(first), types.SimpleNamespace):
        namespace[first] = types.SimpleNamespace()
    _place(vars(namespace[first]), ".".join(rest), stand)


def _value_of(stand):
    if "value" in stand:
        return json.loads(json.dumps(stand["value"]))
    if "function" in stand:
        return _function(stand["function"])
    # What a file holds may be anything; only calls of functions are recorded.
    found = _original(stand["export"])
    return _function(stand["export"]) if isinstance(found, types.FunctionType) else found


def _function(told):
    name, is_async = told["function"], told.get("is_async", False)

    def mocked(*args, **named):
        caller = sys._getframe(1)
        outcome = _ask(name, [*args, named] if named else args)
        if outcome.get("runs"):
            return _original(told)(*args, **named)
        error = _failure(outcome["throws"], caller.f_globals) if "throws" in outcome else None
        if is_async:
            return _settled(outcome.get("returns"), error)
        if error:
            raise error
        value = outcome.get("returns")
        return _settled(value, None) if _is_awaited(caller) else value

    mocked.__name__ = mocked.__qualname__ = name.rsplit(".", 1)[-1]
    return mocked


async def _settled(value, error):
    if error:
        raise error
    return value


def _is_awaited(frame):
    """Whether the call that a frame is making stands behind ``await``."""
    for instruction in dis.get_instructions(frame.f_code):
        if instruction.offset > frame.f_lasti and instruction.opname != "CACHE":
            return instruction.opname == "GET_AWAITABLE"
    return False


def _ask(name, args):
    line = channel.encode({"type": "mocked", "function": name, "args": [_shown(arg) for arg in args]})
    with _lock:
        channel.write_line(line)
        return channel.receive() or {}


def _shown(value):
    """An argument for the trace."""
    named = lambda it: f"<{type(it).__name__}>"  # noqa: E731
    try:
        return json.loads(channel.encode(value, named))
    except (TypeError, ValueError, RecursionError):
        return named(value)


def _failure(told, namespace):
    name, message = told.get("name"), told["message"]
    if not name:
        return Exception(message)
    found = namespace.get(name, getattr(builtins, name, None))
    if isinstance(found, type) and issubclass(found, BaseException):
        try:
            return found(message)
        except TypeError:
            pass
    return type(name, (Exception,), {})(message)


def _original(told):
    name = told["function"]
    if name not in _originals:
        spec = importlib.util.spec_from_file_location(f"banister_mock_of_{name}", told["file"], loader=_loader(name, told["file"]))
        module = importlib.util.module_from_spec(spec)
        _loading.append(name)
        try:
            spec.loader.exec_module(module)
        finally:
            _loading.pop()
        found = module
        for part in told["export"].split("."):
            found = getattr(found, part)
        _originals[name] = found
    return _originals[name]


def _root_of(name):
    """The mocked module that a dotted name is, or is a part of."""
    while name:
        if name in _modules:
            return name
        name = name.rpartition(".")[0]
    return None


class _Finder:
    """Finds mocked modules before anybody else does."""

    @staticmethod
    def find_spec(fullname, path=None, target=None):
        root = _root_of(fullname)
        if root is None:
            return None
        file = _modules[root].get("file")
        if root == fullname:
            if file is None:
                return importlib.machinery.ModuleSpec(fullname, _Made(), is_package=True)
            is_folder = os.path.basename(file) == "__init__.py"
            places = [os.path.dirname(file)] if is_folder else []
            return importlib.util.spec_from_file_location(
                fullname, file, loader=_loader(fullname, file), submodule_search_locations=places
            )
        # A folder has its own submodules. And `from x import y` asks here for a `y` that the mock lacks: that is an error.
        if (file and os.path.basename(file) == "__init__.py") or _is_from_import():
            return None
        return importlib.machinery.ModuleSpec(fullname, _Part(root), origin=file, is_package=True)

    @staticmethod
    def invalidate_caches():
        pass


def _is_from_import():
    frame = sys._getframe(2)
    while frame and frame.f_code.co_filename.startswith("<frozen importlib"):
        if frame.f_code.co_name == "_handle_fromlist":
            return True
        frame = frame.f_back
    return False


class _Made:
    """Loads a module whose exports the test writes out."""

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        for path, stand in _modules[module.__name__]["exports"].items():
            _place(vars(module), path, stand)


class _Part:
    """Loads a submodule of a mocked module: what it has is looked up in the mock."""

    def __init__(self, root):
        self._root = root

    def create_module(self, spec):
        parent, _, name = spec.name.rpartition(".")
        part = _PartModule(spec.name)
        part.__file__ = spec.origin
        part._banister_where = [getattr(sys.modules[parent], name, None), sys.modules[self._root]]
        return part

    def exec_module(self, module):
        pass


class _PartModule(types.ModuleType):
    def __getattr__(self, name):
        if not name.startswith("__"):
            for where in self.__dict__.get("_banister_where", ()):
                found = getattr(where, name, None)
                if found is not None:
                    return found
        raise AttributeError(f"the mock of '{self.__name__}' ({self.__file__}) has no '{name}'")
