"""What batch normalization (BN) does to a network, over many seeds, and what one pair of runs can say about it.

The two baselines of a pair share their seeds: the same first weights, the same order of images. So the effect is the
mean of differences by seed. A student has one run of each, of seeds of their own; two such runs differ by much more
than the effect (X. Bouthillier et al., "Accounting for Variance in Machine Learning Benchmarks", MLSys 2021).
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.reference import VAL_ACCURACY, Baseline
from grader.statistics.intervals import Interval, around, deviation, mean_interval, t_quantile
from grader.statistics.standing import LEAST_DEVIATION, TOLERANCE

LEVEL = 0.95
LIMIT_LEVEL = 0.99
"""A report is contradicted only outside of this wider interval, of all differences seen, and of the tolerance."""


class Support(StrEnum):
    """What many trainings say about the difference of two single ones."""

    SUPPORTED = "supported"
    WITHIN_NOISE = "within noise"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The difference that BN makes, in the unit of the curve; always with BN minus without.

    Attributes:
        differences: one for each seed that both networks were trained with, in order of seeds.
        mean: of the differences.
        interval: where their mean would lie if there were endless seeds (95 %, Student's t).
        noise: where the difference between one run of each network, of different seeds, lies (95 %).
        luck: 95 % of the differences between two runs of one and the same network are smaller than this.
        limits: what is still believed of one run of each: 99 %, with all differences that any two of the runs show,
            and the tolerance (`TOLERANCE`).
    """

    curve: str
    differences: tuple[float, ...]
    mean: float
    interval: Interval
    noise: Interval
    luck: float
    limits: Interval

    @property
    def seeds(self) -> int:
        """Number of pairs."""
        return len(self.differences)


def effect(
    plain: Baseline, normalized: Baseline, curve: str = VAL_ACCURACY, *, images: int | None = None
) -> Effect | None:
    """The effect on the last number of a curve; ``None`` where fewer than two seeds ended with a number in both.

    Args:
        plain: of the network without BN.
        normalized: of the network with BN.
        curve: an accuracy.
        images: how many images single runs are measured on, where these are others than the baselines validated on:
            their binomial error, p (1 - p) / n for each network, makes single runs differ more.
    """
    one, other = _lasts(plain, curve), _lasts(normalized, curve)
    common = sorted(one.keys() & other.keys())
    before, after = [one[seed] for seed in common], [other[seed] for seed in common]
    differences = tuple(other[seed] - one[seed] for seed in common)
    interval = mean_interval(differences, LEVEL, least=LEAST_DEVIATION)
    if interval is None:
        return None
    return Effect(
        curve=curve,
        differences=differences,
        mean=statistics.fmean(differences),
        interval=interval,
        noise=_difference(before, after, LEVEL, images),
        luck=_luck(before, after, images),
        limits=_difference(before, after, LIMIT_LEVEL, images).including(_any_two(before, after)).widened(TOLERANCE),
    )


def judged(effect: Effect, reported: float) -> Support:
    """What a difference (with BN minus without) that two single runs show is worth.

    Contradicted: it lies outside of the limits. Within noise: two runs of one network differ as much, or the mean over
    the seeds does not clearly (95 %) have its sign. Supported: neither.
    """
    if not effect.limits.contains(reported):
        return Support.CONTRADICTED
    if abs(reported) <= effect.luck or not _same_sign(effect.interval, reported):
        return Support.WITHIN_NOISE
    return Support.SUPPORTED


def _same_sign(interval: Interval, reported: float) -> bool:
    return interval.low > 0.0 if reported > 0.0 else interval.high < 0.0


def _lasts(baseline: Baseline, curve: str) -> dict[int, float]:
    """The last number of each run's curve by seed, where it is finite."""
    lasts = {run.seed: run.curves[curve][-1] for run in baseline.runs if run.curves.get(curve)}
    return {seed: value for seed, value in lasts.items() if value is not None}


def _difference(before: Sequence[float], after: Sequence[float], level: float, images: int | None) -> Interval:
    """Where the difference between one more run of each lies: a prediction interval for two independent draws.

    Mean ± t · √((1 + 1/n) · (s₁² + s₂²)), with the degrees of freedom of B. L. Welch (Biometrika 34, 1947) and
    F. E. Satterthwaite (Biometrics Bulletin 2, 1946). That seeds are paired makes the mean better known than this
    says: the interval is rather too wide than too narrow.
    """
    number = len(before)
    seeds, counted = _variances(before, after), _binomial(before, after, images)
    error = math.sqrt((1.0 + 1.0 / number) * sum(seeds) + counted)
    freedom = (number - 1) * (sum(seeds) + counted) ** 2 / sum(variance**2 for variance in seeds)
    return around(statistics.fmean(after) - statistics.fmean(before), t_quantile(level, freedom) * error)


def _luck(before: Sequence[float], after: Sequence[float], images: int | None) -> float:
    """T · √2 · s, with the pooled deviation s of both networks."""
    variance = sum(_variances(before, after)) + _binomial(before, after, images)
    return t_quantile(LEVEL, 2 * (len(before) - 1)) * math.sqrt(variance)


def _variances(before: Sequence[float], after: Sequence[float]) -> list[float]:
    """Of both networks over the seeds."""
    return [deviation(values, least=LEAST_DEVIATION) ** 2 for values in (before, after)]


def _binomial(before: Sequence[float], after: Sequence[float], images: int | None) -> float:
    """The variance that a set of so many images adds to a difference; none where it is the baselines' own."""
    shares = (statistics.fmean(values) for values in (before, after))
    return sum(max(0.0, share * (1.0 - share)) / images for share in shares) if images else 0.0


def _any_two(before: Sequence[float], after: Sequence[float]) -> tuple[float, float]:
    """The least and the greatest difference between any run of the one and any run of the other network."""
    return min(after) - max(before), max(after) - min(before)
