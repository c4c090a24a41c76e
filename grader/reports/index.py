"""The instructor's page: all submissions at a glance, and what waits for a person."""

from collections.abc import Sequence
from pathlib import Path

from grader.finding import Outcome
from grader.grade import Grade
from grader.reports import _anchors, _overview
from grader.reports._row import Row
from grader.reports._templates import page
from grader.rubric import Rubric
from grader.submission import Rejection

__all__ = ["Row", "render_index"]


def render_index(rows: Sequence[Row], rubric: Rubric, *, templates: Path) -> str:
    """The page as self-contained HTML: no script, no request to anywhere. The same input gives the same text."""
    graded = [(row, row.result) for row in rows if isinstance(row.result, Grade)]
    grades = [grade for _, grade in graded]
    facts = {
        "rubric": rubric,
        "summary": _overview.summary(grades, [row.outcome for row, _ in graded]),
        "rejected": [row for row in rows if isinstance(row.result, Rejection)],
        "roster": _overview.roster(rows),
        "sorts": _overview.SORTS,
        "bins": _overview.distribution(grades),
        "heat": _overview.students(graded, rubric),
        "columns": _overview.columns(grades, rubric),
        "queue": _overview.queue(graded, rubric),
        "outcomes": tuple(Outcome),
        "anchor": _anchors,
    }
    return page(templates, "index.html", facts)
