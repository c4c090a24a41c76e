"""Baselines as a table for the terminal, and what they say about claims."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table

from grader.architecture.words import budget, network
from grader.matching.matches import FEWEST_RUNS
from grader.reference import ACCURACY, VAL_ACCURACY, Baseline, Making
from grader.statistics.effect import effect
from grader.statistics.intervals import median, quantile
from grader.statistics.standing import placed
from grader.statistics.words import accuracy, effect_told, report_told, standing_told

Claims = tuple[float | None, float | None]
"""Accuracies that somebody claims: without BN, with BN."""


def show(console: Console, groups: Sequence[Sequence[Baseline]], *, claims: Claims = (None, None)) -> None:
    """Print the accuracies that networks reach; of a pair also the difference, and what claims are worth."""
    trained = [each for group in groups for each in group if each.runs]
    for told, alike in groupby(trained, key=lambda each: budget(each.specification)):
        console.print(_table(told, list(alike)))
    makings = [each for baseline in trained for each in baseline.makings]
    for sentence in (*_makings(makings), *_differences(groups, claims)):
        console.print(sentence, markup=False, highlight=False)


def _table(title: str, baselines: Sequence[Baseline]) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("network", "seeds", "validation", "90 % of seeds", "training"):
        table.add_column(name, overflow="fold")
    for each in baselines:
        table.add_row(*_row(each))
    return table


def _row(baseline: Baseline) -> tuple[str, ...]:
    spec = baseline.specification
    finals, trained = baseline.finals(VAL_ACCURACY), baseline.finals(ACCURACY)
    return (
        network(spec),
        str(len(baseline.runs)),
        accuracy(median(finals)) if finals else "none is a number",
        f"{accuracy(quantile(finals, 0.05))} to {accuracy(quantile(finals, 0.95))}" if finals else "",
        accuracy(median(trained)) if trained else "",
    )


def _makings(makings: Sequence[Making]) -> Iterator[str]:
    """A line for each way in which they were made, whatever the number of batches."""
    ways: dict[tuple[str, str, str], list[Making]] = {}
    for each in makings:
        versions = ", ".join(f"{name} {version}" for name, version in each.versions.items())
        ways.setdefault((each.backend, each.device_name or each.device, versions), []).append(each)
    for (backend, device, versions), alike in ways.items():
        yield f"Trained with {backend} on {device}, {_side_by_side(alike)}, {_speed(alike)} ({versions})."


def _side_by_side(makings: Sequence[Making]) -> str:
    fewest, most = min(each.at_once for each in makings), max(each.at_once for each in makings)
    if most == 1:
        return "one seed after another"
    return f"{most} seeds at once" if fewest == most else f"{fewest} to {most} seeds at once"


def _speed(makings: Sequence[Making]) -> str:
    speeds = [each.samples_per_second for each in makings if each.samples_per_second]
    return f"{median(speeds):,.0f} images a second" if speeds else "speed not measured"


def _differences(groups: Sequence[Sequence[Baseline]], claims: Claims) -> Iterator[str]:
    """Of each pair: the difference that BN makes, and what the claims are worth."""
    pairs = [(group[0], group[1]) for group in groups if _is_pair(group)]
    for plain, normalized in pairs:
        about = f"{network(plain.specification)}, {budget(plain.specification)}: " if len(pairs) > 1 else ""
        yield from (about + sentence for sentence in _compared(plain, normalized, claims))


def _is_pair(group: Sequence[Baseline]) -> bool:
    return len(group) == 2 and [each.specification.has_batch_norm for each in group] == [False, True]


def _compared(plain: Baseline, normalized: Baseline, claims: Claims) -> Iterator[str]:
    found = effect(plain, normalized)
    if found is not None:
        yield effect_told(found)
    both = [(each, value) for each, value in zip((plain, normalized), claims, strict=True) if value is not None]
    for baseline, value in both:
        yield f"Claimed for {network(baseline.specification)}: {_standing(baseline, value)}"
    if found is not None and found.seeds >= FEWEST_RUNS and claims[0] is not None and claims[1] is not None:
        yield report_told(found, claims[0], claims[1])


def _standing(baseline: Baseline, value: float) -> str:
    stands = placed(baseline, VAL_ACCURACY, value) if len(baseline.runs) >= FEWEST_RUNS else None
    if stands is None:
        return f"{accuracy(value)} is compared with nothing: that takes {FEWEST_RUNS} trainings at least."
    return standing_told(stands, baseline.epochs)
