"""Where control groups can be made: looked up once for each process, by trying.

Version 2 needs a group that hands its controllers down to groups below it, which Linux allows only for groups without
processes of their own. Version 1 has a hierarchy for each controller.
"""

import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PREFIX = "grader-"
_MEMORY, _TASKS = "memory", "pids"
_NEEDED = frozenset({_MEMORY, _TASKS})
_UNIFIED = ""  # what /proc calls the hierarchy of version 2
_STALE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parents:
    """The folders below which groups can be made; the same one twice in version 2."""

    version: int
    memory: Path
    tasks: Path


@cache
def parents() -> Parents | None:
    """Where a group with limits for memory and processes can be made; ``None`` where nowhere."""
    if sys.platform != "linux":
        return None
    own = _own_groups()
    found = _unified(own.get(_UNIFIED, [])) or _separate(own)
    for parent in {found.memory, found.tasks} if found else ():
        _sweep(parent)
    return found


def _unified(groups: list[Path]) -> Parents | None:
    if not groups:
        return None
    own, *above = groups
    place = own if _divides(own, ask=True) else next(filter(_divides, above), None)
    if place is None and _make_room(own):
        place = own
    return Parents(version=2, memory=place, tasks=place) if place else None


def _separate(own: dict[str, list[Path]]) -> Parents | None:
    memory = next(filter(_accepts, own.get(_MEMORY, [])), None)
    tasks = next(filter(_accepts, own.get(_TASKS, [])), None)
    return Parents(version=1, memory=memory, tasks=tasks) if memory and tasks else None


def _own_groups() -> dict[str, list[Path]]:
    """By controller: the group that this process is in, and those above it, nearest first."""
    try:
        lines = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
        mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    except OSError:
        return {}
    paths = {name: path for _, names, path in lines for name in names.split(",")}
    own: dict[str, list[Path]] = {}
    for fields in mounts:
        kind, _, options = fields[fields.index("-") + 1 :][:3]
        names = {"cgroup2": [_UNIFIED], "cgroup": options.split(",")}.get(kind, [])
        for name in paths.keys() & set(names):
            own.setdefault(name, list(_upwards(Path(fields[4]), Path(fields[3]), Path(paths[name]))))
    return own


def _upwards(mount: Path, root: Path, path: Path) -> Iterator[Path]:
    """A group's folder and those above. A container without a namespace of its own is told paths from outside it."""
    group = mount / path.relative_to(root) if path.is_relative_to(root) else mount
    yield group
    while group != mount:
        group = group.parent
        yield group


def _accepts(folder: Path) -> bool:
    """Whether a group can be made here, and a process be moved into it."""
    trial = folder / f"{PREFIX}trial-{secrets.token_hex(8)}"
    try:
        trial.mkdir()
        movable = os.access(trial / "cgroup.procs", os.W_OK) and os.access(folder / "cgroup.procs", os.W_OK)
        trial.rmdir()
    except OSError:
        return False
    return movable


def _divides(folder: Path, *, ask: bool = False) -> bool:
    """Whether a version 2 group hands its controllers down, or does so when asked."""
    try:
        offered = set((folder / "cgroup.controllers").read_text().split())
        if not offered >= _NEEDED or not _accepts(folder):
            return False
        switch = folder / "cgroup.subtree_control"
        if not set(switch.read_text().split()) >= _NEEDED:
            if not ask:
                return False
            switch.write_text(" ".join(f"+{name}" for name in sorted(_NEEDED)))
    except OSError:  # it has processes of its own, as a rule
        return False
    return True


def _make_room(own: Path) -> bool:
    """Move this process and its neighbours one level down, as is done in a group that was delegated."""
    try:
        if not set((own / "cgroup.controllers").read_text().split()) >= _NEEDED or not _accepts(own):
            return False
        below = own / f"{PREFIX}outside"
        below.mkdir(exist_ok=True)
        for process in (own / "cgroup.procs").read_text().split():
            with suppress(OSError):  # ended meanwhile
                (below / "cgroup.procs").write_text(process)
    except OSError:
        return False
    return _divides(own, ask=True)


def _sweep(parent: Path) -> None:
    """Take away empty groups that a grader which was killed left long ago."""
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):  # in use: then it stays
            if time.time() - folder.stat().st_mtime > _STALE_SECONDS:
                folder.rmdir()
