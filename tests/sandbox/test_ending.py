"""How a run ended is told apart by the evidence, and each way has its name."""

import pytest

from grader.evidence import Cause, CellOutcome, CellRunRecord, ErrorRecord, RunOutcome, RunRecord
from grader.rubric import Limits
from grader.sandbox.ending import Facts, ending, with_cause

LIMITS = Limits(cell_seconds=10, total_seconds=60, memory_mb=500, processes=99, disk_mb=20, output_mb=2)


def ended(**known: object) -> tuple[RunOutcome, int | None, str]:
    facts = {"stopped": "", "told": None, "cells_ended": False, "last_cell": 3, "errors": ""} | known
    return ending(Facts(limits=LIMITS, **facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stopped", "outcome", "words"),
    [
        ("memory_mb", RunOutcome.MEMORY_LIMIT, "500 MB"),
        ("processes", RunOutcome.PROCESS_LIMIT, "99 processes"),
        ("disk_mb", RunOutcome.DISK_LIMIT, "20 MB"),
        ("output_mb", RunOutcome.OUTPUT_LIMIT, "2 MB"),
        ("total_seconds", RunOutcome.TIME_LIMIT, "60 seconds"),
    ],
)
def test_a_limit_that_we_enforced_is_named_with_its_value(stopped: str, outcome: RunOutcome, words: str) -> None:
    assert ended(stopped=stopped)[:2] == (outcome, 3)
    assert words in ended(stopped=stopped)[2]


@pytest.mark.parametrize(
    ("told", "outcome", "words"),
    [
        (("finished", None, ""), RunOutcome.FINISHED, "Every cell"),
        (("time limit", 2, "cell_seconds: the cell could not be interrupted"), RunOutcome.TIME_LIMIT, "10 seconds"),
        (("time limit", 2, "total_seconds"), RunOutcome.TIME_LIMIT, "60 seconds"),
        (("output limit", 2, "output_mb"), RunOutcome.OUTPUT_LIMIT, "2 MB"),
        (("killed", 2, "the kernel ended; exit status 3"), RunOutcome.KILLED, "exit status 3"),
        (("killed", 2, "the kernel ended; out of memory"), RunOutcome.MEMORY_LIMIT, "500 MB"),
        (("killed", 2, "it sent nonsense; exit status unknown"), RunOutcome.KILLED, "it sent nonsense"),
        (("harness failure", None, "RuntimeError: x"), RunOutcome.HARNESS_FAILURE, "RuntimeError"),
        (("anything else", None, ""), RunOutcome.HARNESS_FAILURE, "failed"),
    ],
)
def test_what_the_worker_told_decides_the_rest(
    told: tuple[str, int | None, str], outcome: RunOutcome, words: str
) -> None:
    found = ended(told=told, cells_ended=told[0] == "finished")
    assert found[0] is outcome
    assert words in found[2]


def test_a_box_that_ends_without_a_word_is_our_failure_with_what_it_wrote() -> None:
    outcome, _, reason = ended(errors="bwrap: no such thing")
    assert outcome is RunOutcome.HARNESS_FAILURE
    assert "no such thing" in reason


def test_what_happens_while_networks_are_asked_changes_nothing() -> None:
    assert ended(stopped="memory_mb", cells_ended=True)[0] is RunOutcome.FINISHED


def test_being_interrupted_is_nobodys_fault() -> None:
    assert ended(stopped="interrupted", cells_ended=True)[0].blames_nobody


@pytest.mark.parametrize(
    ("name", "message", "outcome"),
    [
        ("MemoryError", "", RunOutcome.MEMORY_LIMIT),
        ("_ArrayMemoryError", "Unable to allocate 7 GiB", RunOutcome.MEMORY_LIMIT),
        ("BlockingIOError", "[Errno 11] Resource temporarily unavailable", RunOutcome.PROCESS_LIMIT),
        ("RuntimeError", "can't start new thread", RunOutcome.PROCESS_LIMIT),
        ("OSError", "[Errno 28] No space left on device: 'x'", RunOutcome.DISK_LIMIT),
        ("RuntimeError", "no data", RunOutcome.STUDENT_ERROR),
    ],
)
def test_an_exception_that_speaks_of_a_limit_is_told_as_that_limit(
    name: str, message: str, outcome: RunOutcome
) -> None:
    error = ErrorRecord(name=name, message=message)
    run = RunRecord(outcome=RunOutcome.FINISHED, cells=(CellRunRecord(cell=4, outcome=CellOutcome.ERROR, error=error),))
    found = with_cause(run, LIMITS)
    assert (found.outcome, found.cell) == (outcome, 4)


def test_an_error_of_the_environment_comes_before_everything_that_follows() -> None:
    missing = ErrorRecord(name="ModuleNotFoundError", message="", cause=Cause.ENVIRONMENT, reason="Not installed.")
    later = ErrorRecord(name="MemoryError", message="")
    cells = tuple(CellRunRecord(cell=i, outcome=CellOutcome.ERROR, error=e) for i, e in enumerate((missing, later)))
    assert with_cause(RunRecord(outcome=RunOutcome.FINISHED, cells=cells), LIMITS).outcome is RunOutcome.ENVIRONMENT
