"""A control group around a box: memory and processes of everything in it together, enforced by Linux and told exactly.

Where one is to be had differs from machine to machine: a group that is ours to divide, or a scope that systemd makes
for a user. `fence` takes the first that works.
"""

import itertools
import os
import secrets
import weakref
from functools import cache
from pathlib import Path
from typing import Protocol

from grader.rubric import Limits
from grader.sandbox import scope
from grader.sandbox.gauge import Gauge, take_away
from grader.sandbox.hierarchy import PREFIX, Parents, parents

_JOIN = 'for _ in {}; do echo $$ > "$1/cgroup.procs" || exit 125; shift; done; exec "$@"'
_counter = itertools.count()


class Fence(Protocol):
    """A control group with its limits set."""

    kind: str

    def wrap(self, argv: list[str]) -> list[str]:
        """The command that runs ``argv`` inside; it ends with a failure rather than run it outside."""
        ...

    def used(self) -> int | None:
        """Bytes in use now that cannot be taken back: without cached files, with files kept in memory."""
        ...

    def memory_peak(self) -> int | None:
        """The most bytes ever charged, cached files included; ``None`` where this kernel does not tell."""
        ...

    def tasks(self) -> int | None:
        """Processes and threads now."""
        ...

    def memory_hits(self) -> int:
        """How many processes were ended because memory ran out."""
        ...

    def task_hits(self) -> int:
        """How many times a new process or thread was refused (while the box was meant to run)."""
        ...

    def kill(self) -> None:
        """End everything inside, until nothing is left. What was counted until then stays readable."""
        ...

    def remove(self) -> None:
        """End everything inside and take the group away; may be called again. Happens by itself at exit."""
        ...


class Groups:
    """A fence of our own making: one folder in version 2, one in each hierarchy in version 1."""

    def __init__(self, places: Parents, limits: Limits) -> None:
        self.kind = f"control groups v{places.version}"
        name = f"{PREFIX}{os.getpid()}-{next(_counter)}-{secrets.token_hex(4)}"
        self._gauge = Gauge(version=places.version, memory=places.memory / name, tasks=places.tasks / name)
        self._folders = list(dict.fromkeys([self._gauge.memory, self._gauge.tasks]))
        self._refused: int | None = None
        self._removal = weakref.finalize(self, _remove, self._gauge, self._folders)
        try:
            for folder in self._folders:
                folder.mkdir()
            self._gauge.limit(limits)
        except OSError:
            self._removal()
            raise

    def wrap(self, argv: list[str]) -> list[str]:
        """See `Fence.wrap`."""
        rounds = " ".join(str(number) for number, _ in enumerate(self._folders))
        return ["/bin/sh", "-c", _JOIN.format(rounds), "fence", *map(str, self._folders), *argv]

    def used(self) -> int | None:
        """See `Fence.used`."""
        return self._gauge.used()

    def memory_peak(self) -> int | None:
        """See `Fence.memory_peak`."""
        return self._gauge.peak()

    def tasks(self) -> int | None:
        """See `Fence.tasks`."""
        return self._gauge.count()

    def memory_hits(self) -> int:
        """See `Fence.memory_hits`."""
        return self._gauge.memory_hits()

    def task_hits(self) -> int:
        """See `Fence.task_hits`."""
        return self._gauge.task_hits() if self._refused is None else self._refused

    def kill(self) -> None:
        """See `Fence.kill`."""
        self._refused = self.task_hits()  # from here on everything is refused, which is no fault of the notebook
        self._gauge.kill()

    def remove(self) -> None:
        """See `Fence.remove`."""
        self._removal()


def fence(limits: Limits) -> Fence | None:
    """A control group of its own with these limits; ``None`` where none is to be had."""
    if places := parents():
        try:
            return Groups(places, limits)
        except OSError:
            return None
    return scope.Scope(limits) if scope.available() else None


@cache
def kind() -> str:
    """What `fence` uses here, for people; ``""`` where there is nothing."""
    if places := parents():
        return f"control groups v{places.version}"
    return scope.KIND if scope.available() else ""


def _remove(gauge: Gauge, folders: list[Path]) -> None:
    gauge.kill()
    take_away(folders)
