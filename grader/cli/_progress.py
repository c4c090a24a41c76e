"""A progress bar with an ETA that is learned from the cells executed so far."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from grader.submission import CellKind, Submission

LEARNS_FROM = 900.0  # seconds back: cells take from nothing to minutes, so a short memory would make the ETA jump

Advance = Callable[[int, int], None]


class Cells:
    """Counts begun cells of many notebooks on one bar; told from several threads."""

    def __init__(self, progress: Progress, submissions: list[Submission]) -> None:
        self._lock = threading.Lock()
        self._progress = progress
        self._sizes = {s.id: sum(cell.kind is CellKind.CODE for cell in s.cells) for s in submissions}
        self._begun = dict.fromkeys(self._sizes, 0)
        self._task = progress.add_task("starting", total=sum(self._sizes.values()))

    def of(self, submission: Submission) -> Advance:
        """The function that a run of this submission tells its progress to."""

        def advance(begun: int, _all: int) -> None:
            # A cell that has begun is not done: the last one counts when the notebook ends.
            self._tell(submission, max(0, begun - 1), f"{submission.student}, cell {begun} of {_all}")

        return advance

    def done(self, submission: Submission) -> None:
        """Count all cells of a notebook, reached or not."""
        self._tell(submission, self._sizes[submission.id], submission.student)

    def _tell(self, submission: Submission, begun: int, doing: str) -> None:
        with self._lock:
            self._begun[submission.id] = max(begun, self._begun[submission.id])
            self._progress.update(self._task, completed=sum(self._begun.values()), description=doing[:40])


@contextmanager
def cells_bar(console: Console, submissions: list[Submission]) -> Iterator[Cells]:
    """A bar over all code cells; without a terminal (a CI log) it stays silent."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<40}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("cells, left"),
        TimeRemainingColumn(),
    )
    silent = not console.is_terminal
    with Progress(
        *columns, console=console, transient=True, disable=silent, speed_estimate_period=LEARNS_FROM
    ) as progress:
        yield Cells(progress, submissions)


class _Download:
    """One file's progress, in the protocol that pooch speaks."""

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress = progress
        self._task = progress.add_task(name, total=None)
        self._total = 0

    @property
    def total(self) -> int:
        """Bytes to come."""
        return self._total

    @total.setter
    def total(self, size: int) -> None:
        self._total = size
        self._progress.update(self._task, total=size)

    def update(self, size: int) -> None:
        """More bytes have come."""
        self._progress.update(self._task, advance=size)

    def reset(self) -> None:
        """Start counting anew; pooch does so before it fills the bar at the end."""
        self._progress.update(self._task, completed=0)

    def close(self) -> None:
        """The file is there."""
        self._progress.remove_task(self._task)


@contextmanager
def downloads(console: Console) -> Iterator[Callable[[str], object]]:
    """Makes a bar with bytes and ETA for each file that is downloaded."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield lambda name: _Download(progress, name)
