"""Evidence x itself: what in it does not fit together, in sentences for a person. Nothing here costs a point."""

from collections.abc import Sequence

from grader.checks._claims import disagreements
from grader.code_doubts import doubts_from_code
from grader.evidence import Evidence, RunOutcome, RunRecord, TamperKind, TamperRecord, Where
from grader.graph import LayerGraph
from grader.submission import Place

MOST_TOLD = 5
_LOOKS = {
    TamperKind.REPLACED: "A function that results rest on was changed",
    TamperKind.HOOK: "The kernel that executes the notebook was changed",
    TamperKind.CONTRADICTION: "The recording of this run does not add up",
}


def doubts(evidence: Evidence) -> tuple[str, ...]:
    """Everything that a person should look at because one thing in the evidence contradicts another."""
    found = [
        *_told(evidence.run.tampering),
        *_most(disagreements(evidence.run), "more accuracies that disagree with what was measured"),
        *doubts_from_code(evidence),
        _written_not_built(evidence),
        _not_asked(evidence.run),
    ]
    return tuple(sentence for sentence in found if sentence)


def _told(tampering: Sequence[TamperRecord]) -> tuple[str, ...]:
    """What points to tampering, equal sentences together, in words that a student may read."""
    places: dict[tuple[TamperKind, str], list[Place]] = {}
    for record in tampering:
        places.setdefault((record.kind, record.what), []).extend([record.place] if record.place else [])
    told = [f"{_LOOKS[kind]}{_at(where)}: {what}" for (kind, what), where in places.items()]
    return _most(told, "more things that do not look untouched; all are in the evidence")


def _most(told: Sequence[str], rest: str) -> tuple[str, ...]:
    more = len(told) - MOST_TOLD
    return (*told[:MOST_TOLD], *((f"And {more} {rest}.",) if more > 0 else ()))


def _at(places: Sequence[Place]) -> str:
    cells = sorted({place.cell for place in places})
    if not cells:
        return ""
    more = f" and {len(cells) - MOST_TOLD} more" if len(cells) > MOST_TOLD else ""
    return f" at cell{'s' if len(cells) > 1 else ''} {', '.join(map(str, cells[:MOST_TOLD]))}{more}"


def _written_not_built(evidence: Evidence) -> str:
    """Where what is written and what was seen disagree although the run finished."""
    if evidence.run.outcome is not RunOutcome.FINISHED:
        return ""
    written = [model for model in evidence.source.models if model.where is Where.CODE and _has_batch_norm(model.graph)]
    if not written or any(_has_batch_norm(model.graph) for model in evidence.run.models):
        return ""
    model = written[0]
    return (
        f"Written and seen disagree: the code at cell {model.place.cell} spells out a network with batch normalization "
        f"('{model.name}'), but none was built although the run finished."
    )


def _has_batch_norm(graph: LayerGraph | None) -> bool:
    return graph is not None and any(layer.id in graph.attached for layer in graph.batch_norms)


def _not_asked(run: RunRecord) -> str:
    """Trained networks that could not be asked about images they have never seen; no sign of anything by itself."""
    asked = {record.model for record in run.blind if record.samples}
    trained = {fit.model for fit in run.fits}
    reasons = {each.model: each.reason for each in run.blind if each.reason and each.model in trained - asked}
    if not reasons:
        return _changed_since(run)
    count = f"{len(reasons)} trained networks" if len(reasons) > 1 else "One trained network"
    told = "; ".join(list(dict.fromkeys(reasons.values()))[:2]).rstrip(".")
    return f"{count} could not be asked about held-back images ({told}), so what is claimed of it was not verified."


def _changed_since(run: RunRecord) -> str:
    """Claims about networks whose weights are no longer those that were trained; nothing can be said of them."""
    claimed = {claim.model for claim in run.claims if claim.model is not None}
    changed = [each for each in run.blind if each.samples and not each.as_trained and each.model in claimed]
    if not changed:
        return ""
    told = ", ".join(f"{100 * (each.accuracy or 0.0):.1f} %" for each in changed[:MOST_TOLD])
    which = "A network's weights were" if len(changed) == 1 else f"The weights of {len(changed)} networks were"
    return f"{which} changed after the last training, so what is claimed was not verified (now measured: {told})."
