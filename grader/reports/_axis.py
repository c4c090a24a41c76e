"""Ticks at numbers that people count in."""

import math
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A linear scale from ``low`` to ``high``, drawn from ``start`` to ``stop`` (SVG user units).

    Attributes:
        ticks: position and label of each tick.
    """

    low: float
    high: float
    start: float
    stop: float
    ticks: tuple[tuple[float, str], ...] = ()

    def at(self, value: float) -> float:
        """Where a value is drawn, to a tenth of a unit."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.stop - self.start), 1)


def axis(low: float, high: float, *, start: float, stop: float, wanted: int = 5) -> Axis:
    """A scale that holds both numbers and begins and ends with a tick.

    Numbers closer together than a double can tell apart are pushed apart, so that there always is a scale.
    """
    step = _step(max(high - low, abs(high) * 1e-9, 1e-9) / wanted)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    count = max(1, last - first)
    made = Axis(low=first * step, high=(first + count) * step, start=start, stop=stop)
    values = ((first + number) * step for number in range(count + 1))
    return replace(made, ticks=tuple((made.at(value), _label(value, step)) for value in values))


def _label(value: float, step: float) -> str:
    """A tick's value with as many decimals as tell it from the next, if that is short."""
    if not 1e-4 <= step < 1e5:
        return f"{value:.3g}"
    return f"{value:.{max(0, -math.floor(math.log10(step) + 1e-9))}f}"


def counting(last: int, *, start: float, stop: float, wanted: int = 8) -> Axis:
    """A scale of whole numbers from 1 to ``last``; a single one stands in the middle."""
    if last <= 1:
        made = Axis(low=0, high=2, start=start, stop=stop)
        return replace(made, ticks=((made.at(1), "1"),))
    step = max(1, round(_step((last - 1) / wanted)))
    values = [1, *(number for number in range(step, last + 1, step) if number >= 1 + step / 2)]
    made = Axis(low=1, high=last, start=start, stop=stop)
    return replace(made, ticks=tuple((made.at(value), str(value)) for value in values))


def _step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below ``least``."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * (1 - 1e-9))
