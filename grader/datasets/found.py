"""What a source of data sets says about one of them, and the places in which sources look."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.datasets.arrays import Arrays
from grader.datasets.network import Network
from grader.evidence import Served


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where sources may look.

    Attributes:
        data: the folder the instructor named, or ``None``.
        keras: the folder in which Keras keeps its downloads.
        cache: the grader's own.
        download: whether the network may be asked.
        tell: is given a sentence before something that takes long.
        bar: makes a progress bar for a file's name, in the protocol of pooch (``total``, ``update``, ``reset``,
            ``close``); ``None`` for silence.
    """

    data: Path | None
    keras: Path
    cache: Path
    download: bool
    network: Network = field(default_factory=Network)
    tell: Callable[[str], None] = field(default=lambda _sentence: None)
    bar: Callable[[str], object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A data set that a source can give, not read yet.

    Attributes:
        where: for a person: a file, a folder, an address.
        read: gives the arrays; raises `DatasetError` where that cannot be done.
        files: what it is read from, if it lies on this machine.
        served: what it is for certain; ``None`` where its checksum decides, ``MISSING`` where it will be refused.
        key: tells it from every other data set where there are no files to tell it by.
        description: overrides the sentence that follows from ``served``.
    """

    where: str
    read: Callable[[], Arrays]
    files: tuple[Path, ...] = ()
    served: Served | None = None
    key: str = ""
    description: str = ""


def in_order(package: ModuleType) -> Iterator[Any]:
    """The modules of a package, by their ``ORDER``: sources and layouts are found, not listed."""
    names = (f"{package.__name__}.{each.name}" for each in pkgutil.iter_modules(package.__path__))
    yield from sorted((importlib.import_module(name) for name in names), key=lambda module: int(module.ORDER))
