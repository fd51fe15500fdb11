"""The project's modules, imported as the framework does: named from the folder above the project."""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys

from . import mocks, patches, randomness
from .errors import in_project

_compiled = {}
# Modules that were looked at and are none of the project's, by name.
_foreign = {}
_is_of_project = None


class _Loader(importlib.machinery.SourceFileLoader):
    """Compiles a text once, and never writes into the project."""

    def __init__(self, fullname, path):
        super().__init__(fullname, mocks.file_instead_of(path))

    def exec_module(self, module):
        mocks.give_names(vars(module))
        self.get_code(module.__name__)
        patches.note(_compiled[self.path][2], _is_of_project)
        super().exec_module(module)

    def get_code(self, fullname):
        data = self.get_data(self.path)
        known = _compiled.get(self.path)
        if known is None or known[0] != data:
            code = self.source_to_code(data, self.path)
            known = _compiled[self.path] = (data, code, patches.targets(data))
        return known[1]


class _DottedFolders(importlib.abc.MetaPathFinder):
    """Packages whose folder has a dot in its name, which stands for an underscore in theirs."""

    def __init__(self, root):
        self._root = root

    def find_spec(self, fullname, path=None, target=None):
        last = fullname.rpartition(".")[2]
        if path is None:
            folders = [self._root]
        else:
            folders = [os.path.join(above, name) for above in path for name in _folders(above, self._root)]
        for folder in folders:
            name = os.path.basename(folder)
            if "." in name and name.replace(".", "_") == last and os.path.isdir(folder):
                return self._spec(fullname, folder)
        return None

    @staticmethod
    def _spec(fullname, folder):
        init = os.path.join(folder, "__init__.py")
        if os.path.isfile(init):
            loader = _Loader(fullname, init)
            return importlib.util.spec_from_file_location(
                fullname, init, loader=loader, submodule_search_locations=[folder]
            )
        spec = importlib.machinery.ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = [folder]
        return spec


def _folders(above, root):
    """Folders of the project with a dot inside their name."""
    if above != root and not in_project(os.path.join(above, "x"), root):
        return []
    try:
        return sorted(name for name in os.listdir(above) if "." in name.strip("."))
    except OSError:
        return []


def install(root):
    """Makes the project importable: ``from steps.x import y`` and ``from project.steps.x import y``."""

    def hook(folder):
        if not in_project(os.path.join(folder or os.getcwd(), "x"), root) and folder != root:
            raise ImportError
        extensions = (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES)
        return importlib.machinery.FileFinder(folder, extensions, (_Loader, importlib.machinery.SOURCE_SUFFIXES))

    def is_of_project(name):
        first = name.partition(".")[0]
        there = (os.path.join(folder, first) for folder in (root, os.path.dirname(root)))
        return first == os.path.basename(root) or any(
            os.path.isdir(path) or os.path.isfile(path + ".py") for path in there
        )

    global _is_of_project
    _is_of_project = randomness.is_of_project = is_of_project
    sys.meta_path.append(_DottedFolders(root))
    sys.path_hooks.insert(0, hook)
    sys.path[0:0] = [os.path.dirname(root), root]
    mocks.install(_Loader)


def forget(root):
    """Forgets what was imported from the project."""
    # A package is found through the one around it, so none may go before all have been looked at.
    names = []
    for name, module in list(sys.modules.items()):
        if _foreign.get(name) is module or name == "__main__":
            continue
        if any(in_project(path, root) or path == root for path in _paths(module)):
            names.append(name)
        elif isinstance(getattr(module, "__file__", None), str) or not hasattr(module, "__path__"):
            # The folders of a package without a file may become more.
            _foreign[name] = module
    for name in names:
        del sys.modules[name]
    importlib.invalidate_caches()


def _paths(module):
    path = getattr(module, "__file__", None)
    if isinstance(path, str):
        return [path]
    # A package without a file of its own, such as a folder of steps.
    try:
        return [path for path in getattr(module, "__path__", None) or [] if isinstance(path, str)]
    except Exception:  # noqa: BLE001: a module can be any object
        return []


def load(path, root):
    """Imports the file at ``path``, unless it has been since ``forget``."""
    inside = os.path.relpath(path, os.path.dirname(root))
    parts = os.path.splitext(inside)[0].split(os.sep)
    # A dot in a file's name would name a package.
    name = ".".join(part.replace(".", "_") for part in parts)
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path, loader=_Loader(name, path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module
