"""A program that is given one line and answers with lines, and that never outlives its use."""

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

from grader.errors import BaselineError

_LOOK = 0.1
"""Seconds between two looks at the clock and at cancellation."""


class Process:
    """The program with everything that it starts, in a group of its own; killed when the ``with`` block is left."""

    def __init__(self, argv: Sequence[str], line: str, *, folder: Path, environment: Mapping[str, str]) -> None:
        self._complaints = folder / "stderr.txt"
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        with self._complaints.open("wb") as complaints:
            self._running = subprocess.Popen(
                list(argv),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env=dict(environment),
                start_new_session=True,  # a group of its own: Ctrl-C reaches us alone, and we end it
            )
        threading.Thread(target=self._read, daemon=True).start()
        self._say(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    def lines(self, *, until: float | None, cancelled: threading.Event) -> Iterator[bytes]:
        """What the program says, until it is done or cancelled.

        Args:
            until: the moment (``time.monotonic()``) when it is to be done.
            cancelled: ends the iteration once it is set.

        Raises:
            BaselineError: it is not done by then.
        """
        while not cancelled.is_set():
            if until is not None and time.monotonic() > until:
                raise BaselineError(
                    "The training was not done in the time allowed.", advice="Allow more time, or train fewer seeds."
                )
            try:
                line = self._lines.get(timeout=_LOOK)
            except queue.Empty:
                continue
            if line is None:
                return
            yield line

    def status(self) -> int:
        """The exit status of a program that has ended or is about to: the negative signal where one killed it."""
        return self._running.wait()

    def complaints(self) -> str:
        """What it wrote to standard error, the last 20,000 bytes."""
        return self._complaints.read_bytes()[-20_000:].decode("utf-8", errors="replace")

    def kill(self) -> None:
        """End the program and all that it started, at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):  # it has ended already
            os.killpg(self._running.pid, signal.SIGKILL)
        self._running.wait()
        if self._running.stdin:
            self._running.stdin.close()

    def _say(self, line: str) -> None:
        """Hand over the line. Standard input stays open: the program ends itself once we, who hold it, are gone."""
        if self._running.stdin is None:
            raise RuntimeError("Popen was asked for a pipe")
        try:
            self._running.stdin.write(line.encode())
            self._running.stdin.flush()
        except BrokenPipeError:
            return  # it ended at once; its status says why

    def _read(self) -> None:
        if self._running.stdout is None:
            raise RuntimeError("Popen was asked for a pipe")
        with self._running.stdout as answers:
            for line in answers:
                self._lines.put(line)
        self._lines.put(None)
