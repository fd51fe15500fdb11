"""Errors as the protocol tells them: paths relative to the project, no frame of ours."""

import os
import sys
import traceback

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class HardExit(SystemExit):
    """What `os._exit` becomes."""


def describe(error, root):
    """The protocol's error for an exception."""
    if isinstance(error, SystemExit):
        code = 0 if error.code is None else error.code
        call = "os._exit" if isinstance(error, HardExit) else "sys.exit"
        return _with_place(
            {"name": "Error", "message": f"{call}({code}) was called by the handler", "stack": ""}, error, root
        )
    try:
        message = str(error)
    except Exception as problem:  # noqa: BLE001: the step's own class may be broken
        message = f"<no message: {problem!r}>"
    if isinstance(error, SyntaxError) and error.msg:
        message = error.msg
    told = traceback.TracebackException.from_exception(error, capture_locals=False)
    _tidy(told, root, set())
    stack = "".join(told.format()).rstrip().replace(root + os.sep, "")
    described = {"name": type(error).__name__, "message": message, "stack": stack}
    return _with_place(described, error, root)


def _with_place(described, error, root):
    if isinstance(error, SyntaxError) and error.filename and in_project(error.filename, root):
        place = (error.filename, error.lineno, error.offset)
    else:
        place = _innermost(error, root)
    if place:
        described.update({key: value for key, value in zip(("file", "line", "column"), place) if value})
    return described


def _innermost(error, root):
    place = None
    for frame in traceback.extract_tb(error.__traceback__):
        if in_project(frame.filename, root):
            column = getattr(frame, "colno", None)
            place = (frame.filename, frame.lineno, None if column is None else column + 1)
    return place


def in_project(path, root):
    """Whether a file belongs to the project and to no package installed inside it."""
    if path.startswith("<"):
        return False
    path = os.path.abspath(path)
    return (
        path.startswith(root + os.sep)
        and "site-packages" not in path.split(os.sep)
        and not (sys.prefix.startswith(root + os.sep) and path.startswith(sys.prefix + os.sep))
    )


def _tidy(told, root, seen):
    """Drops our own frames, and those of the event loop that lead to the project's first."""
    if told is None or id(told) in seen:
        return
    seen.add(id(told))
    kept = [frame for frame in told.stack if not frame.filename.startswith((_OURS + os.sep, "<frozen importlib"))]
    first = next((at for at, frame in enumerate(kept) if in_project(frame.filename, root)), 0)
    told.stack = traceback.StackSummary()
    told.stack.extend(kept[first:])
    _tidy(told.__cause__, root, seen)
    _tidy(told.__context__, root, seen)
