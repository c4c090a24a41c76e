"""``mnist.npz`` as Keras keeps it, and any other data set as ``<name>.npz`` with the same four arrays."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from grader.datasets.arrays import read_npz
from grader.datasets.catalogue import Entry
from grader.datasets.found import Found
from grader.datasets.layouts import safely

ORDER = 10


def look(entry: Entry, folder: Path) -> Iterator[Found]:
    """Yield the ``.npz`` of a data set, if it is there."""
    path = folder / f"{entry.name}.npz"
    if path.is_file():
        yield Found(where=str(path), files=(path,), read=safely(partial(read_npz, path, entry), str(path)))
