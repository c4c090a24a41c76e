"""A little of the fuzz run, in every test run: the seeds and some inputs drawn blindly. ``make fuzz`` does the rest."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.evidence import RunOutcome
from tests.fuzz.fuzz_intake import corpus
from tests.fuzz.target import record, try_one


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_bytes_from_a_box_become_a_record_that_can_be_stored(data: bytes) -> None:
    try_one(data)


def test_the_seeds_reach_what_they_are_for(tmp_path: Path) -> None:
    corpus(tmp_path)
    for path in tmp_path.iterdir():
        try_one(path.read_bytes())
    finished = record((tmp_path / "lines-0").read_bytes()[1:].split(b"\n"))
    assert finished.outcome is RunOutcome.FINISHED
    assert [measured.samples for measured in finished.blind] == [3]
    killed = record((tmp_path / "lines-1").read_bytes()[1:].split(b"\n"))
    assert killed.outcome is RunOutcome.KILLED
    assert killed.fits[0].history == {"accuracy": (0.5,)}
