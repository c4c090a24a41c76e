"""What is known of a training even where it cannot be rebuilt, to find the stored baseline that is nearest to it."""

from dataclasses import dataclass

from grader.checks._networks import uses_batch_norm
from grader.evidence import FitRecord, ModelRecord, RunRecord, ValidationSource
from grader.graph import LINEAR, LayerGraph, LayerKind
from grader.matching._images import served_to, trained_on
from grader.matching._origins import refuse_others
from grader.matching._refusal import RefusalError


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """The budget of one training and the kind of its network.

    Attributes:
        dataset: name of the data set; ``digest`` is that of the arrays served.
        samples: images trained on, without those split off for validation.
        validated_on_split: whether it was validated on a part of the training images.
        parameters: number of trainable weights, where known.
        functions: its activations by name, and ``dropout`` where there is any.
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
    functions: frozenset[str] = frozenset()


def traits(run: RunRecord, model: ModelRecord, fit: FitRecord) -> Traits | str:
    """The traits of a training, or in a sentence which of them is not known."""
    if fit.loop != "fit":
        return "It was trained by a loop of its own, whose epochs and batches cannot be counted."
    if fit.data.samples is None or fit.batch_size is None or fit.optimizer is None or model.graph is None:
        return "Not enough of its training was seen: layers, optimiser, batch size and number of images are needed."
    try:
        served = served_to(run, fit)
        refuse_others(served, fit)
        samples = trained_on(fit, fit.data.samples)
    except RefusalError as refusal:
        return str(refusal)
    return Traits(
        dataset=served.name,
        digest=served.digest,
        samples=samples,
        epochs=fit.epochs_done,
        batch_size=fit.batch_size,
        optimizer=fit.optimizer,
        learning_rate=fit.learning_rate,
        batch_norm=uses_batch_norm(model.graph),
        convolutional=any(layer.kind is LayerKind.CONV for layer in model.graph.layers),
        validated_on_split=fit.validation_source is ValidationSource.SPLIT,
        seeded=fit.seeded,
        parameters=model.parameters,
        functions=_functions(model.graph),
    )


def _functions(graph: LayerGraph) -> frozenset[str]:
    dropout = {"dropout" for layer in graph.layers if layer.kind is LayerKind.DROPOUT}
    return frozenset(dropout | {layer.activation for layer in graph.layers if layer.activation} - LINEAR)
