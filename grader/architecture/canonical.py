"""The canonical form of a specification: every default filled in, every spelling the same."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from grader.architecture.allowed import LAYERS, OPTIMIZERS, completed, short
from grader.architecture.allowed import Shape as ShapeRange
from grader.architecture.shapes import Shape
from grader.specification import LayerSpecification, Setting, Specification

SHAPE = ShapeRange()
_LINEAR = ("linear", "identity")


def canonical(specification: Specification) -> Specification:
    """The one form of all specifications of the same training; whether it is allowed is not asked here.

    Defaults are written out and numbers have six digits. Left out are a Flatten of what is flat already, a dropout of
    nothing and an activation that does nothing; a network that begins with Flatten or Reshape takes images of that
    shape instead. Nothing is left out that has a setting which is unknown here.
    """
    written = [
        LayerSpecification(layer=each.layer, settings=completed(_pooled(each), LAYERS.get(each.layer, {})))
        for each in map(_named_as_layer, specification.layers)
    ]
    shape, layers = _entered(specification.input_shape, [each for each in written if not _idle(each)])
    settings = completed(specification.optimizer_settings, OPTIMIZERS.get(specification.optimizer, {}))
    return replace(
        specification,
        input_shape=shape,
        layers=tuple(_unflattened(layers, is_flat=len(shape) == 1)),
        optimizer_settings=settings,
        learning_rate=short(specification.learning_rate),
        low=short(specification.low),
        high=short(specification.high),
    )


_LAYERS_OF_THEIR_OWN: Mapping[Setting, LayerSpecification] = {
    "leaky_relu": LayerSpecification(layer="LeakyReLU", settings={"negative_slope": 0.2}),
    "elu": LayerSpecification(layer="ELU", settings={"alpha": 1.0}),
}
"""Activations by name that are layers with a setting too, with the setting that the function has by default."""


def _named_as_layer(layer: LayerSpecification) -> LayerSpecification:
    named = _only(layer, "activation") if layer.layer == "Activation" else None
    return _LAYERS_OF_THEIR_OWN.get(named, layer) if isinstance(named, str) else layer


def _pooled(layer: LayerSpecification) -> Mapping[str, Setting]:
    """A pooling layer's strides are the size of its window where none are set."""
    if layer.layer.endswith("Pooling2D") and "pool_size" in layer.settings and "strides" not in layer.settings:
        return {**layer.settings, "strides": layer.settings["pool_size"]}
    return layer.settings


def _idle(layer: LayerSpecification) -> bool:
    """Whether a layer does nothing: dropout of nothing, or a linear activation."""
    if layer.layer == "Dropout":
        return _only(layer, "rate") == 0
    return layer.layer == "Activation" and _only(layer, "activation") in _LINEAR


def _only(layer: LayerSpecification, name: str) -> Setting | None:
    """The setting of this name, where the layer has no other."""
    return layer.settings.get(name) if set(layer.settings) == {name} else None


def _entered(shape: Shape, layers: list[LayerSpecification]) -> tuple[Shape, list[LayerSpecification]]:
    """The input's shape behind the layers in front that do nothing but change it, and the layers without them."""
    for number, layer in enumerate(layers):
        wanted = _reshaped(layer, shape)
        if not SHAPE.fits(wanted) or math.prod(wanted) != math.prod(shape):
            return shape, layers[number:]
        shape = wanted
    return shape, []


def _reshaped(layer: LayerSpecification, shape: Shape) -> Shape:
    """The shape that a layer asks for which does nothing else; ``()`` where it is another layer."""
    if _flattens(layer):
        return (math.prod(shape),)
    wanted = _only(layer, "target_shape") if layer.layer == "Reshape" else None
    return wanted if isinstance(wanted, tuple) else ()


def _flattens(layer: LayerSpecification) -> bool:
    return layer.layer == "Flatten" and not layer.settings


def _unflattened(layers: list[LayerSpecification], *, is_flat: bool) -> Iterator[LayerSpecification]:
    """The layers without each Flatten of what is flat already."""
    for layer in layers:
        if not (is_flat and _flattens(layer)):
            yield layer
        if layer.layer == "Reshape":
            is_flat = False
        elif layer.layer in {"Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D"}:
            is_flat = True
