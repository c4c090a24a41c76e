"""Jupyter notebooks (``.ipynb``) of every format, read as leniently as Jupyter opens them."""

import hashlib
from collections.abc import Mapping
from typing import Any

from grader.errors import SubmissionError
from grader.loaders._decoding import cleaned, decoded
from grader.loaders._foreign import DOWNLOAD, refuse_foreign
from grader.loaders._json import parsed
from grader.loaders._outputs import joined, saved_outputs
from grader.loaders._upgrade import upgraded_cells
from grader.submission import Cell, CellKind, Submission

SUFFIXES = (".ipynb",)
MOST_CELLS = 3000
LARGEST_COUNT = 10**9


def load(name: str, content: bytes, *, id: str, student: str) -> Submission:  # noqa: A002 - the noun's own field
    """Read a notebook; nothing in it is executed.

    Args:
        name: where it came from, as a person would name it.
        content: the file's bytes; their number was capped by the caller.
        id: unique in a run, safe as a folder name.
        student: who handed it in.

    Raises:
        SubmissionError: the file is no notebook, is damaged, or is written in another language than Python.
    """
    refuse_foreign(content)
    text, encoding_note = decoded(content)
    notes = {encoding_note} - {""}
    notebook = parsed(text)
    cells = _cells(notebook, notes)
    _look_at_language(notebook.get("metadata"), notes)
    return Submission(
        id=id,
        student=student,
        path=name,
        format="ipynb",
        sha256=hashlib.sha256(content).hexdigest(),
        cells=cells,
        notes=tuple(sorted(notes)),
    )


def _cells(notebook: dict[str, Any], notes: set[str]) -> tuple[Cell, ...]:
    raw = _raw_cells(notebook, notes)
    if len(raw) > MOST_CELLS:
        notes.add(f"The notebook has {len(raw)} cells; the first {MOST_CELLS} were read.")
    if not raw:
        notes.add("The notebook has no cells.")
    return tuple(_cell(index, each, notes) for index, each in enumerate(raw[:MOST_CELLS]))


def _raw_cells(notebook: dict[str, Any], notes: set[str]) -> list[Any]:
    version = notebook.get("nbformat")
    if isinstance(notebook.get("worksheets"), list) or (isinstance(version, int) and version == 1):
        notes.add(f"The notebook's old format {version or 3} was converted.")
        return upgraded_cells(notebook, notes)
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise SubmissionError("The file is JSON, but not a notebook: it holds no cells.", advice=DOWNLOAD)
    if not isinstance(version, int) or isinstance(version, bool):
        notes.add("The file does not say which notebook format it has; it was read as format 4.")
    elif version > 4:
        notes.add(f"The notebook's format {version} is newer than this grader; it was read as format 4.")
    return cells


def _cell(index: int, raw: object, notes: set[str]) -> Cell:
    if not isinstance(raw, dict):
        notes.add("Cells that are not cells at all are shown as empty raw cells.")
        return Cell(index=index, kind=CellKind.RAW, source="")
    kind = _kind(raw, notes)
    source = cleaned(joined(raw.get("source", raw.get("input"))))
    if kind is not CellKind.CODE:
        return Cell(index=index, kind=kind, source=source)
    return Cell(
        index=index,
        kind=kind,
        source=source,
        execution_count=_count(raw.get("execution_count", raw.get("prompt_number"))),
        outputs=saved_outputs(raw.get("outputs"), notes),
    )


def _kind(raw: Mapping[str, Any], notes: set[str]) -> CellKind:
    try:
        return CellKind(str(raw.get("cell_type")))
    except ValueError:
        notes.add("Cells of an unknown kind are shown as raw text.")
        return CellKind.RAW


def _count(value: object) -> int | None:
    """A count that Jupyter could have printed; everything else is taken for none."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < LARGEST_COUNT:
        return value
    return None


def _look_at_language(metadata: object, notes: set[str]) -> None:
    info = _of(_of(metadata, "language_info"), "name")
    if isinstance(info, str) and info.strip() and "python" not in info.lower():
        raise SubmissionError(
            f"This notebook is written in {cleaned(info.strip())[:40]}, not in Python.",
            advice="This grader runs Python notebooks; a person has to grade this one.",
        )
    spec = _of(metadata, "kernelspec")
    language = _of(spec, "language")
    if isinstance(language, str) and language.strip() and "python" not in language.lower():
        notes.add(f"The notebook names a kernel for {cleaned(language.strip())[:40]}; it was read as Python.")
    elif _of(spec, "name") == "python2":
        notes.add("The notebook was written for Python 2; it is run with Python 3.")


def _of(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None
