"""How a data set may lie in a folder: one module each, with ``ORDER`` and ``look(entry, folder)``.

``look`` touches names only and yields what it recognises; reading and checking come later, in `Found.read`.
"""

import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Callable

from grader.datasets.arrays import Arrays
from grader.errors import DatasetError

DAMAGE = (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error, tarfile.TarError, gzip.BadGzipFile)

__all__ = ["DAMAGE", "safely"]


def safely(read: Callable[[], Arrays], where: str) -> Callable[[], Arrays]:
    """The same reader, with everything that damaged files raise turned into a `DatasetError`."""

    def reading() -> Arrays:
        try:
            return read()
        except DAMAGE as error:
            raise DatasetError(
                f"{where} cannot be read: {error}.", advice="The file seems damaged: copy or download it again."
            ) from error

    return reading
