"""Doubts from a notebook's own code: what it cannot have done, and what no honest notebook has any use for."""

import io
import re
import tokenize
from collections.abc import Iterator, Mapping

from grader.evidence import Evidence, TamperKind
from grader.submission import Cell, CellKind

TRAINS = re.compile(
    r"\b(fit\w*|train_on_batch|apply_gradients|apply|step|train\w*|search|minimize|cross_val\w*|cross_validate"
    r"|learning_curve|exec|eval|getattr|import_module|run_module|run_path)\s*\(|%run\b|%load\b"
)
"""What a notebook must contain somewhere to train a network; generous, for helpers train in many ways."""
CALLS = re.compile(r"\(|^\s*[%!@]|\bimport\b|\bwith\b", re.MULTILINE)
"""What a cell must contain to make anything happen that it does not spell out itself."""

_OWNER = r"\b(?:Model|Sequential|Functional|Trainer|Layer|Metric|Mean|History|Optimizer|\w*Accuracy)"
_METHOD = r"(?:fit|evaluate|predict|compile|train_on_batch|__call__|result|update_state|on_epoch_end|apply)"
REPLACES = re.compile(
    rf"{_OWNER}\.{_METHOD}\s*=(?!=)|(?:setattr|patch\.object)\(\s*[\w.]*{_OWNER}\s*,\s*['\"]{_METHOD}['\"]"
    r"|setattr\(\s*(?:tf\.|tensorflow\.)?keras\b"
)
"""Code that puts another function where a library's stood, if only for a moment."""

DIGS = re.compile(
    r"\bobserving\b|\bcell_contents\b|\b__closure__\b|\b__code__\b|\bgc\.get_(?:objects|referrers|referents)\b"
    r"|\bsys\._getframe\b|\bsys\.set(?:trace|profile)\b|\binput_transformers_\w+|\bregister_post_execute\b"
)
"""Code that reaches below what a notebook about networks has any use for."""
INVENTS = re.compile(r"\.history\[[^\]\n]{1,40}\]\s*=\s*\[?\s*\d")
"""Numbers that are put into a training's history instead of being taken from it."""
LONGEST_LITERAL = 100_000
"""Characters of one word or number in code: more is data that was brought along."""


def doubts_from_code(evidence: Evidence) -> Iterator[str]:
    """Sentences for a person; nothing here costs a point."""
    codes = {cell.index: _code(cell) for cell in evidence.submission.cells if cell.kind is CellKind.CODE}
    yield from _source_contradicts(evidence, codes)
    yield from _replaces(evidence, codes)
    yield from _reaches_below(codes)


def _source_contradicts(evidence: Evidence, codes: Mapping[int, str]) -> Iterator[str]:
    """Trainings and networks that were recorded of code that can bring forth none."""
    fits = [(fit.place, f"training number {fit.id}") for fit in evidence.run.fits]
    built = [(model.place, f"network number {model.id}") for model in evidence.run.models]
    if fits and codes and not any(TRAINS.search(code) for code in codes.values()):
        trainings = "A training was" if len(fits) == 1 else f"{len(fits)} trainings were"
        yield f"{trainings} recorded, but nothing in the notebook's code trains a network."
    for place, what in [*fits, *built]:
        if place is not None and place.cell in codes and not CALLS.search(codes[place.cell]):
            yield f"The recording has {what} at cell {place.cell}, but that cell calls nothing."
            return


def _replaces(evidence: Evidence, codes: Mapping[int, str]) -> Iterator[str]:
    """A function of a class of the library that the code replaces and, as it was not found replaced, puts back."""
    if any(record.kind is TamperKind.REPLACED for record in evidence.run.tampering):
        return
    for index, code in codes.items():
        if found := REPLACES.search(code):
            told = " ".join(found.group().split())
            yield f"The code at cell {index} replaces a function that results rest on ({told})."
            return


def _reaches_below(codes: Mapping[int, str]) -> Iterator[str]:
    """Code that digs in the interpreter or the library, invents a history, or brings a heap of data along."""
    told = {
        DIGS: "reaches into the interpreter or the library's inside",
        INVENTS: "puts numbers into a training's history",
    }
    for pattern, what in told.items():
        found = [(index, match.group()) for index, code in codes.items() if (match := pattern.search(code))]
        if found:
            yield f"The code at cell {found[0][0]} {what} ({' '.join(found[0][1].split())})."
    for index, code in codes.items():
        if max(map(len, code.split()), default=0) > LONGEST_LITERAL:
            yield f"The code at cell {index} holds more than {LONGEST_LITERAL:,} characters of data in one piece."
            return


def _code(cell: Cell) -> str:
    """A cell's source without its comments; of what is not Python, all of it."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(cell.source).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return cell.source
    lines = cell.source.splitlines(keepends=True)
    for token in reversed([each for each in tokens if each.type == tokenize.COMMENT]):
        row, column = token.start
        lines[row - 1] = lines[row - 1][:column] + "\n"
    return "".join(lines)
