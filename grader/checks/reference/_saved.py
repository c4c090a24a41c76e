"""Accuracies that a notebook's saved outputs claim for a training: the log of Keras, as the student saved it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.checks.reference._finals import ACCURACIES
from grader.evidence import FitRecord, RunRecord
from grader.reference import ACCURACY, VAL_ACCURACY
from grader.submission import OutputKind, Submission

_EPOCH = re.compile(r"^\s*Epoch (\d{1,6})/(\d{1,6})\s*$")
_STEPS = re.compile(r"^\s*(\d{1,9})/(\d{1,9})\b")
_NAMED = re.compile(rf"(?<!\w)(val_)?(?:{'|'.join(ACCURACIES)}): (\d(?:\.\d{{1,16}})?(?:e-\d{{1,2}})?)(?![\w.])")
_LONGEST = 2_000  # characters of a line; a log's has about 200

Log = Sequence[tuple[int, int, Sequence[str]]]
"""Of one training, epoch by epoch: its number, how many there were to be, and the lines below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a saved log gives for the last epoch that it gives anything for.

    Attributes:
        epoch: its number, from 1; logs are cut short by tools that tidy notebooks.
        accuracies: by curve, 0 to 1.
    """

    epoch: int
    accuracies: Mapping[str, float]


def saved_accuracies(submission: Submission, run: RunRecord, fit: FitRecord) -> Saved | None:
    """What the saved log of this training claims.

    ``None`` where the saved outputs hold another number of trainings than the cell made in our run, or trainings of
    another length: then nobody knows which code they are of.
    """
    cell = None if fit.place is None else fit.place.cell
    here = [each for each in run.fits if each.place is not None and each.place.cell == cell]
    logs = list(_logs(_printed(submission, cell)))
    if fit not in here or len(logs) != len(here):
        return None
    log = logs[here.index(fit)]
    if not _is_of(log, fit):
        return None
    found = [Saved(epoch=number, accuracies=values) for number, _, lines in log if (values := _accuracies(lines))]
    return found[-1] if found else None


def _is_of(log: Log, fit: FitRecord) -> bool:
    """Whether it counts the epochs that this training had, none left out."""
    return all(number == at and planned == fit.epochs_done for at, (number, planned, _) in enumerate(log, start=1))


def _printed(submission: Submission, cell: int | None) -> list[str]:
    """Lines of the cell's saved text, as a terminal shows them: loaders have removed what was overwritten."""
    outputs = [output for each in submission.cells if each.index == cell for output in each.outputs]
    texts = [each.text for each in outputs if each.kind in {OutputKind.STDOUT, OutputKind.STDERR}]
    return [line for text in texts for line in text.splitlines() if len(line) <= _LONGEST]


def _logs(lines: Sequence[str]) -> Iterator[Log]:
    """The trainings of a log; each begins with its first epoch."""
    log: list[tuple[int, int, list[str]]] = []
    for line in lines:
        header = _EPOCH.match(line)
        if header is not None:
            number, planned = int(header[1]), int(header[2])
            if number == 1 and log:
                yield log
                log = []
            log.append((number, planned, []))
        elif log:
            log[-1][2].append(line)
    if log:
        yield log


def _accuracies(lines: Sequence[str]) -> Mapping[str, float]:
    """The accuracies of one epoch: of the last line with a validation, else of the first line whose steps are done.

    A line without validation further down may be that of an evaluation in the same cell.
    """
    found = [(line, _named(line)) for line in lines]
    ended = [values for _, values in found if VAL_ACCURACY in values]
    done = [values for line, values in found if ACCURACY in values and _is_done(line)]
    return ended[-1] if ended else done[0] if done else {}


def _named(line: str) -> Mapping[str, float]:
    shares = {VAL_ACCURACY if prefix else ACCURACY: float(value) for prefix, value in _NAMED.findall(line)}
    return {curve: value for curve, value in shares.items() if value <= 1.0}


def _is_done(line: str) -> bool:
    steps = _STEPS.match(line)
    return steps is not None and steps[1] == steps[2]
