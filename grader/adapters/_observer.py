"""What every guest shares: a bounded transcript, where in the notebook we are, and hooks on imports and cells.

Runs inside the student's kernel, so: standard library only, never raises into the student's code, never prints.
"""

from __future__ import annotations

import base64
import functools
import json
import math
import os
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ._import_watch import ImportWatch
from ._insides import Insides, insides

LONGEST_TEXT = 500
LONGEST_LIST = 2_000
LONGEST_EVENT = 200_000  # characters of JSON
MOST_ANSWERS = 200
PIECE = 120_000  # bytes of weights in one event; a multiple of three, so that pieces can be put together as they are
LONG_FACTS = ("factor", "offset")  # of an answer: of each pixel one, in base64
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


class Observer:
    """Writes what guests see to the transcript.

    Attributes:
        count: how many cells have begun; the worker knows which cell that is.
        data: the folder with the data sets that are served.
        requested: names of the data sets that the notebook asked for.
    """

    def __init__(self, shell: Any, transcript: str, *, most_events: int, data: str) -> None:
        self.shell = shell
        self.data = data
        self.count = 0
        self.kept: dict[tuple[Any, str], Any] = {}
        self.kept_insides: dict[tuple[Any, str], Insides] = {}
        self.subjects: list[Callable[[], list[Any]]] = []
        self.written = 0
        self.strangers = 0
        self._number = 0
        self._writing = threading.RLock()
        self._left = most_events
        self._cut = 0
        self._failures: dict[str, int] = {}
        self.requested: set[str] = set()
        self._at_cell_end: list[Callable[[], None]] = []
        self._at_question: list[Callable[[Any], None]] = []
        self._answers = 0
        self._descriptor = os.open(transcript, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        self._pid = os.getpid()
        for event, function in self.hooks():
            shell.events.register(event, function)

    def emit(self, event: str, **facts: Any) -> None:
        """Append one event to the transcript; beyond the limit it is only counted."""
        if self._left <= 0:
            self._cut += 1
            return
        self._left -= 1
        self._write(event, facts)

    def tell(self, event: str, **facts: Any) -> None:
        """Append an event that the limit does not hold back, with its place."""
        self._write(event, {**facts, **self.place()})

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

    def keep(self, owner: Any, *names: str) -> None:
        """Remember what stands at these attributes of a class or module now: nothing else should, from here on.

        Of an attribute that is not there (a class inherits it), it is remembered that it is not.
        """
        for name in names:
            self.kept[owner, name] = vars(owner).get(name)
            self.kept_insides[owner, name] = insides(self.kept[owner, name])

    def watchlists(self) -> list[list[Any]]:
        """What is watched and what is called: neither ever gets less."""
        return [list(self.kept), list(self._at_cell_end), list(self._at_question), list(self.subjects)]

    @property
    def descriptor(self) -> int:
        """The transcript's file."""
        return self._descriptor

    def hooks(self) -> tuple[tuple[str, Callable[..., Any]], ...]:
        """By which events of the kernel it is called."""
        return ("pre_run_cell", self._before_cell), ("post_run_cell", self._after_cell)

    def at_cell_end(self, function: Callable[[], None]) -> None:
        """Call a function after each cell, whether it ended well or not."""
        self._at_cell_end.append(self.watched(function))

    def at_question(self, function: Callable[[Any], None]) -> None:
        """Call a function with the images that the grader asks about, after the last cell."""
        self._at_question.append(self.watched(function))

    def answer(self, sets: Any) -> None:
        """Have every guest answer about images: for each data set its ``shape`` and the ``path`` of its bytes."""
        for function in self._at_question:
            function(sets)
        self._tell_failures()

    def emit_answer(self, outputs: bytes = b"", **facts: Any) -> None:
        """Append an answer, whose raw outputs are longer than any text of an observation; these have a limit too."""
        if self._answers < MOST_ANSWERS:
            self._answers += 1
            raw = {"outputs": base64.b64encode(outputs).decode("ascii")} if outputs else {}
            long = {key: facts.pop(key) for key in LONG_FACTS if isinstance(facts.get(key), str)}
            self._append({"event": "answer", **plain(facts), **long, **raw})

    def emit_weights(self, model: int, layers: list[Any], weights: bytes) -> None:
        """Append the layers of a network, and its weights in pieces that each fit an event."""
        self._append({"event": "weights", "model": model, "layers": plain(layers)})
        for start in range(0, len(weights), PIECE):
            values = base64.b64encode(weights[start : start + PIECE]).decode("ascii")
            self._append({"event": "weights", "model": model, "values": values})

    def emit_no_weights(self, model: int, reason: str) -> None:
        """Append why layers and weights of a network are not told."""
        self._append({"event": "weights", "model": model, "reason": plain(reason)})

    def on_import(self, library: str, function: Callable[[ModuleType], None]) -> None:
        """Call a function with a module as soon as it has been imported, or now if it was."""
        careful = self.watched(function)
        if library in sys.modules:
            careful(sys.modules[library])
        else:
            sys.meta_path.insert(0, ImportWatch(library, careful))

    def _before_cell(self, info: Any) -> None:
        if getattr(info, "store_history", False):
            self.count += 1

    def _after_cell(self, _result: Any) -> None:
        for function in self._at_cell_end:
            function()
        self._tell_failures()
        if self._cut:
            self._write("cut", {"count": self.count, "events": self._cut})
            self._cut = 0

    def _tell_failures(self) -> None:
        if self._failures:
            self._write("not_recorded", {"count": self.count, "reasons": dict(list(self._failures.items())[:20])})
            self._failures.clear()

    def _write(self, event: str, facts: dict[str, Any]) -> None:
        self._append({"event": event, **plain(facts)})

    def _append(self, event: dict[str, Any]) -> None:
        if os.getpid() != self._pid:  # a process that the student forked is not the notebook
            return
        if not _called_by_guest():
            self.strangers += 1
        with self._writing:  # numbers must stand in order, whichever thread a network trains in
            text = json.dumps({"n": self._number, **event})
            if len(text) > LONGEST_EVENT:
                text = json.dumps({"n": self._number, "event": "cut", "count": self.count, "events": 1})
            try:
                self.written += os.write(self._descriptor, text.encode("ascii") + b"\n")
            except OSError:  # full, or closed by the notebook: that the recording ends is seen outside
                return
            self._number += 1


def _called_by_guest() -> bool:
    """Whether whoever had an event written is a guest, or the kernel that ends a cell."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_globals is globals():
        if frame.f_code.co_name in {"_after_cell", "answer"}:
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return frame is not None and frame.f_globals.get("__package__") == __package__
