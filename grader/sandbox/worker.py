"""Runs one notebook, from inside the box: nbclient and the kernel together.

This file is executed as a script by the box's interpreter and imports nothing of ours. It reads one job (JSON) from
standard input and writes messages (one JSON object a line) to what was its standard output; the grader outside reads
them as hostile. Messages:

    started  {versions}
    cell     {cell}                                                   a code cell begins
    event    {event}                                                  what a guest in the kernel saw
    done     {cell, outcome, seconds, outputs, error}                 a code cell ended
    end      {outcome, cell, reason}                                  nothing more follows
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode, v4

INTERRUPTS = 4  # of a cell whose time is up
GRACE = 5.0  # seconds that it may take to stop after each
LONGEST_TEXT = 100_000  # characters of one output
LARGEST_IMAGE = 3_000_000  # characters of base64
MOST_OUTPUTS = 500  # of one cell
MOST_MESSAGES = 20_000  # with output, of one cell
TOLD = ("tensorflow", "keras", "torch", "numpy", "pandas", "matplotlib", "scikit-learn", "ipykernel", "nbclient")
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,16}\b")
PSEUDO_FILE = re.compile(r" \((?:\d+|<[^>]*>)(?:\.py)?, line \d+\)$")  # IPython's name for a cell
COLOURS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


class Messages:
    """The way out of the box."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def send(self, kind: str, **facts: Any) -> None:
        """Write one message."""
        line = json.dumps({"type": kind, **facts}).encode("ascii") + b"\n"
        while line:
            line = line[os.write(self._descriptor, line) :]


class Transcript:
    """The file to which guests in the kernel append; opened before the kernel starts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.fdopen(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o600), "rb")
        self._rest = b""

    def forward(self, messages: Messages) -> None:
        """Pass on what was appended since the last time; a line that is not finished waits."""
        lines = (self._rest + self._file.read()).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            try:
                messages.send("event", event=json.loads(line))
            except (ValueError, RecursionError):
                continue


class Client(NotebookClient):
    """An nbclient that keeps no more output than a report can show.

    Its own joining of streams is switched off: the time that takes grows with the square of a line's length, and one
    long line would hold up every timer here.
    """

    characters_left: int = 0
    messages_left: int = 0

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Cut outputs down to the limits before they take memory."""
        if msg["msg_type"] in {"stream", "display_data", "execute_result"}:
            content = msg["content"]
            self.messages_left -= 1
            text = content.get("text")
            if isinstance(text, str) and self.characters_left > 0:
                content["text"] = text[: self.characters_left]
            self.characters_left -= len(text or "") + _size(content.get("data"))
            if self.messages_left < 0 or (self.characters_left < 0 and not content.get("text")):
                return None
        return super().process_message(msg, cell, cell_index)


def _size(data: dict[str, Any] | None) -> int:
    return sum(len(str(value)) for value in data.values()) if data else 0


