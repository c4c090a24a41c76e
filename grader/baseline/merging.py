"""One baseline out of several of the same specification: each seed once, and how each was made."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from grader.reference import Baseline, Making, Number, SeedRun
from grader.specification import Specification

DIGITS = 5
"""Decimals that are kept of each number: a hundred-thousandth of an accuracy is a tenth of a test image."""


def merged(specification: Specification, *parts: Baseline) -> Baseline:
    """One baseline of all runs; of equal seeds the first."""
    runs: dict[int, SeedRun] = {}
    makings: list[Making] = []
    for part in parts:
        new = {run.seed: run for run in part.runs if run.seed not in runs}
        makings += _of(new.keys(), part.makings)
        runs |= new
    ordered = tuple(_rounded(runs[seed]) for seed in sorted(runs))
    return Baseline(specification=specification, runs=ordered, makings=pooled(makings))


def pooled(makings: Iterable[Making]) -> tuple[Making, ...]:
    """Makings that differ in nothing but their seeds, their times and their speed as one."""
    found: list[list[Making]] = []
    for making in makings:
        alike = next((group for group in found if _way(group[0]) == _way(making)), None)
        if alike is None:
            found.append([making])
        else:
            alike.append(making)
    return tuple(_joined(group) for group in found)


def _way(making: Making) -> Making:
    return replace(making, seeds=(), seconds=0.0, compile_seconds=0.0, samples_per_second=0.0)


def _joined(group: list[Making]) -> Making:
    """Seconds are summed; the speed is that of all images in all seconds."""
    if len(group) == 1:
        return group[0]
    timed = [each for each in group if each.seconds and each.samples_per_second]
    seconds = sum(each.seconds for each in timed)
    images = sum(each.seconds * each.samples_per_second for each in timed)
    return replace(
        group[0],
        seeds=tuple(sorted({seed for each in group for seed in each.seeds})),
        seconds=round(sum(each.seconds for each in group), 3),
        compile_seconds=round(sum(each.compile_seconds for each in group), 3),
        samples_per_second=round(images / seconds, 1) if seconds else 0.0,
    )


def _of(seeds: Iterable[int], makings: Iterable[Making]) -> Iterator[Making]:
    """How these seeds were made: where they are a part of what was made together, with their share of its time."""
    wanted = set(seeds)
    for each in makings:
        kept = tuple(seed for seed in each.seeds if seed in wanted)
        if kept == each.seeds:
            yield each
        elif kept:
            share = len(kept) / len(each.seeds)
            seconds, compiling = round(each.seconds * share, 3), round(each.compile_seconds * share, 3)
            yield replace(each, seeds=kept, seconds=seconds, compile_seconds=compiling)


def _rounded(run: SeedRun) -> SeedRun:
    return replace(run, curves={name: tuple(_short(value) for value in curve) for name, curve in run.curves.items()})


def _short(value: Number) -> Number:
    return None if value is None else round(value, DIGITS)
