"""The paired differences of two baselines as a dot plot, in percentage points. Lengths are in SVG user units."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.reports._axis import Axis, axis
from grader.statistics.effect import Effect
from grader.statistics.intervals import Interval

WIDTH, LEFT, RIGHT, TOP = 500.0, 116.0, 484.0, 26.0
RADIUS, SPACING, LEVELS = 4.0, 9.0, 10
LANE = 30.0
"""Height of the lane of the mean, and of that of the student's run."""

REACH = 3.0
"""The scale holds intervals up to so many times the spread of the dots, and the student's own difference if it can."""

NARROWEST = 0.1
"""Percentage points that the scale spans at least."""

LISTED = 100
"""Seeds in the table at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """An interval as it is drawn; an end beyond the frame is open, and has no cap."""

    start: float
    stop: float
    caps: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The student's own difference.

    Attributes:
        x: of its diamond; at the edge of the frame where it lies beyond it.
        beyond: -1 or 1 where it lies beyond the left or right edge, else 0.
        text: its value.
    """

    x: float
    beyond: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """The dot plot.

    Attributes:
        spots: one for each seed.
        zero: where there is no difference.
        lanes: heights of the middle of three lanes: the seeds, their mean, the student's run.
        rows: seed and difference in words.
    """

    width: float
    height: float
    bottom: float
    x: Axis
    zero: float
    noise: Bar
    spots: tuple[tuple[float, float], ...]
    mean: float
    mean_text: str
    interval: Bar
    own: Own | None
    lanes: tuple[float, float, float]
    rows: tuple[tuple[str, str], ...]
    rows_left_out: int
    description: str


def dots(effect: Effect, seeds: Sequence[int], own: float | None) -> Dots:
    """The plot of one effect.

    Args:
        effect: in shares; drawn in percentage points.
        seeds: of the differences, in the same order.
        own: the student's own difference in shares, if it is known.
    """
    x = _scale(effect, own)
    levels = _levels([x.at(100 * value) for value in effect.differences])
    stacked = SPACING * max(levels, default=0)
    first = TOP + stacked + 2 * RADIUS + 8
    lanes = (first, first + LANE, first + 2 * LANE)
    bottom = (lanes[2] if own is not None else lanes[1]) + LANE / 2
    return Dots(
        width=WIDTH,
        height=bottom + 42,
        bottom=bottom,
        x=x,
        zero=x.at(0.0),
        noise=_bar(effect.noise, x),
        spots=tuple(
            (x.at(100 * value), round(first - SPACING * level, 1))
            for value, level in zip(effect.differences, levels, strict=True)
        ),
        mean=x.at(100 * effect.mean),
        mean_text=points(effect.mean),
        interval=_bar(effect.interval, x),
        own=_own(own, x),
        lanes=(first - stacked / 2, lanes[1], lanes[2]),
        rows=tuple((str(seed), points(value)) for seed, value in zip(seeds, effect.differences, strict=True))[:LISTED],
        rows_left_out=max(0, effect.seeds - LISTED),
        description=_told(effect, own),
    )


def points(share: float) -> str:
    """A difference of shares in percentage points: ``+0.11``, ``−1.30``, ``0.00``."""
    text = f"{100 * share:+.2f}"
    return text[1:] if float(text) == 0 else text.replace("-", "−")


def _scale(effect: Effect, own: float | None) -> Axis:
    """All dots, zero, and of the rest as much as does not squash the dots."""
    low, high = 100 * min(effect.differences), 100 * max(effect.differences)
    reach = REACH * max(high - low, NARROWEST)
    rest = [effect.noise.low, effect.noise.high, effect.interval.low, effect.interval.high]
    held = [min(max(100 * value, low - reach), high + reach) for value in rest]
    held += [] if own is None or not low - reach <= 100 * own <= high + reach else [100 * own]
    low, high = min([low, 0.0, *held]), max([high, 0.0, *held])
    missing = max(0.0, NARROWEST - (high - low)) / 2
    made = axis(low - missing, high + missing, start=LEFT, stop=RIGHT, wanted=6)
    return replace(made, ticks=tuple((at, _signed(text)) for at, text in made.ticks))


def _signed(text: str) -> str:
    """A tick's label with its sign."""
    if float(text) == 0:
        return "0"
    return text.replace("-", "−") if float(text) < 0 else f"+{text}"


def _levels(at: Sequence[float]) -> list[int]:
    """For each dot how high it is stacked, so that none covers another as long as there are levels."""
    ends = [float("-inf")] * LEVELS
    levels = [0] * len(at)
    for number in sorted(range(len(at)), key=lambda n: (at[n], n)):
        free = (level for level, end in enumerate(ends) if at[number] - end >= SPACING)
        levels[number] = next(free, ends.index(min(ends)))
        ends[levels[number]] = at[number]
    return levels


def _bar(interval: Interval, x: Axis) -> Bar:
    start, stop = (min(max(100 * end, x.low), x.high) for end in (interval.low, interval.high))
    inside = [end for end in (interval.low, interval.high) if x.low <= 100 * end <= x.high]
    return Bar(start=x.at(start), stop=x.at(stop), caps=tuple(x.at(100 * end) for end in inside))


def _own(own: float | None, x: Axis) -> Own | None:
    if own is None:
        return None
    at = x.at(min(max(100 * own, x.low), x.high))
    beyond = (100 * own > x.high) - (100 * own < x.low)
    return Own(x=at, beyond=beyond, text=points(own))


def _told(effect: Effect, own: float | None) -> str:
    """The plot in words."""
    whole = Interval(low=min(effect.differences), high=max(effect.differences))
    parts = [
        f"with BN minus without BN for each of {effect.seeds} seeds: from {_ends(whole)} percentage points",
        f"their mean is {points(effect.mean)}, with a 95 % interval from {_ends(effect.interval)}",
        f"95 % of the differences between one run of each range from {_ends(effect.noise)}",
    ]
    return "; ".join(parts + ([] if own is None else [f"your own difference is {points(own)}"]))


def _ends(interval: Interval) -> str:
    return f"{points(interval.low)} to {points(interval.high)}"
