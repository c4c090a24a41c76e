"""From the paths that a person names to submissions, one at a time; what cannot be read becomes a rejection."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from grader.errors import SubmissionError
from grader.loaders._folder import Search
from grader.loaders._formats import Formats, Loader
from grader.loaders._found import Found, Lost
from grader.loaders._ids import Ids
from grader.loaders._student import student_of
from grader.submission import Rejection, Submission

__all__ = ["Loader", "collect", "told_apart"]


def collect(paths: Sequence[Path], loaders: Mapping[str, Loader]) -> Iterator[Submission | Rejection]:
    """Every submission at these paths: files, folders with all below them, and zip archives.

    A file that is reached twice is read once. Only one file's content is in memory at a time. No two results have
    the same id.

    Args:
        paths: as a person gave them.
        loaders: the submission formats, by name.
    """
    formats, ids = Formats(loaders), Ids()
    search = Search(formats=formats)
    for path in paths:
        for found in search.at(path):
            student = student_of(found.parts)
            taken = ids.take(student)
            if isinstance(found, Found):
                yield _loaded(found, formats.loader(found.suffix), taken, student)
            else:
                yield _rejected(found, taken, student, found.reason, found.advice)


def told_apart(submissions: Sequence[Submission]) -> list[Submission]:
    """The same submissions; students whose names occur more than once get the folder of their file added."""
    times = Counter(submission.student for submission in submissions)
    return [
        submission
        if times[submission.student] == 1
        else replace(submission, student=f"{submission.student} ({PurePath(submission.path).parent})")
        for submission in submissions
    ]


def _loaded(found: Found, loader: Loader, taken: str, student: str) -> Submission | Rejection:
    try:
        return loader.load(found.path, found.content, id=taken, student=student)
    except SubmissionError as error:
        return _rejected(found, taken, student, error.message, error.advice)
    except Exception as error:  # noqa: BLE001 - one file must not end the grading of a class
        reason = f"The grader failed to read this file ({type(error).__name__})."
        return _rejected(found, taken, student, reason, "Please report it, with the file.")


def _rejected(found: Found | Lost, taken: str, student: str, reason: str, advice: str) -> Rejection:
    return Rejection(id=taken, student=student, path=found.path, reason=reason, advice=advice)
