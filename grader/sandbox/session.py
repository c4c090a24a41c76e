"""One notebook in one box: start it, read what comes out, end it when a limit is reached, say what happened."""

import json
import os
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO

import psutil

from grader.evidence import Cause, CellOutcome, RunOutcome, RunRecord
from grader.rubric import Limits
from grader.sandbox.box import Box, Setup
from grader.sandbox.causes import explained
from grader.sandbox.intake import LONGEST_LINE, message
from grader.sandbox.transcript import Transcript
from grader.submission import CellKind, Submission

POLL_SECONDS = 0.25
GRACE_SECONDS = 45.0  # for start-up and the orderly end, beyond the notebook's own total limit
MEGABYTE = 1_000_000

Progress = Callable[[int, int], None]
"""Called with the number of code cells begun and the number there are."""


def run(
    submission: Submission,
    *,
    box: Box,
    guests: Mapping[str, str],
    data: Path,
    limits: Limits,
    progress: Progress = lambda _begun, _all: None,
    cancelled: threading.Event | None = None,
) -> RunRecord:
    """Execute a notebook.

    Args:
        submission: its code cells are executed in order.
        box: what keeps it from everything else.
        guests: sources of the modules that observe from within the kernel, by module name.
        data: the folder of served data sets.
        limits: what ends the run when exceeded.
        progress: told when a cell begins.
        cancelled: ends the run when set; the record then says that it was interrupted.

    Returns:
        What happened. Never raises for anything that a notebook does; a box that cannot be started is a harness
        failure with its reason.
    """
    with tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True) as folder:
        setup = box.setup(Path(folder), data, limits)
        session = _Session(submission, setup, limits, progress, cancelled or threading.Event())
        session.execute(box.argv(setup), _job(submission, setup, guests, limits))
        return session.record(box)


def _job(submission: Submission, setup: Setup, guests: Mapping[str, str], limits: Limits) -> bytes:
    code = [{"index": cell.index, "source": cell.source} for cell in submission.cells if cell.kind is CellKind.CODE]
    job = {
        "cells": code,
        "folder": setup.control,
        "cwd": setup.home,
        "data": setup.data_inside,
        "guests": dict(guests),
        "limits": asdict(limits),
    }
    return json.dumps(job).encode("ascii")


