"""What a box uses, measured from outside several times a second."""

import psutil

from grader.rubric import Limits
from grader.sandbox.box import MEGABYTE, Box, Setup
from grader.sandbox.cgroup import Fence


class Watch:
    """Says which limit a box has exceeded.

    Args:
        pid: of the process that was started.
        fence: the control group around it, whose own counters are believed first.
    """

    def __init__(self, pid: int, limits: Limits, box: Box, setup: Setup, fence: Fence | None) -> None:
        self.pid = pid
        self.limits = limits
        self.box = box
        self.setup = setup
        self.fence = fence

    def exceeded(self) -> str:
        """The name of the limit, as in the rubric; ``""`` while none is."""
        processes = _family(self.pid)
        if self._too_much_memory(processes):
            return "memory_mb"
        if self._too_many(processes):
            return "processes"
        return "disk_mb" if self._disk_full(processes) else ""

    def _too_much_memory(self, processes: list[psutil.Process]) -> bool:
        if self.fence is not None and self.fence.memory_hits():
            return True
        most = self.limits.memory_mb * MEGABYTE
        return _resident(processes) > most and _proportional(processes) > most

    def _too_many(self, processes: list[psutil.Process]) -> bool:
        if self.fence is not None and self.fence.task_hits():
            return True
        return _threads(processes) >= self.limits.processes

    def _disk_full(self, processes: list[psutil.Process]) -> bool:
        return bool(processes) and self.box.full(self.setup, processes[-1].pid)


def _family(pid: int) -> list[psutil.Process]:
    """A process and all its descendants, the youngest last."""
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.Error:
        return []


def _resident(processes: list[psutil.Process]) -> int:
    """Bytes of memory; what several of them share (libraries, pages since a fork) is counted in each."""
    total = 0
    for process in processes:
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total


def _proportional(processes: list[psutil.Process]) -> int:
    """Bytes of memory, what is shared counted once. Slow: asked only when there seems to be too much."""
    total = 0
    for process in processes:
        try:
            total += process.memory_full_info().pss
        except (psutil.Error, AttributeError):  # closed to us, or no Linux: then all of it
            total += _resident([process])
    return total


def _threads(processes: list[psutil.Process]) -> int:
    total = 0
    for process in processes:
        try:
            total += process.num_threads()
        except psutil.Error:
            continue
    return total
