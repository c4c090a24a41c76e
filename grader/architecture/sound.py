"""Refuses a specification that is not allowed or cannot be built, with a sentence; gives a sound one in one form."""

import math
import re
from collections.abc import Iterator, Mapping

from grader.architecture.allowed import (
    EPOCHS,
    LAYERS,
    LEARNING_RATE,
    MOST_LAYERS,
    MOST_OPERATIONS,
    MOST_PARAMETERS,
    MOST_VALUES,
    OPTIMIZERS,
    Range,
    Real,
    Switch,
    Whole,
)
from grader.architecture.canonical import SHAPE, canonical
from grader.architecture.shapes import ShapeError, steps
from grader.errors import SpecificationError
from grader.specification import Specification

CLASSES = 10
_MOST_IMAGES = 1_000_000
_PIXEL = Real(low=-1e4, high=1e4)
_YES_OR_NO = Switch(default=False)
_MOST_WRITTEN = 1000  # layers, before those that do nothing are left out
_NAME, _DIGEST = re.compile(r"[a-z0-9_]{1,40}"), re.compile(r"[0-9a-f]{64}")


def sound(specification: Specification) -> Specification:
    """The same specification in its one canonical form (`canonical`): equal trainings have equal keys.

    Raises:
        SpecificationError: something in it is not allowed or cannot be built; the message says what and what is.
    """
    _refuse(_unreadable(specification))
    whole = canonical(specification)
    _refuse(_mistakes(whole))
    return whole


def _refuse(mistakes: Iterator[str]) -> None:
    for sentence in mistakes:
        raise SpecificationError(sentence, advice="Nothing was trained.")


def _unreadable(specification: Specification) -> Iterator[str]:
    """What stands in the way of working out the canonical form."""
    if not SHAPE.fits(specification.input_shape):
        yield f"input_shape is {_shown(specification.input_shape)}; it must be {SHAPE}."
    if len(specification.layers) > _MOST_WRITTEN:
        yield _told_number_of_layers(specification)


def _mistakes(specification: Specification) -> Iterator[str]:
    yield from _outer(specification)
    yield from _settings(
        f"The optimizer {_known(specification.optimizer, OPTIMIZERS)}",
        specification.optimizer_settings,
        OPTIMIZERS.get(specification.optimizer),
        "optimizers",
        tuple(OPTIMIZERS),
    )
    if not 1 <= len(specification.layers) <= MOST_LAYERS:
        yield _told_number_of_layers(specification)
    for number, layer in enumerate(specification.layers, start=1):
        where = f"Layer {number}, {_known(layer.layer, LAYERS)}"
        yield from _settings(where, layer.settings, LAYERS.get(layer.layer), "layers", tuple(LAYERS))
    yield from _built(specification)


def _told_number_of_layers(specification: Specification) -> str:
    return f"A network has 1 to {MOST_LAYERS} layers that do something, not {len(specification.layers):,}."


def _outer(specification: Specification) -> Iterator[str]:
    if not isinstance(specification.dataset, str) or not _NAME.fullmatch(specification.dataset):
        yield f"dataset is {_shown(specification.dataset)}; it must be a name as in keras.datasets."
    if not isinstance(specification.digest, str) or not _DIGEST.fullmatch(specification.digest):
        yield f"digest is {_shown(specification.digest)}; it must be 64 hexadecimal digits, of the data's arrays."
    ranges: Mapping[str, Range] = {
        "samples": Whole(low=1, high=_MOST_IMAGES),
        "validation": Whole(low=0, high=_MOST_IMAGES),
        "batch_size": Whole(low=1, high=_MOST_IMAGES),
        "epochs": EPOCHS,
        "learning_rate": LEARNING_RATE,
        "low": _PIXEL,
        "high": _PIXEL,
        "from_logits": _YES_OR_NO,
        "same_order": _YES_OR_NO,
    }
    for name, allowed in ranges.items():
        value = getattr(specification, name)
        if not allowed.fits(value):
            yield f"{name} is {_shown(value)}; it must be {allowed}."
    if specification.low == specification.high:
        yield f"low and high are both {specification.low:g}: every image would be the same."


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
            yield f"{where} has no setting {_shown(name)}; it has {', '.join(ranges) or 'none'}."
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
    values = sum(math.prod(step.gives) for step in built) * min(specification.batch_size, specification.samples)
    if values > MOST_VALUES:
        yield f"The layers give {values:,} numbers for one batch; {MOST_VALUES:,} fit into memory."
    operations = 3 * sum(step.operations for step in built) * specification.samples * specification.epochs
    if operations > MOST_OPERATIONS:
        yield f"One training would take about {operations:.1e} multiplications; {MOST_OPERATIONS:.0e} are allowed."


def _known(name: str, names: Mapping[str, object]) -> str:
    """A name as it is, or quoted and cut where it is none of ours."""
    return name if name in names else _shown(name)


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return "too long to be written"
    return text if len(text) <= 40 else f"{text[:37]}..."
