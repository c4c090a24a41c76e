"""What is fuzzed: all that happens to bytes from a box until they are a stored record with a grade."""

import json
import math
import threading
from collections.abc import Iterator
from pathlib import Path

from grader.consistency import doubts
from grader.evidence import Evidence, RunRecord, SourceRecord
from grader.holdout import Holdout
from grader.rubric import Limits
from grader.sandbox import unboxed
from grader.sandbox.box import Setup
from grader.sandbox.session import _Session as Session
from grader.serializing import evidence_from_json, to_json
from grader.submission import Cell, CellKind, Submission
from tests.fuzz import hostile

CELLS = (
    "import keras\nmodel = keras.Sequential([])",
    "model.fit(x, y)\nmodel.evaluate(x, y)",
    "print('accuracy: 0.97')",
)
LARGEST_FACTOR, LARGEST_REST = 300, 100_000
"""Bytes of a stored record: so many for each byte that came, and the rest for what is always there."""

STORED_ONE_IN = 8
"""Storing takes most of the time, and its ways are few: every eighth input goes them."""

_SUBMISSION = Submission(
    id="a",
    student="A",
    path="a.ipynb",
    format="ipynb",
    sha256="",
    cells=tuple(Cell(index=i, kind=CellKind.CODE, source=source) for i, source in enumerate(CELLS)),
)
_HOLDOUT = Holdout(name="mnist", shape=(1, 1), pixels=b"\0\1\2", labels=(0, 1, 0), altered=(False, True, False))
_NOWHERE = Path("/nonexistent")
_SETUP = Setup(folder=_NOWHERE, data=_NOWHERE, limits=Limits(), home="/", control="/", data_inside="/")


class Played:
    """A box that says what it was given to say."""

    def __init__(self, lines: list[bytes]) -> None:
        self._lines = lines
        self.stopped = self.errors = ""
        self.seconds = 1.0

    def lines(self, _job: bytes) -> Iterator[bytes]:
        """What came out."""
        yield from self._lines

    def answer(self, _line: bytes) -> None:
        """Nobody listens."""


def record(lines: list[bytes]) -> RunRecord:
    """What the grader makes of these lines."""
    session = Session(_SUBMISSION, unboxed, _SETUP, {"mnist": _HOLDOUT}, lambda _begun, _all: None, threading.Event())
    session.process = Played(lines)  # type: ignore[assignment]
    session.execute(b"")
    return session.record()


def try_one(data: bytes) -> None:
    """Half of all inputs are the box's own bytes, half are decisions by which messages are built.

    Raises:
        Exception: a finding.
    """
    lines = hostile.lines(data[1:]) if data[:1] < b"\x80" else data[1:].split(b"\n")
    came = sum(len(line) + 1 for line in lines)
    evidence = Evidence(submission=_SUBMISSION, source=SourceRecord(), run=record(lines))
    for sentence in doubts(evidence):
        sentence.encode("utf-8")
    _look_at_numbers(evidence.run)
    if sum(data) % STORED_ONE_IN == 0:
        _store(evidence, came)


def _store(evidence: Evidence, came: int) -> None:
    """Writing is strict JSON in UTF-8, bounded, and reading it back gives the same."""
    stored = to_json(evidence)
    if len(stored.encode("utf-8")) > LARGEST_FACTOR * came + LARGEST_REST:
        raise AssertionError(f"{came} bytes became {len(stored)} characters")
    json.loads(stored, parse_constant=_refuse)
    if evidence_from_json(stored) != evidence:
        raise AssertionError("what was stored is not what was recorded")


def _look_at_numbers(run: RunRecord) -> None:
    for measured in run.blind:
        if measured.accuracy is not None and not 0.0 <= measured.accuracy <= 1.0:
            raise AssertionError("an accuracy that is none")
    if not all(math.isfinite(claim.value) for claim in run.claims):
        raise AssertionError("a claim that is no number")


def _refuse(name: str) -> None:
    raise AssertionError(f"{name} was stored")
