"""The reference networks of the assignment by name, as specifications; `reference/batch_normalization.py` spells out
the same networks in Keras, and a test holds the two together."""

from collections.abc import Iterable, Mapping

from grader.errors import SpecificationError
from grader.graph import Placement
from grader.specification import LayerSpecification, Setting

PLACEMENTS = (Placement.PRE_ACTIVATION, Placement.POST_ACTIVATION)


def layer(name: str, **settings: Setting) -> LayerSpecification:
    """A layer, in a line."""
    return LayerSpecification(layer=name, settings=settings)


def mlp(units: Iterable[int] = (128, 64), placement: Placement | None = None) -> tuple[LayerSpecification, ...]:
    """Dense layers with ReLU, and a softmax over ten classes; BN at the placement named, or none."""
    hidden = [each for width in units for each in _hidden(layer("Dense", units=width), placement)]
    return (layer("Flatten"), *hidden, *_answer())


def cnn(
    filters: Iterable[int] = (16, 32), units: int = 64, placement: Placement | None = None
) -> tuple[LayerSpecification, ...]:
    """Convolutions of 3 × 3 with ReLU, each followed by pooling of 2 × 2, then one dense layer and a softmax."""
    layers: list[LayerSpecification] = []
    for width in filters:
        conv = layer("Conv2D", filters=width, kernel_size=(3, 3))
        layers += [*_hidden(conv, placement), layer("MaxPooling2D", pool_size=(2, 2))]
    return (*layers, layer("Flatten"), *_hidden(layer("Dense", units=units), placement), *_answer())


def _hidden(affine: LayerSpecification, placement: Placement | None) -> list[LayerSpecification]:
    norm, relu = layer("BatchNormalization"), layer("Activation", activation="relu")
    if placement is None:
        return [affine, relu]
    return [affine, norm, relu] if placement is Placement.PRE_ACTIVATION else [affine, relu, norm]


def _answer() -> list[LayerSpecification]:
    return [layer("Dense", units=10), layer("Activation", activation="softmax")]


SHAPES: Mapping[str, tuple[tuple[int, ...], ...]] = {"mlp": ((784,), (3072,)), "cnn": ((28, 28, 1), (32, 32, 3))}


def architecture(name: str, placement: Placement | None) -> tuple[LayerSpecification, ...]:
    """A network by its name: ``mlp``, ``mlp-300-100``, ``cnn``, ``cnn-16-32-64`` (the last number is the dense layer).

    Raises:
        SpecificationError: there is no network of that name.
    """
    kind, *numbers = name.lower().split("-")
    if kind not in SHAPES or not all(map(_is_width, numbers)) or (kind == "cnn" and len(numbers) == 1):
        raise SpecificationError(
            f"There is no network named {name[:60]!r}.",
            advice="Name mlp, cnn, or their widths: mlp-300-100, cnn-16-32-64 (the last is the dense layer).",
        )
    widths = [int(each) for each in numbers]
    if kind == "mlp":
        return mlp(widths or (128, 64), placement)
    return cnn(widths[:-1] or (16, 32), widths[-1] if widths else 64, placement)


def _is_width(text: str) -> bool:
    return text.isdecimal() and len(text) <= 6
