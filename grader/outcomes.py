"""How each ending of a run is told: a sentence for the student, and one for the instructor."""

from collections.abc import Mapping
from dataclasses import dataclass

from grader.evidence import RunOutcome, RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Two sentences. ``{at}`` is the cell that decided the ending, ``{limit}`` the limit that did."""

    student: str
    instructor: str


_UNTIL = "what was seen until then was graded."
_NO_LOSS = "no point is lost to that."

SENTENCES: Mapping[RunOutcome, Told] = {
    RunOutcome.FINISHED: Told(student="Your notebook ran to the end.", instructor="The run finished."),
    RunOutcome.STUDENT_ERROR: Told(
        student="Your notebook stopped with an error{at}; what could still run was graded.",
        instructor="The run met an error{at}; what could still run was graded.",
    ),
    RunOutcome.TIME_LIMIT: Told(
        student="Your notebook took longer than it may{at}{limit}; " + _UNTIL,
        instructor="The run reached its time limit{at}{limit}; " + _UNTIL,
    ),
    RunOutcome.MEMORY_LIMIT: Told(
        student="Your notebook asked for more memory than it may use{at}{limit}; " + _UNTIL,
        instructor="The run reached its memory limit{at}{limit}; " + _UNTIL,
    ),
    RunOutcome.PROCESS_LIMIT: Told(
        student="Your notebook started more processes or threads than it may{at}{limit}; " + _UNTIL,
        instructor="The run reached its limit of processes{at}{limit}; " + _UNTIL,
    ),
    RunOutcome.DISK_LIMIT: Told(
        student="Your notebook wrote more to disk than it may{at}{limit}; " + _UNTIL,
        instructor="The run reached its disk limit{at}{limit}; " + _UNTIL,
    ),
    RunOutcome.OUTPUT_LIMIT: Told(
        student="Your notebook printed or displayed far more than it may{at}{limit}; " + _UNTIL,
        instructor="The run reached its output limit{at}{limit}; " + _UNTIL,
    ),
    RunOutcome.KILLED: Told(
        student="The process that ran your notebook ended{at}, by the notebook's own doing or by a crash; " + _UNTIL,
        instructor="The kernel ended{at} (an exit, a signal or a crash in a library, and no limit of ours); " + _UNTIL,
    ),
    RunOutcome.ENVIRONMENT: Told(
        student="The environment of the grader lacks something that your notebook asks for{at}; " + _NO_LOSS,
        instructor="The environment lacks something that the notebook asks for{at}; " + _NO_LOSS,
    ),
    RunOutcome.HARNESS_FAILURE: Told(
        student="The grader itself failed while it ran your notebook{at}{tries}. That is not your fault; " + _NO_LOSS,
        instructor="The grader itself failed while it ran the notebook{at}{tries}; " + _NO_LOSS,
    ),
    RunOutcome.NOT_RUN: Told(
        student="Your notebook was only read; nothing in it was executed.", instructor="The notebook was not run."
    ),
}

_LIMITS: Mapping[RunOutcome, tuple[str, ...]] = {
    RunOutcome.TIME_LIMIT: ("cell_seconds", "total_seconds"),
    RunOutcome.MEMORY_LIMIT: ("memory_mb",),
    RunOutcome.PROCESS_LIMIT: ("processes",),
    RunOutcome.DISK_LIMIT: ("disk_mb",),
    RunOutcome.OUTPUT_LIMIT: ("output_mb",),
}
"""The limits that may have ended a run, by their names in the rubric."""


def for_student(run: RunRecord) -> str:
    """How the run ended, for whoever wrote the notebook."""
    return _filled(SENTENCES[run.outcome].student, run)


def for_instructor(run: RunRecord) -> str:
    """How the run ended, for whoever grades it."""
    return _filled(SENTENCES[run.outcome].instructor, run)


def _filled(sentence: str, run: RunRecord) -> str:
    at = "" if run.cell is None else f" at cell {run.cell}"
    tries = {1: "", 2: " (tried twice)"}.get(run.attempts, f" (tried {run.attempts} times)")
    return sentence.format(at=at, limit=_limit(run), tries=tries)


def _limit(run: RunRecord) -> str:
    """The limit with its value, ``""`` where it is not known which one it was."""
    named = [(name, run.limits[name]) for name in _LIMITS.get(run.outcome, ()) if name in run.limits]
    # Of two limits of time the reason tells which one it was: by its value, in a sentence.
    fitting = [(name, value) for name, value in named if len(named) == 1 or _speaks_of(run.reason, name, value)]
    return f" ({fitting[0][0]}: {fitting[0][1]:g})" if len(fitting) == 1 else ""


def _speaks_of(reason: str, name: str, value: float) -> bool:
    whole = "notebook took" in reason
    return f"{value:g} seconds" in reason and whole == (name == "total_seconds")
