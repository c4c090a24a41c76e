"""The binary version of CIFAR-10, packed or unpacked.

Each file holds 10,000 records of 3073 bytes: the label, then 1024 red, 1024 green and 1024 blue values, row by row
(A. Krizhevsky, "The CIFAR-10 dataset", binary version).
"""

import tarfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from grader.datasets.arrays import Arrays, assemble
from grader.datasets.catalogue import Entry
from grader.datasets.found import Found
from grader.datasets.layouts import safely

ORDER = 30

ARCHIVE = "cifar-10-binary.tar.gz"
FOLDER = "cifar-10-batches-bin"
TRAIN = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST = "test_batch.bin"
RECORDS, SIDE, CHANNELS = 10_000, 32, 3
SIZE = RECORDS * (1 + SIDE * SIDE * CHANNELS)

Reader = Callable[[str], bytes]
"""Gives the first ``SIZE`` bytes of a file by its name."""


def look(entry: Entry, folder: Path) -> Iterator[Found]:
    """Yield the archive, and the unpacked files in their own folder or directly in this one."""
    if entry.name != "cifar10":
        return
    archive = folder / ARCHIVE
    if archive.is_file():
        read = safely(partial(_read_archive, entry, archive), str(archive))
        yield Found(where=str(archive), files=(archive,), read=read)
    for where in (folder / FOLDER, folder):
        files = tuple(where / name for name in (*TRAIN, TEST))
        if all(path.is_file() for path in files):
            read = safely(partial(_read, entry, str(where), partial(_read_file, where)), str(where))
            yield Found(where=str(where), files=files, read=read)


def _read_file(folder: Path, name: str) -> bytes:
    with (folder / name).open("rb") as stream:
        return stream.read(SIZE)


def _read_archive(entry: Entry, path: Path) -> Arrays:
    with tarfile.open(path, "r|gz") as archive:  # one pass: seeking back would unpack everything again
        files = {}
        for member in archive:
            name = Path(member.name).name
            stream = archive.extractfile(member) if member.isfile() and name in {*TRAIN, TEST} else None
            if stream is not None:
                files[name] = stream.read(SIZE)
    return _read(entry, str(path), lambda name: files.get(name, b""))


def _read(entry: Entry, where: str, reader: Reader) -> Arrays:
    train = np.concatenate([_records(reader, name) for name in TRAIN])
    test = _records(reader, TEST)
    parts = {"x_train": _images(train), "y_train": train[:, 0], "x_test": _images(test), "y_test": test[:, 0]}
    return assemble(entry, where, parts)


def _records(reader: Reader, name: str) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    data = reader(name)
    if len(data) != SIZE:
        raise ValueError(f"{name} has {len(data)} bytes where {SIZE} are expected")
    return np.frombuffer(data, dtype=np.uint8).reshape(RECORDS, SIZE // RECORDS)


def _images(
    records: np.ndarray[tuple[int, int], np.dtype[np.uint8]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return records[:, 1:].reshape(-1, CHANNELS, SIDE, SIDE).transpose(0, 2, 3, 1)
