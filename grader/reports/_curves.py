"""Training and validation curves of both networks, as lines in an SVG. Lengths are in SVG user units."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from grader.evidence import FitRecord, Number, RunRecord
from grader.reference import Match
from grader.reports import _bands
from grader.reports._axis import Axis, axis, counting
from grader.reports._text import one_line

WIDTH, HEIGHT, TOP, LEFT, RIGHT, BOTTOM = 500.0, 280.0, 14.0, 48.0, 338.0, 240.0
LABEL_HEIGHT = 16.0
DOTS = 25
"""Up to this many epochs each one gets a dot."""

TABLE = 60
"""Epochs in the table of a chart at most."""

HUGE = 1e15

Line = tuple[str, str, tuple[Number, ...]]
"""Network (``plain``, ``normalized``), part (``training``, ``validation``), a number an epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line.

    Attributes:
        css: ``plain`` or ``normalized``, the colour of the network.
        dashed: validation is dashed, training is solid.
        path: of its connected parts; dots alone where an epoch has no neighbour.
        dots: positions of the epochs, where there are few.
        label_y: height of its label at the right, moved clear of the others.
    """

    label: str
    css: str
    dashed: bool
    path: str
    dots: tuple[tuple[float, float], ...]
    end_y: float
    label_y: float
    values: tuple[Number, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One metric of both networks by epoch.

    Attributes:
        areas: the bands of baselines behind the lines.
        columns: headings of the numbers.
        rows: the numbers, an epoch a row.
    """

    id: str
    metric: str
    width: float
    height: float
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    areas: tuple[_bands.Area, ...] = ()
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    rows_left_out: int
    description: str


def longest(run: RunRecord, model: int | None, match: Match | None = None) -> FitRecord | None:
    """The training run of a model that is drawn.

    That which a baseline was looked for, else the first of those with most epochs and a history.
    """
    if model is None:
        return None
    fits = [fit for fit in run.fits_of(model) if any(_numbers(values) for values in fit.history.values())]
    matched = next((fit for fit in fits if match and fit.id == match.fit), None)
    return matched or max(fits, key=lambda fit: fit.epochs_done, default=None)


def charts(plain: FitRecord | None, normalized: FitRecord | None) -> tuple[Chart, ...]:
    """A chart of accuracy and one of loss, each where there is something to draw."""
    fits = {css: fit for css, fit in (("plain", plain), ("normalized", normalized)) if fit}
    named = ((name, list(lines(name, fits))) for name in names(fits))
    return tuple(chart(f"chart-{number}", name, found) for number, (name, found) in enumerate(named) if found)


def names(fits: Mapping[str, FitRecord]) -> tuple[str, ...]:
    """The metrics that are drawn: an accuracy, if there is one, and the loss."""
    return tuple(name for name in (_accuracy([fit.history for fit in fits.values()]), "loss") if name)


def _accuracy(histories: Sequence[Mapping[str, object]]) -> str:
    """The first metric that is an accuracy of some kind."""
    names = [name for history in histories for name in history if not name.startswith("val_")]
    return next((name for name in names if "acc" in name.lower()), "")


def chart(id_: str, title: str, found: Sequence[Line], bands: Sequence[_bands.Behind] = ()) -> Chart:
    """These lines, at least one, over these bands."""
    low, high = _bands.limits([value for *_, values in found for value in _numbers(values)], bands)
    epochs = max(len(values) for *_, values in found)
    x = counting(epochs, start=LEFT, stop=RIGHT)
    y = axis(low, high, start=BOTTOM, stop=TOP)
    series = _spread([_series(css, part, numbers, x, y) for css, part, numbers in found])
    areas = tuple(_bands.area(each, x, y) for each in bands)
    return Chart(
        id=id_,
        metric=one_line(title, 60),
        width=WIDTH,
        height=HEIGHT,
        x=x,
        y=y,
        series=series,
        areas=areas,
        columns=(*(each.label for each in series), *(each.heading for each in areas)),
        rows=tuple(_row(series, areas, n) for n in range(min(epochs, TABLE))),
        rows_left_out=max(0, epochs - TABLE),
        description="; ".join([*(_told(each) for each in series), *_bands.told(areas)]),
    )


def _row(series: Sequence[Series], areas: Sequence[_bands.Area], number: int) -> tuple[str, ...]:
    own = (_cell(each.values, number) for each in series)
    return (str(number + 1), *own, *(each.rows.get(number + 1, "") for each in areas))


def lines(metric: str, fits: Mapping[str, FitRecord]) -> Iterator[Line]:
    """What of a metric has a number: of each network the training, then the validation."""
    for css, fit in fits.items():
        name = metric if metric in fit.history else _accuracy([fit.history]) if metric != "loss" else metric
        for part, key in (("training", name), ("validation", f"val_{name}")):
            if _numbers(fit.history.get(key, ())):
                yield css, part, tuple(fit.history[key])


def _series(css: str, part: str, values: tuple[Number, ...], x: Axis, y: Axis) -> Series:
    at = [None if not _drawable(value) else (x.at(n + 1), y.at(value or 0.0)) for n, value in enumerate(values)]
    spots = [spot for spot in at if spot]
    lonely = [spot for n, spot in enumerate(at) if spot and not _beside(at, n)]
    name = "with BN" if css == "normalized" else "without BN"
    return Series(
        label=f"{name}, {part}",
        css=css,
        dashed=part == "validation",
        path=_path(at),
        dots=tuple(spots if len(values) <= DOTS else lonely),
        end_y=spots[-1][1],
        label_y=spots[-1][1],
        values=values,
    )


def _beside(at: Sequence[object], number: int) -> bool:
    """Whether an epoch has a number in the epoch before or after it."""
    return any(0 <= other < len(at) and at[other] is not None for other in (number - 1, number + 1))


def _path(at: Sequence[tuple[float, float] | None]) -> str:
    parts = []
    for there, group in groupby(at, key=lambda spot: spot is not None):
        spots = [spot for spot in group if spot]
        if there and len(spots) > 1:
            parts.append("M" + " L".join(f"{x:g} {y:g}" for x, y in spots))
    return " ".join(parts)


def _spread(series: list[Series]) -> tuple[Series, ...]:
    """The series with their labels moved apart, none beyond the frame."""
    order = sorted(range(len(series)), key=lambda n: series[n].end_y)
    lowest = BOTTOM - LABEL_HEIGHT * (len(series) - 1)
    above = TOP - LABEL_HEIGHT
    placed = list(series)
    for rank, number in enumerate(order):
        y = max(above + LABEL_HEIGHT, min(series[number].end_y, lowest + LABEL_HEIGHT * rank))
        placed[number] = replace(series[number], label_y=round(y, 1))
        above = y
    return tuple(placed)


def _numbers(values: Sequence[Number]) -> list[float]:
    return [value for value in values if value is not None and _drawable(value)]


def _drawable(value: Number) -> bool:
    return value is not None and abs(value) < HUGE


def _cell(values: Sequence[Number], number: int) -> str:
    if number >= len(values):
        return ""
    return decimal(values[number])


def decimal(value: Number) -> str:
    """A measured number with four significant digits, or what it is instead."""
    return "not a number" if value is None else f"{value:#.4g}"


def _told(series: Series) -> str:
    values = _numbers(series.values)
    return f"{series.label}: from {decimal(values[0])} to {decimal(values[-1])} in {len(series.values)} epochs"
