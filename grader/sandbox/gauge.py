"""The files of a control group: limits are written to them, what happened is read from them, and all can be ended."""

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.rubric import Limits

_ROUNDS = 1000
_PAUSE = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What files are called, and what stands in them, in one version of control groups."""

    memory: str
    swap: str
    swap_value: str
    peak: str
    events: str
    kept: frozenset[str]


_WORDS = {
    1: _Words(
        memory="memory.limit_in_bytes",
        swap="memory.memsw.limit_in_bytes",
        swap_value="{memory}",  # memory and swap together
        peak="memory.max_usage_in_bytes",
        events="memory.oom_control",
        kept=frozenset({"total_rss", "total_shmem"}),
    ),
    2: _Words(
        memory="memory.max",
        swap="memory.swap.max",
        swap_value="0",
        peak="memory.peak",
        events="memory.events",
        kept=frozenset({"anon", "shmem"}),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """One group: a folder for memory and one for processes, which are the same in version 2."""

    version: int
    memory: Path
    tasks: Path

    def limit(self, limits: Limits) -> None:
        """Set the limits; raises ``OSError`` where that fails. Swap is limited where the kernel counts it."""
        words = _WORDS[self.version]
        most = str(int(limits.memory_mb * 1_000_000))
        _write(self.memory / words.memory, most)
        with suppress(OSError):
            _write(self.memory / words.swap, words.swap_value.format(memory=most))
        _write(self.tasks / "pids.max", str(limits.processes))

    def used(self) -> int | None:
        """Bytes that cannot be taken back: memory of processes, and files that are kept in memory."""
        kept, counts = _WORDS[self.version].kept, _table(self.memory / "memory.stat")
        return sum(counts[key] for key in kept) if kept <= counts.keys() else None

    def peak(self) -> int | None:
        """The most bytes ever, cached files among them."""
        return _number(self.memory / _WORDS[self.version].peak)

    def count(self) -> int | None:
        """Processes and threads."""
        return _number(self.tasks / "pids.current")

    def memory_hits(self) -> int:
        """Processes that were ended because memory ran out."""
        return _table(self.memory / _WORDS[self.version].events).get("oom_kill", 0)

    def task_hits(self) -> int:
        """Processes and threads that were refused."""
        return _table(self.tasks / "pids.events").get("max", 0)

    def kill(self) -> None:
        """End everything. First nothing new is let in: so a fork bomb cannot outrun what follows."""
        with suppress(OSError):
            _write(self.tasks / "pids.max", "0")
        with suppress(OSError):
            _write(self.memory / "cgroup.kill", "1")
        for _ in range(_ROUNDS):
            if not (members := {process for folder in (self.memory, self.tasks) for process in _members(folder)}):
                return
            for process in members:
                with suppress(OSError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(_PAUSE)


def take_away(folders: Iterable[Path]) -> None:
    """Remove groups that are empty or about to be: a process that has ended holds its group for a moment."""
    for folder in folders:
        for _ in range(_ROUNDS):
            try:
                folder.rmdir()
            except FileNotFoundError:
                break
            except OSError:
                time.sleep(_PAUSE)
            else:
                break


def _members(folder: Path) -> list[int]:
    try:
        return [process for line in (folder / "cgroup.procs").read_text().split() if (process := int(line))]
    except (OSError, ValueError):
        return []


def _write(file: Path, text: str) -> None:
    with file.open("r+") as opened:  # a file that does not exist is not made
        opened.write(text)


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None


def _table(file: Path) -> dict[str, int]:
    try:
        words = [line.split() for line in file.read_text().splitlines()]
        return {key: int(value) for key, value in words}
    except (OSError, ValueError):
        return {}
