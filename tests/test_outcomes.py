import pytest

from grader.evidence import RunOutcome, RunRecord
from grader.outcomes import SENTENCES, for_instructor, for_student

LIMITS = {
    "cell_seconds": 600.0,
    "total_seconds": 1800.0,
    "memory_mb": 6000.0,
    "processes": 512,
    "disk_mb": 2000.0,
    "output_mb": 40.0,
}


def run(outcome: RunOutcome, **facts: object) -> RunRecord:
    return RunRecord(outcome=outcome, limits=LIMITS, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", RunOutcome)
def test_every_ending_has_a_sentence_for_the_student_and_another_for_the_instructor(outcome: RunOutcome):
    told = (for_student(run(outcome, cell=4)), for_instructor(run(outcome, cell=4)))
    assert SENTENCES.keys() == set(RunOutcome)
    assert told[0] != told[1]
    assert all(sentence.endswith(".") and "{" not in sentence for sentence in told)


@pytest.mark.parametrize(
    ("outcome", "limit"),
    [
        (RunOutcome.MEMORY_LIMIT, "memory_mb: 6000"),
        (RunOutcome.PROCESS_LIMIT, "processes: 512"),
        (RunOutcome.DISK_LIMIT, "disk_mb: 2000"),
        (RunOutcome.OUTPUT_LIMIT, "output_mb: 40"),
    ],
)
def test_the_limit_that_ended_a_run_is_named_with_its_value_and_its_cell(outcome: RunOutcome, limit: str):
    for sentence in (for_student(run(outcome, cell=4)), for_instructor(run(outcome, cell=4))):
        assert f"at cell 4 ({limit})" in sentence


@pytest.mark.parametrize(
    ("reason", "limit"),
    [
        ("Cell 3 took longer than the 600 seconds that a cell may take.", "(cell_seconds: 600)"),
        ("The notebook took longer than the 1800 seconds that it may take.", "(total_seconds: 1800)"),
    ],
)
def test_which_limit_of_time_it_was_is_told(reason: str, limit: str):
    assert limit in for_student(run(RunOutcome.TIME_LIMIT, reason=reason))


def test_a_limit_that_is_not_known_is_not_made_up():
    assert "(" not in for_student(run(RunOutcome.TIME_LIMIT))
    assert "(" not in for_student(RunRecord(outcome=RunOutcome.DISK_LIMIT))


def test_a_failure_of_the_grader_says_how_often_it_was_tried():
    assert "tried" not in for_student(run(RunOutcome.HARNESS_FAILURE))
    assert "tried twice" in for_student(run(RunOutcome.HARNESS_FAILURE, attempts=2))
    assert "tried twice" in for_instructor(run(RunOutcome.HARNESS_FAILURE, attempts=2))
