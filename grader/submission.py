"""What a student handed in: cells with their saved outputs. Nothing here was executed by us."""

from dataclasses import dataclass
from enum import StrEnum


class CellKind(StrEnum):
    """The three kinds of cell in a Jupyter notebook."""

    CODE = "code"
    MARKDOWN = "markdown"
    RAW = "raw"


class OutputKind(StrEnum):
    """The kinds of output in a Jupyter notebook; the two streams are told apart."""

    STDOUT = "stdout"
    STDERR = "stderr"
    DISPLAY = "display"
    RESULT = "result"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands in a notebook.

    Attributes:
        cell: index of the cell, from 0, all cells counted.
        line: line within the cell, from 1, or ``None`` for the cell as a whole.
    """

    cell: int
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One output of a code cell, saved by the student or produced by our run.

    Attributes:
        text: plain text; for an error, its traceback without terminal colours.
        png: a base64-encoded image as it was found, or ``None``. Never shown before it is re-encoded.
        error_name: the exception's class name, for errors only.
        error_value: the exception's message, for errors only.
    """

    kind: OutputKind
    text: str = ""
    png: str | None = None
    error_name: str = ""
    error_value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a notebook.

    Attributes:
        index: position from 0, all cells counted.
        execution_count: the number that Jupyter printed beside it, if it was ever run.
        outputs: what was saved with it; claims, not observations.
    """

    index: int
    kind: CellKind
    source: str
    execution_count: int | None = None
    outputs: tuple[Output, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One notebook that could be read.

    Attributes:
        id: unique in a run, safe as a folder name.
        student: who handed it in, as far as the file name tells.
        path: where it came from, as a person would name it (``class.zip/ann.ipynb``).
        format: ``ipynb`` or ``py``.
        sha256: of the file's bytes, in hexadecimal.
        notes: what had to be mended to read it ("notebook format 3 was upgraded").
    """

    id: str
    student: str
    path: str
    format: str
    sha256: str
    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """One file that could not be read as a notebook; it becomes a row with its reason, never a crash.

    Attributes:
        reason: what is wrong with the file, in one sentence.
        advice: what the student or the instructor can do about it.
    """

    id: str
    student: str
    path: str
    reason: str
    advice: str
