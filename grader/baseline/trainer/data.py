"""The images of a data set as a specification wants them, once in memory whatever the number of seeds."""

import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.architecture.sound import CLASSES
from grader.errors import BaselineError
from grader.specification import Specification

_ORDER_STREAM = 1_000_000
"""Keeps the random numbers of an epoch's order apart from those of layers, which are counted from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """Images as float32 in the network's input shape with their classes as int32: to train on, and to validate on."""

    x: NDArray[np.float32]
    y: NDArray[np.int32]
    x_validation: NDArray[np.float32]
    y_validation: NDArray[np.int32]


def load(path: Path, specification: Specification) -> Images:
    """Read the images that a specification trains and validates on.

    Args:
        path: an ``.npz`` with ``x_train``, ``y_train``, ``x_test``, ``y_test``, all uint8.
        specification: a sound one.

    Raises:
        BaselineError: it cannot be read, is not such a file, or the images are too few or of another size.
    """
    arrays = _read(path)
    tail, samples = specification.validation, specification.samples
    images = len(arrays["x_train"])
    if samples + tail > images:
        wanted = f"{samples:,} images to train on" + (f" and {tail:,} to validate on" if tail else "")
        raise BaselineError(
            f"{wanted} are more than the {images:,} training images of {path.name}.",
            advice="Ask for fewer samples.",
        )
    held = ("x_train", "y_train", slice(images - tail, None)) if tail else ("x_test", "y_test", slice(None))
    return Images(
        x=_scaled(arrays["x_train"][:samples], specification, path),
        y=_classes(arrays["y_train"][:samples], path),
        x_validation=_scaled(arrays[held[0]][held[2]], specification, path),
        y_validation=_classes(arrays[held[1]][held[2]], path),
    )


def order(specification: Specification, seed: int, epoch: int) -> NDArray[np.int32]:
    """The images of one epoch, by number, in the order in which they are trained on.

    Args:
        specification: a sound one.
        seed: not negative.
        epoch: counted from 0; all the same where the specification says ``same_order``.
    """
    which = 0 if specification.same_order else epoch
    return np.random.default_rng([seed, _ORDER_STREAM + which]).permutation(specification.samples).astype(np.int32)


def _read(path: Path) -> Mapping[str, NDArray[Any]]:
    names = ("x_train", "y_train", "x_test", "y_test")
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in names}
    except (OSError, ValueError, KeyError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise BaselineError(f"{path} holds no data set: {error}.", advice=f"It must hold {', '.join(names)}.") from None
    if any(each.dtype != np.uint8 for each in arrays.values()):
        raise BaselineError(f"{path} does not hold whole numbers from 0 to 255 (uint8).")
    if any(len(arrays[f"x_{part}"]) != len(arrays[f"y_{part}"]) for part in ("train", "test")):
        raise BaselineError(f"{path} holds another number of images than of classes.")
    if not len(arrays["x_test"]):
        raise BaselineError(f"{path} holds no test images.")
    return arrays


def _scaled(images: NDArray[np.uint8], specification: Specification, path: Path) -> NDArray[np.float32]:
    """Black becomes `low` and white `high`; one look-up for each pixel, so that every backend gets the same bits."""
    if math.prod(images.shape[1:]) != math.prod(specification.input_shape):
        given, wanted = ("×".join(map(str, each)) for each in (images.shape[1:], specification.input_shape))
        raise BaselineError(f"The images of {path.name} are {given}; the network takes {wanted}.")
    low, high = specification.low, specification.high
    levels = (low + np.arange(256) / 255 * (high - low)).astype(np.float32)
    return levels[images].reshape(-1, *specification.input_shape)


def _classes(classes: NDArray[np.uint8], path: Path) -> NDArray[np.int32]:
    if classes.size and classes.max() >= CLASSES:
        raise BaselineError(f"{path.name} has classes up to {classes.max()}; networks here tell {CLASSES} apart.")
    return classes.reshape(-1).astype(np.int32)
