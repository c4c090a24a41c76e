"""``cifar10_jpeg.npz``: CIFAR-10 as JPEG bytes one after the other (``jpeg``), with ``offsets`` into them.

Lossy: accuracies come out a few per cent lower than on the original, and every report says so.
"""

import io
import itertools
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.datasets.arrays import Arrays, Bytes, assemble, read_member, refuse_shape
from grader.datasets.catalogue import Entry
from grader.datasets.found import Found
from grader.datasets.layouts import safely
from grader.errors import DatasetError
from grader.evidence import Served

ORDER = 40

JPEG_LIMIT = 400_000_000  # bytes; all 60,000 images uncompressed are 184 MB


def look(entry: Entry, folder: Path) -> Iterator[Found]:
    """Yield the file, if it is there."""
    path = folder / f"{entry.name}_jpeg.npz"
    if len(entry.image) == 3 and path.is_file():
        read = safely(partial(_read, entry, path), str(path))
        yield Found(where=str(path), files=(path,), served=Served.LOSSY, read=read)


def _read(entry: Entry, path: Path) -> Arrays:
    where = str(path)
    with zipfile.ZipFile(path) as archive:
        jpeg = read_member(archive, "jpeg", where, partial(_check_bytes, where))
        offsets = read_member(archive, "offsets", where, partial(_check_offsets, entry, where))
        labels = {
            part: read_member(archive, part, where, partial(refuse_shape, entry, part, where))
            for part in ("y_train", "y_test")
        }
    images = _decode(entry, jpeg, offsets)
    return assemble(entry, where, {"x_train": images[: entry.train], "x_test": images[entry.train :], **labels})


def _check_bytes(where: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    if dtype != np.uint8 or len(shape) != 1 or shape[0] > JPEG_LIMIT:
        raise DatasetError(f"{where}: jpeg is {dtype} {shape} where a row of bytes is expected.")


def _check_offsets(entry: Entry, where: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    if dtype.kind not in "iu" or shape != (entry.train + entry.test + 1,):
        raise DatasetError(f"{where}: offsets is {dtype} {shape} where {entry.train + entry.test + 1} integers are.")


def _decode(entry: Entry, jpeg: NDArray[Any], offsets: NDArray[Any]) -> Bytes:
    from PIL import Image

    images: Bytes = np.empty((entry.train + entry.test, *entry.image), dtype=np.uint8)
    data = jpeg.tobytes()
    bounds = offsets.tolist()
    size = (entry.image[1], entry.image[0])
    for index, (start, stop) in enumerate(itertools.pairwise(bounds)):
        with Image.open(io.BytesIO(data[start:stop]), formats=["JPEG"]) as image:
            if image.size != size:  # known from the header, before anything is decoded
                raise ValueError(f"image {index} is {image.size} pixels where {size} are expected")
            images[index] = np.asarray(image.convert("RGB"))
    return images
