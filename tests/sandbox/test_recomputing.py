"""Networks are computed again from what the box told of them, whatever it told."""

import base64
import math
from typing import Any

import numpy as np
import pytest

from grader.evidence import BlindRecord, ModelRecord, RunRecord, TamperKind
from grader.holdout import Holdout
from grader.sandbox.activations import FUNCTIONS
from grader.sandbox.blind import Answers, Measured, blind
from grader.sandbox.operations import Account, RefusedError
from grader.sandbox.recomputing import COST, network, outputs

HOLDOUT = Holdout(
    name="mnist",
    shape=(2, 2),
    pixels=bytes(value for hot in (0, 1, 2, 3) for value in [255 if place == hot else 0 for place in range(4)]),
    labels=(0, 1, 2, 3),
    altered=(False, True, False, False),
)
DENSE = {"kind": "Dense", "takes": [1], "weights": {"kernel": [4, 4], "bias": [4]}}
FLATTEN = {"kind": "Flatten", "takes": [0], "data_format": "channels_last", "weights": {}}
RIGHT = np.concatenate([np.eye(4, dtype="<f4").ravel(), np.zeros(4, "<f4")])
CONV = {
    "kind": "Conv2D",
    "takes": [0],
    "strides": [1, 1],
    "padding": "valid",
    "dilation_rate": [1, 1],
    "groups": 1,
    "data_format": "channels_last",
    "weights": {"kernel": [2, 2, 1, 1]},
}
POOL = {
    "kind": "AveragePooling2D",
    "takes": [0],
    "pool_size": [2, 2],
    "strides": [2, 2],
    "padding": "same",
    "data_format": "channels_last",
    "weights": {},
}


def computed(layers: list[Any], weights: Any, images: Any) -> Any:
    steps = network(layers, np.asarray(weights, "<f4").tobytes())
    return outputs(steps, np.asarray(images, np.float32), Account(COST))


def told(layers: list[Any], weights: Any, rows: Any, **changed: Any) -> Measured:
    """What is measured of a network that gave these outputs, and these layers and weights."""
    answers = Answers()
    encoded = base64.b64encode(np.asarray(rows, "<f4").tobytes()).decode()
    facts = {"laid": [2, 2], "factor": 1 / 255, "offset": 0.0, "shape": [4, 4], "outputs": encoded}
    answers.add({"model": 0, "dataset": "mnist", "input": "2×2 values, divided by 255", **facts, **changed})
    answers.networks.add({"model": 0, "layers": layers})
    raw = np.asarray(weights, "<f4").tobytes()
    for start in range(0, len(raw), 12):
        answers.networks.add({"model": 0, "values": base64.b64encode(raw[start : start + 12]).decode()})
    models = (ModelRecord(id=0, framework="keras", style="", class_name="", variables=("net",)),)
    return blind(answers, [HOLDOUT], RunRecord(models=models))


def record(measured: Measured) -> BlindRecord:
    (found,) = measured.records
    return found


def test_a_network_that_answers_what_its_weights_give_is_recomputed():
    measured = told([FLATTEN, DENSE | {"takes": [1]}], RIGHT, np.eye(4))
    assert (record(measured).correct, record(measured).recomputed, record(measured).reason) == (4, True, "")
    assert measured.tampering == ()


def test_a_network_that_answers_something_else_is_contradicted_and_its_weights_count():
    measured = told([FLATTEN, DENSE], np.roll(RIGHT, 4), np.eye(4))
    assert (record(measured).correct, record(measured).recomputed) == (0, True)
    (contradiction,) = measured.tampering
    assert contradiction.kind is TamperKind.CONTRADICTION
    assert "'net'" in contradiction.what
    assert "agree on 0 %" in contradiction.what


def test_weights_that_are_no_numbers_give_no_right_answers():
    measured = told([FLATTEN, DENSE], np.full(20, np.nan), np.eye(4))
    assert record(measured).correct == 0
    assert measured.tampering


def test_a_network_without_numbers_that_says_so_is_not_contradicted():
    assert told([FLATTEN, DENSE], np.full(20, np.nan), np.full((4, 4), np.nan)).tampering == ()


