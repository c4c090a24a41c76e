"""Makes a specification whole (every default filled in, every spelling the same) or refuses it with a sentence."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from grader.architecture.allowed import (
    EPOCHS,
    LAYERS,
    LEARNING_RATE,
    MOST_LAYERS,
    MOST_OPERATIONS,
    MOST_PARAMETERS,
    OPTIMIZERS,
    Range,
    Real,
    Whole,
    completed,
)
from grader.architecture.shapes import ShapeError, steps
from grader.errors import SpecificationError
from grader.specification import LayerSpecification, Setting, Specification

CLASSES = 10
_MOST_IMAGES = 1_000_000
_PIXEL = Real(low=-1e4, high=1e4)


def sound(specification: Specification) -> Specification:
    """The same specification in its one canonical form: equal trainings have equal keys.

    Defaults are written out. A Flatten of what is flat already and an activation that does nothing are left out; a
    network that begins with Flatten takes flat images instead.

    Raises:
        SpecificationError: something in it is not allowed or cannot be built; the message says what and what is.
    """
    whole = _canonical(specification)
    for sentence in _mistakes(whole):
        raise SpecificationError(sentence, advice="Nothing was trained.")
    return whole


def _canonical(specification: Specification) -> Specification:
    layers = [
        LayerSpecification(layer=each.layer, settings=completed(_pooled(each), LAYERS.get(each.layer, {})))
        for each in specification.layers
        if each.settings.get("activation") not in {"linear", "identity"}
    ]
    shape = specification.input_shape
    while layers and layers[0].layer == "Flatten":
        shape, layers = (math.prod(shape),), layers[1:]
    kept = [each for number, each in enumerate(layers) if not _idle(number, layers, shape)]
    settings = completed(specification.optimizer_settings, OPTIMIZERS.get(specification.optimizer, {}))
    return replace(
        specification,
        input_shape=shape,
        layers=tuple(kept),
        optimizer_settings=settings,
        learning_rate=_short(specification.learning_rate),
        low=_short(specification.low),
        high=_short(specification.high),
    )


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _pooled(layer: LayerSpecification) -> Mapping[str, Setting]:
    """A pooling layer's strides are the size of its window where none are set."""
    if layer.layer.endswith("Pooling2D") and "pool_size" in layer.settings and "strides" not in layer.settings:
        return {**layer.settings, "strides": layer.settings["pool_size"]}
    return layer.settings


def _idle(number: int, layers: list[LayerSpecification], shape: tuple[int, ...]) -> bool:
    """Whether a layer does nothing: dropout of nothing, or Flatten behind dense layers on flat images."""
    layer = layers[number]
    if layer.layer == "Dropout":
        return layer.settings.get("rate") == 0
    before = {each.layer for each in layers[:number]}
    return layer.layer == "Flatten" and len(shape) == 1 and "Reshape" not in before


def _mistakes(specification: Specification) -> Iterator[str]:
    yield from _outer(specification)
    yield from _settings(
        f"The optimizer {specification.optimizer}",
        specification.optimizer_settings,
        OPTIMIZERS.get(specification.optimizer),
        "optimizers",
        tuple(OPTIMIZERS),
    )
    if not 1 <= len(specification.layers) <= MOST_LAYERS:
        yield f"A network has 1 to {MOST_LAYERS} layers, not {len(specification.layers)}."
    for number, layer in enumerate(specification.layers, start=1):
        where = f"Layer {number}, {layer.layer}"
        yield from _settings(where, layer.settings, LAYERS.get(layer.layer), "layers", tuple(LAYERS))
    yield from _built(specification)


def _outer(specification: Specification) -> Iterator[str]:
    ranges: Mapping[str, Range] = {
        "samples": Whole(low=1, high=_MOST_IMAGES),
        "validation": Whole(low=0, high=_MOST_IMAGES),
        "batch_size": Whole(low=1, high=_MOST_IMAGES),
        "epochs": EPOCHS,
        "learning_rate": LEARNING_RATE,
        "low": _PIXEL,
        "high": _PIXEL,
    }
    for name, allowed in ranges.items():
        value = getattr(specification, name)
        if not allowed.fits(value):
            yield f"{name} is {_shown(value)}; it must be {allowed}."
    if specification.low == specification.high:
        yield f"low and high are both {specification.low:g}: every image would be the same."
    if not 1 <= len(specification.input_shape) <= 3 or not all(
        Whole(low=1, high=100_000).fits(each) for each in specification.input_shape
    ):
        yield f"input_shape is {_shown(specification.input_shape)}; it must be one to three lengths."


def _settings(
    where: str, settings: Mapping[str, object], ranges: Mapping[str, Range] | None, kind: str, known: tuple[str, ...]
) -> Iterator[str]:
    if ranges is None:
        yield f"{where} is not among the {kind} that references are made of: {', '.join(known)}."
        return
    for name in ranges:
        if name not in settings:
            yield f"{where} lacks {name}: {ranges[name]}."
    for name, value in settings.items():
        if name not in ranges:
            yield f"{where} has no setting {name!r}; it has {', '.join(ranges) or 'none'}."
        elif not ranges[name].fits(value):
            yield f"{where}: {name} is {_shown(value)}; it must be {ranges[name]}."


def _built(specification: Specification) -> Iterator[str]:
    """What only shows when shapes are worked out; called once every single setting is known to be sound."""
    try:
        built = list(steps(specification))
    except (ShapeError, KeyError) as error:
        yield str(error)
        return
    if built[-1].gives != (CLASSES,):
        given = "×".join(map(str, built[-1].gives))
        yield f"The last layer gives {given} numbers for an image; there are {CLASSES} classes."
    parameters = sum(step.parameters for step in built)
    if parameters > MOST_PARAMETERS:
        yield f"The network has {parameters:,} weights; {MOST_PARAMETERS:,} are trained at most."
    if not any(step.parameters and step.layer.layer in {"Dense", "Conv2D"} for step in built):
        yield "The network has no layer that learns: no Dense and no Conv2D."
    operations = 3 * sum(step.operations for step in built) * specification.samples * specification.epochs
    if operations > MOST_OPERATIONS:
        yield f"One training would take about {operations:.1e} multiplications; {MOST_OPERATIONS:.0e} are allowed."


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
