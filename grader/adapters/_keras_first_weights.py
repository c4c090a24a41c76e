"""Whether a network's weights are those that Keras drew for it, however others may have come there.

A Keras initialiser draws the same numbers every time that it is asked for the same shape, for it keeps the seed that
it was made with (Keras 3, `RandomInitializer`). So they are drawn again and compared, which finds weights from a file,
from another network and from a notebook's own hand alike, and passes weights that were put back.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from ._keras_settings import own_code

PARTS = ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance")
MOST_DRAWN = 20_000_000  # numbers
BY_HAND = "weights set by hand"
NOT_LOOKED_AT = "first weights that cannot be looked at"


def set_by_hand(model: Any) -> Iterator[str]:
    """What is unusual about the weights that a network has now; nothing where it has none yet."""
    drawn = 0
    for layer in model._flatten_layers(include_self=False, recursive=True):
        for variable, initializer in _parts(layer):
            drawn += math.prod(variable.shape)
            if drawn > MOST_DRAWN or not _draws_again(initializer):
                yield NOT_LOOKED_AT
                return
            if not _is_drawn(variable, initializer):
                yield BY_HAND
                return


def _parts(layer: Any) -> Iterator[tuple[Any, Any]]:
    if not getattr(layer, "built", False):
        return
    for part in PARTS:
        variable, initializer = getattr(layer, part, None), getattr(layer, f"{part}_initializer", None)
        if variable is not None and initializer is not None:
            yield variable, initializer


def _draws_again(initializer: Any) -> bool:
    """Whether asking an initialiser for numbers changes nothing, and gives those of before."""
    return not own_code(type(initializer)) and type(getattr(initializer, "seed", 0)) is int


def _is_drawn(variable: Any, initializer: Any) -> bool:
    import numpy

    drawn = initializer(tuple(variable.shape), dtype=variable.dtype)
    return bool(numpy.allclose(numpy.asarray(variable), numpy.asarray(drawn), rtol=1e-5, atol=1e-7))
