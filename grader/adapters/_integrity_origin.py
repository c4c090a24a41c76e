"""Where code comes from: the notebook, or a library."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from pathlib import Path
from types import FunctionType, MappingProxyType
from typing import Any

INSTALLED = ("site-packages", "dist-packages")


class Origin:
    """Tells the notebook's own code from that of libraries.

    Attributes:
        files: the names under which the notebook's cells are compiled.
    """

    def __init__(self, shell: Any) -> None:
        self.files = getattr(shell.compile, "_filename_map", {})
        self._folder = str(Path.cwd())

    def is_notebook(self, value: Any) -> bool:
        """Whether a function, a class or an object was made by code of the notebook or of a file beside it."""
        value = bare(value)
        if isinstance(value, FunctionType):
            return self._is_own(str(value.__globals__.get("__name__", "")), value.__code__.co_filename)
        kind = value if isinstance(value, type) else type(value)
        module = str(getattr(kind, "__module__", ""))
        return self._is_own(module, str(getattr(sys.modules.get(module), "__file__", None) or "<built-in>"))

    def is_library(self, value: Any) -> bool:
        """Whether it was made by an installed library: not by the notebook, and not by Python's own."""
        value = bare(value)
        module = value.__globals__.get("__name__") if isinstance(value, FunctionType) else None
        module = module or getattr(value, "__module__", None) or getattr(type(value), "__module__", "")
        top = str(module).partition(".")[0]
        return not self.is_notebook(value) and top not in sys.stdlib_module_names

    def _is_own(self, module: str, file: str) -> bool:
        if module == "__main__" or module not in sys.modules or file in self.files:
            return True
        return file.startswith(self._folder) and not any(part in file for part in INSTALLED)


def bare(value: Any) -> Any:
    """What is behind a bound method, a ``partial``, a static or a class method."""
    for _ in range(8):  # a partial of a partial; no more than that, however it was made
        inner = getattr(value, "func", None) if isinstance(value, functools.partial) else None
        inner = inner or (None if isinstance(value, type) else vars_of(value).get("__func__"))
        inner = inner or (getattr(value, "__func__", None) if type(value).__name__ in _WRAPPERS else None)
        if inner is None:
            return value
        value = inner
    return value


_NOTHING = object()
_WRAPPERS = frozenset({"method", "staticmethod", "classmethod"})


def vars_of(owner: Any) -> Mapping[str, Any]:
    """An object's own attributes; of one that has none, none. Nothing of the object's own code runs."""
    try:
        found = object.__getattribute__(owner, "__dict__")
    except (AttributeError, TypeError):
        return {}
    return found if isinstance(found, (dict, MappingProxyType)) else {}


def standing(owner: Any, name: str) -> Any:
    """What an attribute is now, found without running a property or a descriptor; ``None`` when it is not there."""
    found = vars_of(owner).get(name, _NOTHING)
    if found is not _NOTHING:
        return found
    for kind in (owner if isinstance(owner, type) else type(owner)).__mro__:
        if name in kind.__dict__:
            return kind.__dict__[name]
    return None


def called(value: Any) -> str:
    """A name for a function or an object, for a sentence."""
    value = bare(value)
    name = getattr(value, "__qualname__", None) or type(value).__qualname__
    return str(name)[:80].replace("<locals>.", "")
