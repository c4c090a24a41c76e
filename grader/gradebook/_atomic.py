"""A file is there whole or not at all."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
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
        with NamedTemporaryFile(
            "w", dir=path.parent, prefix=".writing-", delete=False, encoding="utf-8", errors="replace", newline=""
        ) as stream:
            temporary = Path(stream.name)
            try:
                write(stream)
                stream.close()
                temporary.chmod(READABLE)
                os.replace(temporary, path)  # noqa: PTH105 - the name that says "atomic" to a reader
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:
        advice = "Is the disk full, or the folder somebody else's?"
        raise GraderError(f"{path} cannot be written: {error.strerror or error}.", advice=advice) from None
