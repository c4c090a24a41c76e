"""What a recording that was written into gives away, and that an honest one gives away nothing."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox.contradictions import MOST_FOUND, Contradictions


def told(*events: dict[str, Any], running: int = 1) -> tuple[str, ...]:
    contradictions = Contradictions()
    for number, event in enumerate(events):
        contradictions.see({"n": number, **event}, running)
    return tuple(record.what for record in contradictions.found())


BUILT = {"event": "built", "model": 0, "count": 1}
FIT = {"event": "fit", "fit": 0, "model": 0, "epochs": 1, "count": 1}
EPOCH = {"event": "epoch", "fit": 0, "logs": {}}
END = {"event": "fit_end", "fit": 0}


def test_an_honest_recording_holds_none() -> None:
    loop = {"event": "loop", "fit": 1, "model": 0, "count": 1}
    used = [{"event": kind, "model": 0, "count": 1} for kind in ("compile", "evaluate", "predict")]
    assert (
        told(
            BUILT, {"event": "model", "model": 0}, *used, FIT, EPOCH, EPOCH, END, loop, {"event": "answer", "model": 0}
        )
        == ()
    )


def test_a_number_that_is_missing_or_comes_again_is_told() -> None:
    assert "skip" in told(BUILT, {**FIT, "n": 5})[0]
    assert "twice or out of order" in told(BUILT, {**FIT, "n": 0})[0]
    assert "without a number" in told({**BUILT, "n": None})[0]


def test_an_observation_of_a_cell_that_has_not_begun_or_ended_long_ago_is_told() -> None:
    assert "had not begun" in told({**BUILT, "count": 2})[0]
    assert "had not begun" in told({**BUILT, "count": 0})[0]
    assert "long before" in told({**BUILT, "count": 1}, running=3)[0]


def test_the_guests_may_say_before_the_first_cell_that_they_watch() -> None:
    assert told({"event": "watching", "count": 0}, running=1) == ()
    assert told({"event": "looked", "count": 0}, running=0) == ()


def test_an_observation_of_the_cell_just_before_may_come_late() -> None:
    assert told({**BUILT, "count": 1}, running=2) == ()


def test_epochs_and_ends_of_trainings_that_never_began_or_are_over_are_told() -> None:
    assert told(EPOCH) == ("A training had an epoch that had never begun.",)
    assert told(END) == ("A training ended that had never begun.",)
    assert told(BUILT, FIT, END, EPOCH) == ("Training number 0 had an epoch although it was over.",)
    assert told(BUILT, FIT, FIT) == ("Training number 0 began twice.",)


def test_results_of_a_network_that_was_never_built_are_told() -> None:
    assert told({"event": "evaluate", "model": 3, "count": 1}) == (
        "An observation (evaluate) speaks of a network that was never built.",
    )


def test_results_of_a_cell_that_does_not_run_are_told() -> None:
    contradictions = Contradictions()
    contradictions.see_results(4, 4)
    assert contradictions.found() == ()
    contradictions.see_results(5, None)
    assert "not running (5)" in contradictions.found()[0].what


words = st.sampled_from(["event", "n", "count", "model", "fit", "built", "epoch", "loop"])
values = st.one_of(st.none(), st.booleans(), st.integers(-3, 9), st.floats(), words, st.lists(st.integers()))


@given(st.lists(st.dictionaries(words, values)))
def test_whatever_comes_is_survived_and_found_once_and_bounded(events: list[dict[str, Any]]) -> None:
    found = told(*events)
    assert len(found) == len(set(found)) <= MOST_FOUND


def silent(*events: dict[str, Any]) -> bool:
    contradictions = Contradictions()
    for number, event in enumerate(events):
        contradictions.see({"n": number, **event}, 2)
    contradictions.see_end([1, 2])
    return any("fell silent" in record.what for record in contradictions.found())


def test_a_recording_that_falls_silent_is_told() -> None:
    watching = {"event": "watching", "count": 1}
    looked = [{"event": "looked", "count": count} for count in (1, 2)]
    assert not silent(watching, *looked)
    assert silent(watching, looked[0])
    assert silent(watching)
    assert not silent(), "where nothing watches, nothing can fall silent"
