"""What was done to images before they went into a network, as numbers: outside, the same can be done again."""

from __future__ import annotations

import base64
from typing import Any

from ._input_ways import Change, layouts

CLOSE = 1e-4  # of the largest value


def facts(change: Change, images: Any) -> dict[str, Any]:
    """The shape that images were laid out to and what every value was multiplied by and moved by.

    One number for all pixels or one for each; of changes that are not of this kind only the shape is told.
    """
    import numpy

    with numpy.errstate(all="ignore"):
        given = change(images[:100])
        found = layouts(tuple(images.shape[1:]), given.shape[1:])
        ends = numpy.stack([numpy.zeros_like(images[0]), numpy.full_like(images[0], 255.0)])
        low, high = change(ends).astype(numpy.float64)
        told: dict[str, Any] = {"laid": [int(length) for length in given.shape[1:]]}
        if not found:
            return told
        factor, offset = (high - low) / 255.0, low
        again = factor * found[0][1](images[:100]) + offset
        near = numpy.abs(again - given).max() <= CLOSE * max(1e-9, float(numpy.abs(given).max()))
    if near and numpy.isfinite(factor).all() and numpy.isfinite(offset).all():
        told |= {"factor": _numbers(factor), "offset": _numbers(offset)}
    return told


def _numbers(values: Any) -> float | str:
    """One number where all are the same up to rounding, else all as 32-bit numbers in base64."""
    first = float(values.flat[0])
    if float(abs(values - first).max()) <= 1e-6 * abs(first):
        return first
    return base64.b64encode(values.astype("<f4").tobytes()).decode("ascii")
