"""Takes some training images out of a served data set, so that networks can be asked about images they never had.

Shapes stay as published, because students hard-code 60000: in the places of the images that are held back stand copies
of others, with the labels of those. Which images these are is drawn anew in each grading run and never leaves the
grader.

A quarter of the images is altered, so that nobody gets them right by looking them up in a table of the published data
set: a few per cent of brightness and up to three grey levels of noise. That is far below what images of one class vary
by. Measured with all 10,000 test images of MNIST altered: dense networks with BN (inputs divided by 255, standardised
pixel by pixel, or normalised row by row) and a convolutional one lost 0.00 to 0.07 per cent; all altered images
differed from the published ones, 99.8 % also in which pixels are dark, and half of them in black and white.

There is no noise where it would be blown up by honest preparation: in pixels that hardly ever vary (standardised pixel
by pixel, three grey levels at the rim become hundreds of standard deviations), and in rows and columns that are dark
from end to end (normalised to one length, nothing but noise is left of them).
"""

import hashlib
import json
import secrets
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.datasets.arrays import Arrays, Bytes, read_member, write_npz
from grader.datasets.catalogue import PARTS
from grader.datasets.provide import MANIFEST
from grader.errors import DatasetError
from grader.holdout import Holdout

MOST = 1000
ONE_IN = 20
"""At most a twentieth of the training images is held back: training must not suffer from it."""

ALTERED_SHARE = 0.25
BRIGHTNESS = 0.04
NOISE = 3
LEAST_DEVIATION = 10.0
"""Grey levels; pixels that vary less than this from image to image get no noise."""

BRIGHT = 64
"""Grey levels from which a pixel belongs to what an image shows."""

_ROWS_LOOKED_AT = 5000


def hold_back(name: str, path: Path, *, seed: bytes | int | None = None) -> Holdout:
    """Replace some training images in a prepared file by copies of others, and return those taken out.

    An image that stands more than once in the data set is never chosen: its twin would stay in the box.

    Args:
        name: of the data set, as in ``keras.datasets``.
        path: the prepared ``.npz`` of one grading run; a new file takes its place, so that a cache that shares the
            old one keeps it.
        seed: for tests; without it the choice is secret and new each time.

    Raises:
        DatasetError: the file does not hold what `provide` writes.
    """
    random = _generator(seed)
    arrays = _read(path)
    chosen, donors = _choice(arrays, random)
    images, altered = _alter(arrays.x_train, chosen, random)
    labels = tuple(int(label) for label in arrays.y_train[chosen].reshape(-1))
    _serve(path, arrays, chosen, donors)
    _tell(path.parent / MANIFEST, name, len(chosen), len(arrays.x_train))
    return Holdout(
        name=name, shape=arrays.x_train.shape[1:], pixels=images.tobytes(), labels=labels, altered=tuple(altered)
    )


def _generator(seed: bytes | int | None) -> np.random.Generator:
    if seed is None:
        return np.random.default_rng(secrets.randbits(256))
    return np.random.default_rng(int.from_bytes(seed) if isinstance(seed, bytes) else seed)


def _read(path: Path) -> Arrays:
    """The four arrays of a file that `provide` prepared, whatever their sizes."""

    def check(_shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        if dtype != np.uint8:
            raise DatasetError(f"{path}: images and labels are uint8, not {dtype}.")

    try:
        with zipfile.ZipFile(path) as archive:
            return Arrays(**{part: read_member(archive, part, str(path), check) for part in PARTS})
    except (OSError, zipfile.BadZipFile) as error:
        raise DatasetError(f"{path} cannot be read: {error}.") from None


def _choice(arrays: Arrays, random: np.random.Generator) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which images are held back, in the order in which they are asked, and which are copied into their places."""
    digests = [_digest(image) for image in arrays.x_train]
    seen = Counter(digests)
    seen.update(_digest(image) for image in arrays.x_test)
    single = np.flatnonzero([seen[digest] == 1 for digest in digests])
    amount = min(MOST, len(digests) // ONE_IN, len(single))
    chosen = random.choice(single, amount, replace=False)
    staying = np.setdiff1d(np.arange(len(digests)), chosen)
    return chosen, random.choice(staying, amount, replace=False)


def _digest(image: Bytes) -> bytes:
    return hashlib.blake2b(image.tobytes(), digest_size=16).digest()


def _alter(x_train: Bytes, chosen: NDArray[np.intp], random: np.random.Generator) -> tuple[Bytes, list[bool]]:
    """Copies of the chosen images, about a quarter of them slightly changed, and which of them were."""
    images = x_train[chosen]
    altered = random.random(len(chosen)) < ALTERED_SHARE
    varying = _varying(x_train)
    for number in np.flatnonzero(altered):
        images[number] = _altered(images[number], varying, random)
    return images, [bool(each) for each in altered]


def _varying(x_train: Bytes) -> NDArray[np.bool_]:
    """Where images differ from one another."""
    some = x_train[:: max(1, len(x_train) // _ROWS_LOOKED_AT)]
    varying: NDArray[np.bool_] = some.std(axis=0) >= LEAST_DEVIATION
    return varying


def _altered(image: Bytes, varying: NDArray[np.bool_], random: np.random.Generator) -> Bytes:
    factor = 1.0 + random.uniform(-BRIGHTNESS, BRIGHTNESS)
    noise = random.integers(-NOISE, NOISE, image.shape, endpoint=True) * (varying & _within(image))
    changed: Bytes = np.clip(np.rint(image * factor + noise), 0, 255).astype(np.uint8)
    return changed


def _within(image: Bytes) -> NDArray[np.bool_]:
    """The pixels whose row and column both hold something bright."""
    bright = image >= BRIGHT
    rows, columns = bright.any(axis=1, keepdims=True), bright.any(axis=0, keepdims=True)
    return np.logical_and(rows, columns, dtype=np.bool_)


def _serve(path: Path, arrays: Arrays, chosen: NDArray[np.intp], donors: NDArray[np.intp]) -> None:
    x_train, y_train = arrays.x_train.copy(), arrays.y_train.copy()
    x_train[chosen], y_train[chosen] = arrays.x_train[donors], arrays.y_train[donors]
    write_npz(path, Arrays(x_train=x_train, y_train=y_train, x_test=arrays.x_test, y_test=arrays.y_test))
    path.chmod(0o644)  # in the box it belongs to somebody else


def _tell(manifest: Path, name: str, held: int, of: int) -> None:
    """Say in the description that reports print that images are missing."""
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    if name in content and held:
        phrase = f"{held:,} of its {of:,} training images are held back"
        content[name]["description"] = f"{content[name].get('description', '')}; {phrase}".lstrip("; ")
        manifest.write_text(json.dumps(content, indent=2), encoding="utf-8")
