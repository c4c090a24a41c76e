"""Which trainings make up the batch-size experiment."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from grader.checks._networks import has_trained, is_network, uses_batch_norm
from grader.evidence import FitRecord, RunRecord, Weights
from grader.graph import backbone, placements

USUAL_SIZES = 3
"""Batch sizes of a usual experiment, where no rubric is at hand to say so."""

MOST_SIZES = 32
"""Batch sizes that are looked at: more than any experiment tries, and no loop can blow it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """Trainings with different batch sizes, one for each size, smallest first.

    Attributes:
        batch_norm: whether the network has BN.
        same_network: whether all were made on equal networks.
        same_settings: whether they differ in nothing but the batch size.
    """

    trials: tuple[FitRecord, ...]
    batch_norm: bool
    same_network: bool
    same_settings: bool

    @property
    def sizes(self) -> tuple[int, ...]:
        """The batch sizes, in examples."""
        return tuple(fit.batch_size or 0 for fit in self.trials)

    @property
    def continued(self) -> tuple[FitRecord, ...]:
        """Trainings that went on from weights that were trained before."""
        return tuple(fit for fit in self.trials if fit.weights is Weights.TRAINED)

    @property
    def unclear(self) -> tuple[FitRecord, ...]:
        """Trainings of which nobody knows what they started from."""
        return tuple(fit for fit in self.trials if fit.weights is Weights.UNKNOWN)


def experiment(run: RunRecord, minimum_sizes: int) -> Experiment | None:
    """The trainings that come closest to an experiment with so many batch sizes; ``None`` without any training.

    The network with BN is preferred as soon as it was trained with enough sizes, or with more than the other.
    """
    kinds = [_closest(run, minimum_sizes, batch_norm=batch_norm) for batch_norm in (True, False)]
    found = [each for each in kinds if each is not None]
    return max(found, key=lambda each: min(len(each.sizes), minimum_sizes)) if found else None


def looped(run: RunRecord) -> tuple[FitRecord, ...]:
    """The trainings of an experiment whose cell tried more than one batch size: a loop, or calls in a row."""
    found = experiment(run, USUAL_SIZES)
    trials = found.trials if found else ()
    cells = Counter(fit.place.cell for fit in trials if fit.place is not None)
    return tuple(fit for fit in trials if fit.place is not None and cells[fit.place.cell] > 1)


def of_same_size(run: RunRecord, found: Experiment, trial: FitRecord) -> tuple[FitRecord, ...]:
    """Every training with the batch size of this trial, on networks of the same kind, the trial itself first."""
    models = {m.id for m in run.models if is_network(m.graph) and uses_batch_norm(m.graph) is found.batch_norm}
    others = (fit for fit in run.fits if fit.model in models and fit.batch_size == trial.batch_size)
    return (trial, *(fit for fit in others if fit is not trial and has_trained(fit)))


def hidden(run: RunRecord) -> tuple[FitRecord, ...]:
    """Trainings of networks that may have used any batch size: a loop of the student's own, or a generator."""
    may_be = {m.id for m in run.models if m.graph is None or is_network(m.graph)}
    fits = (fit for fit in run.fits if fit.model in may_be and has_trained(fit))
    return tuple(fit for fit in fits if fit.loop == "custom" or not fit.batch_size)


def may_hide_sizes(run: RunRecord, found: Experiment | None, sizes: int) -> bool:
    """Whether trainings of which the batch size is not known could make up so many sizes.

    A loop of the student's own is one record, whatever number of sizes went through it.
    """
    unknown = hidden(run)
    known = len(found.sizes) if found else 0
    return bool(unknown) and (any(fit.loop == "custom" for fit in unknown) or known + len(unknown) >= sizes)


def _closest(run: RunRecord, minimum_sizes: int, *, batch_norm: bool) -> Experiment | None:
    graphs = {m.id: m.graph for m in run.models if is_network(m.graph) and uses_batch_norm(m.graph) is batch_norm}
    fits = [fit for fit in run.fits if fit.model in graphs and has_trained(fit) and fit.batch_size]
    if not fits:
        return None

    def network(fit: FitRecord) -> Hashable:
        graph = graphs[fit.model]
        return (backbone(graph), tuple(where for _, where in placements(graph))) if graph else ()

    levels: list[tuple[bool, bool, Callable[[FitRecord], Hashable]]] = [
        (True, True, lambda fit: (network(fit), _settings(fit))),
        (True, False, network),
        (False, False, lambda _: ()),
    ]
    tries = [
        Experiment(
            trials=_widest(fits, key, minimum_sizes),
            batch_norm=batch_norm,
            same_network=network_too,
            same_settings=settings,
        )
        for network_too, settings, key in levels
    ]
    return max(tries, key=lambda each: min(len(each.sizes), minimum_sizes))


def _settings(fit: FitRecord) -> Hashable:
    return (fit.epochs_asked, fit.optimizer, fit.learning_rate, fit.loss, fit.data.samples, fit.data.digest)


def _widest(
    fits: Iterable[FitRecord], key: Callable[[FitRecord], Hashable], minimum_sizes: int
) -> tuple[FitRecord, ...]:
    """Of the groups of trainings with equal keys, the one with most batch sizes."""
    groups: dict[Hashable, list[FitRecord]] = {}
    for fit in fits:
        groups.setdefault(key(fit), []).append(fit)
    return max((_one_each(group, minimum_sizes) for group in groups.values()), key=len)


def _one_each(fits: list[FitRecord], minimum_sizes: int) -> tuple[FitRecord, ...]:
    """One training for each size, from the one cell that tried most sizes; from all cells where it tried too few."""
    by_cell: dict[int | None, dict[int, FitRecord]] = {}
    for fit in fits:
        by_cell.setdefault(fit.place.cell if fit.place else None, {}).setdefault(fit.batch_size or 0, fit)
    ranked = sorted(by_cell.values(), key=lambda sizes: -len(sizes))
    chosen = dict(ranked[0])
    if len(chosen) < minimum_sizes:
        for sizes in ranked[1:]:
            chosen = {**sizes, **chosen}
    return tuple(chosen[size] for size in sorted(chosen)[:MOST_SIZES])
