from collections.abc import Callable
from pathlib import Path

import pytest

from grader.evidence import Evidence
from grader.reference import Reference
from grader.registry import shipped
from grader.reports.student import render_student
from tests.reports import baselines, samples


@pytest.fixture(scope="session")
def templates() -> Path:
    return shipped("templates")


@pytest.fixture
def beside(templates: Path) -> Callable[..., str]:
    """The page of a student beside a reference."""

    def rendered(reference: Reference, evidence: Evidence | None = None) -> str:
        student = evidence or baselines.evidence()
        return render_student(student, samples.grade(), samples.RUBRIC, reference, templates=templates)

    return rendered
