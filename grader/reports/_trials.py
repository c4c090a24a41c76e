"""What came out for each batch size, where more than one was tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.evidence import FitRecord, Number, RunRecord, Weights
from grader.reports._axis import Axis, axis
from grader.reports._curves import decimal
from grader.submission import Place

WIDTH = 150.0
SHOWN = 40

_WEIGHTS = {Weights.FRESH: "fresh", Weights.TRAINED: "already trained", Weights.UNKNOWN: "not known"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One training run. ``training`` and ``validation`` are final accuracies (or losses), also as dots' positions."""

    batch_size: int
    network: str
    normalized: bool
    epochs: int
    weights: str
    training: str
    validation: str
    training_x: float | None
    validation_x: float | None
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """All training runs by batch size, and the scale on which their results are drawn."""

    metric: str
    scale: Axis | None
    trials: tuple[Trial, ...]
    more: int


def trials(run: RunRecord) -> Trials | None:
    """The training runs of a notebook that tried more than one batch size."""
    fits = [fit for fit in run.fits if fit.batch_size is not None]
    if len({fit.batch_size for fit in fits}) < 2:
        return None
    metric = next((name for fit in fits for name in fit.history if _is_accuracy(name)), "loss")
    ends = [(_last(fit.history, metric), _last(fit.history, f"val_{metric}")) for fit in fits]
    known = [value for pair in ends for value in pair if value is not None]
    scale = axis(min(known), max(known), start=6, stop=WIDTH - 6, wanted=3) if known else None
    made = [_trial(run, fit, pair, scale) for fit, pair in zip(fits, ends, strict=True)]
    ordered = sorted(made, key=lambda each: (each.batch_size, each.normalized))
    return Trials(metric=metric, scale=scale, trials=tuple(ordered[:SHOWN]), more=max(0, len(ordered) - SHOWN))


def _is_accuracy(name: str) -> bool:
    return "acc" in name.lower() and not name.startswith("val_")


def _last(history: Mapping[str, Sequence[Number]], metric: str) -> Number:
    values = history.get(metric, ())
    value = values[-1] if values else None
    return value if value is not None and abs(value) < 1e15 else None


def _trial(run: RunRecord, fit: FitRecord, ends: tuple[Number, Number], scale: Axis | None) -> Trial:
    model = run.model(fit.model)
    names = (model.variables or (model.name,)) if model else ()
    at = [scale.at(value) if scale and value is not None else None for value in ends]
    return Trial(
        batch_size=fit.batch_size or 0,
        network=", ".join(name for name in names if name) or f"network {fit.model}",
        normalized=bool(model and model.graph and model.graph.batch_norms),
        epochs=fit.epochs_done,
        weights=_WEIGHTS[fit.weights],
        training="" if ends[0] is None else decimal(ends[0]),
        validation="" if ends[1] is None else decimal(ends[1]),
        training_x=at[0],
        validation_x=at[1],
        place=fit.place,
    )
