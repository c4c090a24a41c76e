"""Networks as plain facts and numbers, for somebody outside to compute again what they answer.

Only Keras' own layers are told, and what they hold is read past properties and methods: a notebook can replace those.
What a network answers is then a matter of its layers and weights alone, whatever its ``call`` was made to do.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from ._integrity_origin import vars_of

SMALL = 3_000_000  # weights of one network
MOST_STEPS = 200
FACTS: dict[str, tuple[str, ...]] = {
    "Flatten": ("data_format",),
    "Reshape": ("target_shape",),
    "Dense": (),
    "Activation": (),  # becomes a step of the function's name, as those within other layers do
    "ReLU": ("max_value", "negative_slope", "threshold"),
    "LeakyReLU": ("negative_slope",),
    "ELU": ("alpha",),
    "Softmax": ("axis",),
    "BatchNormalization": ("axis", "epsilon"),
    "Rescaling": ("scale", "offset"),
    "Conv2D": ("strides", "padding", "dilation_rate", "groups", "data_format"),
    "MaxPooling2D": ("pool_size", "strides", "padding", "data_format"),
    "AveragePooling2D": ("pool_size", "strides", "padding", "data_format"),
    "GlobalMaxPooling2D": ("keepdims", "data_format"),
    "GlobalAveragePooling2D": ("keepdims", "data_format"),
    "Add": (),
    "Concatenate": ("axis",),
}
"""Layers that are told, with what is to be known of them beside their weights."""
IDLE = (
    *("InputLayer", "Identity", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "AlphaDropout", "GaussianDropout"),
    *("GaussianNoise", "ActivityRegularization"),
    *("RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness"),
)
"""Layers that do nothing outside of training."""
WEIGHTS = {
    "Dense": ("_kernel", "bias"),
    "Conv2D": ("_kernel", "bias"),
    "BatchNormalization": ("gamma", "beta", "moving_mean", "moving_variance"),
}
ACTIVATIONS = (
    *("linear", "relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "sigmoid", "tanh", "softmax"),
)


class UnknownError(Exception):
    """Why a network cannot be told, in words."""


class Layers:
    """Keras' own classes and functions, as they were before the notebook could replace them."""

    def __init__(self, keras: Any) -> None:
        names = [name for name in (*FACTS, *IDLE) if hasattr(keras.layers, name)]
        self._kinds = {getattr(keras.layers, name): name for name in names}
        self._functional = keras.src.models.functional.Functional
        self._chains = keras.Sequential
        self._numbers = keras.Variable.numpy
        self._activations = {
            getattr(keras.activations, name): name for name in ACTIVATIONS if hasattr(keras.activations, name)
        }

    def told(self, model: Any) -> tuple[list[dict[str, Any]], bytes]:
        """The steps of a network, each with those whose results it takes, and all weights in their order.

        Raises:
            UnknownError: it holds something that is not known here, or it is too large.
        """
        network = _Network(self)
        end = network.put(model, 0)
        if end != len(network.steps):
            raise UnknownError("its last layer does not give its output")
        return network.steps, b"".join(network.weights)

    def kind(self, layer: Any) -> str:
        """The name of the layer's class, which has to be Keras' own and no class derived from it."""
        kind = self._kinds.get(type(layer))
        if kind is None:
            raise UnknownError(f"its layer {_named(layer)} is not one that is known here")
        return kind

    def is_chain(self, layer: Any) -> bool:
        """Whether it is a ``Sequential``, and nothing else is done in its place."""
        return isinstance(layer, self._chains) and self._executes_as(layer, self._chains)

    def is_graph(self, layer: Any) -> bool:
        """Whether it is a functional model, and nothing else is done in its place."""
        return isinstance(layer, self._functional) and self._executes_as(layer, self._functional)

    @staticmethod
    def _executes_as(layer: Any, kind: type) -> bool:
        own = type(layer).__mro__[: type(layer).__mro__.index(kind)]
        return not any(name in vars(each) for each in own for name in ("call", "__call__"))

    def activation(self, function: Any) -> str | None:
        """The name of an activation function; ``None`` for what is no function of Keras."""
        if function is None:
            return "linear"
        found = next((name for known, name in self._activations.items() if known is function), None)
        library = getattr(sys.modules.get("tensorflow"), "nn", None)
        same = (name for name in ACTIVATIONS if getattr(library, name, self) is function)
        return found or next(same, None)

    def numbers(self, variable: Any) -> Any:
        """The values of a weight."""
        import numpy

        return numpy.asarray(self._numbers(variable), dtype="<f4")


