"""The baselines of one command: what is stored, and training what is not."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeRemainingColumn

from grader import registry
from grader.architecture.words import budget, network
from grader.baseline.store import Store, merged
from grader.baseline.training import Backend, Device, Step, train
from grader.errors import BaselineError, GraderError
from grader.reference import Baseline
from grader.specification import Specification

Choice = TypeVar("Choice", bound=StrEnum)
DataOf = Callable[[Specification], Path]
"""Gives the file of the data that a specification names; raises `BaselineError` where they are not to be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """How missing baselines are made.

    Attributes:
        seeds: trainings of each specification.
        at_once: of these side by side; ``None`` for what suits the device.
        minutes: for all of them together; ``None`` for as long as it takes.
    """

    seeds: int = 16
    device: Device = Device.AUTO
    backend: Backend = Backend.AUTO
    at_once: int | None = None
    minutes: float | None = None


def training(
    *,
    seeds: int = 16,
    device: str = "auto",
    backend: str = "auto",
    at_once: int | None = None,
    minutes: float | None = None,
) -> Training:
    """How to train, from options.

    Raises:
        GraderError: there is no such device or backend.
    """
    return Training(
        seeds=seeds,
        device=_chosen(Device, "--device", device),
        backend=_chosen(Backend, "--backend", backend),
        at_once=at_once,
        minutes=minutes,
    )


def _chosen(kind: type[Choice], option: str, named: str) -> Choice:
    try:
        return kind(named)
    except ValueError:
        raise GraderError(f"{option} is {named!r}; it is one of {', '.join(kind)}.") from None


def keras_version() -> str:
    """Of the Keras that would train; ``""`` where there is none. Asked without importing it."""
    try:
        return metadata.version("keras")
    except metadata.PackageNotFoundError:
        return ""


def stored(cache: Path | None = None) -> Store:
    """The baselines that come with the grader, and this user's own."""
    return Store.here(registry.shipped("reference") / "baselines", cache)


def tell_damaged(store: Store, console: Console) -> None:
    """Say which stored baselines cannot be used, and why."""
    for each in store.every():
        if isinstance(each, BaselineError):
            console.print(f"not used: {each}", style="yellow", markup=False, highlight=False)


def most_shared(wanted: Iterable[Specification]) -> list[Specification]:
    """Each specification once, those first that most submissions wait for; with the most epochs anybody asks for."""
    found = list(wanted)
    counts = Counter(each.key for each in found)
    longest: dict[str, Specification] = {}
    for each in found:
        if each.key not in longest or each.epochs > longest[each.key].epochs:
            longest[each.key] = each
    return sorted(longest.values(), key=lambda each: -counts[each.key])


def train_missing(
    wanted: Sequence[Specification],
    store: Store,
    how: Training,
    data_of: DataOf,
    console: Console,
    cancelled: threading.Event,
) -> list[Baseline]:
    """A baseline for each specification, cut to its epochs: from the store as far as it goes, else trained and kept.

    Every batch of seeds is kept as soon as it is done: whoever interrupts this loses at most one. One that fails is
    told of, and the others go on.
    """
    ends = None if how.minutes is None else time.monotonic() + 60.0 * how.minutes
    found: list[Baseline] = []
    with _bar(console) as bar:
        for number, each in enumerate(wanted):
            if cancelled.is_set() or (ends is not None and time.monotonic() >= ends):
                console.print(f"{len(wanted) - number} reference networks were not trained.", style="yellow")
                break
            try:
                baseline = _complete(each, store, how, data_of, bar, cancelled, ends)
            except BaselineError as error:
                console.print(f"{network(each)}: {error}", style="yellow", markup=False, highlight=False)
                continue
            found += [baseline.at(each.epochs)] if baseline.runs else []
    return found


def _complete(
    spec: Specification,
    store: Store,
    how: Training,
    data_of: DataOf,
    bar: Progress,
    cancelled: threading.Event,
    ends: float | None,
) -> Baseline:
    """The stored baseline with as many seeds as wanted, or with as many as could be trained."""
    known = store.find(spec, keras_version()) or Baseline(specification=spec, runs=())
    goal = known.specification  # curves of one file are equally long
    missing = [seed for seed in range(how.seeds) if seed not in {run.seed for run in known.runs}]
    if not missing:
        return known
    task = bar.add_task(f"{network(spec)}: {budget(goal)}", total=goal.epochs * len(missing))
    try:
        for batch in train(
            goal,
            data=data_of(spec),
            seeds=missing,
            device=how.device,
            backend=how.backend,
            at_once=how.at_once,
            progress=_counting(bar, task),
            cancelled=cancelled,
            deadline=None if ends is None else max(1.0, ends - time.monotonic()),
        ):
            known = merged(goal, known, Baseline(specification=goal, runs=batch.runs, makings=(batch.making,)))
            store.keep(known)
    except BaselineError as error:
        if not known.runs:
            raise
        bar.console.print(f"{network(spec)}: {error}", style="yellow", markup=False, highlight=False)
    finally:
        bar.remove_task(task)
    return known


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