def test_outputs_that_are_equal_up_to_rounding_are_no_contradiction():
    tied = np.concatenate([np.zeros(16, "<f4"), np.ones(4, "<f4")])
    assert told([FLATTEN, DENSE], tied, np.ones((4, 4)) + 1e-6 * np.eye(4)).tampering == ()


def test_a_network_that_cannot_be_told_keeps_its_answers_with_the_reason():
    answers = Answers()
    encoded = base64.b64encode(np.eye(4, dtype="<f4").tobytes()).decode()
    answers.add({"model": 0, "dataset": "mnist", "shape": [4, 4], "outputs": encoded})
    answers.networks.add({"model": 0, "reason": "its layer 'mine' (Mine) is not one that is known here"})
    measured = blind(answers, [HOLDOUT], RunRecord(models=(ModelRecord(id=0, framework="", style="", class_name=""),)))
    assert (record(measured).correct, record(measured).recomputed) == (4, False)
    assert record(measured).reason == "not recomputed: its layer 'mine' (Mine) is not one that is known here"
    assert measured.tampering == ()


HOSTILE: dict[str, tuple[list[Any], int]] = {
    "nothing": ([], 0),
    "no layer": ([None, 7, "x"], 0),
    "unknown layer": ([{"kind": "Lambda", "takes": [0]}], 0),
    "kind that is none": ([{"kind": ["Dense"], "takes": [0]}], 0),
    "no input": ([FLATTEN | {"takes": []}], 0),
    "its own input": ([FLATTEN | {"takes": [1]}], 0),
    "negative input": ([FLATTEN | {"takes": [-1]}], 0),
    "missing weights": ([FLATTEN, DENSE | {"weights": {}}], 0),
    "fewer weights than told": ([FLATTEN, DENSE], 19),
    "more weights than told": ([FLATTEN, DENSE], 21),
    "huge shape": ([FLATTEN, DENSE | {"weights": {"kernel": [2**40, 2**40]}}], 20),
    "shape of nothing": ([FLATTEN, DENSE | {"weights": {"kernel": [0, 4]}}], 0),
    "negative shape": ([FLATTEN, DENSE | {"weights": {"kernel": [-4, -4]}}], 16),
    "shape of words": ([FLATTEN, DENSE | {"weights": {"kernel": ["4", None]}}], 16),
    "shape with too many axes": ([FLATTEN, DENSE | {"weights": {"kernel": [1] * 30}}], 1),
    "kernel that does not fit": ([FLATTEN, DENSE | {"weights": {"kernel": [2, 8], "bias": [4]}}], 20),
    "bias that does not fit": ([FLATTEN, DENSE | {"weights": {"kernel": [4, 4], "bias": [1]}}], 17),
    "reshape to something larger": ([{"kind": "Reshape", "takes": [0], "target_shape": [10**9]}], 0),
    "reshape without length": ([{"kind": "Reshape", "takes": [0], "target_shape": [-1, -1]}], 0),
    "reshape by zero": ([{"kind": "Reshape", "takes": [0], "target_shape": [0, -1]}], 0),
    "convolution of a row": ([FLATTEN, CONV | {"takes": [1]}], 4),
    "negative strides": ([CONV | {"strides": [-1, -1]}], 4),
    "huge strides": ([CONV | {"strides": [10**9, 1]}], 4),
    "no strides": ([CONV | {"strides": None}], 4),
    "huge dilation": ([CONV | {"dilation_rate": [10**9, 10**9], "padding": "same"}], 4),
    "padding of a student's own": ([CONV | {"padding": "\x00"}], 4),
    "pool of nothing": ([POOL | {"pool_size": [0, 0]}], 0),
    "huge pool": ([POOL | {"pool_size": [10**6, 10**6]}], 0),
    "axis that is not there": ([{"kind": "BatchNormalization", "takes": [0], "axis": 9, "epsilon": 0.1}], 0),
    "normalisation without weights": ([{"kind": "BatchNormalization", "takes": [0], "axis": -1, "epsilon": 0.1}], 0),
    "activation by attribute": ([{"kind": "activation", "takes": [0], "function": "__class__"}], 0),
    "activation that is a list": ([{"kind": "activation", "takes": [0], "function": ["relu"]}], 0),
    "scale that is no number": ([{"kind": "Rescaling", "takes": [0], "scale": "x", "offset": 0}], 0),
    "sum of one": ([{"kind": "Add", "takes": [0]}], 0),
    "sum of unequal": ([FLATTEN, {"kind": "Add", "takes": [0, 1]}], 0),
    "too many layers": ([FLATTEN] * 5000, 0),
}


