"""Answers are scored outside of the box, whatever the box sends."""

import base64
import math
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from grader.evidence import BlindRecord, FitRecord, ModelRecord, RunRecord
from grader.holdout import Holdout
from grader.sandbox.blind import MOST_ANSWERS, Answers, blind

HOLDOUT = Holdout(name="mnist", shape=(1, 1), pixels=bytes(4), labels=(0, 1, 2, 1), altered=(False, True, False, False))
RIGHT = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]


def encoded(rows: Sequence[Sequence[float]]) -> str:
    values = [value for row in rows for value in row]
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()


def answer(rows: Sequence[Sequence[float]] = RIGHT, **changed: Any) -> Mapping[str, Any]:
    event = {"model": 0, "dataset": "mnist", "input": "1×1 values", "as_trained": True, "shape": [len(rows), 3]}
    return event | {"outputs": encoded(rows)} | changed


def run(*trained: int) -> RunRecord:
    models = tuple(ModelRecord(id=n, framework="keras", style="", class_name="", variables=("net",)) for n in range(3))
    return RunRecord(models=models, fits=tuple(FitRecord(id=n, model=model) for n, model in enumerate(trained)))


def asked(events: Sequence[Mapping[str, Any]], holdouts: Sequence[Holdout], of: RunRecord) -> tuple[BlindRecord, ...]:
    answers = Answers()
    for event in events:
        answers.add(event)
    return blind(answers, holdouts, of).records


def scored(*events: Mapping[str, Any]) -> BlindRecord:
    (record,) = asked(events, [HOLDOUT], run())
    return record


def test_the_largest_output_is_the_answer():
    assert scored(answer([*RIGHT[:3], [5.0, 1.0, 2.0]])) == BlindRecord(
        model=0,
        dataset="mnist",
        samples=4,
        correct=3,
        altered=1,
        altered_correct=1,
        input="1×1 values",
        reason="not recomputed: its layers and weights were not told",
    )


@pytest.mark.parametrize(
    "row",
    [[0.0, math.nan, 0.0], [0.0, math.inf, 0.0], [-math.inf, 1.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 0.0]],
    ids=["nan", "infinity", "minus infinity", "tie", "nothing"],
)
def test_what_is_no_single_largest_number_is_wrong(row):
    assert scored(answer([*RIGHT[:3], row])).correct == 3


@pytest.mark.parametrize(
    "changed",
    [
        {"shape": [4, 4]},
        {"shape": [4, 2]},
        {"shape": [3, 4]},
        {"shape": [4, 0]},
        {"shape": [4]},
        {"shape": [4, 3, 1]},
        {"shape": "43"},
        {"shape": [4, 10**9]},
        {"shape": [4, True]},
        {"shape": None},
        {"outputs": ""},
        {"outputs": None},
        {"outputs": 7},
        {"outputs": "A" * 64 + "é"},
        {"outputs": "!" * 64},
        {"outputs": encoded(RIGHT)[:-4]},
        {"outputs": encoded(RIGHT) + "AAAA"},
        {"dataset": "imagenet"},
        {"dataset": ["mnist"]},
    ],
    ids=str,
)
def test_an_answer_of_another_form_is_none(changed):
    record = scored(answer(**changed))
    assert record.samples == 0
    assert record.reason


def test_the_best_of_several_answers_counts():
    worse = answer([[1.0, 0.0, 0.0]] * 4, input="worse")
    assert scored(worse, answer(), {"model": 0, "reason": "too late"}).accuracy == 1.0


def test_a_reason_stands_in_for_an_answer():
    record = scored({"model": 0, "reason": "it takes several inputs"})
    assert record.reason == "The network could not be asked: it takes several inputs."
    assert record.accuracy is None


def test_a_trained_network_that_is_silent_is_told_about():
    (record,) = asked([], [HOLDOUT], run(2))
    assert record.model == 2
    assert record.reason == "The network 'net' could not be asked: it was recorded as trained but is not there."


@pytest.mark.parametrize("model", [7, -1, None, "0", 0.0, True])
def test_answers_for_networks_that_nobody_knows_are_dropped(model):
    assert asked([answer(model=model)], [HOLDOUT], run()) == ()


def test_weights_that_were_changed_since_are_told():
    assert not scored(answer(as_trained=False)).as_trained
    assert not scored(answer(as_trained="yes")).as_trained


def test_without_held_back_images_nothing_is_scored():
    assert asked([answer()], [], run(0)) == ()


def test_a_flood_of_answers_is_cut():
    answers = Answers()
    for _ in range(MOST_ANSWERS + 5):
        answers.add(answer(rubbish="x" * 1000))
    assert len(answers.events) == MOST_ANSWERS
    assert "rubbish" not in answers.events[0]


def test_answers_are_kept_only_up_to_a_size():
    answers = Answers()
    for _ in range(15):
        answers.add(answer(outputs="A" * 4_000_000))
    assert len(answers.events) == 9
