"""What is told of networks is enough to compute them again: compared with Keras itself, in this process."""

import json
from typing import Any

import numpy as np
import pytest

from grader.sandbox.operations import Account
from grader.sandbox.recomputing import COST, network, outputs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def keras() -> Any:
    return pytest.importorskip("keras")


def told(keras: Any, model: Any) -> tuple[list[Any], bytes]:
    from grader.adapters._keras_layers import Layers

    steps, weights = Layers(keras).told(model)
    return json.loads(json.dumps(steps)), weights


def refusal(keras: Any, model: Any) -> str:
    from grader.adapters._keras_layers import UnknownError

    with pytest.raises(UnknownError) as caught:
        told(keras, model)
    return str(caught.value)


def same(keras: Any, model: Any, *shape: int) -> None:
    """Both give the same numbers, with weights that no two of are alike."""
    random = np.random.default_rng(0)
    images = random.uniform(-1, 1, (60, *shape)).astype("float32")
    model(images[:1])
    model.set_weights(
        [random.uniform(0.05, 0.4, value.shape) - 0.1 * (value.ndim > 1) for value in model.get_weights()]
    )
    steps, weights = told(keras, model)
    found = outputs(network(steps, weights), images, Account(COST))
    np.testing.assert_allclose(found, np.asarray(model(images, training=False)), rtol=2e-3, atol=2e-4)


def chain(keras: Any, *layers: Any) -> Any:
    return keras.Sequential(list(layers))


NAMES = ("relu", "softmax", "sigmoid", "tanh", "linear", "elu", "selu", "gelu", "swish", "silu", "softplus")


@pytest.mark.parametrize("name", [*NAMES, "leaky_relu", "relu6"])
def test_an_activation_is_computed_as_keras_does(keras, name):
    layers = keras.layers
    same(keras, chain(keras, layers.Dense(9, activation=name), layers.Activation(name)), 12)


@pytest.mark.parametrize(
    ("layer", "settings"),
    [
        ("ReLU", {"max_value": 0.5, "negative_slope": 0.1, "threshold": 0.05}),
        ("LeakyReLU", {}),
        ("ELU", {"alpha": 0.7}),
        ("Softmax", {}),
        ("Dropout", {"rate": 0.5}),
        ("GaussianNoise", {"stddev": 0.9}),
        ("BatchNormalization", {}),
        ("BatchNormalization", {"axis": 1, "scale": False}),
        ("BatchNormalization", {"center": False, "epsilon": 0.1}),
        ("Rescaling", {"scale": 2.0, "offset": -1.0}),
        ("Reshape", {"target_shape": (-1, 3)}),
        ("Conv2D", {"filters": 4, "kernel_size": 3}),
        ("Conv2D", {"filters": 4, "kernel_size": (2, 3), "padding": "same", "strides": 2, "activation": "relu"}),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "dilation_rate": 2, "use_bias": False, "padding": "same"}),
        ("MaxPooling2D", {}),
        ("MaxPooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}),
        ("AveragePooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}),
        ("AveragePooling2D", {"pool_size": (2, 3)}),
        ("GlobalMaxPooling2D", {}),
        ("GlobalAveragePooling2D", {"keepdims": True}),
        ("Flatten", {}),
    ],
)
def test_a_layer_is_computed_as_keras_does(keras, layer, settings):
    same(keras, chain(keras, getattr(keras.layers, layer)(**settings), keras.layers.Flatten()), 9, 10, 3)


def test_branches_that_meet_again_are_computed_as_keras_does(keras):
    layers = keras.layers
    start = keras.Input((8, 8, 3))
    left = layers.Conv2D(5, 3, padding="same", activation=layers.LeakyReLU())(start)
    right = layers.BatchNormalization()(layers.Conv2D(5, 1)(start), training=False)
    inner = chain(keras, layers.Flatten(), layers.Dense(6))
    both = layers.Concatenate()([layers.Add()([left, right]), start])
    same(keras, keras.Model(start, layers.Add()([inner(both), inner(both)])), 8, 8, 3)


def test_functions_of_tensorflow_are_known_as_activations(keras):
    tensorflow = pytest.importorskip("tensorflow")
    same(keras, chain(keras, keras.layers.Dense(5, activation=tensorflow.nn.relu)), 12)


def test_a_model_class_that_only_trains_in_its_own_way_is_told(keras):
    class Own(keras.Model):
        def train_step(self, data: Any) -> Any:
            return super().train_step(data)

    start = keras.Input((4,))
    same(keras, Own(start, keras.layers.Dense(3)(start)), 4)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda k: k.layers.Lambda(lambda x: x, name="mine"), "'mine' (Lambda)"),
        (lambda k: type("Dense", (k.layers.Dense,), {})(3, name="mine"), "'mine' (Dense)"),
        (lambda k: k.layers.Dense(3, activation=lambda x: x, name="mine"), "'mine' (Dense) has an activation"),
        (lambda k: k.layers.Dense(3, dtype="mixed_float16", name="mine"), "32-bit"),
        (lambda k: k.layers.Dense(1_000_000), "3 million weights"),
    ],
    ids=["lambda", "subclass", "activation", "half precision", "size"],
)
def test_what_is_not_plain_keras_is_not_told(keras, make, words):
    model = chain(keras, keras.Input((4,)), make(keras))
    assert words in refusal(keras, model)


def test_a_network_whose_class_executes_something_else_is_not_told(keras):
    class Own(keras.Sequential):
        def call(self, x: Any, **_: Any) -> Any:
            return x

    assert "(Own)" in refusal(keras, Own([keras.layers.Dense(3)]))
