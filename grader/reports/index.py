"""The instructor's page: all submissions at a glance, and what waits for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.finding import Outcome
from grader.grade import Grade
from grader.reports import _anchors, _overview
from grader.reports._templates import page
from grader.rubric import Rubric
from grader.submission import Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One file, graded or rejected.

    Attributes:
        outcome: how the run ended (a ``RunOutcome``'s value), ``""`` for a rejected file.
        reason: why, in a sentence.
        seconds: that the run took.
        served: what data sets the notebook got, in words (``mnist: stand-in``).
        link: the student's page as seen from the index, ``""`` when there is none.
    """

    result: Grade | Rejection
    outcome: str = ""
    reason: str = ""
    seconds: float = 0.0
    served: str = ""
    link: str = ""


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
