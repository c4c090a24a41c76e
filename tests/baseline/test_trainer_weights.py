"""First weights: drawn by NumPy as Keras documents its initializers."""

import math

import numpy as np
import pytest

from grader.architecture.allowed import INITIALIZERS
from grader.baseline.trainer.weights import kernel

SHAPE = (3, 3, 40, 80)
INTO, OUT = 360, 720
SPREADS = {
    "GlorotUniform": math.sqrt(2 / (INTO + OUT)),
    "GlorotNormal": math.sqrt(2 / (INTO + OUT)),
    "HeUniform": math.sqrt(2 / INTO),
    "HeNormal": math.sqrt(2 / INTO),
    "LecunUniform": math.sqrt(1 / INTO),
    "LecunNormal": math.sqrt(1 / INTO),
    "RandomNormal": 0.05,
    "RandomUniform": 0.05 / math.sqrt(3),
    "TruncatedNormal": 0.05 * 0.87962566,
}


@pytest.mark.parametrize("name", INITIALIZERS)
def test_an_initializer_has_the_spread_that_keras_documents(name):
    drawn = kernel(name, SHAPE, seed=1, number=0)
    assert drawn.std() == pytest.approx(SPREADS[name], rel=0.02)  # of 28,800 numbers: 0.4 % expected
    assert abs(drawn.mean()) < 4 * SPREADS[name] / math.sqrt(drawn.size)


@pytest.mark.parametrize("name", ["GlorotNormal", "HeNormal", "LecunNormal", "TruncatedNormal"])
def test_a_truncated_normal_is_cut_off_at_two_standard_deviations(name):
    drawn = kernel(name, SHAPE, seed=1, number=0)
    assert np.abs(drawn).max() <= 2 * SPREADS[name] / 0.87962566 * 1.000001


def test_a_seed_and_the_number_of_the_layer_give_the_same_weights_every_time():
    one, again = (kernel("HeNormal", (784, 128), seed=5, number=1) for _ in range(2))
    assert np.array_equal(one, again)


def test_another_seed_or_another_layer_draws_other_weights():
    first = kernel("HeNormal", (64, 64), seed=5, number=0)
    assert not np.array_equal(first, kernel("HeNormal", (64, 64), seed=6, number=0))
    assert not np.array_equal(first, kernel("HeNormal", (64, 64), seed=5, number=1))
