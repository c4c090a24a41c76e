"""Which images a training saw, how their pixels were scaled, and what it was validated on.

A specification knows one way of scaling: a straight line, the same for every pixel. Data keep their smallest and
largest value under it, and their mean keeps its place between the two: for MNIST at 0.1307 of the way, for
Fashion-MNIST at 0.2860, as at 33.3 and 72.9 of 255. Standardising pixel by pixel or normalising rows moves it.
"""

import math
from dataclasses import dataclass

from grader.evidence import DataRecord, DatasetRecord, FitRecord, RunRecord, Served, ValidationSource
from grader.matching._origins import is_proven, refuse_others
from grader.matching._refusal import RefusalError

_ROWS = 20_000
"""Rows that means are taken of, at most (`grader.adapters`)."""
_SHARES = (0.05, 0.6)
"""Where means lie on their way from black to white, in data sets that nothing is known of."""
_WHITE = 255.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """What a specification says of the data."""

    dataset: str
    digest: str
    samples: int
    validation: int
    low: float
    high: float
    shape: tuple[int, ...]


def images(run: RunRecord, fit: FitRecord, declared: tuple[int, ...] | None) -> Images:
    """The data of a training; ``declared`` is the shape of one image as the network's input layer has it.

    Raises:
        RefusalError: they are not the images of one data set whose contents are known, or not scaled by a line.
    """
    amount, shape = fit.data.samples, _whole(fit.data.shape)
    if amount is None or shape is None:
        raise RefusalError("The data did not come as arrays of a known size.")
    served = served_to(run, fit)
    refuse_others(served, fit)
    low, high = _scaled(served, fit.data, amount)
    samples = trained_on(fit, amount)
    return Images(
        dataset=served.name,
        digest=served.digest,
        samples=samples,
        validation=_validation(served, fit, amount, samples),
        low=low,
        high=high,
        shape=declared if declared is not None and math.prod(declared) == math.prod(shape) else shape,
    )


def trained_on(fit: FitRecord, amount: int) -> int:
    """How many of so many images were trained on: Keras splits at ``floor(amount * (1 - validation_split))``."""
    if fit.validation_source is not ValidationSource.SPLIT:
        return amount
    if fit.validation_split is None or not 0.0 < fit.validation_split < 1.0:
        raise RefusalError("It is not known how many images were split off.")
    return math.floor(amount * (1.0 - fit.validation_split))


def _validation(served: DatasetRecord, fit: FitRecord, amount: int, samples: int) -> int:
    """Number of training images validated on; 0 for test images, which other data are taken for.

    Data handed in are training images where together with those trained on they are as many as there are.
    """
    if fit.validation_source is ValidationSource.SPLIT:
        return amount - samples
    if fit.validation is not None and fit.validation.origin is not None and fit.validation.origin.part == "test":
        return 0
    given = fit.validation.samples if fit.validation is not None else None
    return given if given is not None and amount + given == served.images.samples else 0


def served_to(run: RunRecord, fit: FitRecord) -> DatasetRecord:
    """The one data set that a training's images may be of.

    Raises:
        RefusalError: there is none, or more than one, or its contents are not known.
    """
    amount, shape = fit.data.samples, _whole(fit.data.shape)
    if amount is None or shape is None:
        raise RefusalError("The data did not come as arrays of a known size.")
    there = {each.name: each for each in run.datasets if each.served is not Served.MISSING}
    if not there:
        raise RefusalError("No data set of Keras was asked for, so it is not known what was trained on.")
    fitting = [each for each in there.values() if _fits(each, amount, math.prod(shape))]
    if not fitting:
        raise RefusalError(f"The {amount:,} images trained on are not those of {' or '.join(there)}.")
    if len(fitting) > 1:
        fitting = [each for each in fitting if _is_line(each, fit.data, amount)]
    if len(fitting) != 1:
        raise RefusalError(f"It is not known which data set was trained on: {', '.join(there)} were asked for.")
    if not fitting[0].digest:
        raise RefusalError(f"The contents of {fitting[0].name} were not recorded.")
    return fitting[0]


def _fits(served: DatasetRecord, amount: int, values: int) -> bool:
    known = served.images
    shape = _whole(known.shape)
    return (shape is None or math.prod(shape) == values) and (known.samples is None or amount <= known.samples)


def _scaled(served: DatasetRecord, data: DataRecord, amount: int) -> tuple[float, float]:
    """What black (0) and white (255) became."""
    if data.minimum is None or data.maximum is None or data.mean is None or data.minimum >= data.maximum:
        raise RefusalError("The values of the data were not recorded.")
    if not is_proven(data) and not _is_line(served, data, amount):
        raise RefusalError("The pixels were changed in another way than by one line for all of them.")
    black, white = _range(served.images)
    slope = (data.maximum - data.minimum) / (white - black)
    low, high = data.minimum - slope * black, data.maximum + slope * (_WHITE - white)
    return (0.0 if abs(low) < 1e-6 * (high - low) else low), high


def _is_line(served: DatasetRecord, data: DataRecord, amount: int) -> bool:
    """Whether the mean lies where a line puts it.

    It may be off by four standard errors of a mean over images whose brightness varies by half of the mean (measured:
    by 0.33 of it in MNIST, by 0.44 in Fashion-MNIST): ``4 * 0.5 / sqrt(rows)`` of its share.
    """
    share = _share(data)
    known = _share(served.images)
    if share is None:
        return False
    if known is None:
        return _SHARES[0] <= share <= _SHARES[1]
    return abs(share - known) <= known * (0.001 + 2.0 / math.sqrt(max(1, min(amount, _ROWS))))


def _share(data: DataRecord) -> float | None:
    """Where the mean lies between the smallest and the largest value, from 0 to 1."""
    if data.minimum is None or data.maximum is None or data.mean is None or data.minimum >= data.maximum:
        return None
    return (data.mean - data.minimum) / (data.maximum - data.minimum)


def _range(known: DataRecord) -> tuple[float, float]:
    """The smallest and the largest pixel that were served; 0 and 255 where that is not known."""
    if known.minimum is None or known.maximum is None or known.minimum >= known.maximum:
        return 0.0, _WHITE
    return known.minimum, known.maximum


def _whole(shape: tuple[int | None, ...] | None) -> tuple[int, ...] | None:
    """A shape of which every length is known."""
    known = tuple(length for length in shape or () if length is not None)
    return known if shape and len(known) == len(shape) else None
