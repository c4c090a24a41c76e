"""The stored baseline that is nearest to a training which has none of its own.

Near is what has the same data, kind of network, optimiser and budget: then batch size and width may differ, and the
difference is told. Whatever is farther away says nothing about this training and is not used at all.
"""

import math
from collections.abc import Iterable, Iterator

from grader.architecture.words import network, parameters
from grader.matching.traits import Traits
from grader.reference import Baseline
from grader.specification import LayerSpecification, Specification

SAMPLES_APART = 0.1
"""A budget that differs by more than a tenth of the images is another budget."""

RATE_FACTOR = 1.5
BATCH_FACTOR = 4.0
SIZE_FACTOR = 8.0


def nearest(wanted: Traits, baselines: Iterable[Baseline]) -> Baseline | None:
    """The nearest baseline, cut to the same epochs; ``None`` where none is near enough."""
    near = [each for each in baselines if _is_near(wanted, each)]
    if not near:
        return None
    return min(near, key=lambda each: (_distance(wanted, each), each.specification.key)).at(wanted.epochs)


def differences(wanted: Traits, baseline: Baseline) -> tuple[str, ...]:
    """What of the training the baseline does not share, in words."""
    return tuple(_differences(wanted, baseline))


def functions(spec: Specification) -> frozenset[str]:
    """Activations by name, and ``dropout`` where there is any, as in `Traits`."""
    return frozenset(_function(each) for each in spec.layers) - {""}


def _function(layer: LayerSpecification) -> str:
    if layer.layer == "Activation":
        return str(layer.settings["activation"])
    return {"Dropout": "dropout", "LeakyReLU": "leaky_relu", "ELU": "elu"}.get(layer.layer, "")


def _is_near(wanted: Traits, baseline: Baseline) -> bool:
    spec = baseline.specification
    same = (spec.digest, spec.has_batch_norm, spec.is_convolutional, spec.optimizer) == (
        wanted.digest,
        wanted.batch_norm,
        wanted.convolutional,
        wanted.optimizer,
    )
    return (
        same
        and 1 <= wanted.epochs <= baseline.epochs
        and abs(spec.samples - wanted.samples) <= SAMPLES_APART * wanted.samples
        and _apart(wanted.learning_rate, spec.learning_rate) <= math.log2(RATE_FACTOR)
        and _apart(wanted.batch_size, spec.batch_size) <= math.log2(BATCH_FACTOR)
        and _apart(wanted.parameters, parameters(spec)) <= math.log2(SIZE_FACTOR)
    )


def _apart(one: float | None, other: float | None) -> float:
    """How many doublings lie between two numbers; none where one is not known."""
    return abs(math.log2(one / other)) if one and other else 0.0


def _distance(wanted: Traits, baseline: Baseline) -> float:
    spec = baseline.specification
    return (
        _apart(wanted.batch_size, spec.batch_size)
        + _apart(wanted.parameters, parameters(spec))
        + _apart(wanted.samples, spec.samples)
        + len(wanted.functions ^ functions(spec))
        + (wanted.seeded is not spec.same_order)
        + (wanted.validated_on_split is not bool(spec.validation))
    )


def _differences(wanted: Traits, baseline: Baseline) -> Iterator[str]:
    spec = baseline.specification
    yield f"its network is {network(spec)}"
    if more := sorted(functions(spec) - wanted.functions):
        yield f"it has {', '.join(more)}"
    if less := sorted(wanted.functions - functions(spec)):
        yield f"it has no {', '.join(less)}"
    if spec.batch_size != wanted.batch_size:
        yield f"its batches have {spec.batch_size} images instead of {wanted.batch_size}"
    if spec.samples != wanted.samples:
        yield f"it was trained on {spec.samples:,} images instead of {wanted.samples:,}"
    if wanted.learning_rate is None:
        yield f"its learning rate is {spec.learning_rate:g} throughout"
    elif _apart(wanted.learning_rate, spec.learning_rate) > 1e-3:
        yield f"its learning rate is {spec.learning_rate:g} instead of {wanted.learning_rate:g}"
    if wanted.seeded is not spec.same_order:
        yield "its images came in a new order in each epoch" if wanted.seeded else "its images came in one order"
    if wanted.validated_on_split is not bool(spec.validation):
        yield "it was validated on " + ("the test images" if wanted.validated_on_split else "training images set aside")
