"""Results go to disk as they come; the index and the tables over all of them at the end."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console

from grader import registry
from grader.errors import EvidenceError, GraderError
from grader.evidence import Evidence, RunOutcome, RunRecord
from grader.grade import Grade
from grader.gradebook.folder import RUN, RunFacts, RunFolder
from grader.outcomes import for_instructor
from grader.reference import Reference
from grader.reports.index import Row, render_index
from grader.reports.student import render_student
from grader.reports.terminal import grade_table
from grader.rubric import Rubric
from grader.submission import Rejection, Submission


class Publisher:
    """Writes one grading run.

    Attributes:
        incomplete: whether some file could not be graded.
        done: ids of what was published, in this run and not an earlier one.
    """

    def __init__(self, folder: RunFolder, rubric: Rubric) -> None:
        self.folder = folder
        self.rubric = rubric
        self.templates = registry.shipped("templates")
        self.incomplete = False
        self._rows: dict[str, Row] = {}
        self.done: set[str] = set()

    @classmethod
    def opened(cls, path: Path, rubric: Rubric, *, anew: bool = False) -> "Publisher":
        """A publisher into a new folder, or into that of an earlier run, whose other submissions stay.

        Args:
            path: the folder.
            rubric: by which is graded.
            anew: everything in the folder is about to be judged again, whatever rubric it was judged by.

        Raises:
            GraderError: the folder holds something else, or a run under another rubric.
        """
        started = datetime.now(UTC).isoformat(timespec="seconds")
        facts = RunFacts(rubric=rubric.id, rubric_version=rubric.version, grader_version=_version(), started=started)
        if not anew and (path / RUN).is_file():
            _refuse_other_rubric(RunFolder.open(path), rubric)
        publisher = cls(RunFolder.create(path, facts), rubric)
        if not anew:
            publisher._take_over()
        return publisher

    def graded(self, evidence: Evidence, grade: Grade, reference: Reference) -> None:
        """Store a result and its page, which shows what the reference has of its networks."""
        self.folder.put_evidence(evidence)
        self.folder.put_grade(grade)
        page = render_student(evidence, grade, self.rubric, reference, templates=self.templates)
        self.folder.put_report(grade.submission, page)
        self.incomplete |= evidence.run.outcome is RunOutcome.HARNESS_FAILURE
        self.done.add(grade.submission)
        self._rows[grade.submission] = _row(grade, evidence.run, self.folder)

    def rejected(self, rejection: Rejection) -> None:
        """Store that a file is no notebook."""
        self.folder.put_rejection(rejection)
        self.incomplete = True
        self.done.add(rejection.id)
        self._rows[rejection.id] = Row(result=rejection, reason=rejection.reason)

    def failed(self, submission: Submission, error: BaseException) -> None:
        """Store that the grader itself failed on a submission, as a row like any other."""
        self.rejected(
            Rejection(
                id=submission.id,
                student=submission.student,
                path=submission.path,
                reason=f"The grader failed on this notebook ({type(error).__name__}: {error}).",
                advice="This is not the student's fault. Please report it, with the notebook.",
            )
        )

    def finish(self, console: Console, *, planned: int, interrupted: bool) -> None:
        """Write the index and every table, and show the table in the terminal."""
        rows = [self._rows[name] for name in sorted(self._rows)]
        self.folder.put_index(render_index(rows, self.rubric, templates=self.templates))
        grades = [row.result for row in rows if isinstance(row.result, Grade)]
        rejections = [row.result for row in rows if isinstance(row.result, Rejection)]
        for exporter in registry.having("exporters", "FILENAME", "export").values():
            self.folder.put_export(exporter.FILENAME, partial(exporter.export, grades, rejections))
        console.print(grade_table(rows))
        if interrupted:
            done = f"{len(self.done)} of {planned} files are done and on disk; the same command would begin anew."
            console.print(f"Interrupted: {done}", style="yellow", highlight=False)
        else:
            console.print(_summary(grades, rejections), highlight=False)
        console.print(f"Reports: {self.folder.path / 'index.html'}", highlight=False, markup=False, soft_wrap=True)

    def _take_over(self) -> None:
        """Keep the rows of an earlier run in the same folder."""
        for name in self.folder.rejected():
            rejection = self.folder.rejection(name)
            self._rows[name] = Row(result=rejection, reason=rejection.reason)
        for evidence in stored(self.folder):
            try:
                grade = self.folder.grade(evidence.submission.id)
            except EvidenceError:
                continue
            self._rows[grade.submission] = _row(grade, evidence.run, self.folder)


def _refuse_other_rubric(folder: RunFolder, rubric: Rubric) -> None:
    facts = folder.facts
    if (facts.rubric, facts.rubric_version) != (rubric.id, rubric.version):
        raise GraderError(
            f"{folder.path} holds grades by the rubric {facts.rubric}, version {facts.rubric_version}.",
            advice="Name another folder with --out, or judge what is there again with `grader regrade`.",
        )


def _summary(grades: Sequence[Grade], rejections: Sequence[Rejection]) -> str:
    waiting = sum(bool(grade.review) for grade in grades)
    parts = [f"{len(grades)} graded"]
    parts += [f"{len(rejections)} could not be graded"] if rejections else []
    parts += [f"{waiting} for a person to look at"] if waiting else []
    return ", ".join(parts) + "."


def stored(folder: RunFolder) -> Iterator[Evidence]:
    """All evidence in a folder that can be read."""
    for name in folder.submissions():
        try:
            yield folder.evidence(name)
        except EvidenceError:
            continue


def _row(grade: Grade, run: RunRecord, folder: RunFolder) -> Row:
    return Row(
        result=grade,
        outcome=run.outcome.value,
        reason=run.reason,
        told=f"{for_instructor(run)} {run.reason}".strip(),
        seconds=run.seconds,
        served=", ".join(_served(run)),
        link=folder.link(grade.submission),
    )


def _served(run: RunRecord) -> Sequence[str]:
    return list(dict.fromkeys(f"{each.name}: {each.served.value}" for each in run.datasets))


def _version() -> str:
    try:
        return version("grader")
    except PackageNotFoundError:
        return "unknown"
