"""The baselines of one command: what is stored, what is wanted, and how what is missing is to be trained."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from grader import registry
from grader.baseline.store import Store
from grader.baseline.training import Backend, Device
from grader.errors import BaselineError, GraderError
from grader.specification import Specification

Choice = TypeVar("Choice", bound=StrEnum)


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


def most_shared(wanted: Iterable[Sequence[Specification]]) -> list[tuple[Specification, ...]]:
    """Each specification once, with the most epochs anybody asks for; those first that most submissions wait for.

    Args:
        wanted: what each submission waits for: one network, or two that belong together and are kept so. A network
            that belongs to several others stays with the one that most wait for.
    """
    groups = [tuple(group) for group in wanted]
    counts = Counter(each.key for group in groups for each in group)
    longest: dict[str, int] = {}
    for each in (each for group in groups for each in group):
        longest[each.key] = max(each.epochs, longest.get(each.key, 0))
    seen: set[str] = set()
    found: list[tuple[Specification, ...]] = []
    for group in sorted(groups, key=lambda group: _waiting(group, counts), reverse=True):
        new = {each.key: each.for_epochs(longest[each.key]) for each in group if each.key not in seen}
        seen |= new.keys()
        found += [tuple(new.values())] if new else []
    return found


def _waiting(group: Sequence[Specification], counts: Mapping[str, int]) -> tuple[int, int]:
    """How many submissions wait for its most shared network; and for all, so that pairs come before single ones."""
    each = [counts[spec.key] for spec in group]
    return max(each, default=0), sum(each)
