"""Shapes and numbers of weights are those that Keras gives, for odd windows, strides and paddings too."""

from itertools import product

import pytest

from grader.architecture.named import layer
from grader.architecture.shapes import steps
from grader.specification import LayerSpecification
from tests.architecture.specifications import changed
from tests.reference.building import built, whole

SLIDING = [
    layer(name, **{size: window}, strides=strides, padding=padding, **more)  # type: ignore[arg-type]
    for (name, size, more), window, strides, padding in product(
        (("Conv2D", "kernel_size", {"filters": 5}), ("MaxPooling2D", "pool_size", {}), ("AveragePooling2D", "pool_size", {})),
        ((1, 1), (3, 2), (4, 5)),
        ((1, 1), (2, 3), (5, 4)),
        ("valid", "same"),
    )
]  # fmt: skip
NETWORKS: list[tuple[LayerSpecification, ...]] = [
    *((each,) for each in SLIDING),
    *((SLIDING[number], SLIDING[-number - 1]) for number in (1, 7)),
    (layer("Conv2D", filters=3, kernel_size=(3, 3), use_bias=False), layer("BatchNormalization", center=False)),
    (layer("BatchNormalization", scale=False), layer("Dense", units=4)),
    (layer("MaxPooling2D"), layer("GlobalAveragePooling2D"), layer("Dense", units=3, use_bias=False)),
    (layer("Conv2D", filters=2, kernel_size=(2, 2)), layer("GlobalMaxPooling2D"), layer("BatchNormalization")),
    (layer("Flatten"), layer("Reshape", target_shape=(9, 33)), layer("Dense", units=2), layer("Flatten")),
    (layer("LeakyReLU"), layer("ELU"), layer("Dropout", rate=0.5), layer("Activation", activation="gelu")),
]


@pytest.mark.slow
def test_shapes_and_numbers_of_weights_are_those_of_keras() -> None:
    networks = [whole(each) for each in NETWORKS]
    asked = [
        {"layers": [[each.layer, dict(each.settings)] for each in layers], "input_shape": (11, 9, 3)}
        for layers in networks
    ]
    for layers, found in zip(networks, built(asked), strict=True):
        ours = [
            {"layer": step.layer.layer, "gives": list(step.gives), "parameters": step.parameters}
            for step in steps(changed(input_shape=(11, 9, 3), layers=layers))
        ]
        assert ours == [{name: each[name] for name in ("layer", "gives", "parameters")} for each in found]
