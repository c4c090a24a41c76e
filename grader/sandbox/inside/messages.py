"""The way out of the box: one JSON object a line, on what was the worker's standard output.

Messages:

    notes        {notes}                                   what of the confinement could not be applied
    started      {versions}
    cell         {cell}                                    a code cell begins
    event        {event}                                   what a guest in the kernel saw
    done         {cell, outcome, seconds, outputs, error}  a code cell ended
    cells_ended  {}                                        the worker waits for held-back images
    end          {outcome, cell, reason}                   nothing more follows
    probed       {attempt, begun, reached, failed}         what an attempt found, in a box that is only probed
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

LONGEST_LINE = 1_000_000  # bytes of the kernel's transcript that may wait without a line break


class Messages:
    """Writes messages."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def send(self, kind: str, **facts: Any) -> None:
        """Write one message."""
        line = json.dumps({"type": kind, **facts}).encode("ascii") + b"\n"
        while line:
            line = line[os.write(self._descriptor, line) :]


class Transcript:
    """The file to which guests in the kernel append; opened before the kernel starts.

    Student code can append to it too, so that what is read at a time, and the number of lines, are bounded.
    """

    CHUNK = 4_000_000  # bytes

    def __init__(self, path: Path, *, most: int) -> None:
        self.path = path
        self._left = most
        self._file = os.fdopen(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o600), "rb")
        self._rest = b""

    def forward(self, messages: Messages) -> None:
        """Pass on what was appended since the last time; a line that is not finished waits."""
        while chunk := self._file.read(self.CHUNK):
            lines = (self._rest + chunk).split(b"\n")
            self._rest = lines.pop()[:LONGEST_LINE]
            for line in lines:
                self._left -= 1
                if self._left > 0:
                    self._pass_on(line, messages)
                elif self._left == 0:
                    messages.send("event", event={"event": "too_many"})

    @staticmethod
    def _pass_on(line: bytes, messages: Messages) -> None:
        try:
            messages.send("event", event=json.loads(line[:LONGEST_LINE]))
        except (ValueError, RecursionError):
            messages.send("event", event={"event": "unreadable"})
