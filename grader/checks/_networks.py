"""Which of the recorded models are networks with batch normalization (BN) and which without, whatever their names."""

from grader.checks._words import spot
from grader.evidence import Evidence, FitRecord, ModelRecord, RunRecord, Where, WrittenModelRecord
from grader.finding import Finding, undecided
from grader.graph import AFFINE, LayerGraph, Placement, placements

NOT_EXECUTED = {
    Where.COMMENT: "in a comment",
    Where.DOCSTRING: "in a text string",
    Where.MARKDOWN: "in a text cell",
    Where.RAW: "in a raw cell",
    Where.PROSE: "in text",
}


def has_trained(fit: FitRecord) -> bool:
    """Whether weights were changed: at least one epoch done, or steps of the student's own loop."""
    return fit.epochs_done > 0 or (fit.loop == "custom" and fit.steps != 0)


def is_network(graph: LayerGraph | None) -> bool:
    """Whether it learns something: at least one dense or convolutional layer that takes part."""
    if graph is None:
        return False
    attached = graph.attached
    return any(layer.kind in AFFINE and (layer.id in attached or len(graph.layers) == 1) for layer in graph.layers)


def uses_batch_norm(graph: LayerGraph | None) -> bool:
    """Whether a BN layer stands on the way from the input to the output."""
    return graph is not None and any(where is not Placement.UNATTACHED for _, where in placements(graph))


def networks(run: RunRecord, *, batch_norm: bool) -> tuple[ModelRecord, ...]:
    """The networks that were built, with or without BN, in order of construction."""
    return tuple(m for m in run.models if is_network(m.graph) and uses_batch_norm(m.graph) is batch_norm)


def written_networks(evidence: Evidence, *, batch_norm: bool) -> tuple[WrittenModelRecord, ...]:
    """The networks that the source spells out; nothing says that they were ever built."""
    found = evidence.source.models
    return tuple(m for m in found if is_network(m.graph) and uses_batch_norm(m.graph) is batch_norm)


def unreadable(run: RunRecord) -> tuple[ModelRecord, ...]:
    """Models that were trained and whose layers could not be read: they may be anything."""
    trained = {fit.model for fit in run.fits}
    return tuple(model for model in run.models if model.graph is None and model.id in trained)


def called(model: ModelRecord) -> str:
    """A model as its author knows it: ``the model 'with_bn' (cell 11)``."""
    names = f"'{model.variables[0]}' " if model.variables else ""
    return f"the model {names}({spot(model.place)})"


def kind_of(*, batch_norm: bool) -> str:
    """The two kinds in words."""
    return "with batch normalization" if batch_norm else "without batch normalization"


def told_as_written(models: tuple[WrittenModelRecord, ...]) -> str:
    """What the source spells out, with the place and why that does not run; ``""`` when there is nothing."""
    if not models:
        return ""
    first = models[0]
    if first.where is Where.CODE:
        return f"It is written at {spot(first.place)} ('{first.name}'), but was never built when the notebook ran."
    return f"It is written {NOT_EXECUTED[first.where]} at {spot(first.place)}, where nothing executes it."


def unclear(run: RunRecord) -> Finding | None:
    """No verdict where a trained model's layers could not be read; ``None`` where all could."""
    hidden = unreadable(run)
    if not hidden:
        return None
    model = hidden[0]
    return undecided(
        f"The layers of {called(model)} could not be read, so it is not known which kind of network it is.",
        advice="Look at the cell that builds it.",
        places=(model.place,) if model.place else (),
    )
