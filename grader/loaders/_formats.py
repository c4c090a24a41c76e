"""The submission formats that are known, asked about a file's name and about its content."""

from collections.abc import Mapping
from typing import Protocol

from grader.submission import Submission

ARCHIVE = ".zip"
_FOREIGN_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_RENAMED = (".txt", ".json", ".download")  # what browsers put behind the name of a downloaded notebook


class Loader(Protocol):
    """A submission format. It may also have ``claims(content) -> bool``, asked for files that nobody named."""

    SUFFIXES: tuple[str, ...]

    def load(self, name: str, content: bytes, *, id: str, student: str) -> Submission:  # noqa: A002 - the noun's field
        """Read a submission, or raise `SubmissionError`."""
        ...


class Formats:
    """Loaders by suffix."""

    def __init__(self, loaders: Mapping[str, Loader]) -> None:
        self._loaders = {suffix: loader for loader in loaders.values() for suffix in loader.SUFFIXES}

    def suffix(self, name: str) -> str | None:
        """The suffix of a format that a file's name carries, or ``None``."""
        lowered = name.lower()
        endings = [lowered, *(lowered.removesuffix(ending) for ending in _RENAMED)]
        return next((s for s in self._loaders for each in endings if each.endswith(s) and each != s), None)

    def concerned(self, name: str) -> bool:
        """Whether a file of this name is looked at when met in a folder; foreign archives are, to be refused."""
        return self.suffix(name) is not None or name.lower().endswith((ARCHIVE, *_FOREIGN_ARCHIVES))

    def claims(self, suffix: str, content: bytes) -> bool:
        """Whether a file that was met in a folder or an archive, and not named, is meant as a submission."""
        claims = getattr(self._loaders[suffix], "claims", None)
        return claims is None or bool(claims(content))

    def loader(self, suffix: str) -> Loader:
        """The loader of a suffix that `suffix` gave."""
        return self._loaders[suffix]
