"""Quantiles of a few numbers, and intervals that own up to how few they are.

The intervals are those of normal samples with unknown mean and deviation: W. Q. Meeker, G. J. Hahn, L. A. Escobar,
*Statistical Intervals*, 2nd edition, Wiley 2017, sections 3.2 (of the mean) and 4.2 (of one new value). Student's t
makes them wide where there are few numbers: at 99.9 % a new value is looked for within 37 deviations of the mean of
three, within 4.2 of that of sixteen.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """All numbers from ``low`` to ``high``, both included."""

    low: float
    high: float

    def contains(self, value: float) -> bool:
        """Whether the number lies in it."""
        return self.low <= value <= self.high

    def including(self, values: Sequence[float]) -> "Interval":
        """The smallest interval that holds this one and all these numbers."""
        return Interval(low=min((self.low, *values)), high=max((self.high, *values)))

    def widened(self, by: float) -> "Interval":
        """Longer by this much on both sides."""
        return Interval(low=self.low - by, high=self.high + by)


def around(centre: float, reach: float) -> Interval:
    """From ``reach`` below the centre to ``reach`` above it."""
    return Interval(low=centre - reach, high=centre + reach)


def median(values: Sequence[float]) -> float:
    """The middle number, or the mean of the two in the middle. Raises ``ValueError`` when there is none."""
    return quantile(values, 0.5)


def quantile(values: Sequence[float], share: float) -> float:
    """The number that this share (0 to 1) of the values lies below, by linear interpolation as in ``numpy.quantile``.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("No quantile without values.")
    return float(np.quantile(values, share))


def t_quantile(level: float, freedom: float) -> float:
    """How many standard errors hold ``level`` (0 to 1) of Student's t on both sides of 0 together."""
    from scipy.special import stdtrit  # here, because importing it takes longer than starting the grader

    return float(stdtrit(freedom, (1.0 + level) / 2.0))


def deviation(values: Sequence[float], *, least: float = 0.0) -> float:
    """The standard deviation of what at least two values were drawn from, but not less than ``least``."""
    return max(float(np.std(values, ddof=1)), least)


def lopsided_deviation(values: Sequence[float], *, above: bool, least: float = 0.0) -> float:
    """The deviation on one side: √(2 · Σ(x − median)² / (n − 1)) over the values there, or that of all if greater.

    It is that of a symmetric distribution with such a half; where a few values trail off to one side, it reaches
    farther there.
    """
    middle = median(values)
    side = [value - middle for value in values if (value > middle if above else value < middle)]
    half = math.sqrt(2.0 * math.fsum(each**2 for each in side) / (len(values) - 1))
    return max(half, deviation(values, least=least))


def mean_interval(values: Sequence[float], level: float = 0.95, *, least: float = 0.0) -> Interval | None:
    """Where the mean of all that could have been drawn lies: mean ± t · s / √n; ``None`` for fewer than two values.

    Args:
        values: independent draws from about a normal distribution.
        level: share of such intervals that hold the mean, 0 to 1.
        least: deviation that is assumed where the values show a smaller one.
    """
    if len(values) < 2:
        return None
    error = deviation(values, least=least) / math.sqrt(len(values))
    return around(statistics.fmean(values), t_quantile(level, len(values) - 1) * error)


def prediction_interval(values: Sequence[float], level: float, *, least: float = 0.0) -> Interval | None:
    """Where ONE more value will lie: mean ± t · s · √(1 + 1/n); ``None`` for fewer than two values.

    Args:
        values: independent draws from about a normal distribution.
        level: share of the cases in which the next draw lies in it, 0 to 1.
        least: deviation that is assumed where the values show a smaller one.
    """
    if len(values) < 2:
        return None
    reach = prediction_factor(len(values), level) * deviation(values, least=least)
    return around(statistics.fmean(values), reach)


def prediction_factor(number: int, level: float) -> float:
    """How many deviations (of so many values, at least two) from their mean hold the next: t · √(1 + 1/n)."""
    return t_quantile(level, number - 1) * math.sqrt(1.0 + 1.0 / number)
