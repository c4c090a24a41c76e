"""Signs that somebody interferes with what is observed: told for a person to look at, and never acted upon.

No guest can be safe from code that runs in its own process: whoever knows this file can get around it. What counts in
the end is measured outside. This tells apart the honest notebook from the one that helps itself the easy way.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType
from typing import Any

from ._insides import Insides, insides, same
from ._integrity_kernel import Finding, Kernel
from ._integrity_library import Library
from ._integrity_origin import Origin, standing
from ._observer import Observer

MOST_TOLD = 60
CONTRADICTION = "contradiction"


def install(observer: Observer) -> None:
    """Remember the fresh kernel, and compare it with what it has become after each cell and at the end."""
    origin = Origin(observer.shell)
    library = Library(observer, origin)
    library.install()
    parts = [Kernel(observer.shell, origin).findings, library.findings, Recording(observer).findings]
    integrity = Integrity(observer, parts)
    observer.at_cell_end(integrity.look)
    observer.at_question(lambda _sets: integrity.look())
    observer.tell("watching")


class Integrity:
    """Tells each finding once."""

    def __init__(self, observer: Observer, parts: list[Callable[[], Iterator[Finding]]]) -> None:
        self.observer = observer
        self._told: set[Finding] = set()
        self._parts = [observer.watched(lambda part=part: self._tell(part())) for part in parts]

    def look(self) -> None:
        """Compare everything; one part that fails does not keep the others from looking.

        That it was done is told as well: outside, silence is a sign, too.
        """
        for part in self._parts:
            part()
        self.observer.tell("looked")

    def _tell(self, findings: Iterator[Finding]) -> None:
        for kind, what in findings:
            if (kind, what) not in self._told and len(self._told) < MOST_TOLD:
                self._told.add((kind, what))
                self.observer.tell("tamper", kind=kind, what=what)


class Recording:
    """Looks after the guests themselves: their functions, their hooks on cells and their file."""

    def __init__(self, observer: Observer) -> None:
        self.observer = observer
        self._methods = {name: standing(observer, name) for name in vars(type(observer)) if not name.startswith("__")}
        self._file = _identity(observer.descriptor)
        self._functions: list[tuple[Mapping[str, Any], str, Any, Insides]] = []
        self._seen: dict[int, list[Any]] = {}
        observer.shell.events.register("pre_run_cell", self._begin)

    def findings(self) -> Iterator[Finding]:
        """Everything about the recording that is not as the guests left it."""
        for name, before in self._methods.items():
            if standing(self.observer, name) is not before:
                yield CONTRADICTION, f"The recording itself was changed: its function {name} was replaced."
        yield from self._guests()
        for event, function in self.observer.hooks():
            if function not in self.observer.shell.events.callbacks.get(event, ()):
                yield CONTRADICTION, f"The recording was switched off: its hook on cells ({event}) was taken away."
        yield from self._shrunk()
        if self.observer.strangers:
            yield CONTRADICTION, "Observations were written by code that is not the grader's."
        yield from self._transcript()

    def _begin(self, _info: Any = None) -> None:
        """Just before the first cell, when every guest has been loaded."""
        self._functions = list(_functions())
        self.observer.shell.events.unregister("pre_run_cell", self._begin)

    def _guests(self) -> Iterator[Finding]:
        for owner, name, before, within in self._functions:
            if owner.get(name) is not before:
                yield CONTRADICTION, f"The recording itself was changed: {name} was replaced."
            elif not same(within, insides(before)):
                yield CONTRADICTION, f"The recording itself was changed: {name} was changed within."

    def _shrunk(self) -> Iterator[Finding]:
        """What is watched and who watches only grows."""
        for number, watched in enumerate(self.observer.watchlists()):
            before = {id(each) for each in self._seen.get(number, ())}
            if not before <= {id(each) for each in watched}:
                yield CONTRADICTION, "The recording was switched off: it was made to forget what it watches."
            self._seen[number] = watched

    def _transcript(self) -> Iterator[Finding]:
        now = _identity(self.observer.descriptor)
        if now != self._file:
            yield CONTRADICTION, "The recording was led elsewhere: its file is another one."
        elif self._file is not None and os.fstat(self.observer.descriptor).st_size > self.observer.written:
            yield CONTRADICTION, "The recording holds more than the grader wrote into it."


def _functions() -> Iterator[tuple[Mapping[str, Any], str, Any, Insides]]:
    """Everything that the guests consist of: where it stands, under what name, itself, and what it is made of."""
    for module in [name for name in list(sys.modules) if name.startswith(f"{__package__}.")]:
        names = vars(sys.modules[module])
        own = [(name, value) for name, value in names.items() if not name.startswith("__")]
        yield from ((names, name, value, insides(value)) for name, value in own)
        for kind in [value for _, value in own if isinstance(value, type) and value.__module__ == module]:
            parts = vars(kind)
            yield from ((parts, name, value, insides(value)) for name, value in parts.items() if _is_code(value))


def _is_code(value: Any) -> bool:
    return isinstance(value, (FunctionType, staticmethod, classmethod, property))


def _identity(descriptor: int) -> tuple[int, int] | None:
    """Which file a descriptor leads to; ``None`` for what is no plain file, which has no size to compare."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return (-1, -1)
    return (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else None
