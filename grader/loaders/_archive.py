"""Submissions inside a zip archive. Members are read as streams with caps; nothing is extracted to disk.

An archive is hostile: it may claim one size and inflate to another, hold a million members, or compress with a method
that inflates gigabytes from one block. So sizes are capped while reading, the table of contents before it is parsed,
and only the two methods that every system writes (stored and deflated) are opened.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from grader.loaders._decoding import printable
from grader.loaders._formats import Formats
from grader.loaders._found import LARGEST_FILE, Found, Lost, skipped, too_large

LARGEST_TOTAL = 2_000_000_000  # bytes inflated
MOST_MEMBERS = 20_000
LARGEST_CONTENTS = 8_000_000  # bytes of the table of contents, which is parsed as a whole
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_REPACK = "Unpack the archive and hand in the notebook itself."


def in_archive(stream: BinaryIO, parts: tuple[str, ...], path: str, formats: Formats) -> Iterator[Found | Lost]:
    """Every submission in an archive, in order of their names.

    Args:
        stream: the archive, opened for reading, seekable.
        parts: folders and name of the archive.
        path: of the archive, as a person would name it.
        formats: the submission formats that are looked for.
    """
    try:
        if _contents_size(stream) > LARGEST_CONTENTS:
            yield Lost(parts=parts, path=path, reason="The archive holds too many files.", advice=_REPACK)
            return
        archive = zipfile.ZipFile(stream)
    except _BROKEN:
        reason = "The file is not a zip archive, or a damaged one."
        yield Lost(parts=parts, path=path, reason=reason, advice="Pack it again, or hand in the notebook itself.")
        return
    with archive:
        yield from _members(archive, parts, path, formats)


def _members(archive: zipfile.ZipFile, parts: tuple[str, ...], path: str, formats: Formats) -> Iterator[Found | Lost]:
    left, any_found = LARGEST_TOTAL, False
    for count, (name, member) in enumerate(_wanted(archive, formats)):
        where = (*parts, *name.parts)
        shown = printable(f"{path}/{name}")
        if count >= MOST_MEMBERS or left <= 0:
            reason = "The archive is too large: the files from here on were not read."
            yield Lost(parts=where, path=shown, reason=reason, advice="Grade it in several smaller archives.")
            return
        found = _member(archive, member, where, shown, formats)
        if isinstance(found, Found):
            left -= len(found.content)
            if not formats.claims(found.suffix, found.content):
                continue
        any_found = True
        yield found
    if not any_found:
        advice = "Put the notebook (.ipynb) into the archive, or hand in the notebook itself."
        yield Lost(parts=parts, path=path, reason="The archive holds no notebook.", advice=advice)


def _wanted(archive: zipfile.ZipFile, formats: Formats) -> list[tuple[PurePosixPath, zipfile.ZipInfo]]:
    named = [(_inner(member.filename), member) for member in archive.infolist() if not member.is_dir()]
    environments = {name.parent for name, _ in named if name.name == "pyvenv.cfg"}
    return sorted(
        (
            (name, member)
            for name, member in named
            if name.parts
            and not any(skipped(folder) for folder in name.parts)
            and not (environments and environments & set(name.parents))
            and formats.concerned(name.name)
        ),
        key=lambda pair: pair[0].parts,
    )


def _inner(name: str) -> PurePosixPath:
    """A member's name without the parts that would lead out of the archive."""
    parts = name[:1000].replace("\\", "/").split("/")
    return PurePosixPath(*[part for part in parts if part not in {"", ".", ".."} and not part.endswith(":")])


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, parts: tuple[str, ...], path: str, formats: Formats
) -> Found | Lost:
    suffix = formats.suffix(parts[-1])
    if suffix is None:
        reason = "This is an archive inside an archive, which is not opened."
        return Lost(parts=parts, path=path, reason=reason, advice="Unpack the outer archive and grade its folder.")
    if member.flag_bits & 0x1:
        return Lost(parts=parts, path=path, reason="The file is encrypted with a password.", advice=_REPACK)
    if member.compress_type not in _METHODS:
        return Lost(parts=parts, path=path, reason="The file is compressed with an unusual method.", advice=_REPACK)
    if member.file_size > LARGEST_FILE:
        reason, advice = too_large(member.file_size, LARGEST_FILE)
        return Lost(parts=parts, path=path, reason=reason, advice=advice)
    try:
        with archive.open(member) as stream:
            content = stream.read(LARGEST_FILE + 1)
    except _BROKEN:
        return Lost(parts=parts, path=path, reason="The file is damaged inside the archive.", advice=_REPACK)
    if len(content) > LARGEST_FILE:
        reason, advice = too_large(len(content), LARGEST_FILE)
        return Lost(parts=parts, path=path, reason=reason, advice=advice)
    return Found(parts=parts, path=path, suffix=suffix, content=content)


def _contents_size(stream: BinaryIO) -> int:
    """Bytes of the archive's table of contents (APPNOTE.TXT 4.3.14 and 4.3.16), 0 where there is none."""
    size = stream.seek(0, 2)
    start = stream.seek(max(size - 66_000, 0))
    tail = stream.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return 0
    stated = int.from_bytes(tail[end + 12 : end + 16], "little")
    if end >= 20 and tail[end - 20 : end - 16] == b"PK\x06\x07":
        stream.seek(max(start + end - 20 - 56, 0))
        large = stream.read(56)
        stated = max(stated, int.from_bytes(large[40:48], "little"))
    return stated
