"""What is known of where a training's images come from: whether a baseline saw and was validated on the same ones."""

from grader.evidence import DataRecord, DatasetRecord, FitRecord, OriginRecord, ValidationSource
from grader.matching._refusal import RefusalError
from grader.reference import Validated

FOUND = 0.95
"""Share of the images looked at that must be images of the data set, unchanged."""

DISTINCT = 0.9
"""Share of those that must differ from each other: some stand in the data set twice, and few."""

CLASSES = 10
TEST_IMAGES = 10_000


def refuse_others(served: DatasetRecord, fit: FitRecord) -> None:
    """Refuse what was not trained on the images of the data set with all their classes.

    Raises:
        RefusalError: images were changed or repeated, or classes left out.
    """
    origin = fit.data.origin
    if origin is None:
        return
    if origin.classes is not None and origin.classes != CLASSES:
        raise RefusalError(f"It was trained on labels of {origin.classes} classes; references have {CLASSES}.")
    if origin.rows and (origin.part != "train" or origin.found < FOUND * origin.rows):
        raise RefusalError(
            f"Of {origin.rows} images looked at, {origin.found} are training images of {served.name} as they are: "
            "the others were changed, or come from elsewhere."
        )
    if origin.rows and origin.distinct < DISTINCT * origin.found:
        raise RefusalError(
            f"Of {origin.found} images looked at, only {origin.distinct} differ: it was trained on few, repeated."
        )


def is_proven(data: DataRecord) -> bool:
    """Whether images were found in the data set one by one, which also proves how their pixels were scaled."""
    return data.origin is not None and data.origin.rows > 0


def same_images(served: DatasetRecord, fit: FitRecord, samples: int) -> bool:
    """Whether the first ``samples`` training images, which a baseline takes, are those trained on.

    All of them are, in whatever order; of a part, the first ones in their own order.
    """
    origin = fit.data.origin
    if origin is None:
        return False
    is_whole = served.images.samples is not None and samples == served.images.samples
    return is_whole or origin.first == 0


def validated(served: DatasetRecord, fit: FitRecord, validation: int) -> Validated:
    """What a training was validated on, beside a baseline that takes so many training images (0: the test images)."""
    if fit.validation_source is ValidationSource.SPLIT:
        return _split(served, fit, validation)
    held = fit.validation
    if fit.validation_source is not ValidationSource.DATA or held is None:
        return Validated.OTHER
    if held.digest is not None and held.digest == fit.data.digest:
        return Validated.TRAINED_ON
    if held.origin is None or held.samples is None or held.origin.found < FOUND * held.origin.rows:
        return Validated.OTHER
    if held.origin.part == "test":
        return Validated.SAME if held.samples == TEST_IMAGES and not validation else Validated.OTHER
    return _of_training_images(served, fit, held.origin, held.samples, validation)


def _split(served: DatasetRecord, fit: FitRecord, validation: int) -> Validated:
    """Keras splits off the end: the same images where the whole set came in its published order."""
    whole = served.images.samples is not None and fit.data.samples == served.images.samples
    in_order = fit.data.origin is not None and fit.data.origin.first == 0
    return Validated.SAME if whole and in_order and validation else Validated.OTHER


def _of_training_images(
    served: DatasetRecord, fit: FitRecord, held: OriginRecord, amount: int, validation: int
) -> Validated:
    """Two ranges of training images: one that was trained on, one that was validated on."""
    first = fit.data.origin.first if fit.data.origin else None
    if first is None or held.first is None or fit.data.samples is None:
        return Validated.OTHER
    if held.first < first + fit.data.samples and first < held.first + amount:
        return Validated.TRAINED_ON
    at_end = served.images.samples is not None and held.first + amount == served.images.samples
    return Validated.SAME if at_end and amount == validation else Validated.OTHER
