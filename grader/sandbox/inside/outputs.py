"""What a cell put out: bounded, joined, and without what differs from run to run."""

from __future__ import annotations

import re
from typing import Any

from nbformat import NotebookNode

LONGEST_TEXT = 100_000  # characters of one output
LARGEST_IMAGE = 3_000_000  # characters of base64
MOST_OUTPUTS = 500  # of one cell
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,16}\b")
PSEUDO_FILE = re.compile(r" \((?:\d+|<[^>]*>)(?:\.py)?, line \d+\)$")  # IPython's name for a cell
COLOURS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


def outputs(cell: NotebookNode, *, cut: bool) -> list[dict[str, Any]]:
    """A cell's outputs as they are told; ``cut`` says that some were dropped already."""
    joined = _joined(cell.outputs)
    told = [_output(each) for each in joined[:MOST_OUTPUTS]]
    if cut or len(joined) > MOST_OUTPUTS:
        told.append({"kind": "stderr", "text": "[grader: more output was cut off here]"})
    return told


def error(cell: NotebookNode, reply: dict[str, Any] | None) -> dict[str, Any] | None:
    """The exception that ended a cell, or ``None``. The kernel's reply tells of one that was not shown."""
    for output in cell.outputs:
        if output.output_type == "error":
            line = _line("\n".join(output.get("traceback", [])))
            message = PSEUDO_FILE.sub("", str(output.evalue)[:4000])
            return {"name": str(output.ename)[:200], "message": message, "line": line}
    if reply is None:
        return {"name": "KernelError", "message": "the kernel gave no answer about this cell", "line": None}
    content = reply["content"]
    if content["status"] == "ok":
        return None
    return {
        "name": str(content.get("ename", "KernelError"))[:200],
        "message": str(content.get("evalue", content["status"]))[:4000],
        "line": None,
    }


def _line(traceback: str) -> int | None:
    """The line of the cell that an exception came from, as IPython's traceback or SyntaxError tells it."""
    text = COLOURS.sub("", traceback)
    found = re.findall(r"Cell In\[\d+\], line (\d{1,6})\b", text)
    return int(found[0]) if found else None


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
