"""Stand-in data sets, drawn from scikit-learn's 1797 handwritten digits of 8 x 8 pixels in 17 levels.

Everything is integer arithmetic on a seeded generator, so that each machine draws the same pixels: every digit is
turned and scaled in `WARPS` ways once, then each example picks a digit and a warp, a shift, a contrast and noise.
Training and test examples come from different digits, so that test accuracy means something.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from grader.datasets.arrays import Arrays, Bytes, assemble
from grader.datasets.catalogue import Entry

VERSION = 1
"""Part of the cache key: raise it when a pixel changes."""

SEED = 20_260_807
WARPS = tuple((angle, scale) for angle in (-10, -5, 0, 5, 10) for scale in (2.3, 2.6))
"""Degrees, and pixels of the drawing for a pixel of the digit."""
SHIFT = 1  # pixels each way
CHUNK = 5_000  # examples at a time: keeps the working memory below 100 MB
TEST_EVERY = 6  # one digit in six is kept for the test examples

Ints = NDArray[np.int32]
Painter = Callable[[np.random.Generator, Ints], Ints]


def draw(entry: Entry) -> Arrays:
    """The stand-in for a data set: the same images every time, all different from each other."""
    digits, labels = _digits()
    held_back = np.arange(len(labels)) % TEST_EVERY == 0
    parts: dict[str, Bytes] = {}
    for number, (name, count, chosen) in enumerate(
        (("train", entry.train, ~held_back), ("test", entry.test, held_back))
    ):
        random = np.random.default_rng([SEED, number])
        x, y = _examples(entry, random, count, _warped(digits[chosen], entry.image[0]), labels[chosen])
        parts |= {f"x_{name}": x, f"y_{name}": y}
    return assemble(entry, f"the stand-in for {entry.title}", parts)


def _digits() -> tuple[Ints, Bytes]:
    from sklearn.datasets import load_digits

    data = load_digits()
    return data.images.astype(np.int32) * 255 // 16, data.target.astype(np.uint8)


def _warped(digits: Ints, side: int) -> Bytes:
    """Every digit in every warp: ``(digits, warps, side, side)``, bilinear in steps of 1/64 pixel."""
    padded = np.pad(digits, ((0, 0), (1, 2), (1, 2))).reshape(len(digits), -1)
    out = np.empty((len(digits), len(WARPS), side, side), dtype=np.uint8)
    for number, (angle, scale) in enumerate(WARPS):
        ink = sum((padded[:, index] * weight for index, weight in _corners(side, angle, scale)), np.int32(0)) >> 12
        # Interpolation blurs; a steeper curve gives strokes an edge again.
        out[:, number] = np.clip((ink - 64) * 2, 0, 255).reshape(-1, side, side)
    return out


def _corners(side: int, angle: float, scale: float) -> Iterator[tuple[NDArray[np.int64], Ints]]:
    """For each of the four neighbours of every target pixel: its index in a padded digit, its weight (sum 4096)."""
    centre = (side - 1) / 2
    rows, columns = np.mgrid[0:side, 0:side].reshape(2, -1) - centre
    cosine, sine = math.cos(math.radians(angle)) / scale, math.sin(math.radians(angle)) / scale
    y = np.clip(np.rint((rows * cosine - columns * sine + 4.5) * 64), 0, 9 * 64).astype(np.int32)
    x = np.clip(np.rint((rows * sine + columns * cosine + 4.5) * 64), 0, 9 * 64).astype(np.int32)
    for down in (0, 1):
        for right in (0, 1):
            weight_y = y % 64 if down else 64 - y % 64
            weight_x = x % 64 if right else 64 - x % 64
            yield ((y // 64 + down) * 11 + x // 64 + right).astype(np.int64), weight_y * weight_x


def _examples(entry: Entry, random: np.random.Generator, count: int, ink: Bytes, labels: Bytes) -> tuple[Bytes, Bytes]:
    x = np.empty((count, *entry.image), dtype=np.uint8)
    y = np.empty(count, dtype=np.uint8)
    for start in range(0, count, CHUNK):
        stop = min(start + CHUNK, count)
        chosen = random.integers(0, len(labels), stop - start)
        warp = random.integers(0, len(WARPS), stop - start)
        shifted = _shifted(random, ink[chosen, warp])
        x[start:stop] = np.clip(PAINTERS[entry.name](random, shifted), 0, 255)
        y[start:stop] = labels[chosen]
    return x, y


def _shifted(random: np.random.Generator, images: Bytes) -> Ints:
    steps = random.integers(-SHIFT, SHIFT + 1, (2, len(images)))
    out = np.empty(images.shape, dtype=np.int32)
    for down in range(-SHIFT, SHIFT + 1):
        for right in range(-SHIFT, SHIFT + 1):
            these = (steps[0] == down) & (steps[1] == right)
            out[these] = np.roll(images[these], (down, right), (1, 2))
    return out


def _contrast(random: np.random.Generator, ink: Ints, low: int) -> Ints:
    strength = random.integers(low, 257, (len(ink), 1, 1), dtype=np.int32)
    return cast("Ints", ink * strength >> 8)


def _noise(random: np.random.Generator, shape: tuple[int, ...]) -> Ints:
    """Whole numbers from -16 to 15; raw bytes, because drawing each number apart takes four times as long."""
    raw = np.frombuffer(random.bytes(math.prod(shape)), dtype=np.int8).reshape(shape)
    return raw.astype(np.int32) >> 3


def _paint_digits(random: np.random.Generator, ink: Ints) -> Ints:
    """Bright strokes on black, as in MNIST."""
    return np.where(ink > 0, _contrast(random, ink, 180) + _noise(random, ink.shape), 0)


def _paint_outlines(random: np.random.Generator, ink: Ints) -> Ints:
    """Grey figures with bright outlines: another task than the digits, though drawn from them."""
    edges = np.abs(ink - np.roll(ink, 1, axis=1)) + np.abs(ink - np.roll(ink, 1, axis=2))
    figure = np.minimum(edges // 2, 160) + ink // 3
    return _contrast(random, figure, 160) + _noise(random, ink.shape) // 2


def _paint_colours(random: np.random.Generator, ink: Ints) -> Ints:
    """Coloured figures on a coloured slope, in three channels."""
    front = random.integers(120, 256, (len(ink), 1, 1, 3), dtype=np.int32)
    back = random.integers(0, 110, (len(ink), 1, 1, 3), dtype=np.int32)
    slope = random.integers(-2, 3, (len(ink), 1, 1, 1), dtype=np.int32)
    rows = np.arange(ink.shape[1], dtype=np.int32)[None, :, None, None] - ink.shape[1] // 2
    cover = ink[..., None]
    mixed = (front * cover + (back + slope * rows) * (255 - cover)) >> 8
    return cast("Ints", mixed + _noise(random, mixed.shape))


PAINTERS: Mapping[str, Painter] = {
    "mnist": _paint_digits,
    "fashion_mnist": _paint_outlines,
    "cifar10": _paint_colours,
}
