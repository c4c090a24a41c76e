"""The course of many trainings in three lines: median, and the two between which most of them run."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.reference import Baseline, Number
from grader.statistics.intervals import quantile

LOW, HIGH = 0.05, 0.95
"""The band holds the middle 90 % of the seeds, by `quantile`; with fewer than twenty it is nearly all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A curve's distribution over seeds, by epoch.

    Attributes:
        curve: its name, as in `grader.reference.CURVES`.
        medians: one number an epoch; ``None`` where no training had a finite one. So are ``lows`` and ``highs``.
        lows: 5 % of the seeds lie below.
        highs: 5 % of the seeds lie above.
        seeds: number of trainings.
    """

    curve: str
    medians: tuple[Number, ...]
    lows: tuple[Number, ...]
    highs: tuple[Number, ...]
    seeds: int


def band(baseline: Baseline, curve: str) -> Band | None:
    """The band of one curve over the epochs that every training did; ``None`` where no training has this curve.

    Numbers that are not finite are left out of their epoch.
    """
    curves = [run.curves[curve] for run in baseline.runs if run.curves.get(curve)]
    if not curves:
        return None
    by_epoch = [[value for value in values if value is not None] for values in zip(*curves, strict=False)]
    return Band(
        curve=curve,
        medians=_quantiles(by_epoch, 0.5),
        lows=_quantiles(by_epoch, LOW),
        highs=_quantiles(by_epoch, HIGH),
        seeds=len(curves),
    )


def _quantiles(by_epoch: Sequence[Sequence[float]], share: float) -> tuple[Number, ...]:
    return tuple(quantile(values, share) if values else None for values in by_epoch)
