"""Held-back images are put in outside as the box says they were put in there, if that can be."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from grader.holdout import Holdout
from grader.sandbox.operations import RefusedError
from grader.sandbox.preparing import prepared

HOLDOUT = Holdout(
    name="mnist",
    shape=(2, 2),
    pixels=bytes(value for hot in (0, 1, 2, 3) for value in [255 if place == hot else 0 for place in range(4)]),
    labels=(0, 1, 2, 3),
    altered=(False, True, False, False),
)


@pytest.mark.parametrize(
    ("told_facts", "value"),
    [
        ({"laid": [4], "factor": 1 / 255, "offset": -0.5}, 0.5),
        ({"laid": [2, 2, 1], "factor": 2.0, "offset": 1.0}, 511.0),
        ({"laid": [1, 2, 2], "factor": 1, "offset": 0}, 255.0),
        ({"laid": [2, 2, 3], "factor": 1, "offset": 0}, 255.0),
        ({"laid": [4], "factor": base64.b64encode(np.full(4, 3, "<f4").tobytes()).decode(), "offset": 0}, 765.0),
        ({"laid": [4], "input": "4 values in a row, black and white"}, 1.0),
        ({"laid": [4], "input": "4 values in a row, each image normalised"}, 1.0),
    ],
)
def test_images_are_put_in_as_was_told(told_facts: Mapping[str, Any], value):
    images = prepared(HOLDOUT, told_facts)
    assert images.shape == (4, *told_facts["laid"])
    assert images[0].flat[0] == pytest.approx(value)


@pytest.mark.parametrize(
    "told_facts",
    [
        {},
        {"laid": [4]},
        {"laid": [5], "factor": 1, "offset": 0},
        {"laid": [-2, -2], "factor": 1, "offset": 0},
        {"laid": [2**40, 2**40], "factor": 1, "offset": 0},
        {"laid": [], "factor": 1, "offset": 0},
        {"laid": "4", "factor": 1, "offset": 0},
        {"laid": [4], "factor": None, "offset": 0},
        {"laid": [4], "factor": "AAAA", "offset": 0},
        {"laid": [4], "factor": "!" * 22, "offset": 0},
        {"laid": [4], "factor": "A" * 10**6, "offset": 0},
        {"laid": [4], "factor": 1, "offset": 0, "input": ["x"]} | {"offset": [1]},
    ],
    ids=str,
)
def test_images_are_not_put_in_as_makes_no_sense(told_facts):
    with pytest.raises(RefusedError):
        prepared(HOLDOUT, told_facts)
