"""The Python version of CIFAR-10, which is refused: its files are pickles, and loading a pickle can run any code."""

from collections.abc import Iterator
from pathlib import Path

from grader.datasets.arrays import Arrays
from grader.datasets.catalogue import Entry
from grader.datasets.found import Found
from grader.errors import DatasetError
from grader.evidence import Served

ORDER = 90

PLACES = ("cifar-10-batches-py", "cifar-10-batches-py-target/cifar-10-batches-py", "cifar-10-python.tar.gz")


def look(entry: Entry, folder: Path) -> Iterator[Found]:
    """Yield a refusal where the pickled version lies."""
    path = next((folder / place for place in PLACES if (folder / place).exists()), None)
    if entry.name != "cifar10" or path is None:
        return

    def refuse() -> Arrays:
        raise DatasetError(
            f"{path} holds pickles, which could run code when they are loaded, and is not used.",
            advice="Put cifar-10-binary.tar.gz (the binary version) beside it.",
        )

    yield Found(where=f"{path} (pickled, not used)", served=Served.MISSING, read=refuse)
