"""Submissions in files and folders: sizes and kinds are looked at before anything is read."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.loaders._archive import in_archive
from grader.loaders._decoding import printable
from grader.loaders._formats import ARCHIVE, Formats
from grader.loaders._found import LARGEST_FILE, Found, Lost, skipped, too_large

LARGEST_ARCHIVE = 4_000_000_000  # bytes on disk; read as a stream
_ITSELF = "Hand in the notebook itself."
_CHECK = "Check the path and its permissions."


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Looks for submissions; a file that is reached twice, by whatever name, is found once."""

    formats: Formats
    _seen: set[Path] = field(default_factory=set)

    def at(self, path: Path) -> Iterator[Found | Lost]:
        """Every submission at a path: the file itself, or all below a folder, in order of their paths."""
        parts, shown = path.parts, printable(path.name or str(path))
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            reason = f"There is nothing at {printable(str(path))}."
            yield _lost(parts, shown, reason, "Check the spelling of the path.")
        except (OSError, ValueError) as error:
            yield _lost(parts, shown, f"The file cannot be read ({_why(error)}).", _CHECK)
        else:
            yield from self._in_folder(path, shown) if stat.S_ISDIR(mode) else self._file(path, shown, named=True)

    def _in_folder(self, root: Path, shown: str) -> Iterator[Found | Lost]:
        any_found = False
        for path, readable in _walked(root):
            name = printable(f"{shown}/{path.relative_to(root).as_posix()}")
            if not readable:
                found: Iterator[Found | Lost] = iter([_lost(path.parts, name, "The folder cannot be read.", _CHECK)])
            elif not self.formats.concerned(path.name):
                continue
            elif path.is_symlink() and not _leads_inside(path, root):
                reason = "The file is a link that leads nowhere, or out of the folder."
                found = iter([_lost(path.parts, name, reason, _ITSELF)])
            else:
                any_found = any_found or path.resolve() in self._seen
                found = self._file(path, name, named=False)
            for each in found:
                any_found = True
                yield each
        if not any_found:
            yield _lost(root.parts, shown, "The folder holds no notebook.", "Name a folder with .ipynb files in it.")

    def _file(self, path: Path, shown: str, *, named: bool) -> Iterator[Found | Lost]:
        parts = path.parts
        is_archive, suffix = path.name.lower().endswith(ARCHIVE), self.formats.suffix(path.name)
        try:
            about = path.stat()
            limit = LARGEST_ARCHIVE if is_archive else LARGEST_FILE
            if not stat.S_ISREG(about.st_mode):
                yield _lost(parts, shown, "This is not a file but a device, a pipe or a socket.", _ITSELF)
            elif suffix is None and not is_archive:
                kind = printable(path.suffix) or "without a suffix"
                yield _lost(
                    parts, shown, f"Files of this kind ({kind}) are not graded.", "Hand in the notebook (.ipynb)."
                )
            elif about.st_size > limit:
                yield _lost(parts, shown, *too_large(about.st_size, limit))
            elif self._is_new(path):
                yield from self._opened(path, shown, None if is_archive else suffix, named=named)
        except (OSError, ValueError) as error:
            yield _lost(parts, shown, f"The file cannot be read ({_why(error)}).", _CHECK)

    def _is_new(self, path: Path) -> bool:
        real = path.resolve()
        new = real not in self._seen
        self._seen.add(real)
        return new

    def _opened(self, path: Path, shown: str, suffix: str | None, *, named: bool) -> Iterator[Found | Lost]:
        with path.open("rb") as stream:
            if suffix is None:
                yield from in_archive(stream, path.parts, shown, self.formats)
                return
            content = stream.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            yield _lost(path.parts, shown, *too_large(len(content), LARGEST_FILE))
        elif named or self.formats.claims(suffix, content):
            yield Found(parts=path.parts, path=shown, suffix=suffix, content=content)


def _walked(root: Path) -> Iterator[tuple[Path, bool]]:
    """Files below a folder, in order and without recursion (a hostile tree can be deep); ``False``: unreadable folder.

    Links to folders are not followed, so that no tree is endless.
    """
    pending: list[tuple[Path, bool]] = [(root, True)]
    while pending:
        path, is_folder = pending.pop()
        if not is_folder:
            yield path, True
            continue
        try:
            with os.scandir(path) as scanned:
                entries = sorted(scanned, key=lambda entry: entry.name)
        except OSError:
            yield path, False
            continue
        if path != root and any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        wanted = [entry for entry in reversed(entries) if not skipped(entry.name)]
        pending.extend((Path(entry.path), entry.is_dir(follow_symlinks=False)) for entry in wanted)


def _leads_inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False


def _why(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def _lost(parts: tuple[str, ...], path: str, reason: str, advice: str) -> Lost:
    return Lost(parts=parts, path=path, reason=reason, advice=advice)
