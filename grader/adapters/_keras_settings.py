"""Settings of Keras layers that matter when a network is to be trained again, and those that nobody expects.

Nothing here raises: what cannot be read counts as unusual.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MOST_UNUSUAL = 20
PARTS = ("kernel", "bias", "beta", "gamma")
REGULARIZED = tuple(f"{part}_{what}" for part in PARTS for what in ("regularizer", "constraint"))
# What each setting is where nobody has set it, by class of layer; "" for all of them.
USUAL: dict[str, dict[str, Any]] = {
    "": {"activity_regularizer": None, "lora_enabled": False, "quantization_config": None},
    "Conv2D": {"dilation_rate": (1, 1), "groups": 1},
    "ReLU": {"max_value": None, "negative_slope": 0, "threshold": 0},
    "Softmax": {"axis": -1},
    "LogSoftmax": {"axis": -1},
    "Gelu": {"approximate": False},  # of the function; Keras' activation of that name does not approximate
    "Dropout": {"noise_shape": None},
    "GlobalAveragePooling2D": {"keepdims": False},
    "GlobalMaxPooling2D": {"keepdims": False},
    "BatchNormalization": {"renorm": False},
}
INITIALIZERS = {
    "bias_initializer": "Zeros",
    "beta_initializer": "Zeros",
    "gamma_initializer": "Ones",
    "moving_mean_initializer": "Zeros",
    "moving_variance_initializer": "Ones",
}
"""The class that each of these is of where nobody has set it; a kernel's is recorded by name."""


def settings(layer: Any, name: str, kind: str) -> dict[str, Any]:
    """What a network's graph says of a layer's settings; ``name`` is that of the Keras class it is or derives from."""
    try:
        return {**_settings(layer, name, kind), "unusual": list(_unusual(layer, name))[:MOST_UNUSUAL] or None}
    except Exception:
        return {"unusual": ["settings that cannot be read"]}


def _settings(layer: Any, name: str, kind: str) -> dict[str, Any]:
    slides = kind in {"conv", "pooling"}
    norm = kind == "normalization"
    rescales = name == "Rescaling"
    return {
        "strides": _numbers(getattr(layer, "strides", None)) if slides else None,
        "padding": _text(getattr(layer, "padding", None)) if slides else None,
        "pool_size": _numbers(getattr(layer, "pool_size", None)) if kind == "pooling" else None,
        "slope": _slope(layer),
        "center": _switch(getattr(layer, "center", None)) if norm else None,
        "scale": _switch(getattr(layer, "scale", None)) if norm else None,
        "factor": _number(getattr(layer, "scale", None)) if rescales else None,
        "offset": _number(getattr(layer, "offset", None)) if rescales else None,
    }


def own_code(value: Any) -> bool:
    """Whether a class or function is somebody's own: neither of Keras nor of TensorFlow."""
    module = str(getattr(value, "__module__", ""))
    return module.partition(".")[0] not in {"keras", "tensorflow", "builtins"}


def _unusual(layer: Any, name: str) -> Iterator[str]:
    if own_code(type(layer)):
        yield f"the class {type(layer).__name__[:60]}"
    for key, usual in (USUAL[""] | USUAL.get(name, {})).items():
        value = getattr(layer, key, usual)
        if (tuple(value) if isinstance(value, list) else value) != usual:
            yield key
    yield from (key for key in REGULARIZED if getattr(layer, key, None) is not None)
    yield from _initializers(layer)
    if getattr(layer, "data_format", None) == "channels_first":
        yield "channels_first"
    if getattr(layer, "compute_dtype", "float32") != "float32":
        yield f"computing in {str(layer.compute_dtype)[:20]}"
    yield from _function(getattr(layer, "activation", None))


def _initializers(layer: Any) -> Iterator[str]:
    for key, usual in INITIALIZERS.items():
        made = getattr(layer, key, None)
        if made is not None and type(made).__name__ != usual:
            yield key
    kernel = getattr(layer, "kernel_initializer", None)
    if kernel is not None and not _as_it_comes(kernel):
        yield "kernel_initializer"


def _as_it_comes(initializer: Any) -> bool:
    """Whether an initialiser of Keras' own was made without arguments; a seed does not count."""
    if own_code(type(initializer)):
        return False
    try:
        plain = type(initializer)().get_config()
    except TypeError:  # a class that needs arguments
        return False
    return {**plain, "seed": None} == {**initializer.get_config(), "seed": None}


def _function(activation: Any) -> Iterator[str]:
    """What is unusual of the activation that a layer carries: a function, or a layer of its own."""
    if activation is None:
        return
    if hasattr(activation, "call"):
        yield from _unusual(activation, type(activation).__name__)
    elif own_code(activation):
        yield "an activation of the notebook's own"


def _slope(layer: Any) -> float | None:
    """The slope on the negative side of an activation, or of the activation layer that a layer carries."""
    for each in (layer, getattr(layer, "activation", None)):
        key = {"LeakyReLU": "negative_slope", "LeakyRelu": "negative_slope", "ELU": "alpha", "Elu": "alpha"}.get(
            type(each).__name__
        )
        if key is not None:
            return _number(getattr(each, key, None))
    return None


def _number(value: Any) -> float | None:
    """A number; ``None`` for everything else, arrays included."""
    if isinstance(value, bool) or getattr(value, "shape", None):
        return None
    try:
        return float(value)
    except Exception:
        return None


def _numbers(value: Any) -> list[int] | None:
    values = list(value) if isinstance(value, (list, tuple)) else [value]
    return values if all(isinstance(item, int) for item in values) else None


def _text(value: Any) -> str | None:
    return value[:20] if isinstance(value, str) else None


def _switch(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None
