"""Where one accuracy stands among those that the same training reached with many seeds.

Accuracies of one network trained twice differ: by its first weights, the order of the images and dropout. One number
can only be judged against that spread (X. Bouthillier et al., "Accounting for Variance in Machine Learning Benchmarks",
MLSys 2021, arXiv:2103.03098). Every doubt goes to the student: the limits are wide where seeds are few, hold all that
was ever seen, and reach down to 0 where any seed failed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from grader.reference import ACCURACY, VAL_ACCURACY, Baseline
from grader.statistics.bands import HIGH, LOW
from grader.statistics.intervals import Interval, lopsided_deviation, median, prediction_factor, quantile

LEVEL = 0.999
"""Share of honest accuracies that the limits hold by chance alone, the tolerance apart, when seeds spread normally.

Where they trail off to one side, the limits reach farther there, and still some 0.5 % of the accuracies lie outside of
them before the tolerance (simulated: a gamma distribution of shape 2, 16 or 32 seeds). A class of 300 has 600 networks:
less than one of them is expected outside, or three with such tails. Those that share a baseline share its luck, so that
these come seldom and then not alone; the tolerance keeps them from coming where the seeds lie close together.
"""

TOLERANCE = 0.005
"""Accuracy allowed beyond the limits, for what a rebuilt training does not share with the student's own.

Another version of the libraries, float64 images, a shuffle of their own: each changes single trainings as another seed
does, and the mean of many hardly (JAX and TensorFlow, which differ in all of these but the number of bits, have means
within one deviation between seeds of each other). Half a per cent is a choice: some three such deviations of a small
network on MNIST, and well below what a mistake costs that is worth a student's time to look for.
"""

LEAST_DEVIATION = 0.0005
"""Deviation between seeds that is assumed where they show a smaller one: five of 10,000 images. Two or three seeds may
agree by chance, and from equal numbers nothing follows about the next."""

TEST_IMAGES = 10_000
"""Test images of MNIST, Fashion-MNIST and CIFAR-10 (`Specification.validation` is 0 where they were validated on)."""

FAILED = 0.5
"""A training that ends below this share of the median accuracy did not learn; it is not one end of a spread."""

ACCURACIES = (ACCURACY, VAL_ACCURACY)
_DEVIATIONS = 3.2905
"""Standard errors of a normal distribution that hold 99.9 % on both sides of 0 together."""


class Standing(StrEnum):
    """Where an accuracy lies: within what is accepted, or outside."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One accuracy (0 to 1) among those of a baseline.

    Attributes:
        curve: ``accuracy`` or ``val_accuracy``.
        median: of the seeds.
        band: the middle 90 % of the seeds. Being outside of it means nothing: one honest training in ten is.
        limits: what is accepted.
        seeds: number of trainings that ended with a number.
        beyond: how far outside of the limits, in accuracy; 0.0 within.
    """

    curve: str
    standing: Standing
    value: float
    median: float
    band: Interval
    limits: Interval
    seeds: int
    beyond: float

    @property
    def in_band(self) -> bool:
        """Whether it lies among the middle 90 % of the seeds."""
        return self.band.contains(self.value)


def placed(
    baseline: Baseline, curve: str, value: float, *, images: int | None = None, tolerance: float = TOLERANCE
) -> Placed | None:
    """Where an accuracy stands among the last ones of a baseline's trainings.

    Args:
        baseline: cut to the same number of epochs.
        curve: ``accuracy``, the mean over the last epoch in training mode, or ``val_accuracy``.
        value: share of right answers, 0 to 1.
        images: how many images it was measured on, where these are others than the baseline validated on: both sets
            are samples, and their binomial errors are added.
        tolerance: accuracy allowed beyond the limits.

    Returns:
        ``None`` where fewer than two seeds ended with a number: one says nothing about a spread.

    Raises:
        ValueError: the curve is not one of accuracies, or the value is not a finite number.
    """
    if curve not in ACCURACIES or not math.isfinite(value):
        raise ValueError(f"Only finite accuracies can be placed, not {value} in '{curve}'.")
    finals = baseline.finals(curve)
    accepted = _limits(baseline, finals, images, tolerance)
    if accepted is None:
        return None
    return Placed(
        curve=curve,
        standing=_standing(value, accepted),
        value=value,
        median=median(finals),
        band=Interval(low=quantile(finals, LOW), high=quantile(finals, HIGH)),
        limits=accepted,
        seeds=len(finals),
        beyond=max(accepted.low - value, value - accepted.high, 0.0),
    )


def _standing(value: float, accepted: Interval) -> Standing:
    if accepted.contains(value):
        return Standing.WITHIN
    return Standing.BELOW if value < accepted.low else Standing.ABOVE


def _limits(baseline: Baseline, finals: tuple[float, ...], images: int | None, tolerance: float) -> Interval | None:
    """The prediction interval of the seeds that learned, with all that was seen and the tolerance, within 0 and 1.

    A seed that failed has no say in how high an accuracy can be: the highest of a mixture are those of its better
    part. How low such a training can end is then open, and the limits begin at 0.
    """
    if not finals:
        return None
    learned = [value for value in finals if value >= FAILED * median(finals)]
    if len(learned) < 2:
        return None
    other = 0.0 if images is None else _DEVIATIONS * _sampling_error(baseline, median(learned), images)
    below, above = (math.hypot(_reach(learned, above=above), other) for above in (False, True))
    centre = fmean(learned)
    seen = Interval(low=centre - below, high=centre + above).including(finals).widened(tolerance)
    failed = len(learned) < len(baseline.runs)
    return Interval(low=0.0 if failed else max(seen.low, 0.0), high=min(seen.high, 1.0))


def _reach(learned: Sequence[float], *, above: bool) -> float:
    """How far the next seed may lie on one side of the mean."""
    error = lopsided_deviation(learned, above=above, least=LEAST_DEVIATION)
    return prediction_factor(len(learned), LEVEL) * error


def _sampling_error(baseline: Baseline, accuracy: float, images: int) -> float:
    """The standard error of a difference between accuracies on two sets of images, with one and the same network.

    Two right and two wrong answers are added to each, so that a network that was never wrong has an error as well
    (A. Agresti and B. A. Coull, The American Statistician 52, 1998).
    """
    sets = (max(images, 1) + 4, (baseline.specification.validation or TEST_IMAGES) + 4)
    shares = [((size - 4) * accuracy + 2.0) / size for size in sets]
    return math.sqrt(sum(share * (1.0 - share) / size for share, size in zip(shares, sets, strict=True)))
