"""A grading run on disk: what was observed, what it was worth, and the pages that say so.

    out/
      run.json                   which rubric and grader, and when
      index.html  grades.csv …   over all submissions
      <submission id>/
        evidence.json  grade.json  report.html
        rejection.json           instead of the three, for a file that is no notebook

Every file is written beside its place and then moved there: a reader sees the old one or the new one, and Ctrl-C
leaves no half. Only files of these names are ever replaced or taken away.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from grader.atomic import write_atomically
from grader.errors import EvidenceError, GraderError
from grader.evidence import Evidence
from grader.grade import Grade
from grader.serializing import Noun, evidence_from_json, from_json, to_json
from grader.submission import Rejection

RUN, INDEX = "run.json", "index.html"
EVIDENCE, GRADE, REPORT, REJECTION = "evidence.json", "grade.json", "report.html", "rejection.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What a stored run says about itself.

    Attributes:
        grader_version: of the program that observed and judged.
        started: ISO 8601 time at which grading began.
    """

    rubric: str
    rubric_version: str
    grader_version: str
    started: str


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of one grading run. Make it with `create` or `open`."""

    path: Path
    facts: RunFacts

    @classmethod
    def create(cls, path: Path, facts: RunFacts) -> "RunFolder":
        """Start a run in a new or empty folder, or go on in the folder of an earlier one.

        In the folder of an earlier run a submission of the same id is replaced, and the others stay.

        Raises:
            GraderError: the folder holds something that is not a run, or cannot be written to.
        """
        _refuse_foreign(path)
        folder = cls(path, facts)
        folder._write(path / RUN, to_json(facts))
        return folder

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """The stored run at a path.

        Raises:
            GraderError: there is none.
            EvidenceError: its ``run.json`` is damaged.
        """
        if not (path / RUN).is_file():
            advice = "Name a folder that `grader grade --out` has written; it holds a run.json."
            raise GraderError(f"There is no stored run in {path}.", advice=advice)
        return cls(path, _read(path / RUN, RunFacts))

    # --- writing

    def put_evidence(self, evidence: Evidence) -> None:
        """Store what is known about a submission."""
        self._put(evidence.submission.id, EVIDENCE, to_json(evidence), instead_of=(REJECTION,))

    def put_grade(self, grade: Grade) -> None:
        """Store what a submission earned."""
        self._put(grade.submission, GRADE, to_json(grade), instead_of=(REJECTION,))

    def put_report(self, submission: str, page: str) -> None:
        """Store a student's page."""
        self._put(submission, REPORT, page)

    def put_rejection(self, rejection: Rejection) -> None:
        """Store that a file is no notebook; what an earlier run stored under its id goes."""
        self._put(rejection.id, REJECTION, to_json(rejection), instead_of=(EVIDENCE, GRADE, REPORT))

    def put_index(self, page: str) -> None:
        """Store the instructor's page."""
        self._write(self.path / INDEX, page)

    def put_export(self, filename: str, export: Callable[[TextIO], None]) -> None:
        """Store a table of all grades, written by an exporter."""
        write_atomically(self.path / _simple(filename), export)

    # --- reading

    def submissions(self) -> Iterator[str]:
        """Ids of the submissions whose evidence is stored, in order."""
        return self._having(EVIDENCE)

    def rejected(self) -> Iterator[str]:
        """Ids of the files that were no notebooks, in order."""
        return self._having(REJECTION)

    def evidence(self, submission: str) -> Evidence:
        """The stored evidence of a submission.

        Raises:
            EvidenceError: it is damaged, missing or of another version; the message names the file.
        """
        path = self.path / _simple(submission) / EVIDENCE
        return _named(path, lambda: evidence_from_json(_bytes(path)))

    def grade(self, submission: str) -> Grade:
        """The stored grade of a submission. Raises `EvidenceError` when it is damaged or missing."""
        return _read(self.path / _simple(submission) / GRADE, Grade)

    def rejection(self, submission: str) -> Rejection:
        """The stored rejection of a file. Raises `EvidenceError` when it is damaged or missing."""
        return _read(self.path / _simple(submission) / REJECTION, Rejection)

    def link(self, submission: str) -> str:
        """Where a student's page is, seen from the index; ``""`` when there is none."""
        name = _simple(submission)
        return f"{name}/{REPORT}" if (self.path / name / REPORT).is_file() else ""

    def _having(self, name: str) -> Iterator[str]:
        return (path.parent.name for path in sorted(self.path.glob(f"*/{name}")) if path.is_file())

    def _put(self, submission: str, name: str, text: str, *, instead_of: tuple[str, ...] = ()) -> None:
        place = self.path / _simple(submission)
        self._write(place / name, text)
        for stale in instead_of:
            (place / stale).unlink(missing_ok=True)

    def _write(self, path: Path, text: str) -> None:
        write_atomically(path, lambda stream: stream.write(text))


def _refuse_foreign(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise GraderError(f"{path} is a file, and reports need a folder.", advice="Name another one with --out.")
    if path.is_dir() and any(path.iterdir()) and not (path / RUN).is_file():
        advice = "Nothing there was touched. Name a new or empty folder with --out, or one of an earlier run."
        raise GraderError(f"{path} holds files that are not a grading run.", advice=advice)


def _simple(name: str) -> str:
    """A name that stays inside its folder. Raises `GraderError` for any other."""
    if not name or name.startswith(".") or any(bad in name for bad in "/\\\0") or name in {RUN, INDEX}:
        raise GraderError(f"{name!r} cannot be the name of a stored submission.")
    return name


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"It cannot be read: {error.strerror or error}.") from None


def _read(path: Path, kind: type[Noun]) -> Noun:
    return _named(path, lambda: from_json(kind, _bytes(path)))


def _named(path: Path, read: Callable[[], Noun]) -> Noun:
    """What was read; an error names the file."""
    try:
        return read()
    except EvidenceError as error:
        raise EvidenceError(f"{path}: {error.message}", advice=error.advice) from None
