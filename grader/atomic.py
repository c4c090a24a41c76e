"""A file is there whole or not at all: the one door through which results reach the disk."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import mkstemp
from typing import TextIO

from grader.errors import GraderError

READABLE = 0o644
"""A report is for others to read; a temporary file is not, unless told."""


def write_atomically(path: Path, write: Callable[[TextIO], object]) -> None:
    """Write a UTF-8 file beside its place and move it there; what cannot be encoded becomes a question mark.

    Raises:
        GraderError: the folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = mkstemp(dir=path.parent, prefix=".writing-")
        temporary = Path(name)
        try:
            os.close(number)
            with temporary.open("w", encoding="utf-8", errors="replace", newline="") as stream:
                write(stream)
            temporary.chmod(READABLE)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        advice = "Is the disk full, or the folder somebody else's?"
        raise GraderError(f"{path} cannot be written: {error.strerror or error}.", advice=advice) from None
