"""One notebook's way through the kernel."""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from nbformat import v4

from .asking import Asking
from .bootstrap import installing
from .client import Client
from .confinement import kernel_command
from .messages import Messages, Transcript
from .outputs import COLOURS, error, outputs

INTERRUPTS = 4  # of a cell whose time is up
GRACE = 5.0  # seconds that it may take to stop after each
STARTUP_SECONDS = 120
OWN_EVENTS = 5_000  # that guests write beside observations: a sign of life for each cell, answers, weights
NO_MESSAGE = "the kernel sent what is no message of a kernel"
NO_ERROR: dict[str, Any] = {"content": {"status": "ok"}}
OUT_OF_MEMORY = "out of memory"
OUT_OF_MEMORY_FILES = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")
TOLD = ("tensorflow", "keras", "torch", "numpy", "pandas", "matplotlib", "scikit-learn", "ipykernel", "nbclient")

Ending = tuple[str, "int | None", str]
"""Outcome, the cell that decided it, and a reason."""


class Run:
    """Starts the kernel, executes the cells, asks the networks, and tells everything."""

    def __init__(self, job: dict[str, Any], messages: Messages) -> None:
        self.job = job
        self.messages = messages
        self.limits: dict[str, float] = job["limits"]
        self.folder = Path(job["folder"])
        self.transcript = Transcript(self.folder / "transcript.jsonl", most=int(self.limits["events"]) * 2 + OWN_EVENTS)
        self.cells = [(cell["index"], cell["source"]) for cell in job["cells"]]
        make: Any = v4  # which is not typed
        self.notebook = make.new_notebook(cells=[make.new_code_cell(source) for _, source in self.cells])
        self.manager = AsyncKernelManager(transport="ipc", connection_file=str(self.folder / "kernel.json"))
        self.client = Client(
            self.notebook, km=self.manager, allow_errors=True, coalesce_streams=False, store_widget_state=False
        )
        self.deadline = 0.0

    async def go(self) -> None:
        """Do all of it."""
        await self._start()
        self.deadline = time.monotonic() + self.limits["total_seconds"]
        try:
            self.messages.send("started", versions=_versions())
            ending = await self._execute()
            if ending[0] == "finished":
                await Asking(self.client, self.folder, self.messages).ask()
        finally:
            self.transcript.forward(self.messages)
        self.messages.send("end", outcome=ending[0], cell=ending[1], reason=ending[2])
        await self.manager.shutdown_kernel(now=True)

    async def _start(self) -> None:
        self.manager.ip = str(self.folder / "kernel-ipc")
        argv = kernel_command(self.job["confinement"])
        self.manager._kernel_spec = KernelSpec(argv=argv, display_name="Python 3", language="python")
        self.client.startup_timeout = STARTUP_SECONDS
        self.client.log.setLevel(logging.CRITICAL)
        self.client.allow(int(self.limits["output_mb"] * 1_000_000))
        self.client.reset_execution_trackers()
        # What it says below Python is nobody's: our own stderr leads to a file outside of the box.
        await self.client.async_start_new_kernel(cwd=self.job["cwd"], stderr=subprocess.DEVNULL)
        await self.client.async_start_new_kernel_client()
        await self._install_guests()

    async def _install_guests(self) -> None:
        code = installing(
            self.job["guests"],
            transcript=str(self.transcript.path),
            events=int(self.limits["events"]),
            data=self.job["data"],
        )
        kernel: Any = self.client.kc
        reply = await kernel.execute(code, silent=True, store_history=False, reply=True, timeout=60)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("guests: " + COLOURS.sub("", "\n".join(reply["content"].get("traceback", []))))

    async def _execute(self) -> Ending:
        for position, (index, source) in enumerate(self.cells):
            if not source.strip():
                continue
            left = self.deadline - time.monotonic()
            if left <= 0:
                return "time limit", index, "total_seconds"
            self.messages.send("cell", cell=index)
            outcome, reason = await self._cell(position, index, left)
            self.transcript.forward(self.messages)
            ending = self._ended(outcome, reason, index)
            if ending is not None:
                return ending
        return "finished", None, ""

    def _ended(self, outcome: str, reason: str, index: int) -> Ending | None:
        """The end of the whole run, if this cell was its end."""
        if outcome == "killed":
            return "killed", index, f"{reason}; {self._exit_status()}"
        if outcome == "flood":
            return "output limit", index, "output_mb"
        if outcome == "stuck":
            return "time limit", index, f"{reason}: the cell could not be interrupted"
        if outcome == "time limit" and reason == "total_seconds":
            return "time limit", index, reason
        return None

    async def _cell(self, position: int, index: int, left: float) -> tuple[str, str]:
        """Execute one cell and report it; the outcome, and which limit or cause decided it."""
        limit = min(self.limits["cell_seconds"], left)
        name = "total_seconds" if left <= self.limits["cell_seconds"] else "cell_seconds"
        self.client.next_cell()
        cell = self.notebook.cells[position]
        began = time.monotonic()
        work = asyncio.ensure_future(self.client.async_execute_cell(cell, position))
        stopped = await self._within(work, limit)
        outcome, reason = self._outcome(work, stopped, name)
        shown, found = [], None
        try:
            shown = outputs(cell, cut=self.client.cut)
            found = error(cell, self.client.reply) if outcome == "ok" else error(cell, NO_ERROR)
        except Exception as broken:  # noqa: BLE001 - what a kernel says may be anything
            outcome, reason = "killed", f"{NO_MESSAGE} ({type(broken).__name__})"
        outcome = "error" if outcome == "ok" and found else outcome
        self.messages.send(
            "done",
            cell=index,
            outcome={"stuck": "time limit", "flood": "killed"}.get(outcome, outcome),
            seconds=time.monotonic() - began,
            outputs=shown,
            error=found,
        )
        return outcome, reason

    def _outcome(self, work: asyncio.Future[Any], stopped: str, name: str) -> tuple[str, str]:
        if stopped == "flood":
            return "flood", "output_mb"
        if not work.done():
            work.cancel()
            return "stuck", name
        broken = work.exception()
        if isinstance(broken, DeadKernelError):
            return "killed", "the kernel ended"
        if stopped == "late":
            return "time limit", name
        if broken is not None:
            return "killed", f"{NO_MESSAGE} ({type(broken).__name__})"
        return "ok", ""

    async def _within(self, work: asyncio.Future[Any], limit: float) -> str:
        """Wait for a cell; interrupt it when it takes too much, repeatedly, because libraries swallow interrupts.

        Returns:
            ``""`` when it ended by itself, else ``late`` or ``flood``; then it may still be running.
        """
        flood = asyncio.ensure_future(self.client.flooded.wait())
        await asyncio.wait({work, flood}, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        stopped = "flood" if self.client.flooded.is_set() else "" if work.done() else "late"
        flood.cancel()
        for _ in range(INTERRUPTS if not work.done() else 0):
            await self.manager.interrupt_kernel()
            await asyncio.wait({work}, timeout=GRACE)
            if work.done() or stopped == "flood":
                break
        return stopped

    def _exit_status(self) -> str:
        process = getattr(self.manager.provisioner, "process", None)
        code = process.poll() if process is not None else None
        if code is None:
            return "exit status unknown"
        if code == -signal.SIGKILL and _out_of_memory():
            return OUT_OF_MEMORY
        return f"signal {-code}" if code < 0 else f"exit status {code}"


def _out_of_memory() -> bool:
    """Whether Linux ended a process of this control group because its memory ran out, as far as the box shows it."""
    for file in OUT_OF_MEMORY_FILES:
        try:
            counts = dict(line.split() for line in Path(file).read_text(encoding="ascii").splitlines())
        except (OSError, ValueError):
            continue
        if counts.get("oom_kill", "0") != "0":
            return True
    return False


def _versions() -> dict[str, str]:
    found = {"python": sys.version.split()[0]}
    for name in TOLD:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
