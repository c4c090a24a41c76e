"""The shape that each layer of a specification gives, and the weights and multiplications that it costs."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from grader.specification import LayerSpecification, Specification

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One layer with what goes in and out.

    Attributes:
        parameters: number of trainable weights.
        operations: multiplications for one image, forward.
    """

    layer: LayerSpecification
    takes: Shape
    gives: Shape
    parameters: int = 0
    operations: int = 0


class ShapeError(ValueError):
    """A layer cannot take what the one before it gives; the message is a sentence."""


def steps(specification: Specification) -> Iterator[Step]:
    """Each layer in order.

    Raises:
        ShapeError: a layer does not fit behind the one before it.
    """
    shape = specification.input_shape
    for layer in specification.layers:
        step = _STEPS.get(layer.layer, _unchanged)(layer, shape)
        yield step
        shape = step.gives


def _unchanged(layer: LayerSpecification, shape: Shape) -> Step:
    return Step(layer=layer, takes=shape, gives=shape)


def _flatten(layer: LayerSpecification, shape: Shape) -> Step:
    return Step(layer=layer, takes=shape, gives=(math.prod(shape),))


def _reshape(layer: LayerSpecification, shape: Shape) -> Step:
    wanted = _numbers(layer, "target_shape")
    if math.prod(wanted) != math.prod(shape):
        raise ShapeError(f"Reshape makes {_told(wanted)} out of {_told(shape)}, which has another number of values.")
    return Step(layer=layer, takes=shape, gives=wanted)


def _dense(layer: LayerSpecification, shape: Shape) -> Step:
    units = _number(layer, "units")
    weights = shape[-1] * units
    bias = units if layer.settings.get("use_bias", True) else 0
    return Step(
        layer=layer, takes=shape, gives=(*shape[:-1], units), parameters=weights + bias,
        operations=math.prod(shape[:-1]) * weights,
    )  # fmt: skip


def _conv(layer: LayerSpecification, shape: Shape) -> Step:
    _need_image(layer, shape)
    filters, kernel = _number(layer, "filters"), _numbers(layer, "kernel_size")
    height, width = _slid(layer, shape, kernel)
    weights = math.prod(kernel) * shape[-1] * filters
    bias = filters if layer.settings.get("use_bias", True) else 0
    return Step(
        layer=layer, takes=shape, gives=(height, width, filters), parameters=weights + bias,
        operations=height * width * weights,
    )  # fmt: skip


def _pool(layer: LayerSpecification, shape: Shape) -> Step:
    _need_image(layer, shape)
    height, width = _slid(layer, shape, _numbers(layer, "pool_size"))
    return Step(layer=layer, takes=shape, gives=(height, width, shape[-1]))


def _pool_all(layer: LayerSpecification, shape: Shape) -> Step:
    _need_image(layer, shape)
    return Step(layer=layer, takes=shape, gives=(shape[-1],))


def _normalize(layer: LayerSpecification, shape: Shape) -> Step:
    learned = sum(bool(layer.settings.get(name, True)) for name in ("center", "scale"))
    return Step(layer=layer, takes=shape, gives=shape, parameters=learned * shape[-1])


_STEPS: Mapping[str, Callable[[LayerSpecification, Shape], Step]] = {
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Dense": _dense,
    "Conv2D": _conv,
    "MaxPooling2D": _pool,
    "AveragePooling2D": _pool,
    "GlobalAveragePooling2D": _pool_all,
    "GlobalMaxPooling2D": _pool_all,
    "BatchNormalization": _normalize,
}


def _slid(layer: LayerSpecification, shape: Shape, window: Shape) -> Shape:
    """Height and width of what a window gives that slides over an image (as in ``keras.layers.Conv2D``)."""
    strides = _numbers(layer, "strides")
    if layer.settings.get("padding") == "same":
        return tuple(-(-length // step) for length, step in zip(shape[:2], strides, strict=True))
    given = tuple((length - size) // step + 1 for length, size, step in zip(shape[:2], window, strides, strict=True))
    if min(given) < 1:
        raise ShapeError(f"{layer.layer} slides a window of {_told(window)} over an image of only {_told(shape)}.")
    return given


def _need_image(layer: LayerSpecification, shape: Shape) -> None:
    if len(shape) != 3:
        raise ShapeError(f"{layer.layer} needs height, width and channels, and gets {_told(shape)}.")


def _number(layer: LayerSpecification, name: str) -> int:
    value = layer.settings[name]
    if not isinstance(value, int):
        raise ShapeError(f"{layer.layer}: {name} is {value!r}, not a whole number.")
    return value


def _numbers(layer: LayerSpecification, name: str) -> Shape:
    value = layer.settings[name]
    if not isinstance(value, tuple):
        raise ShapeError(f"{layer.layer}: {name} is {value!r}, not a list of whole numbers.")
    return value


def _told(shape: Shape) -> str:
    return "×".join(map(str, shape))