@pytest.mark.parametrize(("layers", "weights"), HOSTILE.values(), ids=HOSTILE)
def test_what_makes_no_sense_is_refused(layers, weights):
    with pytest.raises(RefusedError):
        computed(layers, np.zeros(weights), np.zeros((3, 2, 2, 1)))


@pytest.mark.parametrize("name", HOSTILE)
def test_what_makes_no_sense_leaves_the_answer_as_it_came(name):
    layers, weights = HOSTILE[name]
    measured = told(layers, np.zeros(weights), np.eye(4), laid=[2, 2, 1])
    assert (record(measured).correct, record(measured).recomputed) == (4, False)
    assert measured.tampering == ()


def test_doubling_without_end_is_refused_before_memory_is_asked_for():
    doubling = [{"kind": "Concatenate", "takes": [place, place], "axis": -1} for place in range(60)]
    with pytest.raises(RefusedError, match="too m"):
        computed(doubling, [], np.zeros((50, 2, 2, 1)))


def test_results_that_are_kept_for_later_are_bounded():
    wide = [FLATTEN, DENSE | {"weights": {"kernel": [4, 100_000]}}]
    more = [{"kind": "Rescaling", "takes": [2], "scale": 1.0, "offset": 0.0} for _ in range(40)]
    last = {"kind": "Add", "takes": list(range(2, 42))}
    with pytest.raises(RefusedError, match="at once"):
        computed([*wide, *more, last], np.zeros(400_000), np.zeros((50, 4)))


def test_what_would_take_too_long_is_refused():
    account = Account(1e9)
    layers = [FLATTEN, *(DENSE | {"takes": [place]} for place in range(1, 300))]
    steps = network(layers, np.zeros(299 * 20, "<f4").tobytes())
    with pytest.raises(RefusedError, match="too much"):
        outputs(steps, np.zeros((100_000, 4), np.float32), account)


@pytest.mark.parametrize("seed", range(30))
def test_random_nonsense_is_computed_or_refused_and_never_fails(seed):
    random = np.random.default_rng(seed)
    values = [None, True, -1, 0, 1, 2, 3, 2**61, 0.5, math.inf, "same", "valid", "relu", "channels_last", [], [1, 1]]
    values += [[2, 2], [-1, 4], {"kernel": [2, 2, 1, 1]}, {"kernel": [4, 4]}, {"gamma": [1]}, [0], [1], [0, 0], [2**40]]
    kinds = ["Flatten", "Reshape", "Dense", "BatchNormalization", "Rescaling", "Add", "Concatenate", "activation"]
    kinds += ["ReLU", "LeakyReLU", "ELU", "Softmax", "GlobalMaxPooling2D", "GlobalAveragePooling2D", "MaxPooling2D"]
    for _ in range(200):
        layers = []
        for place in range(random.integers(1, 4)):
            layer = dict([FLATTEN, DENSE, CONV, POOL, {"kind": random.choice(kinds)}][random.integers(5)])
            layer["takes"] = [int(random.integers(-1, place + 2))]
            keys = [*layer, "axis", "epsilon", "function", "target_shape", "scale", "offset", "weights", "alpha"]
            for _ in range(random.integers(4)):
                layer[keys[random.integers(len(keys))]] = values[random.integers(len(values))]
            layers.append(layer)
        try:
            found = computed(layers, random.choice([0, 1, np.nan, np.inf], random.integers(24)), np.ones((2, 2, 2, 1)))
        except RefusedError:
            continue
        assert len(found) == 2


def test_every_activation_gives_as_many_numbers_as_it_gets():
    values = np.linspace(-30, 30, 24, dtype=np.float32).reshape(2, 12)
    for name, function in FUNCTIONS.items():
        assert np.isfinite(function(values)).all(), name
        assert function(values).shape == values.shape
