"""The accuracies that a notebook gives itself, from what was seen of its run. Student code can make them anything."""

import heapq
import re
from collections.abc import Iterator
from operator import itemgetter

from grader.evidence import ClaimRecord, ClaimSource, DataRecord, EvaluateRecord, FitRecord, RunRecord
from grader.sandbox.tables import table_numbers
from grader.submission import Output, OutputKind, Place

MOST_CLAIMS = 200
MOST_CHARACTERS = 200_000
_LONGEST_LINE = 1000
_SHOWN = {OutputKind.STDOUT, OutputKind.RESULT, OutputKind.DISPLAY}
_PROGRESS = re.compile(r"^\s*Epoch \d+|[━╸]|\[[=>.]{4,}|\d(?:s|ms|us)/(?:step|epoch|sample)|^\s*\d+/\d+ - ")
_PRINTED = re.compile(
    r"(?<![^\W_])acc(?:uracy)?(?![^\W_])(?P<between>[^\d\n]{0,40}?)(?<![\w.+-])(?P<number>\d{1,3}(?:\.\d{1,20})?)(?P<percent>\s?%)?(?![\w.]*\d)",
    re.IGNORECASE,
)
_ON_TRAINING_DATA = re.compile(r"(?<![^\W_])train(?:ing)?(?![^\W_])", re.IGNORECASE)
_ON_OTHER_DATA = re.compile(r"(?<![^\W_])(?:test|val|valid|validation)", re.IGNORECASE)
_AMONG_THE_FIRST = re.compile(r"(?<![^\W_])top[-_ ]?(?:k|\d+)(?![^\W_])", re.IGNORECASE)


def claims(record: RunRecord) -> tuple[ClaimRecord, ...]:
    """Every accuracy on data not trained on that a notebook gives: evaluated, from validation, and printed.

    Of very many the last are kept, and of printed ones the highest: what is claimed in the end, and at the most.
    """
    recorded = [*_evaluated(record), *_validated(record)]
    printed = heapq.nlargest(MOST_CLAIMS, enumerate(_printed(record)), key=lambda each: each[1].value)
    return (*recorded[-MOST_CLAIMS:], *(claim for _, claim in sorted(printed, key=lambda each: each[0])))


def is_accuracy(metric: str) -> bool:
    """Whether a metric is a share of right answers, whichever kind of accuracy it is."""
    name = metric.lower()
    return ("acc" in name and "top" not in name) or name == "compile_metrics"


def _evaluated(record: RunRecord) -> Iterator[ClaimRecord]:
    for evaluation in record.evaluations:
        trained_on = {fit.data.digest for fit in record.fits if fit.model == evaluation.model}
        if not _is_one_of(evaluation.data, trained_on):
            yield from _of_evaluation(evaluation)


def _is_one_of(data: DataRecord, digests: set[str | None]) -> bool:
    return data.digest is not None and data.digest in digests


def _of_evaluation(evaluation: EvaluateRecord) -> Iterator[ClaimRecord]:
    for metric, value in evaluation.results.items():
        if is_accuracy(metric) and _is_share(value):
            yield ClaimRecord(
                value=float(value or 0.0),
                source=ClaimSource.EVALUATE,
                model=evaluation.model,
                text=metric,
                place=evaluation.place,
            )
            return


def _validated(record: RunRecord) -> Iterator[ClaimRecord]:
    for fit in record.fits:
        yield from _of_fit(fit)


def _of_fit(fit: FitRecord) -> Iterator[ClaimRecord]:
    if fit.validation is not None and _is_one_of(fit.validation, {fit.data.digest}):
        return
    for metric, values in fit.history.items():
        if metric.startswith("val_") and is_accuracy(metric) and values and _is_share(values[-1]):
            yield ClaimRecord(
                value=float(values[-1] or 0.0),
                source=ClaimSource.VALIDATION,
                model=fit.model,
                text=metric,
                place=fit.place,
            )
            return


def _is_share(value: float | None) -> bool:
    return value is not None and 0.0 <= value <= 1.0


def _printed(record: RunRecord) -> Iterator[ClaimRecord]:
    for cell in record.cells:
        lines = list(_lines(cell.outputs))
        spoken = [(number, value, "") for number, line in enumerate(lines) for value in _accuracies(line)]
        known = {(number, value) for number, value, _ in spoken}
        listed = [each for each in _tabled(lines) if each[:2] not in known]
        for number, value, column in sorted([*spoken, *listed], key=itemgetter(0)):
            told = " ".join(f"{column} {lines[number]}".split())[:200]
            yield ClaimRecord(value=value, source=ClaimSource.PRINTED, text=told, place=Place(cell=cell.cell))


def _tabled(lines: list[str]) -> Iterator[tuple[int, float, str]]:
    """Accuracies in tables as (index of the line, value, what their column is called, as ``accuracy:``)."""
    for each in table_numbers(lines):
        value = _share(each.digits, percent=each.percent)
        if value is not None:
            yield each.line, value, "" if each.column in lines[each.line] else f"{each.column}:"


def _lines(outputs: tuple[Output, ...]) -> Iterator[str]:
    """What a reader sees as lines of text; progress bars, which Keras prints, are not the notebook's own words."""
    for output in outputs:
        if output.kind in _SHOWN:
            for line in re.split(r"[\r\n]", output.text[:MOST_CHARACTERS]):
                if not _PROGRESS.search(line[:_LONGEST_LINE]):
                    yield line[:_LONGEST_LINE]


def _accuracies(line: str) -> Iterator[float]:
    """Accuracies in a line; of ``Train accuracy: 0.99, test accuracy: 0.97`` only the second."""
    before = 0
    for match in _PRINTED.finditer(line):
        words = line[before : match.start("number")]
        before = match.end()
        if _ON_TRAINING_DATA.search(words) and not _ON_OTHER_DATA.search(words):
            continue
        if _AMONG_THE_FIRST.search(words):
            continue
        value = _share(match["number"], percent=match["percent"] is not None)
        if value is not None:
            yield value


def _share(digits: str, *, percent: bool) -> float | None:
    """The share that a printed number stands for: 0.97, 97.1% or 97.1. A bare 0 or 1 says too little."""
    value = float(digits)
    if percent or value > 1.0:
        return value / 100.0 if value <= 100.0 and (percent or "." in digits) else None
    return value if "." in digits else None