class _Network:
    """The steps of one network, as they are found. A step is known by its place, from 1; 0 is the input."""

    def __init__(self, layers: Layers) -> None:
        self.layers = layers
        self.steps: list[dict[str, Any]] = []
        self.weights: list[bytes] = []
        self._room = SMALL

    def put(self, layer: Any, source: int) -> int:
        """Add a layer or a model that takes one input; the place of what it gives."""
        if self.layers.is_chain(layer):
            for member in list(vars_of(layer)["_layers"]):
                source = self.put(member, source)
            return source
        if self.layers.is_graph(layer):
            return self._graph(layer, source)
        return self._layer(layer, [source])

    def _graph(self, model: Any, source: int) -> int:
        places: dict[int, int] = {}
        own = vars_of(model)
        if len(own["_inputs"]) != 1 or len(own["_outputs"]) != 1:
            raise UnknownError("it has several inputs or outputs")
        for depth in sorted(own["_nodes_by_depth"], reverse=True):
            for node in own["_nodes_by_depth"][depth]:
                place = source if node.is_input else self._node(node, [places[id(each)] for each in _takes(node)])
                places |= {id(tensor): place for tensor in node.outputs}
        return places[id(own["_outputs"][0])]

    def _node(self, node: Any, sources: list[int]) -> int:
        return self.put(node.operation, sources[0]) if len(sources) == 1 else self._layer(node.operation, sources)

    def _layer(self, layer: Any, sources: list[int]) -> int:
        kind = self.layers.kind(layer)
        own = vars_of(layer)
        if kind in IDLE:
            return sources[0]
        if own.get("lora_enabled") or own.get("quantization_config") or own["_dtype_policy"].compute_dtype != "float32":
            raise UnknownError(f"its layer {_named(layer)} does not compute with plain 32-bit numbers")
        if kind == "Activation":
            return self._activated(own["activation"], layer, sources[0])
        facts = {name: _plain(own.get(name), layer) for name in FACTS[kind]}
        place = self._step(kind, sources, facts, {name: own.get(name) for name in WEIGHTS.get(kind, ())})
        return self._activated(own["activation"], layer, place) if "activation" in own else place

    def _activated(self, function: Any, layer: Any, place: int) -> int:
        name = self.layers.activation(function)
        if name is not None:
            return place if name == "linear" else self._step("activation", [place], {"function": name}, {})
        if type(function) in self.layers._kinds:
            return self._layer(function, [place])
        raise UnknownError(f"its layer {_named(layer)} has an activation that is not known here")

    def _step(self, kind: str, sources: list[int], facts: dict[str, Any], weights: dict[str, Any]) -> int:
        if len(self.steps) >= MOST_STEPS:
            raise UnknownError("it has too many layers")
        shapes = {}
        for name, variable in weights.items():
            if variable is not None:
                values = self.layers.numbers(variable)
                self._room -= values.size
                if self._room < 0:
                    raise UnknownError(f"it has more than {SMALL // 10**6} million weights")
                self.weights.append(values.tobytes())
                shapes[name.strip("_")] = list(values.shape)
        self.steps.append({"kind": kind, "takes": sources, **facts, "weights": shapes})
        return len(self.steps)


def _takes(node: Any) -> Iterator[Any]:
    """The tensors that an operation is given; nothing else may be given to it."""
    arguments = node.arguments
    given = arguments.args[0] if len(arguments.args) == 1 else None
    told = [name for name, value in arguments.kwargs.items() if value is not None and value is not False]
    if given is None or told:
        raise UnknownError(f"its layer {_named(node.operation)} is called in a way that is not known here")
    return iter(given if isinstance(given, (list, tuple)) else [given])


def _plain(value: Any, layer: Any) -> Any:
    """A setting of a layer in JSON's own types."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(item, layer) for item in value]
    raise UnknownError(f"its layer {_named(layer)} has settings that are not known here")


def _named(layer: Any) -> str:
    return f"'{str(vars_of(layer).get('name') or '?')[:60]}' ({type(layer).__name__[:60]})"
