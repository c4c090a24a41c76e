"""Python scripts in percent format (``# %%`` between cells), read through jupytext."""

import hashlib
import re
from typing import Any

from grader.errors import SubmissionError
from grader.loaders._decoding import cleaned, decoded
from grader.loaders._foreign import refuse_foreign
from grader.submission import Cell, CellKind, Submission

SUFFIXES = (".py",)
LARGEST = 2_000_000  # characters: what jupytext reads in a few seconds
_PERCENT = re.compile(rb"^#[ \t]*%%", re.MULTILINE)


def claims(content: bytes) -> bool:
    """Whether a script found in a folder is meant as a notebook: it has percent cells."""
    return _PERCENT.search(content) is not None


def load(name: str, content: bytes, *, id: str, student: str) -> Submission:  # noqa: A002 - the noun's own field
    """Read a script; one without percent cells becomes one code cell. Nothing in it is executed.

    Args:
        name: where it came from, as a person would name it.
        content: the file's bytes; their number was capped by the caller.
        id: unique in a run, safe as a folder name.
        student: who handed it in.

    Raises:
        SubmissionError: the file is empty, no text, or far too long for a script.
    """
    refuse_foreign(content)
    text, note = decoded(content)
    text = cleaned(text)
    if "\x00" in text:
        raise SubmissionError("This is binary data, not a Python script.", advice="Hand in the notebook itself.")
    if len(text) > LARGEST:
        raise SubmissionError(
            f"The script has {len(text):,} characters; at most {LARGEST:,} are read.",
            advice="Move data out of the script into a file of its own.",
        )
    notes = [note] if note else []
    if not claims(text.encode("utf-8")):
        notes.append("The script has no percent cells; it was read as one code cell.")
        cells = [Cell(index=0, kind=CellKind.CODE, source=text)]
    else:
        cells = _percent_cells(text)
    return Submission(
        id=id,
        student=student,
        path=name,
        format="py",
        sha256=hashlib.sha256(content).hexdigest(),
        cells=tuple(cells),
        notes=tuple(notes),
    )


def _percent_cells(text: str) -> list[Cell]:
    import jupytext  # a quarter of a second that only scripts need

    try:
        notebook: Any = jupytext.reads(text, fmt="py:percent")
    except Exception as error:  # noqa: BLE001 - a parser of somebody else's, on hostile text
        raise SubmissionError(
            f"The script's cells cannot be told apart ({type(error).__name__}).",
            advice="Check the lines that begin with # %% and the header of the script.",
        ) from None
    kinds = set(CellKind)
    return [
        Cell(
            index=index,
            kind=CellKind(cell["cell_type"]) if cell["cell_type"] in kinds else CellKind.RAW,
            source=str(cell["source"]),
        )
        for index, cell in enumerate(notebook["cells"])
    ]
