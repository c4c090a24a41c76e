"""Scores what networks answered about held-back images. Runs outside of the box, on values that the box sent.

The labels were never in the box, so nothing that a notebook does there can make a wrong answer right. Whoever wrote an
answer may have written anything: its sizes have to be exactly those asked for, and numbers that are none, or a tie for
the largest, are wrong answers.
"""

from __future__ import annotations

import base64
import binascii
import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sys import byteorder
from typing import Any

from grader.evidence import BlindRecord, ModelRecord, RunRecord, TamperRecord
from grader.holdout import Holdout
from grader.sandbox.comparing import Answer, contradictions, recomputed, with_rows
from grader.sandbox.intake import sequence, text, whole
from grader.sandbox.networks import Networks
from grader.sandbox.operations import Account
from grader.sandbox.recomputing import MOST_CLASSES

MOST_ANSWERS = 400
MOST_CHARACTERS = 40_000_000
"""Of all answers together, which wait here until the run is over."""

COST_OF_ALL = 3e11
"""Multiplications for what all networks of a notebook answered, computed again."""

_BYTES = 4  # of a float32
_KEYS = ("model", "dataset", "input", "as_trained", "shape", "outputs", "laid", "factor", "offset", "reason")


class Answers:
    """Collects the ``answer`` events of one run, bounded, to be scored when it is over.

    Attributes:
        networks: layers and weights, to compute the answers again.
    """

    def __init__(self) -> None:
        self.events: list[Mapping[str, Any]] = []
        self.networks = Networks()
        self._left = MOST_CHARACTERS

    def add(self, event: Mapping[str, Any]) -> None:
        """Take in what is of use in one event; beyond the limits they are dropped."""
        kept = {key: event[key] for key in _KEYS if key in event}
        size = len(repr(kept))
        if len(self.events) < MOST_ANSWERS and size <= self._left:
            self._left -= size
            self.events.append(kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came of asking: a record for each network, and what in the answers cannot be true."""

    records: tuple[BlindRecord, ...] = ()
    tampering: tuple[TamperRecord, ...] = ()


def blind(answers: Answers, holdouts: Sequence[Holdout], run: RunRecord) -> Measured:
    """One record for each network that was asked or should have been: its best answer, or why there is none.

    Args:
        answers: the ``answer`` and ``weights`` events as `intake` let them in.
        holdouts: what was asked about; nothing is scored without it.
        run: what else was seen; answers in the name of networks that it does not know are dropped.
    """
    by_name = {holdout.name: holdout for holdout in holdouts if holdout.labels}
    if not by_name:
        return Measured()
    known = {model.id for model in run.models}
    found: dict[int, list[Answer]] = {}
    for event in answers.events[:MOST_ANSWERS]:
        model = whole(event.get("model"))
        if model is not None and model in known:
            found.setdefault(model, []).append(_scored(model, event, by_name))
    account = Account(COST_OF_ALL)
    checked = {model: recomputed(given, answers.networks, account) for model, given in found.items()}
    records = {model: max((each.record for each in given), key=_rank) for model, given in checked.items()}
    for fit in run.fits:
        if fit.model in known:
            records.setdefault(fit.model, BlindRecord(model=fit.model, reason=_missing(run.model(fit.model))))
    return Measured(
        records=tuple(records[model] for model in sorted(records)),
        tampering=tuple(
            contradiction
            for model in sorted(checked)
            for contradiction in contradictions(checked[model], _named(run.model(model)))
        ),
    )


def _rank(record: BlindRecord) -> tuple[bool, bool, float]:
    """What was recomputed counts before what the box said."""
    return record.samples > 0, record.recomputed, record.accuracy or 0.0


def _named(model: ModelRecord | None) -> str:
    if model is None:
        return "a network"
    return f"'{model.variables[0]}'" if model.variables else f"network number {model.id}"


def _missing(model: ModelRecord | None) -> str:
    named = f"The network '{model.variables[0]}'" if model and model.variables else "The network"
    return f"{named} could not be asked: it was recorded as trained but is not there."


def _scored(model: int, event: Mapping[str, Any], holdouts: Mapping[str, Holdout]) -> Answer:
    """One answer, scored; a reason in its place where there is nothing to score."""
    reason = text(event.get("reason"))
    if reason:
        return Answer(record=BlindRecord(model=model, reason=f"The network could not be asked: {reason}."))
    holdout = holdouts.get(text(event.get("dataset")))
    rows = None if holdout is None else _rows(event, len(holdout.labels))
    if holdout is None or rows is None:
        told = "The network's answer does not have the form that was asked for."
        return Answer(record=BlindRecord(model=model, reason=told))
    record = BlindRecord(
        model=model,
        dataset=holdout.name,
        input=text(event.get("input"), 200),
        as_trained=event.get("as_trained") is True,
    )
    return Answer(record=with_rows(record, rows, holdout), rows=rows, holdout=holdout, event=event)


def _rows(event: Mapping[str, Any], samples: int) -> list[Sequence[float]] | None:
    """The outputs for each image, or ``None`` unless they have exactly the size that they should have."""
    shape = [whole(length) for length in sequence(event.get("shape"))]
    if len(shape) != 2 or shape[0] != samples or not shape[1] or not 2 <= shape[1] <= MOST_CLASSES:
        return None
    size = samples * shape[1] * _BYTES
    encoded = event.get("outputs")
    if not isinstance(encoded, str) or len(encoded) != 4 * math.ceil(size / 3):
        return None
    values = _floats(encoded)
    if values is None or len(values) * _BYTES != size:
        return None
    return [values[start : start + shape[1]] for start in range(0, len(values), shape[1])]


def _floats(encoded: str) -> Sequence[float] | None:
    values = array("f")
    try:
        values.frombytes(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        return None
    if byteorder == "big":
        values.byteswap()
    return values
