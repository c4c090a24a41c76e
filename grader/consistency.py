"""Evidence x itself: what in it does not fit together, in sentences for a person. Nothing here costs a point."""

import io
import re
import tokenize
from collections.abc import Iterator, Sequence

from grader.checks._claims import disagreements
from grader.evidence import Evidence, RunOutcome, RunRecord, TamperKind, TamperRecord, Where
from grader.graph import LayerGraph
from grader.submission import Cell, CellKind, Place

MOST_TOLD = 5
TRAINS = re.compile(
    r"\b(fit\w*|train_on_batch|apply_gradients|apply|step|train\w*|search|minimize|cross_val\w*|cross_validate"
    r"|learning_curve|exec|eval|getattr|import_module|run_module|run_path)\s*\(|%run\b|%load\b"
)
"""What a notebook must contain somewhere to train a network; generous, for helpers train in many ways."""
CALLS = re.compile(r"\(|^\s*[%!@]|\bimport\b|\bwith\b", re.MULTILINE)
"""What a cell must contain to make anything happen that it does not spell out itself."""

_OWNER = r"\b(?:Model|Sequential|Functional|Trainer|Layer|Metric|Mean|History|Optimizer|\w*Accuracy)"
_METHOD = r"(?:fit|evaluate|predict|compile|train_on_batch|__call__|result|update_state|on_epoch_end|apply)"
REPLACES = re.compile(
    rf"{_OWNER}\.{_METHOD}\s*=(?!=)|(?:setattr|patch\.object)\(\s*[\w.]*{_OWNER}\s*,\s*['\"]{_METHOD}['\"]"
)
"""Code that puts another function where a library's stood, if only for a moment."""

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
        *_source_contradicts(evidence),
        _replaces(evidence),
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


def _source_contradicts(evidence: Evidence) -> Iterator[str]:
    """Trainings and networks that were recorded of code that can bring forth none."""
    codes = {cell.index: _code(cell) for cell in evidence.submission.cells if cell.kind is CellKind.CODE}
    fits = [(fit.place, f"training number {fit.id}") for fit in evidence.run.fits]
    built = [(model.place, f"network number {model.id}") for model in evidence.run.models]
    if fits and codes and not any(TRAINS.search(code) for code in codes.values()):
        trainings = "A training was" if len(fits) == 1 else f"{len(fits)} trainings were"
        yield f"{trainings} recorded, but nothing in the notebook's code trains a network."
    for place, what in [*fits, *built]:
        if place is not None and place.cell in codes and not CALLS.search(codes[place.cell]):
            yield f"The recording has {what} at cell {place.cell}, but that cell calls nothing."
            return


def _replaces(evidence: Evidence) -> str:
    """A function of a class of the library that the code replaces and, as it was not found replaced, puts back."""
    if any(record.kind is TamperKind.REPLACED for record in evidence.run.tampering):
        return ""
    for cell in evidence.submission.cells:
        found = REPLACES.search(_code(cell)) if cell.kind is CellKind.CODE else None
        if found:
            told = " ".join(found.group().split())
            return f"The code at cell {cell.index} replaces a function that results rest on ({told})."
    return ""


def _code(cell: Cell) -> str:
    """A cell's source without its comments; of what is not Python, all of it."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(cell.source).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return cell.source
    lines = cell.source.splitlines(keepends=True)
    for token in reversed([each for each in tokens if each.type == tokenize.COMMENT]):
        row, column = token.start
        lines[row - 1] = lines[row - 1][:column] + "\n"
    return "".join(lines)


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
        return ""
    count = f"{len(reasons)} trained networks" if len(reasons) > 1 else "One trained network"
    told = "; ".join(list(dict.fromkeys(reasons.values()))[:2]).rstrip(".")
    return f"{count} could not be asked about held-back images ({told}), so what is claimed of it was not verified."
