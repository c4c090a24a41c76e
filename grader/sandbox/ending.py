"""How a run ended, told apart by what is known of it: pure, and only here."""

from dataclasses import dataclass, replace

from grader.evidence import Cause, CellOutcome, ErrorRecord, RunOutcome, RunRecord
from grader.rubric import Limits

Ending = tuple[RunOutcome, int | None, str]
"""Outcome, the cell that decided it, and a sentence."""

_OUTCOME_OF = {
    "memory_mb": RunOutcome.MEMORY_LIMIT,
    "processes": RunOutcome.PROCESS_LIMIT,
    "disk_mb": RunOutcome.DISK_LIMIT,
    "output_mb": RunOutcome.OUTPUT_LIMIT,
    "total_seconds": RunOutcome.TIME_LIMIT,
    "cell_seconds": RunOutcome.TIME_LIMIT,
}

_REFUSALS = (
    (("MemoryError", "_ArrayMemoryError"), "", "memory_mb"),
    (("BlockingIOError",), "Resource temporarily unavailable", "processes"),
    (("RuntimeError",), "can't start new thread", "processes"),
    (("OSError",), "No space left on device", "disk_mb"),
    (("OSError",), "File too large", "disk_mb"),
)
"""Names of exceptions, words of their messages, and the limit that they speak of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known when a box has ended.

    Attributes:
        stopped: the limit for which we ended it, ``interrupted``, or ``""``.
        told: outcome, cell and reason as the worker gave them; ``None`` when it ended without a word.
        cells_ended: whether the worker had said that every cell was executed.
        last_cell: the cell that began last.
        errors: what the box wrote to stderr.
    """

    limits: Limits
    stopped: str
    told: tuple[str, int | None, str] | None
    cells_ended: bool
    last_cell: int | None
    errors: str


def ending(facts: Facts) -> Ending:
    """The outcome of a run."""
    if facts.stopped == "interrupted":
        return RunOutcome.HARNESS_FAILURE, facts.last_cell, "Grading was interrupted while this notebook ran."
    if facts.cells_ended:  # what came afterwards was our own asking
        return RunOutcome.FINISHED, None, "Every cell was executed."
    if facts.stopped:
        return _limit(facts.limits, facts.stopped, facts.last_cell)
    if facts.told is None:
        reason = f"The box ended without a word. {facts.errors[-500:]}".strip()
        return RunOutcome.HARNESS_FAILURE, facts.last_cell, reason
    outcome, cell, reason = facts.told
    if outcome in {"time limit", "output limit"}:
        return _limit(facts.limits, "output_mb" if outcome == "output limit" else reason.partition(":")[0], cell)
    if outcome == "killed" and reason.endswith("; out of memory"):  # a container's own limit, seen from inside
        return _limit(facts.limits, "memory_mb", cell)
    if outcome == "killed":
        return RunOutcome.KILLED, cell, f"The kernel died in cell {cell} ({_how(reason)})."
    return RunOutcome.HARNESS_FAILURE, cell, f"The worker in the box failed: {reason[:500]}"


def _how(reason: str) -> str:
    """The exit status when the kernel is gone, and otherwise what went wrong with it."""
    what, _, status = reason.partition("; ")
    return status if status and "unknown" not in status else what


def _limit(limits: Limits, name: str, cell: int | None) -> Ending:
    at = "before its first cell" if cell is None else f"in cell {cell}"
    sentences = {
        "memory_mb": f"The notebook used more than {limits.memory_mb:g} MB of memory {at}.",
        "processes": f"The notebook had {limits.processes} processes and threads at the same time {at}.",
        "disk_mb": f"The notebook's files took more than {limits.disk_mb:g} MB (or were too many) {at}.",
        "output_mb": f"The notebook put out more than {limits.output_mb:g} MB; it was ended {at}.",
        "cell_seconds": f"Cell {cell} took longer than the {limits.cell_seconds:g} seconds that a cell may take.",
    }
    late = (
        f"The notebook took longer than the {limits.total_seconds:g} seconds that it may take; "
        f"cell {cell} was the last to begin."
    )
    return _OUTCOME_OF.get(name, RunOutcome.TIME_LIMIT), cell, sentences.get(name, late)


def _refused(error: ErrorRecord) -> str:
    """The limit that an exception speaks of: the system refused what would have gone beyond it."""
    for names, words, limit in _REFUSALS:
        if error.name in names and words in error.message:
            return limit
    return ""


def with_cause(record: RunRecord, limits: Limits) -> RunRecord:
    """A run that reached its end, with the outcome of its first failing cell."""
    for run in record.cells:
        if run.outcome is CellOutcome.TIME_LIMIT:
            limit = record.limits.get("cell_seconds", 0.0)
            reason = f"Cell {run.cell} took longer than the {limit:g} seconds that a cell may take; it was interrupted."
            return replace(record, outcome=RunOutcome.TIME_LIMIT, cell=run.cell, reason=reason)
        if run.error is None or run.error.cause is Cause.CONSEQUENCE:
            continue
        if run.error.cause is Cause.ENVIRONMENT:
            reason = f"Cell {run.cell} failed for a reason that is not the student's: {run.error.reason}"
            return replace(record, outcome=RunOutcome.ENVIRONMENT, cell=run.cell, reason=reason)
        if refused := _refused(run.error):
            outcome, _, sentence = _limit(limits, refused, run.cell)
            return replace(record, outcome=outcome, cell=run.cell, reason=sentence)
        message = run.error.message.splitlines()[0][:300] if run.error.message else ""
        reason = f"Cell {run.cell} failed with {run.error.name}: {message.rstrip('.')}. {run.error.reason}".strip()
        return replace(record, outcome=RunOutcome.STUDENT_ERROR, cell=run.cell, reason=reason)
    return record
