"""What a handler threw, as the harness shows it: paths relative to the project, no frame of the worker's own."""

import asyncio
import itertools
import linecache
import os
import traceback

WORKER = os.path.dirname(os.path.abspath(__file__))
ASYNCIO = os.path.dirname(os.path.abspath(asyncio.__file__))


def describe_failure(error, loader, file=None):
    """The `error` of a `threw` message. `file` is the step, for errors that have no frame inside the project."""
    name = type(error).__name__
    message = _message(error)
    place = _syntax_place(error, loader) or _innermost(error, loader) or {"file": file}
    described = {"name": name, "message": message, "stack": _stack(error, loader)}
    described.update({key: value for key, value in place.items() if value is not None})
    return described


def _message(error):
    if isinstance(error, SystemExit):
        code = "" if error.code is None else repr(error.code)
        return f"sys.exit({code}) was called by the handler"
    try:
        return str(error)
    except Exception as broken:
        return f"<its text raised {type(broken).__name__}>"


def _syntax_place(error, loader):
    if isinstance(error, SyntaxError) and loader.contains(error.filename):
        return {"file": os.path.realpath(error.filename), "line": error.lineno, "column": error.offset or None}
    return None


def _innermost(error, loader):
    found, step = None, error.__traceback__
    while step is not None:
        if loader.contains(step.tb_frame.f_code.co_filename):
            found = step
        step = step.tb_next
    if found is None:
        return None
    code = found.tb_frame.f_code
    return {"file": os.path.realpath(code.co_filename), "line": found.tb_lineno, "column": _column(found, code)}


def _column(step, code):
    """1-based, in characters; interpreters before 3.11 do not know it."""
    if not hasattr(code, "co_positions") or step.tb_lasti < 0:
        return None
    positions = list(code.co_positions())
    line, _, offset, _ = positions[step.tb_lasti // 2]
    if offset is None or line is None:
        return None
    text = linecache.getline(code.co_filename, line).encode("utf-8")
    return len(text[:offset].decode("utf-8", "replace")) + 1


def _stack(error, loader):
    try:
        summary = traceback.TracebackException.from_exception(error)
        _clean(summary, loader, set())
        return "".join(summary.format())
    except Exception:
        return f"{type(error).__name__}: {_message(error)}\n"


def _clean(summary, loader, seen):
    """Rewrite the frames of an exception, of its causes, and of the members of a group."""
    if summary is None or id(summary) in seen:
        return
    seen.add(id(summary))
    # What called the handler is the worker and its event loop.
    called = itertools.dropwhile(lambda frame: _hidden(frame.filename) or _in_asyncio(frame.filename), summary.stack)
    # Frames made of four fields carry no column marks, which differ between interpreter versions.
    frames = [
        (_shown(frame.filename, loader), frame.lineno, frame.name, frame.line)
        for frame in called
        if not _hidden(frame.filename)
    ]
    summary.stack = traceback.StackSummary.from_list(frames)
    if getattr(summary, "filename", None):
        summary.filename = _shown(summary.filename, loader)
    for other in (summary.__cause__, summary.__context__, *(getattr(summary, "exceptions", None) or ())):
        _clean(other, loader, seen)


def _hidden(file):
    return file.startswith("<frozen ") or os.path.dirname(os.path.abspath(file)) == WORKER


def _in_asyncio(file):
    return os.path.dirname(os.path.abspath(file)) == ASYNCIO


def _shown(file, loader):
    return loader.relative(file) if loader.contains(file) else file
