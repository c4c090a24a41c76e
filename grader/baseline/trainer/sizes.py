"""How many seeds are trained side by side when nobody says."""

from grader.baseline.trainer.devices import Place
from grader.baseline.trainer.messages import Backend, Device
from grader.specification import Specification

_DENSE_ON_CPU = 16
_CONVOLUTIONAL_ON_CPU = 1


def at_once(specification: Specification, place: Place, *, seeds: int, wanted: int | None) -> int:
    """The number of seeds in a batch, at least 1."""
    if place.backend is Backend.TENSORFLOW:
        return 1
    if wanted is not None:
        return max(1, min(wanted, seeds))
    if place.device is Device.GPU:
        return seeds
    return min(seeds, _CONVOLUTIONAL_ON_CPU if specification.is_convolutional else _DENSE_ON_CPU)
