"""What a handler changes in modules that outlive it: packages, the standard library, the builtins.

The texts of the project say where such a change can be: an assignment to a member of something that is imported
(`requests.get = fake`), and `setattr` with a literal name. What stands there is noted before the text runs, compared when the
invocation ends, and put back.

Not covered: changes through another name for the same object, and state inside objects of packages.
"""

import ast
import builtins
import importlib
import operator
import re
import sys

_MAY_CHANGE = re.compile(rb"\bsetattr\b|\bdelattr\b|\bdel\s+\w+\.|[A-Za-z_]\w*(?:\.\w+)+\s*(?::[^=\n]+)?(?:[-+*/|&^%@]|//|\*\*|<<|>>)?=(?!=)")
_MISSING = object()

_builtins = dict(vars(builtins))
_noted = {}


def targets(source, tree=None):
    """What a text may change: the module that it imports, the names from there to the object, and the member."""
    if not _MAY_CHANGE.search(source):
        return []
    tree = ast.parse(source) if tree is None else tree
    imported = {}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.name if alias.asname else alias.name.partition(".")[0]
                imported[alias.asname or name] = (name, ())
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                imported[alias.asname or alias.name] = (node.module, (alias.name,))
    for node in ast.walk(tree):
        for path in _changed_by(node):
            root, *names = path
            if root in imported and names:
                module, first = imported[root]
                entry = (module, (*first, *names[:-1]), names[-1])
                if entry not in found:
                    found.append(entry)
    return found


def _changed_by(node):
    """Dotted paths that a statement sets or deletes."""
    if isinstance(node, (ast.Assign, ast.Delete)):
        changed = node.targets
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        changed = [node.target]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("setattr", "delattr"):
        literal = node.args[1] if len(node.args) > 1 and isinstance(node.args[1], ast.Constant) else None
        path = _path(node.args[0]) if literal is not None and isinstance(literal.value, str) else None
        return [[*path, literal.value]] if path else []
    else:
        return []
    paths = (_path(target) for target in changed if isinstance(target, ast.Attribute))
    return [path for path in paths if path]


def _path(node):
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [node.id, *reversed(names)] if isinstance(node, ast.Name) else None


def note(entries, is_of_project):
    """Keeps what is there before the text runs that may change it."""
    for entry in entries:
        if entry in _noted:
            continue
        module, names, member = entry
        # All of the builtins are looked at in any case.
        if module == "builtins" and not names or is_of_project(module):
            continue
        try:
            owner = importlib.import_module(module)
            for at, name in enumerate(names):
                if not hasattr(owner, name):
                    importlib.import_module(".".join((module, *names[: at + 1])))
                owner = getattr(owner, name)
            _noted[entry] = (owner, vars(owner).get(member, _MISSING))
        except Exception:  # noqa: BLE001: the text will meet the failure itself
            continue


def take(restore):
    """Names of what is another one than before; with ``restore`` it is put back."""
    changed = []
    for (module, names, member), (owner, before) in list(_noted.items()):
        now = vars(owner).get(member, _MISSING)
        if now is before:
            continue
        changed.append(".".join((module, *names, member)))
        if restore:
            _put_back(owner, member, before)
        else:
            _noted[module, names, member] = (owner, now)
    return sorted(changed) + _take_builtins(restore)


def _take_builtins(restore):
    now = vars(builtins)
    if len(now) == len(_builtins) and all(map(operator.is_, now.values(), _builtins.values())):
        return []
    changed = []
    for name in sorted({*_builtins, *vars(builtins)}):
        before, now = _builtins.get(name, _MISSING), vars(builtins).get(name, _MISSING)
        # The prompt keeps its last value there.
        if now is before or name == "_":
            continue
        changed.append(name)
        if restore:
            _put_back(builtins, name, before)
        else:
            _builtins[name] = now
    return changed


def _put_back(owner, member, before):
    try:
        if before is _MISSING:
            delattr(owner, member)
        else:
            setattr(owner, member, before)
    except (AttributeError, TypeError):
        pass


class Paths:
    """The places that modules are searched in, which a handler may add to."""

    def __init__(self):
        self._known = list(sys.path)

    def restore(self):
        sys.path[:] = self._known
