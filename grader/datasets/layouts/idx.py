"""The four idx files of MNIST and Fashion-MNIST, gzipped or not, as published and as torchvision keeps them.

The format: two zero bytes, ``8`` for unsigned bytes, the number of dimensions, each dimension as a big-endian 32-bit
number, the data (Y. LeCun, "The MNIST database of handwritten digits").
"""

import gzip
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from grader.datasets.arrays import Arrays, Bytes, assemble, refuse_shape
from grader.datasets.catalogue import Entry
from grader.datasets.found import Found
from grader.datasets.layouts import safely

ORDER = 20

STEMS = {
    "x_train": "train-images",
    "y_train": "train-labels",
    "x_test": "t10k-images",
    "y_test": "t10k-labels",
}
# Files of both data sets have the same names: directly in the folder they count as Fashion-MNIST, as Keras and
# Zalando leave them; torchvision keeps them apart.
FOLDERS = {
    "mnist": ("MNIST/raw", "mnist", "MNIST"),
    "fashion_mnist": ("fashion-mnist", "fashion_mnist", "FashionMNIST/raw", "FashionMNIST", "."),
}


def look(entry: Entry, folder: Path) -> Iterator[Found]:
    """Yield every complete set of four files."""
    for below in FOLDERS.get(entry.name, ()):
        where = folder / below
        files = {part: path for part in STEMS if (path := _file(where, part))}
        if len(files) == len(STEMS):
            read = safely(partial(_read, entry, where, files), str(where))
            yield Found(where=f"{where} (idx files)", files=tuple(files.values()), read=read)


def _file(folder: Path, part: str) -> Path | None:
    rank = 3 if part.startswith("x") else 1
    names = (f"{STEMS[part]}{mark}idx{rank}-ubyte{end}" for mark in "-." for end in (".gz", ""))
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _read(entry: Entry, where: Path, files: dict[str, Path]) -> Arrays:
    return assemble(entry, str(where), {part: _read_idx(entry, part, path) for part, path in files.items()})


def _read_idx(entry: Entry, part: str, path: Path) -> Bytes:
    opener = gzip.open if path.suffix == ".gz" else Path.open
    with cast("BinaryIO", opener(path, "rb")) as stream:
        magic = stream.read(4)
        if len(magic) != 4 or magic[:3] != b"\x00\x00\x08":
            raise ValueError("it does not begin like an idx file of unsigned bytes")
        shape = tuple(int.from_bytes(stream.read(4), "big") for _ in range(magic[3]))
        refuse_shape(entry, part, str(path), shape, np.dtype(np.uint8))
        data = stream.read(int(np.prod(shape, dtype=np.int64)))
    return np.frombuffer(data, dtype=np.uint8).reshape(shape)
