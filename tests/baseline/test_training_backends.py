"""JAX, TensorFlow and a plain ``model.fit`` train the same thing.

Without dropout both of our backends begin with the same weights and see the same images in the same order, so their
curves agree seed by seed up to the rounding of 32 bits, which training amplifies: 1 % of a loss and 1.5 percentage
points of an accuracy are allowed within the first two epochs (a mean over 1,000 images; an image is 0.1 points).

With dropout, and against ``model.fit``, only distributions can agree. Over eight seeds each, the 95 % interval of the
difference of means (Welch) must lie within a bound of 4 percentage points of accuracy, which is an equivalence test at
2.5 %, and a Kolmogorov-Smirnov test must not tell the two apart at 0.1 %.
"""

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from grader.baseline.training import Backend
from grader.reference import ACCURACY, CURVES, LOSS, VAL_ACCURACY, VAL_LOSS
from grader.specification import LayerSpecification
from tests.baseline.learnable import save, specification, trained, with_dropout

pytestmark = pytest.mark.slow
SEEDS = range(8)
BOUND = 0.04

FIT = """
import json, sys
import keras, numpy as np
with np.load(sys.argv[1]) as stored:
    x, y, x_test, y_test = (stored[name] for name in ("x_train", "y_train", "x_test", "y_test"))
finals = {"accuracy": [], "val_accuracy": []}
for _ in range(8):
    model = keras.Sequential([
        keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(32), keras.layers.BatchNormalization(),
        keras.layers.Activation("relu"), keras.layers.Dropout(0.3), keras.layers.Dense(10, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x[:1000] / 255, y[:1000], epochs=4, validation_data=(x_test / 255, y_test), verbose=0).history
    for name in finals:
        finals[name].append(history[name][-1])
print(json.dumps(finals))
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    pytest.importorskip("jax")
    pytest.importorskip("tensorflow")
    return save(tmp_path_factory.mktemp("data") / "digits.npz")


@pytest.fixture(scope="module")
def dropping():
    plain = specification(norm=True, epochs=4)
    return replace(plain, layers=with_dropout(plain))


@pytest.fixture(scope="module")
def on_jax(data, dropping):
    return trained(dropping, data, seeds=SEEDS)


def finals(runs, curve):
    return np.asarray([run.curves[curve][-1] for run in runs.values()])


def assert_equivalent(one, other):
    interval = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    assert -BOUND < interval.low < interval.high < BOUND
    assert stats.ks_2samp(one, other).pvalue > 0.001


@pytest.mark.parametrize(
    "asked",
    [specification(), specification(norm=True), specification("cnn-4-8-16", norm=True)],
    ids=["mlp", "mlp with BN", "cnn with BN"],
)
def test_jax_and_tensorflow_give_the_same_curves_seed_by_seed(asked, data):
    jax, tensorflow = (trained(asked, data, backend=each) for each in (Backend.JAX, Backend.TENSORFLOW))
    for seed in (0, 1):
        for curve in CURVES:
            allowed = {"rel": 0.01} if curve in {LOSS, VAL_LOSS} else {"abs": 0.015}
            assert jax[seed].curves[curve] == pytest.approx(tensorflow[seed].curves[curve], **allowed), curve


@pytest.mark.parametrize("curve", [ACCURACY, VAL_ACCURACY])
def test_with_dropout_jax_and_tensorflow_give_the_same_distribution(curve, data, dropping, on_jax):
    on_tensorflow = trained(dropping, data, seeds=SEEDS, backend=Backend.TENSORFLOW)
    assert_equivalent(finals(on_jax, curve), finals(on_tensorflow, curve))


def test_a_plain_fit_of_the_same_network_gives_the_same_distribution(data, on_jax):
    environment = {
        **os.environ,
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
    }
    done = subprocess.run([sys.executable, "-c", FIT, str(data)], env=environment, capture_output=True, check=True)
    fitted = json.loads(done.stdout)
    for curve in (ACCURACY, VAL_ACCURACY):
        assert_equivalent(finals(on_jax, curve), fitted[curve])


def test_a_seed_gives_the_same_however_many_are_trained_beside_it(data, dropping, on_jax):
    alone = trained(dropping, data, seeds=(3,))
    assert alone[3].curves[LOSS] == pytest.approx(on_jax[3].curves[LOSS], rel=1e-3)


@pytest.mark.parametrize("backend", [Backend.JAX, Backend.TENSORFLOW])
def test_a_last_batch_that_is_smaller_counts_by_its_images(backend, data):
    still = specification(samples=100, epochs=1, learning_rate=1e-8)
    whole, parted = (
        trained(replace(still, batch_size=size), data, seeds=(0,), backend=backend)[0] for size in (100, 64)
    )
    assert whole.curves[LOSS] == pytest.approx(parted.curves[LOSS], rel=1e-5)


@pytest.mark.parametrize("backend", [Backend.JAX, Backend.TENSORFLOW])
def test_a_training_that_diverges_goes_on_and_has_no_numbers(backend, data):
    leaky = (
        LayerSpecification(layer="LeakyReLU") if each.settings.get("activation") == "relu" else each
        for each in specification().layers
    )
    wild = replace(specification(epochs=3, optimizer="SGD", learning_rate=100.0, high=1e4), layers=tuple(leaky))
    curves = trained(wild, data, seeds=(0,), backend=backend)[0].curves
    assert curves[LOSS][-1] is None
    assert len(curves[VAL_ACCURACY]) == 3
