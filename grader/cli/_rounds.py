"""Trains the baselines that are lacking: the networks that belong together in turn, a few seeds of each at a time.

Whoever interrupts this, or lets the time run out, then has the same seeds of both networks of a pair but for the last
round, and pairs are what differences are worked out from.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeRemainingColumn

from grader.architecture.words import budget, network
from grader.baseline.store import Store
from grader.baseline.training import Step, train
from grader.cli._references import Training, keras_version
from grader.errors import BaselineError
from grader.reference import Baseline
from grader.specification import Specification

DataOf = Callable[[Specification], Path]
"""Gives the file of the data that a specification names; raises `BaselineError` where they are not to be had."""
FIRST_ROUND = 4
"""Seeds of each network in the first round; later ones double what is there. Each round of a network starts a process
and compiles, which takes 6 to 10 seconds: the rounds of 16 seeds are three, those of 100 six."""


def rounds(seeds: int) -> list[int]:
    """How many seeds there are to be after each round: ``[4, 8, 16]`` for 16. None adds fewer than the first."""
    goals: list[int] = []
    while not goals or goals[-1] < seeds:
        goal = 2 * goals[-1] if goals else FIRST_ROUND
        goals.append(goal if seeds - goal >= FIRST_ROUND else seeds)
    return goals


@dataclass(slots=True, kw_only=True)
class Rounds:
    """The trainings of one command.

    Attributes:
        ends: the moment (``time.monotonic()``) when they are to be done; ``None`` for as long as it takes.
        failed: keys of specifications that could not be trained, and are not tried again.
        told: what was said already about failures: it is often the same for many networks, and is said once.
    """

    store: Store
    how: Training
    data_of: DataOf
    bar: Progress
    cancelled: threading.Event
    ends: float | None
    failed: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)

    @property
    def is_over(self) -> bool:
        """Whether somebody stopped them, or the time is up."""
        return self.cancelled.is_set() or (self.ends is not None and time.monotonic() >= self.ends)

    def found(self, spec: Specification) -> Baseline:
        """What is stored of a training; no runs where nothing is."""
        return self.store.find(spec, keras_version()) or Baseline(specification=spec, runs=())

    def missing(self, spec: Specification, seeds: int) -> list[int]:
        """Which of the first seeds are not stored."""
        there = {run.seed for run in self.found(spec).runs}
        return [seed for seed in range(seeds) if seed not in there]

    def complete(self, group: Sequence[Specification]) -> None:
        """Train the missing seeds of networks that belong together, in rounds where more than one of them lacks any."""
        lacking = [spec for spec in group if self.missing(spec, self.how.seeds)]
        for goal in rounds(self.how.seeds) if len(lacking) > 1 else [self.how.seeds]:
            for spec in lacking:
                missing = self.missing(spec, goal)
                if missing and not self.is_over and spec.key not in self.failed:
                    self._try(spec, missing)

    def _try(self, spec: Specification, seeds: list[int]) -> None:
        try:
            self._train(spec, seeds)
        except BaselineError as error:
            self.failed.add(spec.key)
            if str(error) not in self.told:
                told = f"{network(spec)}: {error}"
                self.bar.console.print(told, style="yellow", markup=False, highlight=False)
            self.told.add(str(error))

    def _train(self, spec: Specification, seeds: list[int]) -> None:
        """Keep each batch of seeds as soon as it is done: whoever interrupts this loses at most one."""
        known = self.found(spec)
        goal = known.specification  # curves of one file are equally long
        data = self.data_of(spec)
        task = self.bar.add_task(f"{network(spec)}: {budget(goal)}", total=goal.epochs * len(seeds))
        try:
            for batch in train(
                goal,
                data=data,
                seeds=seeds,
                device=self.how.device,
                backend=self.how.backend,
                at_once=self.how.at_once,
                progress=_counting(self.bar, task),
                cancelled=self.cancelled,
                deadline=None if self.ends is None else max(1.0, self.ends - time.monotonic()),
            ):
                known = self.store.keep(known, Baseline(specification=goal, runs=batch.runs, makings=(batch.making,)))
        finally:
            self.bar.remove_task(task)


def train_missing(
    wanted: Sequence[Sequence[Specification]],
    store: Store,
    how: Training,
    data_of: DataOf,
    console: Console,
    cancelled: threading.Event,
) -> list[tuple[Baseline, ...]]:
    """Baselines for groups of specifications, each cut to its epochs: from the store, else trained and kept.

    One that fails is told of, and the others go on. What has no run at all is left out of its group.

    Raises:
        GraderError: something is to be trained, and the cache cannot be written to; said before any training.
    """
    ends = None if how.minutes is None else time.monotonic() + 60.0 * how.minutes
    with _bar(console) as bar:
        trainings = Rounds(store=store, how=how, data_of=data_of, bar=bar, cancelled=cancelled, ends=ends)
        specs = [spec for group in wanted for spec in group]
        if any(trainings.missing(spec, how.seeds) for spec in specs):
            store.check()
        for group in wanted:
            trainings.complete(group)
        short = sum(bool(trainings.missing(spec, how.seeds)) for spec in specs)
        found = [tuple(_cut(trainings.found(spec), spec.epochs) for spec in group) for group in wanted]
    if short:
        told = "1 reference network has" if short == 1 else f"{short} reference networks have"
        console.print(f"{told} fewer than {how.seeds} seeds yet.", style="yellow", highlight=False)
    return [tuple(each for each in group if each.runs) for group in found]


def _cut(baseline: Baseline, epochs: int) -> Baseline:
    return baseline.at(epochs) if baseline.runs else baseline


def _counting(bar: Progress, task: TaskID) -> Callable[[Step], None]:
    """Counts epochs, each once for every seed that went through it."""

    def tell(step: Step) -> None:
        bar.update(task, advance=len(step.seeds))

    return tell


@contextmanager
def _bar(console: Console) -> Iterator[Progress]:
    columns = (
        SpinnerColumn(),
        TextColumn("reference networks: {task.description}", markup=False),
        BarColumn(bar_width=20),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield bar
