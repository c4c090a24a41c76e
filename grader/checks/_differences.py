"""What two trainings, or two networks, have not in common although a fair comparison needs it."""

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from grader.checks._trainings import Side, epochs
from grader.checks._words import counted, number
from grader.evidence import FitRecord, RunRecord
from grader.graph import AFFINE, LayerGraph, backbone


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs.

    Attributes:
        what: a word for it.
        told: both values, that of the network without BN first.
        cost: share of the points that it takes; several add up.
    """

    what: str
    told: str
    cost: float


def between(run: RunRecord, plain: Side, normalized: Side) -> tuple[Difference, ...]:
    """Every difference between two trained networks apart from BN itself, the weightiest first."""
    found = [*_of_graphs(plain.model.graph, normalized.model.graph), *_of_settings(run, plain, normalized)]
    return tuple(sorted(found, key=lambda difference: -difference.cost))


def _of_graphs(plain: LayerGraph | None, normalized: LayerGraph | None) -> Iterator[Difference]:
    if plain is None or normalized is None:
        return
    one, other = backbone(plain), backbone(normalized)
    if one != other:
        only_one, only_other = _apart(one, other)
        told = f"without BN {only_one or 'nothing more'}, with BN {only_other or 'nothing more'}"
        yield Difference(what="layers", told=told, cost=0.4)
    starts = [_initializers(graph) for graph in (plain, normalized)]
    if len(starts[0]) == len(starts[1]) and starts[0] != starts[1]:
        told = f"{_distinct(starts[0])} without BN, {_distinct(starts[1])} with BN"
        yield Difference(what="weight initialiser", told=told, cost=0.1)


def _apart(one: tuple[tuple[str, str], ...], other: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    """The steps that only one of two backbones has."""
    operations = [op for op in Levenshtein.opcodes(one, other) if op.tag != "equal"]
    mine = [name for op in operations for _, name in one[op.src_start : op.src_end]]
    theirs = [name for op in operations for _, name in other[op.dest_start : op.dest_end]]
    return ", ".join(mine[:6]), ", ".join(theirs[:6])


def _initializers(graph: LayerGraph) -> tuple[str, ...]:
    return tuple(layer.initializer or "" for layer in graph.layers if layer.kind in AFFINE)


def _distinct(names: tuple[str, ...]) -> str:
    return ", ".join(dict.fromkeys(name or "unknown" for name in names))


def _of_settings(run: RunRecord, plain: Side, normalized: Side) -> Iterator[Difference]:
    one, other = plain.first, normalized.first
    if one is None or other is None:
        return
    length = tuple(_of_amount(run, plain, normalized))
    trainings = [(plain.fits[-1], normalized.fits[-1])]
    if not length:  # else a first try with other settings is told as a longer training, and not twice
        trainings.append((one, other))
    apart = {what: (told, cost) for pair in trainings for what, told, cost in _unequal(*pair)}
    yield from (Difference(what=what, told=told, cost=cost) for what, (told, cost) in apart.items())
    yield from length
    yield from _of_data(one, other)


def _unequal(one: FitRecord, other: FitRecord) -> Iterator[tuple[str, str, float]]:
    for what, mine, theirs, cost in _settings(one, other):
        if mine and theirs and mine != theirs:
            yield what, f"{mine} without BN, {theirs} with BN", cost


def _settings(one: FitRecord, other: FitRecord) -> Iterator[tuple[str, str, str, float]]:
    yield "optimiser", one.optimizer or "", other.optimizer or "", 0.3
    yield "learning rate", _rate(one), _rate(other), 0.3
    yield "loss function", one.loss or "", other.loss or "", 0.3
    yield "batch size", str(one.batch_size or ""), str(other.batch_size or ""), 0.25


def _rate(fit: FitRecord) -> str:
    return "" if fit.learning_rate is None else number(fit.learning_rate)


def _of_amount(run: RunRecord, plain: Side, normalized: Side) -> Iterator[Difference]:
    if any(fit.loop == "custom" for side in (plain, normalized) for fit in side.fits):
        mine, theirs = (sum(fit.steps or 0 for fit in side.fits) for side in (plain, normalized))
        known = all(fit.loop == "custom" and fit.steps is not None for side in (plain, normalized) for fit in side.fits)
        noun = "step"
    else:
        mine, theirs = (epochs(run, side.fits) for side in (plain, normalized))
        known, noun = True, "epoch"
    if known and mine != theirs:
        told = f"{counted(mine, noun)} without BN, {counted(theirs, noun)} with BN"
        yield Difference(what="length of training", told=told, cost=0.3)


def _of_data(one: FitRecord, other: FitRecord) -> Iterator[Difference]:
    mine, theirs = one.data, other.data
    if mine.samples and theirs.samples and mine.samples != theirs.samples:
        told = f"{counted(mine.samples, 'example')} without BN, {counted(theirs.samples, 'example')} with BN"
        yield Difference(what="training data", told=told, cost=0.3)
    elif mine.digest and theirs.digest and mine.digest != theirs.digest:
        yield Difference(what="training data", told="the values that went in are not the same", cost=0.3)
    if (one.validation_split or 0.0) != (other.validation_split or 0.0):
        told = f"{_split(one)} without BN, {_split(other)} with BN"
        yield Difference(what="validation data", told=told, cost=0.15)


def _split(fit: FitRecord) -> str:
    return f"{fit.validation_split:.0%} split off" if fit.validation_split else "nothing split off"
