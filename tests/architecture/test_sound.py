"""Specifications of the same training have the same canonical form and key, all others another."""

from dataclasses import fields
from typing import Any

import pytest

from grader.architecture.allowed import LAYERS
from grader.architecture.named import architecture, layer, mlp
from grader.architecture.sound import sound
from grader.graph import Placement
from grader.specification import Specification
from tests.architecture.specifications import SMALL, changed, network

FLATTEN, RELU, ANSWER = layer("Flatten"), layer("Activation", activation="relu"), layer("Dense", units=10)
CONV = layer("Conv2D", filters=4, kernel_size=(3, 3))


def key(specification: Specification) -> str:
    return sound(specification).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (changed(), changed(input_shape=(784,), layers=SMALL.layers[1:])),
        (changed(), changed(input_shape=(28, 28, 1))),
        (changed(), changed(input_shape=(784,))),
        (changed(), changed(layers=(FLATTEN, *SMALL.layers))),
        (changed(), changed(layers=(layer("Dropout", rate=0), *SMALL.layers))),
        (changed(), changed(layers=(*SMALL.layers, layer("Dropout", rate=0.0)))),
        (changed(), changed(layers=(*SMALL.layers, layer("Activation", activation="linear")))),
        (changed(), changed(layers=(layer("Reshape", target_shape=(784,)), *SMALL.layers[1:]))),
        (network(CONV), network(layer("Reshape", target_shape=(28, 28, 1)), CONV, shape=(28, 28))),
        (network(CONV), network(CONV, FLATTEN)),
        (network(CONV, layer("GlobalMaxPooling2D")), network(CONV, layer("GlobalMaxPooling2D"), FLATTEN)),
        (network(layer("MaxPooling2D", pool_size=(3, 3))), network(layer("MaxPooling2D", pool_size=(3, 3), strides=(3, 3)))),
        (network(CONV), network(layer("Conv2D", filters=4, kernel_size=(3, 3), strides=(1, 1), padding="valid"))),
        (network(ANSWER), network(layer("Dense", units=10, use_bias=True, kernel_initializer="GlorotUniform"))),
        (
            network(layer("BatchNormalization")),
            network(layer("BatchNormalization", momentum=0.99, epsilon=1e-3, center=True, scale=True)),
        ),
        (changed(), changed(optimizer_settings={"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "amsgrad": False})),
        (changed(), changed(learning_rate=0.0010000000474974513)),
        (changed(), changed(optimizer_settings={"beta_2": 0.9990000128746033})),
        (changed(low=0.0, high=1.0), changed(low=0, high=1)),
        (network(layer("Dropout", rate=0.5)), network(layer("Dropout", rate=0.50000001))),
    ],
)  # fmt: skip
def test_the_same_training_has_the_same_key_however_it_is_written(one: Specification, other: Specification) -> None:
    assert key(one) == key(other)


def test_epochs_are_not_in_the_key() -> None:
    assert key(changed(epochs=5)) == key(changed(epochs=10))


CHANGES: dict[str, Any] = {
    "dataset": "fashion_mnist",
    "digest": "e" * 64,
    "samples": 999,
    "validation": 100,
    "low": -1.0,
    "high": 255.0,
    "input_shape": (14, 14),
    "layers": mlp((64,)),
    "optimizer": "SGD",
    "learning_rate": 0.0011,
    "optimizer_settings": {"beta_1": 0.8},
    "from_logits": True,
    "batch_size": 64,
    "same_order": True,
}


def test_every_field_but_the_epochs_is_among_the_changes_tried() -> None:
    assert {each.name for each in fields(Specification)} == {*CHANGES, "epochs"}


@pytest.mark.parametrize("name", CHANGES)
def test_another_value_of_any_other_field_gives_another_key(name: str) -> None:
    assert key(changed(**{name: CHANGES[name]})) != key(SMALL)


OTHER: dict[str, dict[str, Any]] = {
    "Dense": {"units": 11, "use_bias": False, "kernel_initializer": "HeNormal"},
    "Conv2D": {
        "filters": 5,
        "kernel_size": (3, 5),
        "strides": (2, 1),
        "padding": "same",
        "use_bias": False,
        "kernel_initializer": "HeNormal",
    },
    "MaxPooling2D": {"pool_size": (3, 2), "strides": (1, 2), "padding": "same"},
    "AveragePooling2D": {"pool_size": (3, 2), "strides": (1, 2), "padding": "same"},
    "Activation": {"activation": "tanh"},
    "LeakyReLU": {"negative_slope": 0.2},
    "ELU": {"alpha": 0.5},
    "Dropout": {"rate": 0.6},
    "BatchNormalization": {"momentum": 0.9, "epsilon": 1e-5, "center": False, "scale": False},
}
NEEDED: dict[str, dict[str, Any]] = {
    "Dense": {"units": 10},
    "Conv2D": {"filters": 4, "kernel_size": (3, 3)},
    "Activation": {"activation": "relu"},
    "Dropout": {"rate": 0.5},
}


@pytest.mark.parametrize(("name", "setting"), [(name, each) for name, ranges in OTHER.items() for each in ranges])
def test_another_value_of_any_setting_of_a_layer_gives_another_key(name: str, setting: str) -> None:
    needed = NEEDED.get(name, {})
    other = {**needed, setting: OTHER[name][setting]}
    assert key(network(layer(name, **needed))) != key(network(layer(name, **other)))


def test_every_setting_of_every_layer_is_among_the_changes_tried() -> None:
    shaping = {"Flatten", "Reshape", "GlobalAveragePooling2D", "GlobalMaxPooling2D"}
    assert {name: set(ranges) for name, ranges in LAYERS.items() if name not in shaping} == {
        name: set(ranges) for name, ranges in OTHER.items()
    }


@pytest.mark.parametrize("placement", [None, Placement.PRE_ACTIVATION, Placement.POST_ACTIVATION])
@pytest.mark.parametrize("name", ["mlp", "cnn", "mlp-300-100", "cnn-8-16-32-64"])
def test_what_is_sound_stays_as_it_is(name: str, placement: Placement | None) -> None:
    shape = (28, 28) if name.startswith("mlp") else (32, 32, 3)
    once = sound(changed(layers=architecture(name, placement), input_shape=shape))
    assert sound(once) == once


def test_the_order_of_layers_counts() -> None:
    norm = layer("BatchNormalization")
    assert key(network(CONV, norm, RELU)) != key(network(CONV, RELU, norm))
