"""The records of a training -> the specification of the same training, or why it cannot be made from them.

Only what was recorded in full is rebuilt: a setting that was not seen, or that the allow-list of
`grader.architecture` cannot express, is a reason and never a guess.
"""

from collections.abc import Sequence
from dataclasses import replace

from grader.architecture.named import layer
from grader.architecture.shapes import ShapeError, steps
from grader.architecture.sound import sound
from grader.errors import SpecificationError
from grader.evidence import FitRecord, ModelRecord, RunRecord, Weights
from grader.matching._budget import Budget, budget
from grader.matching._images import Images, images
from grader.matching._layers import Rebuilt, layers
from grader.matching._refusal import RefusalError
from grader.specification import LayerSpecification, Specification

_AFFINE = frozenset({"Dense", "Conv2D"})


def rebuilt(run: RunRecord, fit: FitRecord) -> Specification | str:
    """The specification of one training of a run, in its canonical form; else in a sentence why there is none."""
    try:
        model = _model(run, fit)
        parts = layers(model)
        return _put_together(parts, images(run, fit, parts.shape), budget(fit), fit)
    except RefusalError as refusal:
        return str(refusal)
    except SpecificationError as error:
        return error.message


def partner(specification: Specification) -> Specification | None:
    """The other network of the comparison: the same one with BN taken out, or put in where there is none.

    BN goes where Ioffe & Szegedy (2015) put it: between the affine part and the activation of every hidden layer. An
    affine layer that goes without a bias because the BN behind it has an offset gets one when that BN goes. ``None``
    where the other network cannot be made: there is no hidden layer, or the network would be too large.
    """
    changed = _without_norms if specification.has_batch_norm else _with_norms
    made = changed(specification.layers)
    try:
        return sound(replace(specification, layers=made)) if made != specification.layers else None
    except SpecificationError:
        return None


def _model(run: RunRecord, fit: FitRecord) -> ModelRecord:
    model = run.model(fit.model)
    if model is None or model.framework != "keras":
        raise RefusalError("The network is not one of Keras.")
    if fit.loop != "fit":
        raise RefusalError("It was trained by a loop of the notebook's own.")
    if fit.weights is not Weights.FRESH:
        raise RefusalError("The training did not begin with fresh weights.")
    if fit.epochs_done < 1:
        raise RefusalError("The training did not finish an epoch.")
    return model


def _put_together(parts: Rebuilt, data: Images, training: Budget, fit: FitRecord) -> Specification:
    answers = parts.layers[-1] if parts.layers else None
    made = Specification(
        dataset=data.dataset,
        digest=data.digest,
        samples=data.samples,
        validation=data.validation,
        low=data.low * parts.factor + parts.offset,
        high=data.high * parts.factor + parts.offset,
        input_shape=data.shape,
        layers=parts.layers,
        optimizer=training.optimizer,
        learning_rate=training.learning_rate,
        optimizer_settings=training.settings,
        # Keras takes the numbers in front of a softmax for logits, whatever the loss was told about them.
        from_logits=training.from_logits and answers != layer("Activation", activation="softmax"),
        batch_size=training.batch_size,
        epochs=fit.epochs_done,
        same_order=fit.seeded,
    )
    whole = sound(made)
    _compare_shapes(made, parts)
    return whole


def _compare_shapes(made: Specification, parts: Rebuilt) -> None:
    """Every layer gives what it was seen to give."""
    try:
        given = [step.gives for step in steps(made)]
    except (ShapeError, KeyError) as error:
        raise RefusalError(f"Its layers do not fit together: {error}") from None
    for number, (gives, seen) in enumerate(zip(given, parts.shapes, strict=True)):
        if seen is not None and seen != gives:
            name = made.layers[number].layer
            raise RefusalError(f"Its layer {name} was seen to give {_told(seen)}, and would give {_told(gives)}.")


def _told(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape))


def _without_norms(before: tuple[LayerSpecification, ...]) -> tuple[LayerSpecification, ...]:
    kept: list[LayerSpecification] = []
    for each in before:
        if each.layer != "BatchNormalization":
            kept.append(each)
        elif kept and kept[-1].layer in _AFFINE and each.settings.get("center", True):
            kept[-1] = replace(kept[-1], settings={**kept[-1].settings, "use_bias": True})
    return tuple(kept)


def _with_norms(before: tuple[LayerSpecification, ...]) -> tuple[LayerSpecification, ...]:
    affine = [number for number, each in enumerate(before) if each.layer in _AFFINE]
    hidden = set(affine[:-1])
    made: list[LayerSpecification] = []
    for number, each in enumerate(before):
        made += [each, layer("BatchNormalization")] if number in hidden else [each]
    return tuple(made)
