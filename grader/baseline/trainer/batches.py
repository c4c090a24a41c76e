"""Which seeds are trained together, and what a training gives: numbers of each epoch as curves of each seed."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.reference import CURVES, Number, SeedRun

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One epoch of a batch of seeds: one number a seed for each curve (`grader.reference.CURVES`).

    Attributes:
        number: counted from 0.
        seconds: it took, validation included.
    """

    seeds: tuple[int, ...]
    number: int
    seconds: float
    accuracy: Numbers
    loss: Numbers
    val_accuracy: Numbers
    val_loss: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A batch of seeds is through; times in seconds."""

    seeds: tuple[int, ...]
    seconds: float
    compile_seconds: float


def batches(seeds: Sequence[int], at_once: int) -> Iterator[tuple[int, ...]]:
    """Seeds in batches of at most `at_once`, all of nearly one size: a new size is compiled anew."""
    count = math.ceil(len(seeds) / at_once)
    for part in np.array_split(np.asarray(seeds, dtype=object), count):
        yield tuple(part)


def runs(epochs: Sequence[Epoch]) -> tuple[SeedRun, ...]:
    """Each seed's curves out of all epochs of its batch; what is not finite becomes ``None``."""
    return tuple(
        SeedRun(
            seed=seed,
            curves={name: tuple(_number(getattr(epoch, name)[place]) for epoch in epochs) for name in CURVES},
        )
        for place, seed in enumerate(epochs[0].seeds)
    )


def _number(value: float) -> Number:
    """Seven digits: what a mean of numbers in 32 bits is worth."""
    return float(f"{value:.7g}") if math.isfinite(value) else None
