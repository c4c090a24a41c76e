"""The process of a box: started, fed, read line by line, watched, and ended with all that descends from it."""

import os
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import replace
from typing import IO

import psutil

from grader.sandbox import cgroup
from grader.sandbox.box import MEGABYTE, Box, Setup
from grader.sandbox.intake import LONGEST_LINE
from grader.sandbox.watching import Watch

POLL_SECONDS = 0.25
GRACE_SECONDS = 45.0  # for start-up and the orderly end, beyond the notebook's own total limit
ASKING_SECONDS = 120.0  # for answers about held-back images
OWN_TASKS = 64  # processes and threads of the worker, and of what starts it
Lines = Generator[bytes, None, None]
OWN_BYTES = 50 * MEGABYTE  # of messages, beside the notebook's output


class Process:
    """One box from its start to its end.

    Attributes:
        stopped: the limit for which it was ended from outside, ``interrupted``, or ``""``.
        errors: what it wrote to stderr, bounded.
        seconds: how long it took.
    """

    def __init__(self, box: Box, setup: Setup, cancelled: threading.Event) -> None:
        self.box = box
        self.setup = setup
        self.cancelled = cancelled
        self.stopped = ""
        self.errors = ""
        self.seconds = 0.0
        self._stdin: IO[bytes] | None = None
        self._feeders: list[threading.Thread] = []
        self._time = setup.limits.total_seconds + GRACE_SECONDS

    def lines(self, job: bytes) -> Lines:
        """Start the box with a job and yield each line that comes out, until it ends or is ended."""
        began = time.monotonic()
        limits = self.setup.limits
        wide = replace(limits, memory_mb=limits.memory_mb + limits.disk_mb, processes=limits.processes + OWN_TASKS)
        fence = cgroup.fence(wide) if self.box.fenced else None
        argv = self.box.argv(self.setup)
        try:
            with tempfile.TemporaryFile() as errors:
                yield from self._run(fence.wrap(argv) if fence else argv, job, errors, fence)
                errors.seek(0)
                self.errors = self.errors or errors.read(4000).decode("utf-8", errors="replace").strip()
        finally:
            if fence is not None:
                fence.kill()
                fence.remove()
            self.seconds = time.monotonic() - began

    def answer(self, line: bytes) -> None:
        """Write the second and last line to the worker, which has asked for it."""
        self._time += ASKING_SECONDS
        self._feed(line, last=True)

    def _run(self, argv: list[str], job: bytes, errors: IO[bytes], fence: cgroup.Fence | None) -> Lines:
        try:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                cwd=self.setup.folder,  # container engines leave files of their own where they are started
            )
        except OSError as error:
            self.errors = f"{argv[0]}: {error}"
            return
        self._stdin = process.stdin
        try:
            self._feed(job, last=False)
            yield from self._read(process, Watch(process.pid, self.setup.limits, self.box, self.setup, fence))
        finally:
            self._end(process)

    def _feed(self, line: bytes, *, last: bool) -> None:
        """Write without waiting: a worker that does not read must not stop us."""
        before = self._feeders[-1] if self._feeders else None

        def write() -> None:
            if before is not None:
                before.join()
            if self._stdin is None:
                return
            with suppress(OSError, ValueError):  # the worker has ended; that it said nothing will be told
                self._stdin.write(line)
                self._stdin.flush()
                if last:
                    self._stdin.close()

        self._feeders.append(threading.Thread(target=write, daemon=True))
        self._feeders[-1].start()

    def _read(self, process: subprocess.Popen[bytes], watch: Watch) -> Lines:
        if process.stdout is None:
            return
        descriptor = process.stdout.fileno()
        os.set_blocking(descriptor, False)
        received, rest, checked, began = 0, bytearray(), 0.0, time.monotonic()
        most = int(self.setup.limits.output_mb * 2 * MEGABYTE) + OWN_BYTES
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while not self.stopped:
                if time.monotonic() - checked >= POLL_SECONDS:
                    self.stopped = self._stop(time.monotonic() - began, watch)
                    checked = time.monotonic()
                if not selector.select(POLL_SECONDS):
                    continue
                chunk = os.read(descriptor, 1 << 20)
                if not chunk:
                    self.stopped = self.stopped or self._late_evidence(watch)
                    return
                received += len(chunk)
                rest += chunk
                if received > most or len(rest) > LONGEST_LINE:
                    self.stopped = "output_mb"
                *lines, last = rest.split(b"\n")
                rest = bytearray(last)
                yield from (bytes(line) for line in lines)

    def _stop(self, seconds: float, watch: Watch) -> str:
        if self.cancelled.is_set():
            return "interrupted"
        return "total_seconds" if seconds > self._time else watch.exceeded()

    @staticmethod
    def _late_evidence(watch: Watch) -> str:
        """A limit of the control group that was hit between two measurements."""
        if watch.fence is None:
            return ""
        if watch.fence.memory_hits():
            return "memory_mb"
        return "processes" if watch.fence.task_hits() else ""

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """End the box and all that descends from it; ask first, because a guardian ends its family in good order."""
        descendants = _descendants(process.pid)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.0 if self.stopped else 3.0)
        if process.poll() is None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5.0)
        if process.poll() is None:
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
        for descendant in descendants:
            with suppress(psutil.Error):
                descendant.kill()
        self.box.remove(self.setup)
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError, ValueError):
                    stream.close()


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []
