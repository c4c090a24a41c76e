"""From options to a plan: rubric, box and data sets."""

import difflib
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from grader import registry
from grader.cli._box import isolation
from grader.cli._progress import downloads
from grader.datasets.holding_back import hold_back
from grader.datasets.provide import NAMES, provide
from grader.errors import DatasetError, RubricError, SubmissionError
from grader.holdout import Holdout
from grader.loaders.rubric_yaml import load
from grader.pipeline import Plan
from grader.rubric import Rubric
from grader.sandbox.box import Box
from grader.submission import Submission


def find_rubric(named: str) -> Rubric:
    """A rubric by its name or its path.

    Raises:
        RubricError: there is no such rubric, or it is wrong.
    """
    return load(rubric_file(named), registry.checks())


def rubric_file(named: str) -> Path:
    """The file of a rubric, by its name or its path.

    Raises:
        RubricError: there is no such rubric; the message has the nearest name.
    """
    known = registry.rubric_files()
    path = known.get(named, Path(named))
    if not path.is_file():
        close = difflib.get_close_matches(named, known, n=1)
        advice = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(known)}."
        raise RubricError(f"There is no rubric {named!r}, neither by that name nor as a file.", advice=advice)
    return path


def refuse_missing(paths: Iterable[Path], data: Path | None) -> None:
    """Refuse what is not there before anything is begun.

    Raises:
        SubmissionError: a path names nothing.
        DatasetError: the folder of data sets is no folder.
    """
    missing = [str(path) for path in paths if not path.exists() and not path.is_symlink()]
    if missing:
        raise SubmissionError(f"There is no {', no '.join(missing)}.", advice="Nothing was done. Is the path right?")
    if data is not None and not data.is_dir():
        raise DatasetError(f"--data names {data}, which is not a folder.", advice="Name the folder with the data sets.")


def plan_for(
    submissions: Iterable[Submission],
    rubric: Rubric,
    box: Box | None,
    data: Path | None,
    stack: ExitStack,
    console: Console,
    *,
    offline: bool = False,
) -> Plan:
    """Everything that is needed to grade these submissions; the folder of data sets lives as long as ``stack``."""
    holdouts: dict[str, Holdout] = {}
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="grader-data-", ignore_cleanup_errors=True)))
    if box is not None:
        wanted = mentioned(submissions)
        with downloads(console) as bar:
            tell = partial(console.print, markup=False, highlight=False)
            provided = provide(wanted, folder=folder, data=data, download=not offline, tell=tell, bar=bar)
        for note in dict.fromkeys(note for each in provided.values() for note in each.notes):
            console.print(note, highlight=False, markup=False, style="dim")
        for each in provided.values():
            console.print(f"data set {each.name}: {each.description}", highlight=False, markup=False)
        holdouts = {each.name: hold_back(each.name, each.path) for each in provided.values()}
    folder.chmod(0o755)  # the box reads it as somebody else
    return Plan(
        rubric=rubric,
        checks=registry.checks(),
        box=box,
        guests=registry.guests(),
        data=folder,
        holdouts=holdouts,
        isolation=None if box is None else isolation(box),
    )


def mentioned(submissions: Iterable[Submission]) -> list[str]:
    """The data sets whose names occur in the cells of any submission."""
    found: set[str] = set()
    for submission in submissions:
        text = "\n".join(cell.source for cell in submission.cells)
        found |= {name for name in NAMES if name in text}
    return sorted(found)
