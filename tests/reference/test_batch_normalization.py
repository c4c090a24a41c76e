"""The reference solution: its networks are those that baselines are trained of, and what it says of BN is true."""

import ast
import json

import pytest

from grader.architecture.named import PLACEMENTS, architecture
from grader.architecture.shapes import steps
from grader.graph import Placement
from tests.architecture.specifications import changed
from tests.reference.building import REFERENCE, built, run, whole

SOURCE = REFERENCE / "batch_normalization.py"
NETWORKS = [(name, placement) for name in ("mlp", "cnn") for placement in (None, *PLACEMENTS)]
WIDTHS = {"mlp-300-100": {"units": [300, 100]}, "cnn-8-16-32": {"filters": [8, 16], "units": 32}}


def test_the_reference_solution_imports_keras_and_nothing_else() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(each) for each in imports] == ["import keras"]


@pytest.mark.slow
def test_its_networks_are_layer_by_layer_those_that_baselines_are_trained_of() -> None:
    asked = [{"builder": name, "arguments": {"batch_norm": placement}} for name, placement in NETWORKS]
    wide = [{"builder": name.split("-")[0], "arguments": arguments} for name, arguments in WIDTHS.items()]
    named = [*NETWORKS, *((name, None) for name in WIDTHS)]
    for (name, placement), network in zip(named, built([*asked, *wide]), strict=True):
        assert network == expected(name, placement, network)


def expected(name: str, placement: Placement | None, network: list[dict]) -> list[dict]:
    """What Keras is to tell of a named network; settings that specifications do not have are taken as they are."""
    shape = (28, 28) if name.startswith("mlp") else (28, 28, 1)
    specification = changed(layers=whole(architecture(name, placement)), input_shape=shape)
    return [
        {
            "layer": step.layer.layer,
            "config": {**found["config"], **json.loads(json.dumps(dict(step.layer.settings)))},
            "gives": list(step.gives),
            "parameters": step.parameters,
        }
        for step, found in zip(steps(specification), network, strict=True)
    ]


CHECK_FORMULA = """
import keras
import numpy as np

x = np.random.default_rng(0).normal(5, 3, (64, 3, 3, 4)).astype("float32")
layer = keras.layers.BatchNormalization(momentum=0.9, epsilon=0.01)
layer.build(x.shape)
layer.gamma.assign([2.0, 2.0, 2.0, 2.0]), layer.beta.assign([1.0, 1.0, 1.0, 1.0])
mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
trained = np.asarray(layer(x, training=True))
assert np.allclose(trained, 2 * (x - mean) / np.sqrt(variance + 0.01) + 1, atol=1e-4)
moving_mean, moving_variance = 0.9 * 0 + 0.1 * mean, 0.9 * 1 + 0.1 * variance
assert np.allclose(layer.moving_mean, moving_mean, atol=1e-5)
assert np.allclose(layer.moving_variance, moving_variance, atol=1e-4)
answered = np.asarray(layer(x, training=False))
assert np.allclose(answered, 2 * (x - moving_mean) / np.sqrt(moving_variance + 0.01) + 1, atol=1e-4)
one = keras.layers.BatchNormalization()(np.ones((1, 5), "float32") * 7, training=True)
assert np.allclose(one, 0)
"""


@pytest.mark.slow
def test_the_formulas_in_its_docstring_are_what_keras_computes() -> None:
    run("-c", CHECK_FORMULA)


COMPARE = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from batch_normalization import cnn, compare, mlp, weighing_layers

rng = np.random.default_rng(0)
labels = rng.integers(0, 10, 300)
images = rng.random((300, 28, 28)).astype("float32") * 0.1
images[np.arange(300), labels] += 0.9
training, validation = (images[:200], labels[:200]), (images[200:], labels[200:])
for placement in ("pre-activation", "post-activation"):
    plain, normalized = mlp(), mlp(batch_norm=placement, momentum=0.9)
    curves = compare(plain, normalized, training, validation, epochs=8, batch_size=20, learning_rate=0.01)
    assert set(curves) == {"without BN", "with BN"}
    for each in curves.values():
        assert {name: len(values) for name, values in each.items()} == dict.fromkeys(
            ("loss", "accuracy", "val_loss", "val_accuracy"), 8)
        assert each["val_accuracy"][-1] > 0.8, each
plain, normalized = cnn(), cnn(batch_norm="pre-activation")
pictures = (images[:200, ..., None], labels[:200])
compare(plain, normalized, pictures, pictures, epochs=1, learning_rate=0.0)
for one, other in zip(weighing_layers(plain), weighing_layers(normalized), strict=True):
    assert all(np.array_equal(a, b) for a, b in zip(one.get_weights(), other.get_weights()))
try:
    mlp(batch_norm="yes")
except ValueError as error:
    assert "'pre-activation'" in str(error)
else:
    raise AssertionError("accepted")
"""


@pytest.mark.slow
def test_a_pair_begins_with_the_same_weights_learns_and_is_compared() -> None:
    run("-c", COMPARE, REFERENCE)
