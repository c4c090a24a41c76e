"""Where the images of a training stand in the data set that was served: some are looked up by what their pixels are.

Images go into networks scaled, never as they were served; a linear map of all pixels brings them back. Whether a map
was the right one is told by its result: pixels that are whole numbers and make up an image that was served.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ._arrays import describe, first_input
from ._labels import classes
from ._observer import Observer

ROWS = 200
MOST_VALUES = 500_000_000  # of an array that is looked into
MOST_PIXELS = 200_000  # of one image
TOLERANCE = 0.02  # of 255: 32-bit numbers that were divided by 255 or standardised are 0.0001 off
USUAL_MAPS = ((255.0, 0.0), (1.0, 0.0), (127.5, 127.5), (255.0, 127.5))
"""Factors and offsets from what goes into networks to bytes: for [0, 1], [0, 255], [-1, 1] and [-0.5, 0.5]."""


class ServedPart:
    """The images of the training or of the test part of a data set, as bytes, by their hashes.

    Attributes:
        name: ``train`` or ``test``.
        pixels: in one image, channels included.
        low: the smallest of all their values; ``high`` is the largest.
    """

    def __init__(self, name: str, images: Any) -> None:
        self.name = name
        self.pixels = images[:1].size
        self.low, self.high = float(images.min()), float(images.max())
        self._indices: dict[bytes, list[int]] = {}
        for index, image in enumerate(images.reshape(len(images), -1)):
            self._indices.setdefault(_hash(image), []).append(index)

    def indices(self, image: bytes) -> list[int]:
        """Where an image with this hash stands; at several places where it has copies."""
        return self._indices.get(image, [])


class Origins:
    """Describes data that go into trainings, and where their images come from."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._of = observer.watched(self.of)
        self._served: dict[str, list[ServedPart]] = {}  # read and hashed once, at the first training

    def described(self, data: Any, labels: Any) -> dict[str, Any]:
        """The facts of a DataRecord; ``origin`` is among them for images in memory once a data set was served."""
        return describe(data, lambda array, facts: self._of(array, facts, labels))

    def validation(self, data: Any) -> dict[str, Any]:
        """The same for what ``fit`` takes as ``validation_data``: images with labels, and maybe weights."""
        pair = isinstance(data, (list, tuple)) and len(data) in {2, 3}
        return self.described(data, data[1] if pair else None)

    def of(self, images: Any, facts: dict[str, Any], labels: Any) -> dict[str, Any] | None:
        """The facts of an OriginRecord for images; ``facts`` tell their range.

        ``None`` where the notebook requested no data set of images.
        """
        parts = list(self._parts())
        if not parts:
            return None
        told: dict[str, Any] = {"classes": _amount(labels)}
        if not 0 < images.size <= MOST_VALUES or images[:1].size > MOST_PIXELS:
            return told
        import numpy

        positions = numpy.linspace(0, len(images) - 1, min(ROWS, len(images))).astype(int)
        some = numpy.asarray(images[positions], dtype=numpy.float64).reshape(len(positions), -1)
        return told | _best_place(some, positions.tolist(), (facts["minimum"], facts["maximum"]), parts)

    def _parts(self) -> Iterator[ServedPart]:
        for name in sorted(self._observer.requested):
            if name not in self._served:
                self._served[name] = []  # what cannot be read once is not tried again
                self._served[name] = _read(Path(self._observer.data, f"{name}.npz"))
            yield from self._served[name]


def _read(path: Path) -> list[ServedPart]:
    """Both parts of a data set; none where nobody provided it or where it holds something else than images."""
    import numpy

    found: list[ServedPart] = []
    try:
        with numpy.load(path, allow_pickle=False) as arrays:
            for name in ("train", "test"):
                images = arrays[f"x_{name}"]
                if images.dtype == numpy.uint8 and images.ndim > 1 and images.size:
                    found.append(ServedPart(name, images))
    except (OSError, ValueError, KeyError):  # not there, or texts
        return []
    return found


def _amount(labels: Any) -> int | None:
    found = None if labels is None else classes(first_input(labels))
    return len(found) if found else None


def _best_place(
    rows: Any, positions: list[int], range_: tuple[float, float], parts: list[ServedPart]
) -> dict[str, Any]:
    """In the part and under the map that most rows are found by: how many, how many different ones, and from where."""
    best: dict[str, Any] = {"part": "", "rows": len(rows), "found": 0, "distinct": 0, "first": None}
    fitting = [part for part in parts if part.pixels == rows.shape[1]]
    for factor, offset in _maps(range_, fitting):
        images = _images(rows, factor, offset)
        for part in fitting:
            found = [image for image in images if image is not None and part.indices(image)]
            if len(found) > best["found"]:
                first = _first(images, positions, part)
                best |= {"part": part.name, "found": len(found), "distinct": len(set(found)), "first": first}
        if best["found"] == len(rows):
            break
    return best


def _maps(range_: tuple[float, float], parts: list[ServedPart]) -> list[tuple[float, float]]:
    """Factors and offsets that may lead back to bytes: first those that send the range to that of a whole part."""
    low, high = range_
    maps = []
    if low < high:
        for part in parts:
            factor = (part.high - part.low) / (high - low)
            maps.append((factor, part.low - factor * low))
    return list(dict.fromkeys([*maps, *USUAL_MAPS])) if parts else []


def _images(rows: Any, factor: float, offset: float) -> list[bytes | None]:
    """The hash of each row that this map sends to bytes; ``None`` for those that it sends elsewhere."""
    import numpy

    with numpy.errstate(all="ignore"):
        values = rows * factor + offset
        near = numpy.rint(values)
        good = ((numpy.abs(values - near) < TOLERANCE) & (near >= 0) & (near <= 255)).all(axis=1)
        images = numpy.where(good[:, None], near, 0.0).astype(numpy.uint8)
    return [_hash(image) if fits else None for image, fits in zip(images, good, strict=True)]


def _first(images: list[bytes | None], positions: list[int], part: ServedPart) -> int | None:
    """The index of the first image, where the others stand behind it at the same distances as in the part."""
    places = [[] if image is None else part.indices(image) for image in images]
    for first in places[0]:
        if all(first + position in place for position, place in zip(positions, places, strict=True)):
            return first
    return None


def _hash(image: Any) -> bytes:
    return hashlib.blake2b(image, digest_size=16).digest()
