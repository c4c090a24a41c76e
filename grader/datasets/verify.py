"""Tells the published data set from any other by its checksums."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from grader.datasets.arrays import Arrays, content
from grader.datasets.catalogue import Entry
from grader.datasets.found import Found
from grader.evidence import Served


def checksum(path: Path, algorithm: str) -> str:
    """The checksum of a file as the catalogue writes it: ``algorithm:hexadecimal``."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, lambda: hashlib.new(algorithm, usedforsecurity=False))
    return f"{algorithm}:{digest.hexdigest()}"


def are_published(entry: Entry, files: Sequence[Path]) -> bool:
    """Whether these files are the published ones, byte by byte."""
    if len(files) != len(entry.remotes) or not files:
        return False
    algorithm = entry.remotes[0].checksum.partition(":")[0]
    return {checksum(path, algorithm) for path in files} == {remote.checksum for remote in entry.remotes}


def verdict(entry: Entry, found: Found, arrays: Arrays) -> Served:
    """What these arrays are. Anything that is not the published data set stands in for it."""
    if found.served is not None:
        return found.served
    if entry.content is not None and content(arrays) == entry.content:
        return Served.ORIGINAL
    return Served.ORIGINAL if are_published(entry, found.files) else Served.STAND_IN


def fingerprint(found: Found) -> str:
    """Equal for equal sources: 16 hexadecimal characters that name the prepared file in the cache."""
    digest = hashlib.sha256(found.key.encode())
    for path in found.files:
        digest.update(f"{path.name}:{checksum(path, 'sha256')}".encode())
    return digest.hexdigest()[:16]
