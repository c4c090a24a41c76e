"""Ticks at numbers that people count in."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A linear scale between two ticks, drawn from ``start`` to ``stop`` (SVG user units)."""

    low: float
    high: float
    step: float
    start: float
    stop: float

    def at(self, value: float) -> float:
        """Where a value is drawn, to a tenth of a unit."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.stop - self.start), 1)

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Position and label of each tick."""
        count = round((self.high - self.low) / self.step)
        values = [self.low + number * self.step for number in range(count + 1)]
        decimals = max(0, -math.floor(math.log10(self.step) + 1e-9))
        return tuple((self.at(value), f"{value:.{decimals}f}") for value in values)


def axis(low: float, high: float, *, start: float, stop: float, whole: bool = False, wanted: int = 5) -> Axis:
    """A scale that holds both numbers, with about ``wanted`` steps of 1, 2 or 5 times a power of ten.

    Values beyond what a double can tell apart are pushed apart, so that there always is a scale.
    """
    spread = max(high - low, abs(high) * 1e-9, 1e-9)
    raw = spread / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * (1 - 1e-9))
    step = max(1.0, step) if whole else step
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Axis(low=first * step, high=max(last, first + 1) * step, step=step, start=start, stop=stop)
