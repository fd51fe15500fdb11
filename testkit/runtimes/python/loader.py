"""Modules of the project: loaded afresh for each invocation, because the framework starts a process for each."""

import importlib.util
import os
import re
import site
import sys

# Folders inside a project that hold other people's code, which stays loaded.
FOREIGN = re.compile(r"[\\/](site-packages|dist-packages|\.venv|venv|python_modules|node_modules)[\\/]")


class Loader:
    def __init__(self, root):
        self.root = os.path.realpath(root)
        self._add_packages()
        # The framework puts the parent of the project first and names the project in PYTHONPATH.
        self._path = [self.root, os.path.dirname(self.root), *sys.path]
        sys.path[:] = self._path

    def _add_packages(self):
        version = "python%d.%d" % sys.version_info[:2]
        homes = (os.environ.get("VIRTUAL_ENV"), os.path.join(self.root, "python_modules"), os.path.join(self.root, ".venv"))
        for home in filter(None, homes):
            packages = os.path.join(home, "lib", version, "site-packages")
            if os.path.isdir(packages) and packages not in sys.path:
                site.addsitedir(packages)

    def contains(self, file):
        """True for the project's own files."""
        if not file:
            return False
        path = os.path.realpath(file)
        return path.startswith(self.root + os.sep) and not FOREIGN.search(path[len(self.root) :])

    def relative(self, file):
        return os.path.relpath(os.path.realpath(file), self.root)

    def forget(self):
        """Drop the project's modules, so that the next import runs them again."""
        sys.path[:] = self._path
        for name, module in list(sys.modules.items()):
            if any(self.contains(place) for place in _places(module)):
                del sys.modules[name]
        importlib.invalidate_caches()

    def load(self, file, reuse=False):
        """Run a step's file, whatever characters are in its name."""
        name = self._module_name(file)
        if reuse and name in sys.modules:
            return sys.modules[name]
        spec = importlib.util.spec_from_file_location(name, file)
        if spec is None or spec.loader is None:
            raise ImportError(f"cannot load {self.relative(file)} as a Python module")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            sys.modules.pop(name, None)
            raise
        return sys.modules.get(name, module)

    def _module_name(self, file):
        """A dotted name by folders, so that `from .helper import x` finds the neighbour."""
        folder, base = os.path.split(self.relative(file))
        stem = os.path.splitext(base)[0]
        if not stem.isidentifier():
            # The prefix keeps `a.step.py` apart from a neighbour `a_step.py`.
            stem = "__step_" + re.sub(r"\W", "_", stem)
        packages = [part for part in folder.split(os.sep) if part]
        if packages and all(part.isidentifier() for part in packages):
            return ".".join([*packages, stem])
        return stem


def _places(module):
    """The file of a module, or the folders of a package without one."""
    try:
        file = getattr(module, "__file__", None)
        if file:
            return [file]
        return [os.path.join(folder, "_") for folder in getattr(module, "__path__", ())]
    except Exception:
        return []
