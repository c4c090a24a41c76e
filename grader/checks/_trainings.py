"""Which trainings belong to the comparison of the two networks, as opposed to the batch-size experiment."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from rapidfuzz.distance import Levenshtein

from grader.checks._experiments import looped
from grader.checks._networks import has_trained, networks
from grader.evidence import FitRecord, ModelRecord, RunOutcome, RunRecord
from grader.graph import LayerGraph, backbone

MOST_COMPARED = 40
"""Models of each kind that are tried as partners: more than any person trains, and no loop can blow it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two networks of a comparison, with its own trainings; ``fits`` is empty when there was none."""

    model: ModelRecord
    fits: tuple[FitRecord, ...]

    @property
    def first(self) -> FitRecord | None:
        """Its first training."""
        return self.fits[0] if self.fits else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The two networks that the assignment asks to compare; either may be missing."""

    plain: Side | None
    normalized: Side | None

    def sides(self) -> tuple[Side, ...]:
        """Those that are there."""
        return tuple(side for side in (self.plain, self.normalized) if side is not None)

    def trained(self) -> tuple[Side, ...]:
        """Those that were trained."""
        return tuple(side for side in self.sides() if side.fits)


def main_fits(run: RunRecord, model: ModelRecord) -> tuple[FitRecord, ...]:
    """A model's first training and its continuations; a later try of other batch sizes is not among them."""
    fits = run.fits_of(model.id)
    done = [fit for fit in fits if has_trained(fit)]
    if not done:
        return ()
    first = done[0]
    return (first, *(fit for fit in done[1:] if _continues(fit, first, done)))


def _continues(fit: FitRecord, first: FitRecord, done: list[FitRecord]) -> bool:
    cell = fit.place.cell if fit.place else None
    others = {each.batch_size for each in done if each.place is not None and each.place.cell == cell}
    return fit.batch_size == first.batch_size and len(others) < 2 and not _is_trial(fit, done)


def _is_trial(fit: FitRecord, done: list[FitRecord]) -> bool:
    """Whether the training right before or after is the same with another batch size: a copied cell is no sequel."""
    number = done.index(fit)
    beside = [*done[max(number - 1, 1) : number], *done[number + 1 : number + 2]]
    return any(each.batch_size != fit.batch_size and each.epochs_asked == fit.epochs_asked for each in beside)


def pair(run: RunRecord) -> Pair:
    """The plain and the BN network that were meant to be compared.

    Of all that were trained, the two whose layers are closest, then whose settings are closest, then the earliest.
    Those of a loop over batch sizes are taken only where nothing else was trained: they belong to the experiment.
    What was only built stands in where nothing was trained.
    """
    plain, normalized = (_ranked(run, batch_norm=batch_norm) for batch_norm in (False, True))
    if not plain or not normalized:
        return Pair(plain=plain[0] if plain else None, normalized=normalized[0] if normalized else None)
    best = min(product(plain, normalized), key=lambda both: _distance(*both))
    return Pair(plain=best[0], normalized=best[1])


def _ranked(run: RunRecord, *, batch_norm: bool) -> list[Side]:
    sides = [Side(model=m, fits=main_fits(run, m)) for m in networks(run, batch_norm=batch_norm)]
    trained = [side for side in sides if side.fits]
    tried = {fit.model for fit in looped(run)}
    main = [side for side in trained if side.model.id not in tried]
    return (main or trained or sides)[:MOST_COMPARED]


def _distance(plain: Side, normalized: Side) -> tuple[int, int, int, int]:
    return (
        layers_apart(plain.model.graph, normalized.model.graph),
        sum(1 for one, other in settings(plain, normalized) if one != other),
        plain.model.id,
        normalized.model.id,
    )


def layers_apart(one: LayerGraph | None, other: LayerGraph | None) -> int:
    """How many layers have to be changed to turn the one backbone into the other."""
    return Levenshtein.distance(backbone(one) if one else (), backbone(other) if other else ())


def settings(plain: Side, normalized: Side) -> Iterator[tuple[object, object]]:
    """What was set for the first training of each, pair by pair."""
    one, other = plain.first, normalized.first
    if one is not None and other is not None:
        for name in ("epochs_asked", "batch_size", "optimizer", "learning_rate", "loss"):
            yield getattr(one, name), getattr(other, name)


def epochs(run: RunRecord, fits: tuple[FitRecord, ...]) -> int:
    """Epochs that these trainings stand for together.

    Those done; but those asked for where early stopping or the time limit, and no mistake, ended a training.
    """
    return sum(_epochs(run, fit) for fit in fits)


def _epochs(run: RunRecord, fit: FitRecord) -> int:
    excused = fit.finished or run.outcome is RunOutcome.TIME_LIMIT
    return max(fit.epochs_done, fit.epochs_asked or 0) if excused else fit.epochs_done


def accuracy_key(fit: FitRecord) -> str | None:
    """The name of the training accuracy in a history, whichever kind of accuracy it is."""
    return next((key for key in fit.history if "acc" in key.lower() and not key.startswith("val_")), None)


def last(fit: FitRecord, key: str | None) -> float | None:
    """The last number of a series."""
    series = fit.history.get(key, ()) if key else ()
    return series[-1] if series else None
