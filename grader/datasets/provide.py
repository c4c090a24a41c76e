"""Prepares the folder of data sets that every box of a run is served, read-only."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.datasets import sources
from grader.datasets.arrays import content, write_npz
from grader.datasets.catalogue import CATALOGUE, Entry
from grader.datasets.found import Found, Places, in_order
from grader.datasets.places import places_for
from grader.datasets.verify import are_published, fingerprint, verdict
from grader.errors import DatasetError
from grader.evidence import Served

MANIFEST = "manifest.json"
NAMES: tuple[str, ...] = tuple(CATALOGUE)
"""The data sets that can be served, by their names in ``keras.datasets``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provided:
    """One data set in a prepared folder.

    Attributes:
        description: what it is, in words that a report can print.
        path: the uncompressed ``.npz`` with ``x_train``, ``y_train``, ``x_test``, ``y_test``, all uint8.
        digest: SHA-256 over the bytes of the four arrays, in hexadecimal: what baselines are known by.
        notes: why better sources could not be used, a sentence each.
    """

    name: str
    served: Served
    description: str
    path: Path
    digest: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Available:
    """One way in which a data set could be served."""

    name: str
    served: Served
    where: str


def provide(
    names: Sequence[str],
    *,
    folder: Path,
    data: Path | None = None,
    download: bool = True,
    cache: Path | None = None,
    tell: Callable[[str], None] = lambda _sentence: None,
    bar: Callable[[str], object] | None = None,
) -> Mapping[str, Provided]:
    """Put data sets into a folder, each from its best source, with a manifest beside them.

    Args:
        names: as in ``keras.datasets``. One that nobody has is left out: asking for it is an environment outcome.
        folder: filled with ``<name>.npz`` and ``manifest.json``; made if it is not there.
        data: the instructor's folder; the environment variable GRADER_DATA where this is ``None``.
        download: whether the network may be asked.
        cache: the grader's own cache; the system's place for one where this is ``None``.
        tell: is given a sentence before something that takes long.
        bar: makes a progress bar for a file that is downloaded; see `Places`.

    Raises:
        DatasetError: the folder that the instructor named does not exist.
    """
    places = places_for(data=data, download=download, cache=cache, tell=tell, bar=bar)
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [entry for entry in CATALOGUE.values() if entry.name in set(names)]
    provided = {entry.name: _provide(entry, folder, places) for entry in wanted}
    manifest = {
        each.name: {"served": each.served.value, "description": each.description, "digest": each.digest}
        for each in provided.values()
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    return provided


def available(*, data: Path | None = None, download: bool = True, cache: Path | None = None) -> tuple[Available, ...]:
    """Every way in which each data set could be served, the best first. Downloads and draws nothing.

    Raises:
        DatasetError: the folder that the instructor named does not exist.
    """
    places = places_for(data=data, download=download, cache=cache)
    return tuple(
        Available(name=entry.name, served=_served_at_a_glance(entry, found), where=found.where)
        for entry in CATALOGUE.values()
        for found in _find(entry, places)
    )


def _find(entry: Entry, places: Places) -> Iterator[Found]:
    for source in in_order(sources):
        yield from source.find(entry, places)


def _served_at_a_glance(entry: Entry, found: Found) -> Served:
    if found.served is not None:
        return found.served
    if are_published(entry, found.files):
        return Served.ORIGINAL
    try:
        return verdict(entry, found, found.read())
    except DatasetError:
        return Served.MISSING


def _provide(entry: Entry, folder: Path, places: Places) -> Provided:
    notes: list[str] = []
    for found in _find(entry, places):
        try:
            path, served, digest = _prepare(entry, found, folder, places.cache)
        except DatasetError as error:
            notes.append(str(error))
        else:
            description = found.description or _describe(entry, served)
            return Provided(
                name=entry.name, served=served, description=description, path=path, digest=digest, notes=tuple(notes)
            )
    raise DatasetError(f"{entry.title} cannot be served: {' '.join(notes)}")


def _describe(entry: Entry, served: Served) -> str:
    match served:
        case Served.ORIGINAL:
            return f"{entry.title}, the published files (checksum verified)"
        case Served.LOSSY:
            return (
                f"{entry.title} from lossy JPEG images: accuracies come out a few per cent lower than on the original"
            )
        case _:
            return f"{entry.title} as given by the instructor, not the published file (its checksum differs)"


def _prepare(entry: Entry, found: Found, folder: Path, cache: Path) -> tuple[Path, Served, str]:
    """Serve from the prepared files of earlier runs where there is one, else read the source and keep the result.

    A prepared file's name tells what it is: ``<name>-<source>.<served>.<digest>.npz``.
    """
    target = folder / f"{entry.name}.npz"
    stem = f"{entry.name}-{fingerprint(found)}"
    for kept in sorted((cache / "prepared").glob(f"{stem}.*.*.npz")):
        _, served, digest, _ = kept.name.rsplit(".", maxsplit=3)
        return _link(kept, target), Served(served), digest
    arrays = found.read()
    served, digest = verdict(entry, found, arrays), content(arrays)
    kept = cache / "prepared" / f"{stem}.{served.value}.{digest}.npz"
    try:
        write_npz(kept, arrays)
    except OSError:  # a cache that is full or read-only costs time, never the run
        write_npz(target, arrays)
        return target, served, digest
    return _link(kept, target), served, digest


def _link(kept: Path, target: Path) -> Path:
    target.unlink(missing_ok=True)
    try:
        os.link(kept, target)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(kept, target)
    return target
