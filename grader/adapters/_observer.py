"""What every guest shares: a bounded transcript, where in the notebook we are, and hooks on imports and cells.

Runs inside the student's kernel, so: standard library only, never raises into the student's code, never prints.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import json
import math
import os
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

LONGEST_TEXT = 500
LONGEST_LIST = 2_000
LONGEST_EVENT = 200_000  # characters of JSON
DEEPEST = 8


def plain(value: Any, depth: int = 0) -> Any:
    """A bounded copy of a value made of JSON's own types; what has no such form becomes its class name.

    NaN and infinity become ``None``.
    """
    if value is None or isinstance(value, (bool, str)):
        return value[:LONGEST_TEXT] if isinstance(value, str) else value
    if isinstance(value, int):
        return int(value) if abs(value) < 2**62 else None
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if depth >= DEEPEST:
        return type(value).__name__
    if isinstance(value, dict):
        pairs = list(value.items())[:LONGEST_LIST]
        return {str(key)[:LONGEST_TEXT]: plain(item, depth + 1) for key, item in pairs}
    if isinstance(value, (list, tuple)):
        return [plain(item, depth + 1) for item in value[:LONGEST_LIST]]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    """The Python number behind a NumPy or tensor scalar, else the name of the value's class."""
    try:
        number = float(value)
    except Exception:
        return type(value).__name__
    return number if math.isfinite(number) else None


def stands_in_for(original: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function look like the one it replaces, its signature included: libraries look at that too."""

    def disguise(function: Callable[..., Any]) -> Callable[..., Any]:
        disguised: Any = functools.wraps(original)(function)
        try:
            disguised.__signature__ = inspect.signature(original)
        except (TypeError, ValueError):
            pass
        return disguised  # type: ignore[no-any-return]

    return disguise


def owner_of(kind: type, name: str) -> type:
    """The class that defines a method. Replaced anywhere below it, the method would count as overridden."""
    return next(base for base in kind.__mro__ if name in vars(base))


class Observer:
    """Writes what guests see to the transcript.

    Attributes:
        count: how many cells have begun; the worker knows which cell that is.
        data: the folder with the data sets that are served.
    """

    def __init__(self, shell: Any, transcript: str, *, most_events: int, data: str) -> None:
        self.shell = shell
        self.data = data
        self.count = 0
        self._left = most_events
        self._cut = 0
        self._failures: dict[str, int] = {}
        self._at_cell_end: list[Callable[[], None]] = []
        self._descriptor = os.open(transcript, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        self._pid = os.getpid()
        shell.events.register("pre_run_cell", self._before_cell)
        shell.events.register("post_run_cell", self._after_cell)

    def emit(self, event: str, **facts: Any) -> None:
        """Append one event to the transcript; beyond the limit it is only counted."""
        if self._left <= 0:
            self._cut += 1
            return
        self._left -= 1
        self._write(event, facts)

    def watched(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A recording function that survives everything: what goes wrong is counted, and told once a cell."""

        @functools.wraps(function)
        def careful(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except Exception as error:
                told = f"{function.__name__}: {type(error).__name__}: {error}"[:LONGEST_TEXT]
                self._failures[told] = self._failures.get(told, 0) + 1
                return None

        return careful

    def place(self) -> dict[str, int | None]:
        """The number of the running cell in order of execution, and the line of it that led here."""
        line = None
        frame = sys._getframe(1)  # inspect.stack() would read every source file on the way
        names = getattr(self.shell.compile, "_filename_map", {})
        while frame is not None:
            if frame.f_code.co_filename in names:
                line = frame.f_lineno
            frame = frame.f_back  # type: ignore[assignment]
        return {"count": self.count, "line": line}

    def at_cell_end(self, function: Callable[[], None]) -> None:
        """Call a function after each cell, whether it ended well or not."""
        self._at_cell_end.append(self.watched(function))

    def on_import(self, library: str, function: Callable[[ModuleType], None]) -> None:
        """Call a function with a module as soon as it has been imported, or now if it was."""
        careful = self.watched(function)
        if library in sys.modules:
            careful(sys.modules[library])
        else:
            sys.meta_path.insert(0, _ImportWatch(library, careful))

    def _before_cell(self, info: Any) -> None:
        if getattr(info, "store_history", False):
            self.count += 1

    def _after_cell(self, _result: Any) -> None:
        for function in self._at_cell_end:
            function()
        if self._failures:
            self._write("not_recorded", {"count": self.count, "reasons": dict(list(self._failures.items())[:20])})
            self._failures.clear()
        if self._cut:
            self._write("cut", {"count": self.count, "events": self._cut})
            self._cut = 0

    def _write(self, event: str, facts: dict[str, Any]) -> None:
        if os.getpid() != self._pid:  # a process that the student forked is not the notebook
            return
        text = json.dumps({"event": event, **plain(facts)})
        if len(text) > LONGEST_EVENT:
            text = json.dumps({"event": "cut", "count": self.count, "events": 1})
        os.write(self._descriptor, text.encode("ascii") + b"\n")


class _ImportWatch(importlib.abc.MetaPathFinder):
    """Finds one module as the other finders would, and calls a function after it has been executed."""

    def __init__(self, library: str, function: Callable[[ModuleType], None]) -> None:
        self.library = library
        self.function = function
        self.asking = False  # the other finders, who may be asked without an import following

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The module's own spec, with a loader that calls back; ``None`` for every other module."""
        if fullname != self.library or self.asking:
            return None
        self.asking = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self.asking = False
        if spec is not None and spec.loader is not None:
            self._call_back(spec.loader)
        return spec

    def _call_back(self, loader: Any) -> None:
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            if self in sys.meta_path:
                sys.meta_path.remove(self)
                self.function(module)

        loader.exec_module = exec_module
