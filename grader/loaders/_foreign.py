"""Recognises what a file is that should have been a notebook, by its first bytes."""

import io
import zipfile

from grader.errors import SubmissionError

DOWNLOAD = "Download the notebook itself (File > Download > .ipynb) and hand that in."

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document from a word processor"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel document"),
    (b"\x89HDF", "an HDF5 file (a saved Keras model)"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3", "a database"),
    (b"\x00\x05\x16\x07", "a hidden file of macOS that goes with the notebook"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"bplist", "a property list of macOS (a web archive or a shortcut)"),
    (b"version https://git-lfs", "a Git LFS pointer: the place where the notebook is stored"),
)
_OFFICE = (("word/", "a Word document"), ("xl/", "an Excel workbook"), ("ppt/", "a PowerPoint presentation"))


def refuse_foreign(content: bytes) -> None:
    """Say what this file is when it plainly is no notebook.

    Raises:
        SubmissionError: the content is empty, or has the marks of another kind of file.
    """
    if not content.strip(b"\x00\t\n\r \xef\xbb\xbf\xff\xfe"):
        raise SubmissionError(
            "The file is empty.", advice="Save the notebook again and check its size before handing it in."
        )
    what = _kind(content)
    if what.startswith("a Git LFS"):
        raise SubmissionError(f"This is {what}, not the notebook.", advice="Run `git lfs pull` and grade again.")
    if what:
        raise SubmissionError(f"This is {what}, not a notebook.", advice=DOWNLOAD)


def _kind(content: bytes) -> str:
    if content.startswith(b"PK\x03\x04"):
        return _zipped(content)
    for beginning, what in _BEGINNINGS:
        if content.startswith(beginning):
            return what
    if content[:1] == b"\x80" and content[1:2] in b"\x02\x03\x04\x05" and content.endswith(b"."):
        return "a pickled Python object (which is never opened here)"
    head = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml", b"<!--", b"<script")):
        return "a web page"
    return ""


def _zipped(content: bytes) -> str:
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()[:1000]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "a damaged zip archive or Office document"
    for folder, what in _OFFICE:
        if any(name.startswith(folder) for name in names):
            return what
    return "a saved Keras model" if "model.weights.h5" in names else "a zip archive"
