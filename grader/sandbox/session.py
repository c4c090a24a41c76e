"""One notebook in one box: start it, read what comes out, end it when a limit is reached, say what happened."""

import base64
import json
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from grader.evidence import CellOutcome, IsolationRecord, RunOutcome, RunRecord
from grader.holdout import Holdout
from grader.rubric import Limits
from grader.sandbox.blind import blind
from grader.sandbox.box import Box, Setup
from grader.sandbox.causes import explained
from grader.sandbox.claims import claims
from grader.sandbox.ending import Facts, ending, with_cause
from grader.sandbox.folders import temporary_folder
from grader.sandbox.intake import message
from grader.sandbox.process import Process
from grader.sandbox.transcript import Transcript
from grader.submission import CellKind, Submission

Progress = Callable[[int, int], None]
"""Called with the number of code cells begun and the number there are."""


def run(
    submission: Submission,
    *,
    box: Box,
    guests: Mapping[str, str],
    data: Path,
    limits: Limits,
    holdouts: Mapping[str, Holdout] | None = None,
    isolation: IsolationRecord | None = None,
    progress: Progress = lambda _begun, _all: None,
    cancelled: threading.Event | None = None,
) -> RunRecord:
    """Execute a notebook; once more when the grader itself failed.

    Args:
        submission: its code cells are executed in order.
        box: what keeps it from everything else.
        guests: sources of the modules that observe from within the kernel, by module name.
        data: the folder of served data sets.
        limits: what ends the run when exceeded.
        holdouts: what the networks are asked about after the last cell, by data set.
        isolation: the label of the box, as it was measured.
        progress: told when a cell begins.
        cancelled: ends the run when set; the record then says that it was interrupted.

    Returns:
        What happened. Never raises for anything that a notebook does; a box that cannot be started is a harness
        failure with its reason.
    """
    cancelled = cancelled or threading.Event()
    for attempt in (1, 2):
        with temporary_folder() as folder:
            setup = box.setup(folder, data, limits)
            session = _Session(submission, box, setup, holdouts or {}, progress, cancelled)
            session.execute(_job(submission, box, setup, guests))
            record = replace(session.record(), isolation=isolation or IsolationRecord(box=box.name), attempts=attempt)
        if record.outcome is not RunOutcome.HARNESS_FAILURE or cancelled.is_set():
            break
    return record


def _job(submission: Submission, box: Box, setup: Setup, guests: Mapping[str, str]) -> bytes:
    code = [{"index": cell.index, "source": cell.source} for cell in submission.cells if cell.kind is CellKind.CODE]
    job = {
        "cells": code,
        "folder": setup.control,
        "cwd": setup.home,
        "data": setup.data_inside,
        "guests": dict(guests),
        "limits": asdict(setup.limits),
        "confinement": dict(box.confinement(setup)),
    }
    return json.dumps(job).encode("ascii") + b"\n"


class _Session:
    """The state of one run, seen from outside of the box."""

    def __init__(
        self,
        submission: Submission,
        box: Box,
        setup: Setup,
        holdouts: Mapping[str, Holdout],
        progress: Progress,
        cancelled: threading.Event,
    ) -> None:
        self.submission = submission
        self.box = box
        self.setup = setup
        self.limits = setup.limits
        self.holdouts = holdouts
        self.progress = progress
        self.transcript = Transcript()
        self.code = {cell.index: cell.source for cell in submission.cells if cell.kind is CellKind.CODE}
        self.begun = 0
        self.asked: list[Holdout] | None = None
        self.process = Process(box, setup, cancelled)

    def execute(self, job: bytes) -> None:
        """Run the worker to its end, or to ours."""
        with closing(self.process.lines(job)) as lines:
            for line in lines:
                told = message(line)
                if told is None:
                    self.transcript.note("A message from the box could not be read.")
                else:
                    self._take(told)

    def _take(self, told: Mapping[str, Any]) -> None:
        self.transcript.add(told)
        if told.get("type") == "cell":
            self.begun += 1
            self.progress(self.begun, len(self.code))
        elif told.get("type") == "cells_ended" and self.asked is None and self.transcript.running is None:
            self.process.answer(self._held_back())

    def _held_back(self) -> bytes:
        """The images of the data sets that the notebook asked for, in one line; never before its last cell ended."""
        wanted = {record.name for record in self.transcript.seen.datasets}
        self.asked = [held for name, held in self.holdouts.items() if name in wanted]
        sets = {
            held.name: {
                "shape": [len(held.labels), *held.shape],
                "pixels": base64.b64encode(held.pixels).decode("ascii"),
            }
            for held in self.asked
        }
        return json.dumps({"sets": sets}).encode("ascii") + b"\n"

    def record(self) -> RunRecord:
        """What happened, as far as anybody saw it."""
        transcript = self.transcript
        if transcript.running is not None:
            late = self.process.stopped == "total_seconds"
            transcript.interrupted(CellOutcome.TIME_LIMIT if late else CellOutcome.KILLED)
        transcript.not_reached([index for index, source in self.code.items() if source.strip()])
        outcome, cell, reason = self._ending()
        record = transcript.record(
            outcome=outcome,
            reason=reason,
            cell=cell,
            cells=explained(transcript.cells, self.code),
            limits=asdict(self.limits),
            seconds=round(self.process.seconds, 2),
        )
        measured = blind(transcript.seen.answers, self.asked or (), record)
        tampering = (*record.tampering, *measured.tampering)
        record = replace(record, claims=claims(record), blind=measured.records, tampering=tampering)
        return with_cause(record, self.limits) if outcome is RunOutcome.FINISHED else record

    def _ending(self) -> tuple[RunOutcome, int | None, str]:
        reached = [cell.cell for cell in self.transcript.cells if cell.outcome is not CellOutcome.NOT_REACHED]
        return ending(
            Facts(
                limits=self.limits,
                stopped=self.process.stopped,
                told=self.transcript.ending,
                cells_ended=self.transcript.cells_ended,
                last_cell=reached[-1] if reached else None,
                errors=self.process.errors,
            )
        )
