"""Compares what networks answered inside with what their layers and weights give outside; the latter counts."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from grader.evidence import BlindRecord, TamperKind, TamperRecord
from grader.holdout import Holdout
from grader.sandbox.networks import Networks
from grader.sandbox.operations import Account, RefusedError
from grader.sandbox.preparing import prepared
from grader.sandbox.recomputing import COST, Step, outputs

AGREEMENT = 0.98
"""Share of images about which both have to say the same: that processors round differently flips next to none."""

MOST_RECOMPUTED = 6  # answers of one network, the best first
_CLOSE = 1e-3  # of the largest output


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of one network, as it came.

    Attributes:
        rows: the outputs for each image; none where there is nothing to score.
        agreement: share of images about which the recomputed network says the same; ``None``: not recomputed.
    """

    record: BlindRecord
    rows: Sequence[Sequence[float]] = ()
    holdout: Holdout | None = None
    event: Mapping[str, Any] = field(default_factory=dict)
    agreement: float | None = None


def with_rows(record: BlindRecord, rows: Sequence[Sequence[float]], holdout: Holdout) -> BlindRecord:
    """A record with the number of right answers among outputs for all images."""
    right = [chosen(row) == label for row, label in zip(rows, holdout.labels, strict=True)]
    pairs = zip(right, holdout.altered, strict=True)
    return replace(
        record,
        samples=len(right),
        correct=sum(right),
        altered=sum(holdout.altered),
        altered_correct=sum(correct for correct, altered in pairs if altered),
    )


def chosen(row: Sequence[float]) -> int | None:
    """The class with the largest output; ``None`` where that is not one single number."""
    if not all(map(math.isfinite, row)):
        return None
    largest = max(row)
    return row.index(largest) if row.count(largest) == 1 else None


def recomputed(answers: Sequence[Answer], networks: Networks, account: Account) -> list[Answer]:
    """The answers of one network with what its layers and weights give, as far as that can be computed."""
    asked = [each for each in answers if each.holdout is not None]
    rest = [each for each in answers if each.holdout is None]
    if not asked:
        return rest
    asked.sort(key=lambda each: -each.record.correct)
    try:
        steps = networks.steps(asked[0].record.model)
    except RefusedError as refusal:
        return [_refused(each, refusal) for each in asked] + rest
    return [_again(each, steps, account) for each in asked[:MOST_RECOMPUTED]] + asked[MOST_RECOMPUTED:] + rest


def _refused(answer: Answer, refusal: RefusedError) -> Answer:
    return replace(answer, record=replace(answer.record, reason=f"not recomputed: {refusal}"))


def _again(answer: Answer, steps: Sequence[Step], account: Account) -> Answer:
    if answer.holdout is None:
        return answer
    own = Account(min(COST, account.left))
    before = own.left
    try:
        found = outputs(steps, prepared(answer.holdout, answer.event), own)
    except RefusedError as refusal:
        return _refused(answer, refusal)
    finally:
        account.left -= before - max(own.left, 0.0)
    rows = found.tolist()
    return replace(
        answer,
        record=replace(with_rows(answer.record, rows, answer.holdout), recomputed=True),
        agreement=_agreement(answer.rows, rows),
    )


def _agreement(inside: Sequence[Sequence[float]], outside: Sequence[Sequence[float]]) -> float:
    """The share of images for which both choose the same class, or give the same numbers (a tie, or none)."""
    return sum(map(_same, inside, outside)) / len(outside)


def _same(inside: Sequence[float], outside: Sequence[float]) -> bool:
    if len(inside) != len(outside):
        return False
    choice = chosen(inside)
    if choice is not None and choice == chosen(outside):
        return True
    told, found = np.asarray(inside), np.asarray(outside)
    scale = float(np.abs(found[np.isfinite(found)]).max(initial=0.0))
    return bool(np.allclose(told, found, rtol=_CLOSE, atol=_CLOSE * scale, equal_nan=True))


def contradictions(answers: Iterable[Answer], name: str) -> Iterator[TamperRecord]:
    """A sentence where a network did not answer what its layers and weights give."""
    worst = min((each.agreement for each in answers if each.agreement is not None), default=1.0)
    if worst < AGREEMENT:
        yield TamperRecord(
            kind=TamperKind.CONTRADICTION,
            what=f"The answers of {name} about held-back images are not those that its layers and weights give "
            f"(they agree on {100 * worst:.0f} %).",
        )
