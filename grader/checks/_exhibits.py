"""What a reader of the notebook gets to see: figures and printed numbers, matched with what was measured.

Matching goes by numbers, never by names: a printed ``0.9781`` shows a validation accuracy of 0.97808.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.evidence import AxesRecord, CellRunRecord, EvaluateRecord, FigureRecord, FitRecord, LineRecord, RunRecord
from grader.submission import OutputKind, Place

TRAINING, VALIDATION = "training", "validation"
MOST_CHARACTERS = 200_000
MOST_NUMBERS = 5_000
_SCHEDULES = frozenset({"lr", "learning_rate"})
_NUMBER = re.compile(r"(?<![\w.])[-+]?(\d{1,12})(?:\.(\d{1,20}))?(?:[eE]([-+]?\d{1,3}))?(\s?%)?")
_PROGRESS = re.compile(r"^\s*Epoch \d+/\d+|[━╸]|\[[=>.]{4,}|\d(?:s|ms|us)/(?:step|epoch|sample)|^\s*\d+/\d+ - ")


_SUMMARY = re.compile(r"params:.*\(\d[\d.]* [KMG]?B\)")
_TABLE = re.compile(r"[│|]")
_LOSSES = re.compile(r"loss|err|mse|mae|entropy|divergence|hinge|poisson")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A number that a reader sees; ``decimals`` of it are given, and it may be in per cent."""

    value: float
    decimals: int
    percent: bool = False

    def stands_for(self, measured: float) -> bool:
        """Whether it is this measured number, rounded to the digits given; two digits at least."""
        return self.decimals >= 2 and self._near(measured)

    def stands_for_share(self, measured: float, *, whole: bool = False) -> bool:
        """Whether it is this share of 1 in per cent; ``whole`` takes ``97%`` for 0.9712 too."""
        if self.decimals == 0 and not (whole and self.percent):
            return False
        return (self.percent or self.value > 1.0) and self._near(100.0 * measured)

    def _near(self, measured: float) -> bool:
        return abs(self.value - measured) <= max(0.51 * 10.0**-self.decimals, 1e-6 * abs(measured))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was measured of one training: series by epoch and single numbers, as training or validation.

    ``shares`` are those of the numbers that people give in per cent: an accuracy, never a loss.
    """

    series: Mapping[str, tuple[tuple[float, ...], ...]]
    numbers: Mapping[str, frozenset[float]]
    shares: Mapping[str, frozenset[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One thing that is looked at as a whole: the output of a cell, or a figure."""

    place: Place
    numbers: tuple[Shown, ...]
    lines: tuple[tuple[float, ...], ...] = ()
    figure: FigureRecord | None = None

    def shows_all(self, results: Sequence[Result], kind: str | None = None) -> bool:
        """Whether each of these trainings is in it, each by a line or a number of its own."""
        ways = [self._ways(result, kind, whole=len(results) > 1) for result in results]
        return bool(results) and _assignable(ways)

    def unmatched(self, results: Sequence[Result]) -> tuple[Shown, ...]:
        """Numbers between 0 and 1, two digits at least, that stand for nothing that was measured."""
        measured = [value for result in results for values in result.numbers.values() for value in values]
        shares = [each for each in self.numbers if each.decimals >= 2 and 0.0 < each.value < 1.0]
        return tuple(each for each in shares if not any(map(each.stands_for, measured)))

    def _ways(self, result: Result, kind: str | None, *, whole: bool) -> frozenset[str]:
        """The lines and numbers in it that stand for a training; whole per cents say too little of one alone."""
        kinds = (kind,) if kind else (TRAINING, VALIDATION)
        series = [each for name in kinds for each in result.series.get(name, ())]
        values = [each for name in kinds for each in result.numbers.get(name, ())]
        shares = [each for name in kinds for each in result.shares.get(name, ())]
        lines = {f"line {n}" for n, line in enumerate(self.lines) if any(_same(line, each) for each in series)}
        single = {
            f"number {n}"
            for n, shown in enumerate(self.numbers)
            if any(map(shown.stands_for, values)) or any(shown.stands_for_share(each, whole=whole) for each in shares)
        }
        return frozenset(lines | single)


def result_of(run: RunRecord, fits: Sequence[FitRecord]) -> Result:
    """What was measured of a model's trainings, evaluations of it included."""
    series: dict[str, list[tuple[float, ...]]] = {TRAINING: [], VALIDATION: []}
    numbers: dict[str, set[float]] = {TRAINING: set(), VALIDATION: set()}
    shares: dict[str, set[float]] = {TRAINING: set(), VALIDATION: set()}
    for key, values in _series(fits):
        kind, single = _kind(key), {values[-1], max(values), min(values), sum(values) / len(values)}
        series[kind].append(values)
        numbers[kind] |= single
        shares[kind] |= _shares(key, single)
    digests = {fit.data.digest for fit in fits if fit.data.digest}
    for evaluation in run.evaluations:
        if evaluation.model in {fit.model for fit in fits}:
            kind = TRAINING if evaluation.data.digest in digests else VALIDATION
            for key, value in _finite(evaluation):
                numbers[kind].add(value)
                shares[kind] |= _shares(key, {value})
    return Result(
        series={kind: tuple(found) for kind, found in series.items()},
        numbers={kind: frozenset(found) for kind, found in numbers.items()},
        shares={kind: frozenset(found) for kind, found in shares.items()},
    )