class _Session:
    """The state of one run, seen from outside of the box."""

    def __init__(
        self, submission: Submission, setup: Setup, limits: Limits, progress: Progress, cancelled: threading.Event
    ) -> None:
        self.submission = submission
        self.setup = setup
        self.limits = limits
        self.progress = progress
        self.cancelled = cancelled
        self.transcript = Transcript()
        self.code = {cell.index: cell.source for cell in submission.cells if cell.kind is CellKind.CODE}
        self.begun = 0
        self.stopped = ""  # the limit for which we ended the box
        self.errors = ""
        self.began = time.monotonic()

    def execute(self, argv: list[str], job: bytes) -> None:
        """Run the worker to its end, or to ours."""
        with tempfile.TemporaryFile() as errors:
            try:
                process = subprocess.Popen(
                    argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
                )
            except OSError as error:
                self.errors = f"{argv[0]}: {error}"
                return
            try:
                feeder = threading.Thread(target=_feed, args=(process.stdin, job), daemon=True)
                feeder.start()
                self._read(process)
            finally:
                _end(process)
            errors.seek(0)
            self.errors = errors.read(4000).decode("utf-8", errors="replace").strip()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdout is None:
            return
        descriptor = process.stdout.fileno()
        os.set_blocking(descriptor, False)
        received, rest = 0, bytearray()
        most = int(self.limits.output_mb * 2 * MEGABYTE) + 50 * MEGABYTE
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while not self.stopped:
                self._watch(process)
                if not selector.select(POLL_SECONDS):
                    continue
                chunk = os.read(descriptor, 1 << 20)
                if not chunk:
                    return
                received += len(chunk)
                rest += chunk
                if received > most or len(rest) > LONGEST_LINE:
                    self.stopped = "output_mb"
                *lines, last = rest.split(b"\n")
                rest = bytearray(last)
                for line in lines:
                    self._take(bytes(line))

    def _take(self, line: bytes) -> None:
        told = message(line)
        if told is None:
            self.transcript.note("A message from the box could not be read.")
            return
        self.transcript.add(told)
        if told.get("type") == "cell":
            self.begun += 1
            self.progress(self.begun, len(self.code))

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """End the run when it takes more than it may."""
        if self.cancelled.is_set():
            self.stopped = "interrupted"
        elif time.monotonic() - self.began > self.limits.total_seconds + GRACE_SECONDS:
            self.stopped = "total_seconds"
        elif _memory(process.pid) > self.limits.memory_mb * MEGABYTE:
            self.stopped = "memory_mb"

    def record(self, box: Box) -> RunRecord:
        """What happened, as far as anybody saw it."""
        if self.transcript.running is not None:
            late = self.stopped == "total_seconds"
            self.transcript.interrupted(CellOutcome.TIME_LIMIT if late else CellOutcome.KILLED)
        self.transcript.not_reached([index for index, source in self.code.items() if source.strip()])
        cells = explained(self.transcript.cells, self.code)
        outcome, cell, reason = self._ending()
        record = RunRecord(
            outcome=outcome,
            reason=reason,
            cell=cell,
            cells=cells,
            models=self.transcript.models,
            compiles=tuple(self.transcript.compiles),
            fits=self.transcript.fits,
            evaluations=tuple(self.transcript.evaluations),
            predictions=tuple(self.transcript.predictions),
            figures=tuple(self.transcript.figures),
            datasets=tuple(self.transcript.datasets),
            unattached=self.transcript.unattached(),
            isolation=box.isolation(),
            versions=self.transcript.versions,
            limits=asdict(self.limits),
            notes=tuple(self.transcript.notes),
            seconds=round(time.monotonic() - self.began, 2),
        )
        return _with_cause(record) if outcome is RunOutcome.FINISHED else record

    def _ending(self) -> tuple[RunOutcome, int | None, str]:
        """The outcome, the cell that decided it, and a sentence."""
        last = self.transcript.cells
        at = next((c.cell for c in reversed(last) if c.outcome is not CellOutcome.NOT_REACHED), None)
        if self.stopped:
            return self._stopped(at)
        if self.transcript.ending is None:
            return RunOutcome.HARNESS_FAILURE, at, f"The box ended without a word. {self.errors[-500:]}".strip()
        outcome, cell, reason = self.transcript.ending
        if outcome == "finished":
            return RunOutcome.FINISHED, None, "Every cell was executed."
        if outcome == "time limit":
            return RunOutcome.TIME_LIMIT, cell, self._late(cell, reason)
        if outcome == "killed":
            return RunOutcome.KILLED, cell, f"The kernel died in cell {cell} ({reason.partition('; ')[2] or reason})."
        return RunOutcome.HARNESS_FAILURE, cell, f"The worker in the box failed: {reason[:500]}"

    def _stopped(self, at: int | None) -> tuple[RunOutcome, int | None, str]:
        if self.stopped == "interrupted":
            return RunOutcome.HARNESS_FAILURE, at, "Grading was interrupted while this notebook ran."
        if self.stopped == "memory_mb":
            sentence = f"The notebook used more than {self.limits.memory_mb:g} MB of memory in cell {at}."
            return RunOutcome.MEMORY_LIMIT, at, sentence
        if self.stopped == "output_mb":
            sentence = f"The notebook put out far more than {self.limits.output_mb:g} MB; it was ended in cell {at}."
            return RunOutcome.KILLED, at, sentence
        return RunOutcome.TIME_LIMIT, at, self._late(at, "total_seconds")

    def _late(self, cell: int | None, limit: str) -> str:
        if limit.startswith("cell_seconds"):
            return f"Cell {cell} took longer than the {self.limits.cell_seconds:g} seconds that a cell may take."
        return (
            f"The notebook took longer than the {self.limits.total_seconds:g} seconds that it may take; "
            f"cell {cell} was the last to begin."
        )


def _with_cause(record: RunRecord) -> RunRecord:
    """A run that reached its end, with the outcome of its first failing cell."""
    for run in record.cells:
        if run.outcome is CellOutcome.TIME_LIMIT:
            limit = record.limits.get("cell_seconds", 0.0)
            reason = f"Cell {run.cell} took longer than the {limit:g} seconds that a cell may take; it was interrupted."
            return replace(record, outcome=RunOutcome.TIME_LIMIT, cell=run.cell, reason=reason)
        if run.error is None or run.error.cause is Cause.CONSEQUENCE:
            continue
        if run.error.cause is Cause.ENVIRONMENT:
            reason = f"Cell {run.cell} failed for a reason that is not the student's: {run.error.reason}"
            return replace(record, outcome=RunOutcome.ENVIRONMENT, cell=run.cell, reason=reason)
        message = run.error.message.splitlines()[0][:300] if run.error.message else ""
        reason = f"Cell {run.cell} failed with {run.error.name}: {message.rstrip('.')}. {run.error.reason}".strip()
        return replace(record, outcome=RunOutcome.STUDENT_ERROR, cell=run.cell, reason=reason)
    return record


def _feed(stream: IO[bytes] | None, job: bytes) -> None:
    if stream is None:
        return
    try:
        with stream:
            stream.write(job)
    except OSError:
        return  # the worker ended before it read its job; that it said nothing will be told


def _memory(pid: int) -> int:
    """Bytes of resident memory of a process and all its descendants, shared pages counted once each."""
    try:
        top = psutil.Process(pid)
        processes = [top, *top.children(recursive=True)]
    except psutil.Error:
        return 0
    total = 0
    for process in processes:
        try:
            used = process.memory_info()
        except psutil.Error:
            continue
        total += used.rss - getattr(used, "shared", 0)
    return total


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the worker and all that descends from it."""
    try:
        descendants = psutil.Process(process.pid).children(recursive=True)
    except psutil.Error:
        descendants = []
    if process.poll() is None:
        try:
            process.wait(timeout=2 if not descendants else 0.5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
    for descendant in descendants:
        try:
            descendant.kill()
        except psutil.Error:
            continue
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