class Run:
    """One notebook's way through the kernel."""

    def __init__(self, job: dict[str, Any], messages: Messages) -> None:
        self.job = job
        self.messages = messages
        self.limits: dict[str, float] = job["limits"]
        self.folder = Path(job["folder"])
        self.transcript = Transcript(self.folder / "transcript.jsonl")
        self.cells = [(cell["index"], cell["source"]) for cell in job["cells"]]
        make: Any = v4  # which is not typed
        self.notebook = make.new_notebook(cells=[make.new_code_cell(source) for _, source in self.cells])
        self.deadline = time.monotonic() + self.limits["total_seconds"]

    async def go(self) -> None:
        """Start the kernel, put the guests in place, execute every cell, say how it ended."""
        manager = AsyncKernelManager(transport="ipc", connection_file=str(self.folder / "kernel.json"))
        manager.ip = str(self.folder / "kernel-ipc")
        manager._kernel_spec = KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
        )
        client = Client(self.notebook, km=manager, allow_errors=True, coalesce_streams=False)
        client.startup_timeout = 120
        client.log.setLevel(logging.CRITICAL)
        client.reset_execution_trackers()
        await client.async_start_new_kernel(cwd=self.job["cwd"])
        await client.async_start_new_kernel_client()
        try:
            await self._install_guests(client)
            self.messages.send("started", versions=_versions())
            outcome, cell, reason = await self._execute(client, manager)
        finally:
            self.transcript.forward(self.messages)
        self.messages.send("end", outcome=outcome, cell=cell, reason=reason)
        await manager.shutdown_kernel(now=True)

    async def _install_guests(self, client: Client) -> None:
        code = BOOTSTRAP.format(
            guests=self.job["guests"],
            transcript=str(self.transcript.path),
            events=int(self.limits["events"]),
            data=self.job["data"],
        )
        kernel: Any = client.kc
        reply = await kernel.execute(code, silent=True, store_history=False, reply=True, timeout=60)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("guests: " + COLOURS.sub("", "\n".join(reply["content"].get("traceback", []))))

    async def _execute(self, client: Client, manager: AsyncKernelManager) -> tuple[str, int | None, str]:
        for position, (index, source) in enumerate(self.cells):
            if not source.strip():
                continue
            left = self.deadline - time.monotonic()
            if left <= 0:
                return "time limit", index, "total_seconds"
            self.messages.send("cell", cell=index)
            outcome, reason = await self._cell(client, manager, position, index, left)
            self.transcript.forward(self.messages)
            if outcome == "killed":
                return "killed", index, f"{reason}; {_exit_status(manager)}"
            if outcome == "time limit" and reason == "total_seconds":
                return "time limit", index, reason
            if outcome == "stuck":
                return "time limit", index, "cell_seconds: the cell could not be interrupted"
        return "finished", None, ""

    async def _cell(
        self, client: Client, manager: AsyncKernelManager, position: int, index: int, left: float
    ) -> tuple[str, str]:
        """Execute one cell and report it; the outcome, and which limit or cause decided it."""
        limit = min(self.limits["cell_seconds"], left)
        name = "total_seconds" if left <= self.limits["cell_seconds"] else "cell_seconds"
        client.characters_left = int(self.limits["output_mb"] * 1_000_000 / 4)
        client.messages_left = MOST_MESSAGES
        cell = self.notebook.cells[position]
        began = time.monotonic()
        work = asyncio.ensure_future(client.async_execute_cell(cell, position))
        in_time = await _within(work, limit, manager)
        error = _error(cell)
        if not work.done():
            work.cancel()
            outcome, reason = "stuck", name
        elif isinstance(work.exception(), DeadKernelError):
            outcome, reason = "killed", "the kernel ended"
        elif not in_time:
            outcome, reason = "time limit", name
        else:
            outcome, reason = ("error", "") if error or work.exception() else ("ok", "")
        self.messages.send(
            "done",
            cell=index,
            outcome="time limit" if outcome == "stuck" else outcome,
            seconds=time.monotonic() - began,
            outputs=self._outputs(client, cell),
            error=error,
        )
        return outcome, reason

    @staticmethod
    def _outputs(client: Client, cell: NotebookNode) -> list[dict[str, Any]]:
        joined = _joined(cell.outputs)
        outputs = [_output(each) for each in joined[:MOST_OUTPUTS]]
        if min(client.characters_left, client.messages_left, MOST_OUTPUTS - len(joined)) < 0:
            outputs.append({"kind": "stderr", "text": "[grader: more output was cut off here]"})
        return outputs


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """The outputs with all of each stream in one piece, where its first piece stood.

    Which of the two streams speaks first is a matter of chance: side by side, stdout always stands before stderr.
    """
    parts: dict[str, list[str]] = {}
    kept: list[NotebookNode] = []
    for output in outputs:
        if output.output_type != "stream":
            kept.append(output)
            continue
        if output.name not in parts:
            kept.append(output)
        parts.setdefault(output.name, []).append(output.text)
    for output in kept:
        if output.output_type == "stream":
            output.text = overwritten("".join(parts[output.name]))
    names = [output.get("name") for output in kept]
    for here in range(len(kept) - 1):
        if names[here : here + 2] == ["stderr", "stdout"]:
            kept[here : here + 2] = [kept[here + 1], kept[here]]
            break
    return kept


def overwritten(text: str) -> str:
    """What is left on the screen: a line that was begun anew (progress bars do so) shows its last state."""
    lines = []
    for line in text.split("\n"):
        last = line.rstrip("\r").rpartition("\r")[2]
        lines.append(_rubbed_out(last) if "\b" in last else last)
    return "\n".join(lines)


def _rubbed_out(line: str) -> str:
    """A line after its backspaces."""
    kept: list[str] = []
    for character in line:
        if character != "\b":
            kept.append(character)
        elif kept:
            kept.pop()
    return "".join(kept)


