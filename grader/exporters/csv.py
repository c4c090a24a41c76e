"""`grades.csv`: one row a file, for spreadsheets and gradebooks.

What is open is left empty, never 0: an empty cell asks a person, a zero would be a verdict. Text that a spreadsheet
would run as a formula gets an apostrophe in front (OWASP, "CSV injection").
"""

from collections.abc import Sequence
from typing import TextIO

from grader.grade import Grade
from grader.submission import Rejection

FILENAME = "grades.csv"

Value = str | float | int | bool | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_TABLE = (
    "id",
    "student",
    "path",
    "status",
    "earned",
    "open",
    "points",
    "percent",
    "passed",
    "review",
    "reason",
)


def export(grades: Sequence[Grade], rejections: Sequence[Rejection], stream: TextIO) -> None:
    """Write one row for every graded and every rejected file, in the order given, and a column for each criterion."""
    import pandas as pd  # half a second, spent only when something is exported

    rows = [_graded(grade) for grade in grades] + [_rejected(rejection) for rejection in rejections]
    criteria = dict.fromkeys(score.criterion for grade in grades for score in grade.scores)
    columns = [*_TABLE, *(_column(criterion) for criterion in criteria)]
    pd.DataFrame(rows, columns=pd.Index(columns), dtype=object).to_csv(stream, index=False, lineterminator="\n")


def _graded(grade: Grade) -> dict[str, Value]:
    reasons = " ".join(item.reason for item in grade.review if not item.criterion)
    row: dict[str, Value] = {
        "id": _harmless(grade.submission),
        "student": _harmless(grade.student),
        "path": _harmless(grade.path),
        "status": "graded",
        "earned": _number(grade.earned),
        "open": _number(grade.open),
        "points": _number(grade.points),
        "percent": _number(100 * grade.earned / grade.points) if grade.points else None,
        "passed": {True: "yes", False: "no", None: "open"}[grade.passed],
        "review": len(grade.review),
        "reason": _harmless(reasons),
    }
    points = {_column(s.criterion): _number(s.earned) if s.outcome.is_verdict else None for s in grade.scores}
    return points | row


def _rejected(rejection: Rejection) -> dict[str, Value]:
    return {
        "id": _harmless(rejection.id),
        "student": _harmless(rejection.student),
        "path": _harmless(rejection.path),
        "status": "rejected",
        "reason": _harmless(f"{rejection.reason} {rejection.advice}".strip()),
    }


def _column(criterion: str) -> str:
    """A criterion's column; one that is named like a column of ours steps aside."""
    return f"criterion {criterion}" if criterion in _TABLE else _harmless(criterion)


def _number(points: float) -> float:
    return round(points, 2)


def _harmless(text: str) -> str:
    """On one line, writable in UTF-8, and no formula."""
    line = " ".join(text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "").split())
    return f"'{line}" if text.startswith(_FORMULA) or line.startswith(_FORMULA) else line
