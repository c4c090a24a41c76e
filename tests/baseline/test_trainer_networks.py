"""Networks of specifications in Keras, looked at in a process of their own."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PAIR = """
import json
import numpy as np
from grader.architecture.sound import sound
from grader.baseline.trainer import weights
from grader.baseline.trainer.networks import network
from tests.baseline.learnable import specification

def kernels(norm):
    layers = network(sound(specification("cnn-4-8-16", norm=norm))).model.layers
    starts = weights.starts(layers, 7)
    return [starts[id(layer.kernel)] for layer in layers if hasattr(layer, "kernel")]

pair = list(zip(kernels(False), kernels(True), strict=True))
print(json.dumps([bool(np.array_equal(*each)) for each in pair]))
"""

INITIALIZERS = """
import json
import keras
from scipy import stats
from grader.architecture.allowed import INITIALIZERS
from grader.baseline.trainer.weights import kernel

def chance(name, shape):
    theirs = keras.ops.convert_to_numpy(getattr(keras.initializers, name)(seed=3)(shape))
    return float(stats.ks_2samp(theirs.ravel(), kernel(name, shape, seed=3, number=0).ravel()).pvalue)

print(json.dumps({f"{name} {shape}": chance(name, shape) for name in INITIALIZERS for shape in ((99, 50), (3, 3, 9, 40))}))
"""

LOSSES = """
import json
import keras, numpy as np
from dataclasses import replace
from grader.architecture.sound import sound
from grader.baseline.trainer.networks import network
from tests.baseline.learnable import specification

rng = np.random.default_rng(0)
images, classes = rng.random((50, 784), dtype="float32"), rng.integers(0, 10, 50)
found = {}
for ends, from_logits in (("softmax", False), ("softmax", True), ("linear", True), ("sigmoid", False), ("softplus", False)):
    asked = specification("mlp-16", from_logits=from_logits)
    last = replace(asked.layers[-1], settings={"activation": ends})
    ours = network(sound(replace(asked, layers=(*asked.layers[:-1], last))))
    values = [40 * rng.standard_normal(each.shape) / 10 for each in ours.model.weights]
    ours.model.set_weights(values)
    theirs = keras.Sequential([keras.Input((784,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(10, activation=ends)])
    theirs.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits), metrics=["accuracy"])
    theirs.set_weights(values)
    outputs = ours.model(images, training=False)
    own = float(keras.ops.mean(ours.losses(classes, outputs))), float(keras.ops.mean(ours.hits(classes, outputs)))
    found[f"{ends} {from_logits}"] = own, theirs.evaluate(images, classes, verbose=0)
print(json.dumps(found))
"""


def told(script, backend):
    pytest.importorskip(backend)
    environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_a_pair_begins_with_the_same_weights():
    assert told(PAIR, "jax") == [True] * 4


def test_first_weights_are_distributed_as_those_of_keras():
    """Kolmogorov-Smirnov over thousands of numbers each; 18 tests, so one in 1,000 is called different."""
    assert {name: chance for name, chance in told(INITIALIZERS, "jax").items() if chance < 0.001} == {}


def test_losses_and_accuracies_are_those_that_keras_gives_on_tensorflow():
    """Also where a softmax is followed by a loss that expects logits, and for sigmoid: Keras takes the logits then."""
    for ends, (ours, theirs) in told(LOSSES, "tensorflow").items():
        assert ours == pytest.approx(theirs, rel=1e-4), ends
