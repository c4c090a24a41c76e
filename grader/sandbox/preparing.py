"""Puts held-back images in as a network's answer says it was asked: for all images alike, or in a way known by name."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.holdout import Holdout
from grader.sandbox.intake import number, sequence, text, whole
from grader.sandbox.operations import RefusedError, Values
from grader.sandbox.recomputing import decoded


def _each_standardised(images: Values) -> Values:
    axes = tuple(range(1, images.ndim))
    spread = images.std(axis=axes, keepdims=True).clip(images[0].size ** -0.5)
    return np.asarray((images - images.mean(axis=axes, keepdims=True)) / spread)


def _of_length_one(images: Values, axis: int | tuple[int, ...]) -> Values:
    length = ((images**2).sum(axis=axis, keepdims=True)) ** 0.5
    return np.asarray(images / np.where(length > 1e-6, length, 1.0))


_BY_NAME: Mapping[str, Callable[[Values], Values]] = {
    "each image standardised": _each_standardised,
    "normalised along their rows": lambda x: _of_length_one(x, 1),
    "normalised along their columns": lambda x: _of_length_one(x, 2),
    "each image normalised": lambda x: _of_length_one(x, tuple(range(1, x.ndim))),
    "black and white": lambda x: np.asarray(x > 127, dtype=np.float32),
}
"""What the guests may do to images beside what is done to every pixel of every image alike; they call it so, too."""


def prepared(holdout: Holdout, event: Mapping[str, Any]) -> Values:
    """The images as they were put into a network.

    Raises:
        RefusedError: it is not told, or in a way that cannot be repeated.
    """
    images = np.frombuffer(holdout.pixels, dtype=np.uint8).reshape(-1, *holdout.shape).astype(np.float32)
    wanted = tuple(whole(length) or 0 for length in sequence(event.get("laid"))[:6])
    change = _BY_NAME.get(text(event.get("input")).rpartition(", ")[2])
    if change is not None:
        return _laid(np.asarray(change(images), dtype=np.float32), wanted)
    laid = _laid(images, wanted)
    with np.errstate(all="ignore"):
        return np.asarray(laid * _each(event, "factor", wanted) + _each(event, "offset", wanted), dtype=np.float32)


def _each(event: Mapping[str, Any], name: str, shape: tuple[int, ...]) -> Values:
    """One number for all pixels, or one for each."""
    told = event.get(name)
    if isinstance(told, str) and len(told) <= 6 * math.prod(shape) + 4:
        values = np.frombuffer(decoded(told), dtype=np.uint8)
        if values.size == 4 * math.prod(shape):
            return np.asarray(values.view("<f4").astype(np.float32).reshape(shape))
    single = number(told)
    if single is None:
        raise RefusedError("its images were put in in a way that cannot be repeated")
    return np.asarray(single, dtype=np.float32)


def _laid(images: Values, wanted: tuple[int, ...]) -> Values:
    """Images in another shape: with a channel more or three, with channels first, or with all values in a row."""
    image = images.shape[1:]
    if len(image) == 2 and wanted == (*image, 3):
        return np.repeat(images[..., None], 3, -1)
    if len(image) == 3 and wanted == (image[-1], *image[:-1]) and wanted != image:
        return np.moveaxis(images, -1, 1)
    if not wanted or min(wanted) < 1 or math.prod(wanted) != math.prod(image):
        raise RefusedError("its images were put in in a shape that they cannot have")
    return images.reshape(len(images), *wanted)
