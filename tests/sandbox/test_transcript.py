"""Messages become records; those that lie or break are noted and dropped."""

import json

from hypothesis import given
from hypothesis import strategies as st

from grader.evidence import CellOutcome, Weights
from grader.sandbox.intake import message
from grader.sandbox.transcript import Transcript


def told(*messages: dict[str, object]) -> Transcript:
    transcript = Transcript()
    for each in messages:
        plain = message(json.dumps(each).encode())
        assert plain is not None
        transcript.add(plain)
    return transcript


def event(**facts: object) -> dict[str, object]:
    return {"type": "event", "event": facts}


CELL = {"type": "cell", "cell": 7}


def test_an_event_belongs_to_the_cell_that_ran_as_the_nth() -> None:
    transcript = told({"type": "cell", "cell": 2}, CELL, event(event="built", model=0, count=2, line=3))
    (model,) = transcript.seen.models
    assert model.place is not None
    assert (model.place.cell, model.place.line) == (7, 3)


def test_epochs_are_kept_though_the_training_never_ended() -> None:
    transcript = told(
        CELL,
        event(event="fit", fit=0, model=0, epochs=5, count=1, weights="fresh"),
        event(event="epoch", fit=0, logs={"loss": 0.5, "accuracy": 0.8}),
        event(event="epoch", fit=0, logs={"loss": None, "accuracy": 0.9}),
    )
    (fit,) = transcript.seen.fits
    assert (fit.epochs_asked, fit.epochs_done, fit.finished, fit.weights) == (5, 2, False, Weights.FRESH)
    assert fit.history == {"loss": (0.5, None), "accuracy": (0.8, 0.9)}


def test_an_event_that_does_not_fit_is_noted_and_the_others_stay() -> None:
    transcript = told(
        CELL,
        event(event="fit", fit=0, model="the first", epochs=5, count=1),
        event(event="fit", fit=-3, model=0),
        event(event="evaluate", model=0, results={"accuracy": 0.5}, count=1),
    )
    assert transcript.seen.fits == ()
    assert len(transcript.seen.evaluations) == 1
    assert len(transcript.seen.notes) == 2


def test_a_cell_that_was_running_and_those_that_never_began_are_told_apart() -> None:
    transcript = told({"type": "cell", "cell": 0}, {"type": "done", "cell": 0, "outcome": "ok"}, CELL)
    transcript.interrupted(CellOutcome.KILLED)
    transcript.not_reached([0, 7, 9])
    assert [(cell.cell, cell.outcome) for cell in transcript.cells] == [
        (0, CellOutcome.OK),
        (7, CellOutcome.KILLED),
        (9, CellOutcome.NOT_REACHED),
    ]


def test_a_bn_layer_in_no_network_is_unattached() -> None:
    graph = {"layers": [{"id": "a", "kind": "normalization", "class_name": "BatchNormalization", "name": "used"}]}
    transcript = told(
        CELL,
        event(event="normalization", class_name="BatchNormalization", name="used", count=1, line=1),
        event(event="normalization", class_name="BatchNormalization", name="lost", count=1, line=2),
        event(event="model", model=0, framework="keras", style="sequential", class_name="S", graph=graph),
    )
    assert [layer.name for layer in transcript.seen.unattached()] == ["lost"]


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(
    "built model names fit loop epoch fit_end compile evaluate predict figure dataset normalization cut "
    "not_recorded invented".split()
)
keys = st.sampled_from(
    ["model", "fit", "graph", "names", "logs", "count", "line", "place", "id", "data", "axes", "reasons"]
)


@given(names, st.dictionaries(keys, plain, max_size=6))
def test_no_event_is_an_error(name: str, facts: dict[str, object]) -> None:
    told(CELL, event(**{**facts, "event": name}))


@given(st.sampled_from(["started", "cell", "done", "end", "event"]), st.dictionaries(st.text(max_size=8), plain))
def test_no_message_is_an_error(kind: str, facts: dict[str, object]) -> None:
    told({**facts, "type": kind})
