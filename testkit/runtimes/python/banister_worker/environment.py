"""What the modules of a step ask the environment for while they are loaded, and what is not there: an error may come of it."""

import _collections_abc
import os
import re
import sys

from .errors import in_project

_NAME = re.compile(r"[A-Z][A-Z0-9_]*\Z")
_PASSED_ON_BY = {__file__, os.__file__, _collections_abc.__file__}

# Names that are not set: true if a module of the project itself asked. None while nothing is loaded.
_missing = None


def install(root):
    kind = type(os.environ)
    real = kind.__getitem__

    def __getitem__(self, key):
        try:
            return real(self, key)
        except KeyError:
            if _missing is not None and isinstance(key, str) and _NAME.match(key):
                _missing[key] = _missing.get(key, False) or _is_asked_by_project(root)
            raise

    kind.__getitem__ = __getitem__


def _is_asked_by_project(root):
    frame = sys._getframe(2)
    while frame is not None:
        path = frame.f_code.co_filename
        if path not in _PASSED_ON_BY and not path.startswith("<frozen"):
            return in_project(path, root)
        frame = frame.f_back
    return False


def begin_loading():
    global _missing
    _missing = {}


def end_loading():
    global _missing
    _missing = None


def unset(message):
    """Those that an error speaks of, in its order; else those that the project's own modules asked for, by name."""
    names = _missing or {}
    places = {name: re.search(rf"\b{name}\b", message) for name in names}
    told = sorted((found.start(), name) for name, found in places.items() if found)
    return [name for _, name in told] or sorted(name for name, is_own in names.items() if is_own)
