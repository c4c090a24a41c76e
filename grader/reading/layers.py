"""From the name of a layer's class and its arguments to the facts of a `Layer`, for Keras and PyTorch."""

import re
from collections.abc import Mapping, Sequence

from grader.adapters._keras_names import ACTIVATION_LAYERS, LAYER_KINDS
from grader.graph import Layer, LayerKind
from grader.reading.torch_layers import TORCH_ACTIVATIONS, TORCH_KINDS
from grader.reading.values import LayerValue, Reference, Value

_RECURRENT = frozenset(
    {"LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "Embedding", "Lambda", "Rescaling", "TimeDistributed"}
)
_NO_LAYER = re.compile(r"Loss$|^(?:Module|Parameter|Layer|Model|Sequential|ModuleList|ModuleDict|Identity|Wrapper)")
_POSITIONS: Mapping[str, tuple[str, ...]] = {
    "Dense": ("units", "activation", "use_bias"),
    "Conv1D": ("filters", "kernel_size"),
    "Conv2D": ("filters", "kernel_size"),
    "Conv3D": ("filters", "kernel_size"),
    "DepthwiseConv2D": ("kernel_size",),
    "Activation": ("activation",),
    "Dropout": ("rate",),
    "SpatialDropout2D": ("rate",),
    "GaussianDropout": ("rate",),
    "BatchNormalization": ("axis", "momentum", "epsilon"),
    "Linear": ("in_features", "units", "use_bias"),
    "LazyLinear": ("units",),
    **{f"Conv{n}": ("in_channels", "filters", "kernel_size") for n in ("1d", "2d", "3d")},
    **{f"BatchNorm{n}": ("num_features", "epsilon", "momentum") for n in ("1d", "2d", "3d")},
    **{f"Dropout{n}": ("rate",) for n in ("1d", "2d", "3d")},
}
_SPELLINGS = {"out_features": "units", "out_channels": "filters", "p": "rate", "eps": "epsilon", "bias": "use_bias"}


def framework_of(path: str) -> str:
    """``torch`` or ``keras``, for a dotted path that may be no more than a bare name."""
    root, _, _ = path.partition(".")
    last = path.rpartition(".")[2]
    if root in {"torch", "nn", "F"}:
        return "keras" if root == "nn" and last in LAYER_KINDS and last not in TORCH_KINDS else "torch"
    return "torch" if last in TORCH_KINDS and last not in LAYER_KINDS else "keras"


def is_layer(path: str) -> bool:
    """Whether calling this constructs a layer."""
    last = path.rpartition(".")[2]
    if last in LAYER_KINDS or last in TORCH_KINDS or last in _RECURRENT:
        return True
    from_layers = ".layers." in f".{path}" or path.startswith(("torch.nn.", "nn."))
    return from_layers and last[:1].isupper() and not _NO_LAYER.search(last)


def constructed(path: str, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> LayerValue:
    """The layer that a call of this class constructs, with the facts that the source tells."""
    name = path.rpartition(".")[2]
    torch = framework_of(path) == "torch"
    kind = LayerKind((TORCH_KINDS if torch else LAYER_KINDS).get(name, "other"))
    facts = dict(zip(_POSITIONS.get(name, ()), arguments, strict=False))
    facts.update({_SPELLINGS.get(key, key): value for key, value in keywords.items()})
    own = facts.get("name")
    return LayerValue(
        layer=Layer(
            id="",
            kind=kind,
            class_name=name,
            name=own if isinstance(own, str) else "",
            units=_whole(facts.get("units", facts.get("filters"))),
            kernel_size=_sizes(facts.get("kernel_size"), name),
            activation=_activation(name, kind, facts),
            initializer=_initializer(facts.get("kernel_initializer")),
            axis=_axes(facts.get("axis")),
            use_bias=_flag(facts.get("use_bias")),
            momentum=_number(facts.get("momentum")),
            epsilon=_number(facts.get("epsilon")),
            rate=_number(facts.get("rate")) if kind is LayerKind.DROPOUT else None,
            trainable=_flag(facts.get("trainable")),
        )
    )


def snake(name: str) -> str:
    """``LeakyReLU`` as ``leaky_relu``, ``Conv2D`` as ``conv2d``."""
    known = ACTIVATION_LAYERS.get(name) or TORCH_ACTIVATIONS.get(name)
    return known or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _activation(name: str, kind: LayerKind, facts: Mapping[str, Value]) -> str | None:
    if kind is LayerKind.ACTIVATION and name != "Activation":
        return snake(name)
    value = facts.get("activation")
    if isinstance(value, str):
        return value.lower()[:60] or None
    if isinstance(value, Reference):
        return snake(value.last)
    if isinstance(value, LayerValue):
        value.used = True
        return value.layer.activation
    return None


def _initializer(value: Value) -> str | None:
    if isinstance(value, str) and value:
        return value if value[0].isupper() else "".join(part.title() for part in value.split("_"))[:60]
    return value.last if isinstance(value, Reference) else None


def _sizes(value: Value, name: str) -> tuple[int, ...] | None:
    dimensions = next((n for n in (1, 2, 3) if name.upper().endswith(f"{n}D")), 1)
    if _whole(value) is not None:
        return (value,) * dimensions
    values = getattr(value, "values", value)
    if isinstance(values, tuple | list) and 0 < len(values) <= 3 and all(_whole(each) is not None for each in values):
        return tuple(values)
    return None


def _axes(value: Value) -> tuple[int, ...] | None:
    return (value,) if isinstance(value, int) and not isinstance(value, bool) else None


def _whole(value: Value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**9 else None


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9 else None


def _flag(value: Value) -> bool | None:
    return value if isinstance(value, bool) else None
