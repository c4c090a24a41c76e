"""The four arrays of a data set: checked against the catalogue, read and written without trusting a file."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from grader.datasets.catalogue import CLASSES, PARTS, Entry
from grader.errors import DatasetError

Bytes = NDArray[np.uint8]
_Header = tuple[tuple[int, ...], bool, np.dtype[Any]]

HEADER_LIMIT = 10_000  # characters; numpy's own limit for headers that are not trusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrays:
    """Images and labels, uint8, in the shapes of an `Entry`."""

    x_train: Bytes
    y_train: Bytes
    x_test: Bytes
    y_test: Bytes

    def parts(self) -> Mapping[str, Bytes]:
        """The four arrays by name, in the order of `PARTS`."""
        return {part: getattr(self, part) for part in PARTS}


def assemble(entry: Entry, where: str, parts: Mapping[str, NDArray[Any]]) -> Arrays:
    """Four arrays as a data set.

    Raises:
        DatasetError: an array has another shape or type than the catalogue's, or labels beyond the ten classes.
    """
    return Arrays(**{part: _checked(entry, part, where, parts[part]) for part in PARTS})


def _checked(entry: Entry, part: str, where: str, array: NDArray[Any]) -> Bytes:
    refuse_shape(entry, part, where, array.shape, array.dtype)
    if part.startswith("y") and array.size and not 0 <= int(array.min()) <= int(array.max()) < CLASSES:
        raise DatasetError(
            f"{where}: {part} has labels from {array.min()} to {array.max()}; {entry.title} has 0 to {CLASSES - 1}.",
            advice="Check that the labels belong to this data set.",
        )
    return np.ascontiguousarray(array.reshape(entry.shape(part)), dtype=np.uint8)


def refuse_shape(entry: Entry, part: str, where: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """Refuse an array by its shape and type alone, before any of it is read.

    Labels may be any integers, flat or in Keras' shape.

    Raises:
        DatasetError: it is not what the catalogue says.
    """
    is_label = part.startswith("y")
    expected = entry.shape(part)
    fits = shape == expected or (is_label and shape == expected[:1])
    kind_fits = dtype.kind in "iu" if is_label else dtype == np.uint8
    if not (fits and kind_fits):
        raise DatasetError(
            f"{where}: {part} is {dtype} {shape}; {entry.title} has uint8 {expected}.",
            advice=f"Hand in {entry.title} as Keras gives it, or remove the file.",
        )


def content(arrays: Arrays) -> str:
    """SHA-256 over the bytes of the four arrays, in hexadecimal."""
    digest = hashlib.sha256()
    for array in arrays.parts().values():
        digest.update(array.data)
    return digest.hexdigest()


def read_npz(path: Path, entry: Entry) -> Arrays:
    """A data set from an ``.npz`` file; every header is checked before a byte of its data is read.

    Raises:
        DatasetError: an array is missing, is a pickle, or has another shape than the catalogue's.
    """
    with zipfile.ZipFile(path) as archive:
        parts = {part: _read_part(archive, part, entry, str(path)) for part in PARTS}
    return assemble(entry, str(path), parts)


def _read_part(archive: zipfile.ZipFile, part: str, entry: Entry, where: str) -> NDArray[Any]:
    def check(shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        refuse_shape(entry, part, where, shape, dtype)

    return read_member(archive, part, where, check)


def read_member(
    archive: zipfile.ZipFile, part: str, where: str, check: Callable[[tuple[int, ...], np.dtype[Any]], None]
) -> NDArray[Any]:
    """One array of an ``.npz`` archive, read to the length that its header gives once ``check`` let the header pass.

    Raises:
        DatasetError: it is missing, holds pickled objects, or is shorter than its header says.
    """
    try:
        member = archive.open(f"{part}.npy")
    except KeyError:
        raise DatasetError(
            f"{where} has no array {part}.",
            advice=f"It needs the arrays {', '.join(PARTS)}, as numpy.savez writes them.",
        ) from None
    with member:
        shape, fortran, dtype = _header(member)
        if dtype.hasobject:
            raise DatasetError(
                f"{where}: {part} holds pickled Python objects, which could run code when they are loaded.",
                advice="Save it as plain numbers (dtype uint8).",
            )
        check(shape, dtype)
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        data = member.read(size)
    if len(data) != size:
        raise DatasetError(f"{where}: {part} ends after {len(data)} of {size} bytes.", advice="Copy the file again.")
    return np.frombuffer(data, dtype=dtype).reshape(shape, order="F" if fortran else "C")


def _header(member: IO[bytes]) -> _Header:
    stream = cast("BinaryIO", member)
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    return read(stream, max_header_size=HEADER_LIMIT)


def write_npz(path: Path, arrays: Arrays) -> None:
    """Write a data set uncompressed, which a kernel loads fastest, and complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-", suffix=".npz")
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, x_train=arrays.x_train, y_train=arrays.y_train, x_test=arrays.x_test, y_test=arrays.y_test)
        Path(temporary).chmod(0o444)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
