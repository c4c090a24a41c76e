"""What is known of a training even where it cannot be rebuilt, to find the stored baseline that is nearest to it."""

from dataclasses import dataclass

from grader.checks._networks import uses_batch_norm
from grader.evidence import DatasetRecord, FitRecord, ModelRecord, RunRecord, Served, ValidationSource
from grader.graph import LayerKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """The budget of one training and the kind of its network.

    Attributes:
        dataset: name of the data set; ``digest`` is that of the arrays served.
        samples: images trained on, without those split off for validation.
        validated_on_split: whether it was validated on a part of the training images.
        parameters: number of trainable weights, where known.
    """

    dataset: str
    digest: str
    samples: int
    epochs: int
    batch_size: int
    optimizer: str
    learning_rate: float | None
    batch_norm: bool
    convolutional: bool
    validated_on_split: bool = False
    seeded: bool = False
    parameters: int | None = None


def traits(run: RunRecord, model: ModelRecord, fit: FitRecord) -> Traits | str:
    """The traits of a training, or in a sentence which of them is not known."""
    served = dataset(run)
    if served is None:
        return "It is not known which data set it was trained on."
    if fit.loop != "fit":
        return "It was trained by a loop of its own, whose epochs and batches cannot be counted."
    if fit.data.samples is None or fit.batch_size is None or fit.optimizer is None or model.graph is None:
        return "Not enough of its training was seen: layers, optimiser, batch size and number of images are needed."
    return Traits(
        dataset=served.name,
        digest=served.digest,
        samples=trained_on(fit),
        epochs=fit.epochs_done,
        batch_size=fit.batch_size,
        optimizer=fit.optimizer,
        learning_rate=fit.learning_rate,
        batch_norm=uses_batch_norm(model.graph),
        convolutional=any(layer.kind is LayerKind.CONV for layer in model.graph.layers),
        validated_on_split=fit.validation_source is ValidationSource.SPLIT,
        seeded=fit.seeded,
        parameters=model.parameters,
    )


def dataset(run: RunRecord) -> DatasetRecord | None:
    """The one data set that was served; ``None`` where there are several, or none whose contents are known."""
    served = {each.digest: each for each in run.datasets if each.served is not Served.MISSING}
    found = list(served.values())
    return found[0] if len(found) == 1 and found[0].digest else None


def trained_on(fit: FitRecord) -> int:
    """Number of images in the weights' updates: Keras trains on the first ``floor(n * (1 - split))`` of them."""
    samples = fit.data.samples or 0
    return int(samples * (1.0 - (fit.validation_split or 0.0)))