def _series(fits: Sequence[FitRecord]) -> Iterator[tuple[str, tuple[float, ...]]]:
    joined: dict[str, list[float]] = {}
    for fit in fits:
        for key, values in fit.history.items():
            finite = [value for value in values if value is not None]
            if finite and key not in _SCHEDULES:
                yield key, tuple(finite)
                joined.setdefault(key, []).extend(finite)
    if len(fits) > 1:
        for key, together in joined.items():
            yield key, tuple(together)


def _kind(key: str) -> str:
    return VALIDATION if key.startswith("val_") else TRAINING


def _shares(key: str, values: set[float]) -> set[float]:
    """Those of the values that people give in per cent."""
    return set() if _LOSSES.search(key.lower()) else {value for value in values if 0.0 <= value <= 1.0}


def _finite(evaluation: EvaluateRecord) -> Iterator[tuple[str, float]]:
    return ((key, value) for key, value in evaluation.results.items() if value is not None)


def exhibits(run: RunRecord) -> tuple[Exhibit, ...]:
    """Every figure and every cell's printed numbers, progress logs left out."""
    printed = (_printed(cell) for cell in run.cells)
    drawn = (_drawn(figure) for figure in run.figures)
    return tuple(each for each in (*drawn, *printed) if each.numbers or each.lines)


def logged(run: RunRecord, fit: FitRecord) -> bool:
    """Whether the framework's own progress log of a training is on the page."""
    cell = run.cell_run(fit.place.cell) if fit.place else None
    return cell is not None and any(_PROGRESS.search(line) for line in _lines(cell))


def _printed(cell: CellRunRecord) -> Exhibit:
    text = "\n".join(line for line in _without_summaries(_lines(cell)) if not _PROGRESS.search(line))
    found = (_shown(match) for match, _ in zip(_NUMBER.finditer(text), range(MOST_NUMBERS), strict=False))
    return Exhibit(place=Place(cell=cell.cell), numbers=tuple(each for each in found if each.decimals or each.percent))


def _lines(cell: CellRunRecord) -> Iterator[str]:
    kinds = {OutputKind.STDOUT, OutputKind.DISPLAY, OutputKind.RESULT}
    text = "\n".join(output.text for output in cell.outputs if output.kind in kinds)[:MOST_CHARACTERS]
    return iter(re.split(r"[\n\r\x08]+", text))


def _without_summaries(lines: Iterator[str]) -> Iterator[str]:
    """What ``model.summary()`` prints left out: its numbers of weights and megabytes are no results."""
    inside = False
    for line in lines:
        inside = ("Param #" in line) or (inside and "params:" not in line)
        if not _SUMMARY.search(line) and not (inside and _TABLE.search(line)):
            yield line


def _shown(match: re.Match[str]) -> Shown:
    whole, fraction, exponent, percent = match.groups()
    power = int(exponent or 0)
    value = float(f"{whole}.{fraction or 0}e{power}") if abs(power) < 300 else math.inf
    sign = -1.0 if match.group().startswith("-") else 1.0
    return Shown(value=sign * value, decimals=max(len(fraction or "") - power, 0), percent=bool(percent))


def _drawn(figure: FigureRecord) -> Exhibit:
    values = [value for axes in figure.axes for value in _marks(axes)][:MOST_NUMBERS]
    lines = tuple(_finite_line(line) for axes in figure.axes for line in axes.lines)
    return Exhibit(
        place=figure.place or Place(cell=0),
        numbers=tuple(Shown(value=value, decimals=6) for value in values),
        lines=lines,
        figure=figure,
    )


def _marks(axes: AxesRecord) -> Iterator[float]:
    """Bars, and the points of lines short enough to hold one point a training."""
    yield from (height for height in axes.heights if height is not None)
    for line in axes.lines:
        yield from (value for value in line.y[:64] if value is not None)


def _finite_line(line: LineRecord) -> tuple[float, ...]:
    return tuple(value for value in line.y if value is not None)


def _same(line: Sequence[float], series: Sequence[float]) -> bool:
    """Whether a line draws a series, as it is or in per cent."""
    if len(line) != len(series) or not line:
        return False
    return _draws(line, series) or _draws(line, [100.0 * value for value in series])


def _draws(line: Sequence[float], series: Sequence[float]) -> bool:
    return all(math.isclose(y, v, rel_tol=1e-4, abs_tol=1e-6) for y, v in zip(line, series, strict=True))


def _assignable(ways: Sequence[frozenset[str]]) -> bool:
    """Whether every training can have a line or number of its own (Kuhn's augmenting paths)."""
    taken: dict[str, int] = {}

    def place(index: int, tried: set[str]) -> bool:
        for way in ways[index]:
            if way not in tried:
                tried.add(way)
                if way not in taken or place(taken[way], tried):
                    taken[way] = index
                    return True
        return False

    return all(place(index, set()) for index in range(len(ways)))
