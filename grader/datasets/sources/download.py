"""The published files, downloaded by the grader outside the box, checked, and kept."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from grader.datasets import layouts
from grader.datasets.arrays import Arrays
from grader.datasets.catalogue import Entry, Remote
from grader.datasets.found import Found, Places, in_order
from grader.errors import DatasetError
from grader.evidence import Served

ORDER = 30

TIMEOUT = (4.0, 20.0)
"""Seconds to connect, and seconds without a byte before giving up."""


def find(entry: Entry, places: Places) -> Iterator[Found]:
    """Yield the published data set: from the grader's cache if it is complete there, else from its address."""
    folder = places.cache / "downloads"
    files = tuple(folder / remote.path for remote in entry.remotes)
    if not entry.remotes or not (places.download or all(path.is_file() for path in files)):
        return
    hosts = ", ".join(sorted({urlsplit(remote.url).hostname or "" for remote in entry.remotes}))
    yield Found(
        where=str(folder) if all(path.is_file() for path in files) else f"a download from {hosts} (not tried yet)",
        served=Served.ORIGINAL,
        key="\n".join(remote.checksum for remote in entry.remotes),
        read=partial(_fetch, entry, places, folder),
    )


def _fetch(entry: Entry, places: Places, folder: Path) -> Arrays:
    for remote in entry.remotes:
        _fetch_file(entry, remote, places, folder / remote.path)
    found = next(found for layout in in_order(layouts) for found in layout.look(entry, folder))
    arrays: Arrays = found.read()
    return arrays


def _fetch_file(entry: Entry, remote: Remote, places: Places, path: Path) -> None:
    import pooch

    if not path.is_file():
        _refuse_offline(remote, places)
        places.tell(f"Downloading {path.name} for {entry.title} ({entry.bytes / 1e6:.0f} MB in all) …")
    pooch.get_logger().setLevel("ERROR")
    bar = places.bar(path.name) if places.bar and not path.is_file() else False
    loader = pooch.HTTPDownloader(progressbar=bar, timeout=TIMEOUT)
    try:
        pooch.retrieve(remote.url, remote.checksum, fname=path.name, path=path.parent, downloader=loader)
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"{entry.title} could not be downloaded from {urlsplit(remote.url).hostname}: {_brief(error)}.",
            advice="Try again later, or name a folder that has it with --data.",
        ) from error


def _refuse_offline(remote: Remote, places: Places) -> None:
    problem = places.network.problem(remote.url) if places.download else "downloads are switched off"
    if problem:
        raise DatasetError(
            f"Data sets were not downloaded: {problem}.", advice="Name a folder that has them with --data."
        )


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".")
