"""`grades.json`: every grade whole, findings included, for other programs."""

import json
from collections.abc import Sequence
from typing import Any, TextIO

from grader.grade import Grade
from grader.serializing import to_json
from grader.submission import Rejection

FILENAME = "grades.json"


def export(grades: Sequence[Grade], rejections: Sequence[Rejection], stream: TextIO) -> None:
    """Write ``{"grades": [...], "rejections": [...]}``; a grade carries its sums beside its scores."""
    table = {"grades": [_graded(grade) for grade in grades], "rejections": [_plain(each) for each in rejections]}
    json.dump(table, stream, indent=1)
    stream.write("\n")


def _graded(grade: Grade) -> dict[str, Any]:
    sums = {"points": grade.points, "earned": round(grade.earned, 2), "open": grade.open}
    return _plain(grade) | sums


def _plain(noun: Grade | Rejection) -> dict[str, Any]:
    """A noun as dictionaries and lists, spelt as it is on disk."""
    plain: dict[str, Any] = json.loads(to_json(noun))
    return plain
