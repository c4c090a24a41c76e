"""How many seeds are trained side by side when nobody says, and how many images are validated on at a time."""

import math

from grader.architecture.shapes import steps
from grader.baseline.trainer.devices import Place, cores
from grader.baseline.trainer.messages import Backend, Device
from grader.specification import Specification

VALIDATED = 1000
"""Images validated on at a time, by each seed: memory, not numbers, depends on it."""

_SMALLEST_GPU = 4 * 2**30
"""Bytes, where a GPU does not tell."""
_DENSE = 2
"""For each core: more seeds do not fit its cache, and the optimiser waits for memory (measured from 1 to 16)."""
_CONVOLUTIONAL = 1
"""For each core: one seed keeps it busy."""
_GPU_SHARE = 0.4
"""Of a GPU's memory for seeds; the rest is for data, compilation and what the estimate leaves out."""


def at_once(specification: Specification, place: Place, *, seeds: int, wanted: int | None) -> int:
    """The number of seeds in a batch, at least 1."""
    if place.backend is Backend.TENSORFLOW:
        return 1
    if wanted is not None:
        return max(1, min(wanted, seeds))
    if place.device is Device.GPU:
        return max(1, min(seeds, int(_GPU_SHARE * _gpu_bytes() / _bytes(specification))))
    return min(seeds, cores() * (_CONVOLUTIONAL if specification.is_convolutional else _DENSE))


def _bytes(specification: Specification) -> int:
    """A generous estimate for one seed: weights, gradients and two slots; patches and outputs of a training batch."""
    built = list(steps(specification))
    weights = 4 * sum(step.parameters for step in built)
    outputs = 3 * sum(math.prod(step.takes) + math.prod(step.gives) for step in built)
    return 4 * (weights + outputs * max(specification.batch_size, VALIDATED))


def _gpu_bytes() -> int:
    import jax

    return int((jax.devices("gpu")[0].memory_stats() or {}).get("bytes_limit", _SMALLEST_GPU))
