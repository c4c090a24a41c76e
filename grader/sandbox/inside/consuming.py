"""Taking more than a notebook may have. Small amounts, given back at once: what is probed is whether there is a limit.

Some limits are kept by measuring four times a second from outside. So an attempt that got all it wanted keeps it for a
moment, and counts as stopped when that ends the box.
"""

from __future__ import annotations

import mmap
import os
import select
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Plan = Mapping[str, Any]
KEPT_SECONDS = 0.7  # longer than from one measurement outside to the next
MEGABYTE = 1_000_000
CHILDREN = 4
PAGE = 4096


def shared_memory(plan: Plan) -> list[str]:
    """Fill the folder that is made of memory."""
    return _fill(plan, Path("/dev/shm"))  # noqa: S108 - the very folder that is meant


def disk(plan: Plan) -> list[str]:
    """Fill the folder for temporary files and the notebook's own."""
    return [told for folder in (Path(tempfile.gettempdir()), Path.cwd()) for told in _fill(plan, folder)]


def processes(plan: Plan) -> list[str]:
    """Start half as many processes again as there may be."""
    wanted, started = plan["processes"] * 3 // 2, 0
    if not hasattr(os, "fork"):
        return []
    with _children() as start:
        while started < wanted and start(lambda: None):
            started += 1
        if started == wanted:
            time.sleep(KEPT_SECONDS)
    return [f"{started} processes"] if started == wanted else []


def memory(plan: Plan) -> list[str]:
    """Use twice the memory, in several processes of which none has too much."""
    if not hasattr(os, "fork"):
        return []
    each = int(2 * plan["memory_mb"] * MEGABYTE / CHILDREN)
    answers, answer = os.pipe()
    held: list[mmap.mmap] = []

    def use() -> None:
        taken = mmap.mmap(-1, each)
        taken[::PAGE] = bytes(len(range(0, each, PAGE)))
        held.append(taken)
        os.write(answer, b".")
        os.close(answer)  # so that the end of one that does not answer is seen

    with _children() as start:
        began = sum(start(use) for _ in range(CHILDREN))
        os.close(answer)
        used = began == CHILDREN and _answered(answers, CHILDREN)
        if used:
            time.sleep(KEPT_SECONDS)
    os.close(answers)
    return [f"{2 * plan['memory_mb']:g} MB in {CHILDREN} processes"] if used else []


ATTEMPTS: Mapping[str, Callable[[Plan], list[str]]] = {
    "shared memory": shared_memory,
    "disk": disk,
    "processes": processes,
    "memory": memory,
}


@contextmanager
def _children() -> Iterator[Callable[[Callable[[], None]], bool]]:
    """A function that starts a child, which does something and then waits until all are let go."""
    waiting, alive = os.pipe()
    started: list[int] = []

    def start(doing: Callable[[], None]) -> bool:
        try:
            child = os.fork()
        except OSError:
            return False
        if child == 0:
            try:
                os.close(alive)
                doing()
                os.read(waiting, 1)
            finally:
                os._exit(0)
        started.append(child)
        return True

    try:
        yield start
    finally:
        os.close(alive)
        os.close(waiting)
        for child in started:
            os.waitpid(child, 0)


def _answered(answers: int, wanted: int) -> bool:
    """Whether so many children have answered; not when they ended without."""
    got, until = 0, time.monotonic() + 5.0
    while got < wanted and select.select([answers], [], [], max(until - time.monotonic(), 0.0))[0]:
        told = os.read(answers, wanted)
        if not told:
            break
        got += len(told)
    return got == wanted


def _fill(plan: Plan, folder: Path) -> list[str]:
    """Write half as much again as there may be, in files of which none is too large."""
    wanted = int(plan["disk_mb"] * 1.5 * MEGABYTE)
    pieces = [folder / f"{plan['written']}-{number}" for number in range(6)]
    try:
        for piece in pieces:
            piece.write_bytes(bytes(wanted // len(pieces)))
    except OSError:
        return []
    else:
        time.sleep(KEPT_SECONDS)
        return [str(folder)]
    finally:
        for piece in pieces:
            piece.unlink(missing_ok=True)