async def _within(work: asyncio.Future[Any], limit: float, manager: AsyncKernelManager) -> bool:
    """Wait for a cell; interrupt it when its time is up, repeatedly, because libraries swallow interrupts.

    Returns:
        Whether it ended in time. When it did not, it may still be running.
    """
    await asyncio.wait({work}, timeout=limit)
    if work.done():
        return True
    for _ in range(INTERRUPTS):
        await manager.interrupt_kernel()
        await asyncio.wait({work}, timeout=GRACE)
        if work.done():
            break
    return False


def _error(cell: NotebookNode) -> dict[str, Any] | None:
    for output in cell.outputs:
        if output.output_type == "error":
            line = _line("\n".join(output.get("traceback", [])))
            message = PSEUDO_FILE.sub("", str(output.evalue)[:4000])
            return {"name": str(output.ename)[:200], "message": message, "line": line}
    return None


def _line(traceback: str) -> int | None:
    """The line of the cell that an exception came from, as IPython's traceback or SyntaxError tells it."""
    text = COLOURS.sub("", traceback)
    found = re.findall(r"Cell In\[\d+\], line (\d+)", text)
    return int(found[0]) if found else None


def _output(output: NotebookNode) -> dict[str, Any]:
    kind = output.output_type
    if kind == "stream":
        return {"kind": "stderr" if output.name == "stderr" else "stdout", "text": _cut(output.text)}
    if kind == "error":
        return {
            "kind": "error",
            "text": _cut("\n".join(output.get("traceback", []))),
            "error_name": str(output.ename)[:200],
            "error_value": str(output.evalue)[:4000],
        }
    data = output.get("data", {})
    told = {"kind": "result" if kind == "execute_result" else "display", "text": _cut(data.get("text/plain", ""))}
    image = data.get("image/png")
    if isinstance(image, str) and len(image) <= LARGEST_IMAGE:
        told["png"] = image.replace("\n", "")
    return told


def _cut(text: Any) -> str:
    """Text without colours and addresses of objects (which differ from run to run), and not too long."""
    clean = ADDRESS.sub(" at 0x…", COLOURS.sub("", text if isinstance(text, str) else str(text)))
    if len(clean) <= LONGEST_TEXT:
        return clean
    return clean[: LONGEST_TEXT // 2] + "\n[grader: cut here]\n" + clean[-LONGEST_TEXT // 2 :]


def _exit_status(manager: AsyncKernelManager) -> str:
    process = getattr(manager.provisioner, "process", None)
    code = process.poll() if process is not None else None
    if code is None:
        return "exit status unknown"
    return f"signal {-code}" if code < 0 else f"exit status {code}"


def _versions() -> dict[str, str]:
    found = {"python": sys.version.split()[0]}
    for name in TOLD:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


# The guests become modules of a package that exists only in the kernel's memory.
BOOTSTRAP = """
def _install(sources):
    import importlib.abc, importlib.util, sys

    class Guests(importlib.abc.MetaPathFinder, importlib.abc.Loader):
        def find_spec(self, fullname, path=None, target=None):
            if fullname == "observing":
                return importlib.util.spec_from_loader(fullname, self, is_package=True)
            if fullname.startswith("observing.") and fullname[10:] in sources:
                return importlib.util.spec_from_loader(fullname, self)
            return None

        def exec_module(self, module):
            source = sources.get(module.__name__[10:], "")
            exec(compile(source, "<grader>", "exec"), module.__dict__)

    finder = Guests()
    sys.meta_path.insert(0, finder)
    observer = importlib.import_module("observing._observer").Observer(
        get_ipython(), {transcript!r}, most_events={events!r}, data={data!r}
    )
    for name in sources:
        if not name.startswith("_"):
            importlib.import_module("observing." + name).install(observer)
    sys.meta_path.remove(finder)


_install({guests!r})
del _install
"""


def main() -> None:
    """Run the job on standard input."""
    messages = Messages(os.dup(1))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    job = json.load(sys.stdin)
    try:
        asyncio.run(Run(job, messages).go())
    except Exception as error:  # noqa: BLE001 - whatever it was, the grader outside must hear of it
        messages.send("end", outcome="harness failure", cell=None, reason=f"{type(error).__name__}: {error}"[:4000])


if __name__ == "__main__":
    main()
