"""A student's page as the grader makes it, and whether anything of the student's lives in it."""

from functools import cache

from grader.evidence import Evidence, RunRecord
from grader.grade import Grade
from grader.loaders.rubric_yaml import load
from grader.pipeline import assess
from grader.reading.read import read
from grader.reference import Reference
from grader.registry import checks, shipped
from grader.reports.student import render_student
from grader.rubric import Rubric
from grader.submission import Submission
from tests.reports.parsing import Page

LIVING = {
    "script",
    "iframe",
    "object",
    "embed",
    "link",
    "form",
    "base",
    "foreignobject",
    "animate",
    "set",
    "video",
    "audio",
}


@cache
def rubric() -> Rubric:
    """The one that is shipped."""
    return load(shipped("rubrics") / "batch-normalization.yaml", checks())


def graded(submission: Submission, run: RunRecord) -> tuple[Evidence, Grade]:
    """Evidence and grade, made by the real pipeline."""
    evidence = Evidence(submission=submission, source=read(submission), run=run)
    return evidence, assess(evidence, rubric(), checks(), Reference())


def assert_dead(submission: Submission, run: RunRecord) -> None:
    """The page is well-formed, has no element or attribute that acts, and asks for nothing from anywhere."""
    evidence, grade = graded(submission, run)
    page = Page(render_student(evidence, grade, rubric(), Reference(), templates=shipped("templates")))
    assert not page.tags & LIVING, page.tags & LIVING
    assert not [name for name in page.attributes if name.startswith("on")]
    assert all(each.startswith(("data:image/png;base64,", "#")) for each in page.fetched), page.fetched
    assert all(link.startswith(("#", "http://", "https://")) for link in page.links), page.links
    assert page.meta["Content-Security-Policy"].startswith("default-src 'none'")
