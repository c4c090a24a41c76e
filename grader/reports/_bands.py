"""The band of a baseline behind a network's curve: an area and its median. Lengths are in SVG user units.

An area runs from the 5 % to the 95 % quantile over seeds, epoch by epoch: 90 % of the runs lie in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from grader.reference import ACCURACY, LOSS, Match
from grader.reports._axis import Axis
from grader.statistics.bands import Band, band

POST = 9.0
"""Half the width of the post that stands for an epoch without a neighbour."""

ASIDE = 14.0
"""How far from its epoch its middle stands: left for the network without BN, right for the other."""

OUTSIDE = 2_000.0
"""So far beyond the frame a corner is drawn at most; the frame cuts off what lies outside of it."""

FARTHEST = 10.0
"""Medians widen the scale by at most so many times what the student's own numbers need."""

FLAT = 0.02
"""Where all curves are nearly flat, edges of bands are held as far as this share of their value."""

ACCURACIES = frozenset({"acc", "accuracy", "sparse_categorical_accuracy", "categorical_accuracy"})
"""Names of the share of right answers among Keras' metrics."""

Rows = Sequence[tuple[int, float, float, float]]
"""Epoch from 1, low, median and high, where all three are numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One band as it is drawn.

    Attributes:
        css: ``plain`` or ``normalized``, the colour and the pattern of the network.
        exact: whether the baseline is of this very network; the nearest one is hatched.
        area: outline of the connected parts.
        median: line through them.
        posts: for epochs without a neighbour: left edge, upper and lower end, height of the median.
        cut: whether a part of it lies beyond the frame.
        label: what it is, in words.
        told: where it begins and ends, in words.
        rows: its numbers by epoch, in words.
    """

    css: str
    exact: bool
    area: str
    median: str
    posts: tuple[tuple[float, float, float, float], ...]
    cut: bool
    label: str
    told: str
    rows: Mapping[int, str]

    @property
    def heading(self) -> str:
        """Of its column in a table."""
        return f"{'this network' if self.exact else 'nearest network'} {_name(self.css)}: median (90 % of runs)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A band that belongs behind a curve: its numbers and what it is."""

    css: str
    part: str
    exact: bool
    seeds: int
    rows: Rows


def behind(match: Match, css: str, metric: str, part: str, epochs: int) -> Behind | None:
    """The band for one part (``training``, ``validation``) of a metric, as far as the student trained.

    ``None`` where there is no baseline, or none for such a metric: shares of right answers and the loss have one.
    """
    name = ACCURACY if metric.lower() in ACCURACIES else LOSS if metric == LOSS else ""
    if match.baseline is None or not name:
        return None
    found = band(match.baseline, f"val_{name}" if part == "validation" else name)
    rows = _rows(found, epochs) if found else ()
    return Behind(css=css, part=part, exact=match.exact, seeds=found.seeds, rows=rows) if found and rows else None


def _rows(found: Band, epochs: int) -> Rows:
    numbers = zip(found.lows, found.medians, found.highs, strict=True)
    return [
        (epoch, low, median, high)
        for epoch, (low, median, high) in enumerate(numbers, 1)
        if epoch <= epochs and low is not None and median is not None and high is not None
    ]


def limits(own: Sequence[float], bands: Sequence[Behind]) -> tuple[float, float]:
    """The lowest and the highest number that a scale has to hold.

    Medians are held, unless that would squash the student's curves beyond reading; the edges of a band are held as
    far as they at most treble the scale: one run that diverged must not flatten what the others show.
    """
    low, high = min(own), max(own)
    reach = FARTHEST * max(high - low, abs(low), abs(high))
    medians = [min(max(row[2], low - reach), high + reach) for each in bands for row in each.rows]
    low, high = min([low, *medians]), max([high, *medians])
    reach = max(high - low, FLAT * max(abs(low), abs(high)))
    edges = [edge for each in bands for row in each.rows for edge in (row[1], row[3])]
    held = [min(max(edge, low - reach), high + reach) for edge in edges]
    return min([low, *held]), max([high, *held])


def area(of: Behind, x: Axis, y: Axis) -> Area:
    """The band, drawn on these scales."""
    parts = [[row for _, row in group] for _, group in groupby(enumerate(of.rows), key=lambda at: at[1][0] - at[0])]
    long = [part for part in parts if len(part) > 1]
    lonely = [part[0] for part in parts if len(part) == 1]
    where = "this very network" if of.exact else "the nearest network that we trained,"
    runs = f"{of.seeds} run{'' if of.seeds == 1 else 's'}"
    return Area(
        css=of.css,
        exact=of.exact,
        area=" ".join(_outline(part, x, y) for part in long),
        median=" ".join(_line([(x.at(row[0]), _within(y, row[2])) for row in part]) for part in long),
        posts=tuple(_post(row, of.css, x, y) for row in lonely),
        cut=any(row[1] < y.low or row[3] > y.high for row in of.rows),
        label=f"90 % of {runs} of {where} {_name(of.css)}, {of.part}{', same budget' if of.exact else ''}",
        told="; ".join(_told(row) for row in dict.fromkeys((of.rows[0], of.rows[-1]))),
        rows={row[0]: f"{row[2]:#.4g} ({row[1]:#.4g} to {row[3]:#.4g})" for row in of.rows},
    )


def _outline(part: Rows, x: Axis, y: Axis) -> str:
    there = [(x.at(epoch), _within(y, high)) for epoch, _, _, high in part]
    back = [(x.at(epoch), _within(y, low)) for epoch, low, _, _ in reversed(part)]
    return _line([*there, *back]) + "Z"


def _line(spots: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:g} {y:g}" for x, y in spots)


def _post(row: tuple[int, float, float, float], css: str, x: Axis, y: Axis) -> tuple[float, float, float, float]:
    epoch, low, median, high = row
    aside = ASIDE if css == "normalized" else -ASIDE
    return x.at(epoch) + aside - POST, _within(y, high), _within(y, low), _within(y, median)


def _within(y: Axis, value: float) -> float:
    return min(max(y.at(value), -OUTSIDE), OUTSIDE)


def _told(row: tuple[int, float, float, float]) -> str:
    epoch, low, median, high = row
    return f"at epoch {epoch} from {low:#.4g} to {high:#.4g}, median {median:#.4g}"


def _name(css: str) -> str:
    return "with BN" if css == "normalized" else "without BN"


def told(areas: Sequence[Area]) -> Iterator[str]:
    """The bands of a chart in words, for its description."""
    for each in areas:
        yield f"behind it a band, {each.label}: {each.told}"
