"""The layer graph of a network -> the layers of a specification."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from grader.evidence import ModelRecord
from grader.graph import Layer, LayerGraph, LayerKind, unfold
from grader.matching._refusal import RefusalError
from grader.specification import LayerSpecification, Setting

Kind = TypeVar("Kind")
_OTHER_NAMES = {
    "Convolution2D": "Conv2D",
    "MaxPool2D": "MaxPooling2D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "ExpandDims": "Reshape",
}
"""Other names of the same classes, and functions that do the same."""
_MOST_LAYERS = 400  # as many as are recorded
_FUNCTIONS = {"swish": "silu"}
_SHAPING = frozenset({"InputLayer", "Input", "Flatten", "Reshape"})
_LEARNING = frozenset({"Dense", "Conv2D", "BatchNormalization"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """A network as it was recorded.

    Attributes:
        shapes: what each layer was seen to give; ``None`` where that was not seen.
        shape: of one image, as the network's input layer has it; ``None`` where it has none.
        factor: by which the network multiplies its input, before it adds ``offset``.
    """

    layers: tuple[LayerSpecification, ...]
    shapes: tuple[tuple[int, ...] | None, ...]
    shape: tuple[int, ...] | None = None
    factor: float = 1.0
    offset: float = 0.0


def layers(model: ModelRecord) -> Rebuilt:
    """The layers of a network in order.

    Raises:
        RefusalError: they are no chain, or one of them is not like any layer of a specification.
    """
    if model.graph is None or not model.graph.layers:
        raise RefusalError("The network's layers were not seen.")
    ordered = _chain(model.graph)
    factor, offset = 1.0, 0.0
    made: list[tuple[LayerSpecification, tuple[int, ...] | None]] = []
    for number, layer in enumerate(ordered):
        _refuse_unusual(layer)
        name = _name(layer)
        if name == "Rescaling" and all(_name(each) in {*_SHAPING, "Rescaling"} for each in ordered[:number]):
            by, plus = _recorded(layer, "factor", layer.factor), _recorded(layer, "offset", layer.offset)
            factor, offset = factor * by, offset * by + plus
        elif layer.kind is not LayerKind.INPUT:
            made.append((_specified(layer, name), _known(layer.output_shape)))
    declared = _known(ordered[0].output_shape) if ordered[0].kind is LayerKind.INPUT else None
    return Rebuilt(
        layers=tuple(each for each, _ in made),
        shapes=tuple(shape for _, shape in made),
        shape=declared,
        factor=factor,
        offset=offset,
    )


def _chain(graph: LayerGraph) -> tuple[Layer, ...]:
    """The layers that take part, each feeding the next."""
    if len(graph.layers) > _MOST_LAYERS:
        raise RefusalError("The network has too many layers.")
    whole = unfold(graph)
    taking_part = whole.attached
    parts = {layer.id: layer for layer in whole.layers if layer.id in taking_part or len(whole.layers) == 1}
    behind = {edge.source: edge.target for edge in whole.edges}
    follower = set(behind.values())
    starts = [layer_id for layer_id in parts if layer_id not in follower]
    ordered = starts[:1]
    while ordered and ordered[-1] in behind and len(ordered) <= len(parts):
        ordered.append(behind[ordered[-1]])
    linked = {(edge.source, edge.target) for edge in whole.edges}
    if len(starts) != 1 or sorted(ordered) != sorted(parts) or len(linked) != len(parts) - 1:
        raise RefusalError("The network is not a chain in which each layer feeds the next.")
    _refuse_repeated([parts[layer_id] for layer_id in ordered])
    return tuple(parts[layer_id] for layer_id in ordered)


def _refuse_repeated(ordered: Sequence[Layer]) -> None:
    names = [layer.name for layer in ordered if layer.name and layer.class_name in _LEARNING]
    if len(set(names)) != len(names):
        raise RefusalError("A layer that learns stands in the network twice.")


def _refuse_unusual(layer: Layer) -> None:
    if layer.unusual:
        told = ", ".join(layer.unusual)
        raise RefusalError(f"Its layer {_shown(layer)} has settings that references do not have: {told}.")
    if layer.trainable is False:
        raise RefusalError(f"Its layer {_shown(layer)} does not learn.")


def _name(layer: Layer) -> str:
    return _OTHER_NAMES.get(layer.class_name, layer.class_name)


def _specified(layer: Layer, name: str) -> LayerSpecification:
    if layer.kind is LayerKind.ACTIVATION:
        return _activation(layer)
    if name not in _READERS:
        raise RefusalError(f"Its layer {_shown(layer)} is not one that references are made of.")
    read = _READERS[name](layer)
    for key, value in read.items():
        _recorded(layer, key, value)
    return LayerSpecification(layer=name, settings={key: value for key, value in read.items() if value is not None})


def _activation(layer: Layer) -> LayerSpecification:
    function = _recorded(layer, "activation", layer.activation)
    if function == "leaky_relu" and layer.slope is not None:
        return LayerSpecification(layer="LeakyReLU", settings={"negative_slope": layer.slope})
    if function == "elu" and layer.slope is not None:
        return LayerSpecification(layer="ELU", settings={"alpha": layer.slope})
    return LayerSpecification(layer="Activation", settings={"activation": _FUNCTIONS.get(function, function)})


def _dense(layer: Layer) -> Mapping[str, Setting | None]:
    return {"units": layer.units, "use_bias": layer.use_bias, "kernel_initializer": layer.initializer}


def _conv(layer: Layer) -> Mapping[str, Setting | None]:
    return {
        "filters": layer.units,
        "kernel_size": layer.kernel_size,
        "strides": layer.strides,
        "padding": layer.padding,
        "use_bias": layer.use_bias,
        "kernel_initializer": layer.initializer,
    }


def _pool(layer: Layer) -> Mapping[str, Setting | None]:
    return {"pool_size": layer.pool_size, "strides": layer.strides, "padding": layer.padding}


def _norm(layer: Layer) -> Mapping[str, Setting | None]:
    last = len(layer.output_shape) if layer.output_shape is not None else None
    if layer.axis not in {(-1,), (last,)}:
        raise RefusalError(f"Its layer {_shown(layer)} normalizes along another axis than the last.")
    return {"momentum": layer.momentum, "epsilon": layer.epsilon, "center": layer.center, "scale": layer.scale}


_Reader = Callable[[Layer], Mapping[str, Setting | None]]
_READERS: Mapping[str, _Reader] = {
    "Flatten": lambda _: {},
    "Reshape": lambda layer: {"target_shape": _known(layer.output_shape)},
    "Dense": _dense,
    "Conv2D": _conv,
    "MaxPooling2D": _pool,
    "AveragePooling2D": _pool,
    "GlobalAveragePooling2D": lambda _: {},
    "GlobalMaxPooling2D": lambda _: {},
    "Dropout": lambda layer: {"rate": layer.rate},
    "BatchNormalization": _norm,
}


def _recorded(layer: Layer, name: str, value: Kind | None) -> Kind:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        raise RefusalError(f"It was not seen what {name} of its layer {_shown(layer)} is.")
    return value


def _known(shape: Sequence[int | None] | None) -> tuple[int, ...] | None:
    """A shape of which every length is known."""
    lengths = tuple(length for length in shape or () if length is not None)
    return lengths if shape and len(lengths) == len(shape) else None


def _shown(layer: Layer) -> str:
    return f"'{layer.name}' ({layer.class_name})" if layer.name else layer.class_name
