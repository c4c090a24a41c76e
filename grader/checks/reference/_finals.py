"""The accuracies that the two compared networks ended with, each beside the curve of a baseline that it belongs to."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.checks._networks import called
from grader.checks._words import counted
from grader.evidence import BlindRecord, EvaluateRecord, FitRecord, RunRecord, ValidationSource
from grader.reference import ACCURACY, VAL_ACCURACY, Match, Validated
from grader.statistics.standing import TEST_IMAGES
from grader.submission import Place

ACCURACIES = ("accuracy", "acc", "sparse_categorical_accuracy", "categorical_accuracy")
"""Names of the share of right answers among Keras' metrics; a top-5 accuracy is something else."""

LATER = " after its first training"
"""Said of an accuracy whose network was trained further."""

OTHER_IMAGES = 0.03
"""Accuracy by which a set of images may be easier or harder than the one that a baseline was validated on.

Measured here: the last 2,000 training images of MNIST are easier than its test images by about three percentage points
for a small network with a small budget (docs/baselines.md)."""

HELD_BACK = 0.01
"""The same for the images that are held back: they are training images, which in MNIST are easier than its test images
(measured here: by half a percentage point)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """One accuracy that a network ended with.

    Attributes:
        what: which accuracy it is, for the beginning of a sentence.
        curve: of the baseline, that it is compared with.
        value: share of right answers, 0 to 1.
        images: how many images it was measured on, where these are not the very ones that the baseline validated on.
        slack: accuracy that is allowed on top, because these images may be easier or harder.
        place: where the notebook got it.
    """

    what: str
    curve: str
    value: float
    images: int | None = None
    slack: float = 0.0
    place: Place | None = None


def fit_of(run: RunRecord, match: Match) -> FitRecord | None:
    """The training that a baseline was looked for."""
    return next((fit for fit in run.fits if fit.id == match.fit), None)


def named(run: RunRecord, match: Match) -> str:
    """The network as its author knows it."""
    model = None if match.model is None else run.model(match.model)
    return called(model) if model else f"model {match.model}"


def final(run: RunRecord, match: Match) -> Final | None:
    """The last validation accuracy of this training; else its training accuracy, else an evaluation of the network."""
    fit = fit_of(run, match)
    trained = _in_history(fit, ACCURACY, match) if fit else None
    found = (_validation(fit, match), trained, _evaluated(run, match))
    return next((_eased(run, each, match) for each in found if each is not None), None)


def validated(run: RunRecord, match: Match) -> Final | None:
    """The last accuracy on images that were not trained on: of the history, else of an evaluation."""
    found = _validation(fit_of(run, match), match) or _evaluated(run, match)
    return _eased(run, found, match) if found else None


def measured(run: RunRecord, match: Match) -> Final | None:
    """The accuracy that was measured outside of the box, with the weights that this training left."""
    blind = next((each for each in run.blind if each.model == match.model and each.samples), None)
    if blind is None or not blind.as_trained or not _is_last(run, match):
        return None
    samples, correct = _unaltered(blind)
    if not samples:
        return None
    what = f"Measured on {counted(samples, 'image')} that it never saw,"
    found = Final(what=what, curve=VAL_ACCURACY, value=correct / samples, images=samples, slack=HELD_BACK)
    return _eased(run, found, match)


def _validation(fit: FitRecord | None, match: Match) -> Final | None:
    """The last validation accuracy of a training, unless it is about images that were trained on."""
    if fit is None or match.validated is Validated.TRAINED_ON:
        return None
    return _in_history(fit, VAL_ACCURACY, match)


def _eased(run: RunRecord, found: Final, match: Match) -> Final:
    """The same, with what is to be allowed and said where the network saw other images, or was trained further."""
    slack = found.slack if match.same_images else max(found.slack, OTHER_IMAGES)
    later = "" if _is_last(run, match) else LATER
    return replace(found, slack=slack, what=f"{found.what}{later}")


def _unaltered(blind: BlindRecord) -> tuple[int, int]:
    """Number of images as they were published, which are like those of the baseline, and right answers among them."""
    return blind.samples - blind.altered, blind.correct - blind.altered_correct


def _in_history(fit: FitRecord, curve: str, match: Match) -> Final | None:
    prefix, what = ("val_", "Validation accuracy") if curve == VAL_ACCURACY else ("", "Training accuracy")
    for name in ACCURACIES if fit.accuracies is None else fit.accuracies:
        series = fit.history.get(f"{prefix}{name}", ())
        whole = len(series) == fit.epochs_done  # with Keras' validation_freq the last may be that of an earlier epoch
        if series and whole and _is_share(series[-1]):
            images = _others(fit, match) if curve == VAL_ACCURACY else None
            slack = OTHER_IMAGES if images else 0.0
            return Final(what=what, curve=curve, value=series[-1] or 0.0, images=images, slack=slack, place=fit.place)
    return None


def _others(fit: FitRecord, match: Match) -> int | None:
    """How many images were validated on, where these are not the very ones of the baseline."""
    if match.baseline is None or match.validated is Validated.SAME:
        return None
    if fit.validation_source is ValidationSource.SPLIT:
        amount = fit.data.samples or 0
        return max(1, round(amount * (fit.validation_split or 0.0)))
    return fit.validation.samples if fit.validation else None


def _evaluated(run: RunRecord, match: Match) -> Final | None:
    """The last evaluation on other data than was trained on; ``None`` where the network was trained further."""
    fit = fit_of(run, match)
    if fit is None or not _is_last(run, match):
        return None
    found = [final for each in run.evaluations if _is_after(each, fit) for final in _results(each, fit, match)]
    return found[-1] if found else None


def _results(evaluation: EvaluateRecord, fit: FitRecord, match: Match) -> Iterator[Final]:
    tested = match.baseline is not None and not match.baseline.specification.validation
    is_same = tested and evaluation.data.samples == TEST_IMAGES
    for name, value in evaluation.results.items():
        if (
            name in (ACCURACIES if fit.accuracies is None else fit.accuracies)
            and value is not None
            and _is_share(value)
        ):
            yield Final(
                what="Evaluated accuracy",
                curve=VAL_ACCURACY,
                value=value,
                images=evaluation.data.samples,
                slack=0.0 if is_same else OTHER_IMAGES,
                place=evaluation.place,
            )


def _is_after(evaluation: EvaluateRecord, fit: FitRecord) -> bool:
    """Whether it is about this training's weights, on other images than those trained on."""
    trained_on = fit.data.digest is not None and evaluation.data.digest == fit.data.digest
    return evaluation.model == fit.model and not trained_on and _order(evaluation.place) >= _order(fit.place)


def _order(place: Place | None) -> tuple[int, int]:
    return (-1, 0) if place is None else (place.cell, place.line or 0)


def _is_last(run: RunRecord, match: Match) -> bool:
    """Whether the network's weights are still those that this training left."""
    fits = () if match.model is None else run.fits_of(match.model)
    return bool(fits) and fits[-1].id == match.fit


def _is_share(value: float | None) -> bool:
    return value is not None and 0.0 <= value <= 1.0
