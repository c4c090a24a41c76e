"""Baselines as a table for the terminal, and what they say about claims."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from rich.console import Console
from rich.table import Table

from grader.architecture.words import budget, network
from grader.reference import ACCURACY, VAL_ACCURACY, Baseline, Making
from grader.statistics.effect import effect
from grader.statistics.intervals import median, quantile
from grader.statistics.standing import placed
from grader.statistics.words import accuracy, effect_told, report_told, standing_told

Claims = tuple[float | None, float | None]
"""Accuracies that somebody claims: without BN, with BN."""


def show(console: Console, baselines: Sequence[Baseline], *, claims: Claims = (None, None)) -> None:
    """Print the accuracies that networks reach; of a pair also the difference, and what claims are worth."""
    trained = [each for each in baselines if each.runs]
    if not trained:
        return
    for told, group in groupby(trained, key=lambda each: budget(each.specification)):
        console.print(_table(told, list(group)))
    for sentence in (*_makings(trained), *_differences(trained, claims)):
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


def _makings(baselines: Sequence[Baseline]) -> Iterator[str]:
    """How they were made, equal lines once."""
    yield from dict.fromkeys(_making(each) for baseline in baselines for each in baseline.makings)


def _making(making: Making) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in making.versions.items())
    rate = f"{making.samples_per_second:,.0f} images a second" if making.samples_per_second else "speed not measured"
    device = making.device_name or making.device
    return f"Trained with {making.backend} on {device}, {making.at_once} seeds at once, {rate} ({versions})."


def _differences(baselines: Sequence[Baseline], claims: Claims) -> Iterator[str]:
    """Of each network and its neighbour with BN: the difference; and what the claims are worth."""
    for plain, normalized in pairwise(baselines):
        if plain.specification.has_batch_norm or not normalized.specification.has_batch_norm:
            continue
        found = effect(plain, normalized)
        if found is not None:
            yield effect_told(found)
        for baseline, claimed in zip((plain, normalized), claims, strict=True):
            stands = None if claimed is None else placed(baseline, VAL_ACCURACY, claimed)
            if stands is not None:
                yield f"Claimed for {network(baseline.specification)}: {standing_told(stands, baseline.epochs)}"
        if found is not None and claims[0] is not None and claims[1] is not None:
            yield report_told(found, claims[0], claims[1])
