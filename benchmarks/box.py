"""What each box costs: one notebook in plain nbclient and in every box of this machine, alternated.

    python benchmarks/box.py [--rounds 9]

The cells do next to nothing, so that only starting, watching and ending a run is measured. Prints wall-clock medians
of one run on one machine, as ratios and differences; then what measuring a box (the probe) takes once a session.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from grader import registry
from grader.rubric import Limits
from grader.sandbox import bubblewrap, container, landlocked, unboxed
from grader.sandbox.box import Box
from grader.sandbox.probe import measure
from grader.sandbox.session import run
from grader.submission import Cell, CellKind, Submission

NO_GUESTS = ("_observer", "_import_watch")
"""What guests share, and none of them: so that the box is measured and not the observation."""
CELLS = ("x = 20", "print(x + 1)", "x + 2")


PLAIN = """
import json, sys
import nbformat
from nbclient import NotebookClient
cells = [nbformat.v4.new_code_cell(source) for source in json.loads(sys.argv[1])]
NotebookClient(nbformat.v4.new_notebook(cells=cells), kernel_name="python3").execute()
"""


def plain_process() -> None:
    """A process for each notebook that runs it with nbclient and a kernel, as ``jupyter execute`` does."""
    subprocess.run([sys.executable, "-c", PLAIN, json.dumps(CELLS)], check=True, capture_output=True)


def plain_kernel() -> None:
    """Only a new kernel for each notebook: nbclient is loaded in this process already."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    NotebookClient(book, kernel_name="python3").execute(stderr=subprocess.DEVNULL)


def in_box(box: Box, data: Path, guests: Mapping[str, str]) -> None:
    """The cells as the grader runs them."""
    cells = tuple(Cell(index=i, kind=CellKind.CODE, source=source) for i, source in enumerate(CELLS))
    notebook = Submission(id="a", student="A", path="a.ipynb", format="ipynb", sha256="", cells=cells)
    record = run(notebook, box=box, guests=guests, data=data, limits=Limits())
    if record.outcome != "finished":
        raise SystemExit(f"{box.name}: {record.outcome}: {record.reason}")


def boxes() -> list[Box]:
    """Every box of this machine, and none."""
    every: list[Box] = [unboxed, bubblewrap, landlocked, container.DOCKER, container.PODMAN]
    return [box for box in every if not box.missing()]


def medians(ways: Mapping[str, Callable[[], None]], rounds: int) -> dict[str, float]:
    """Seconds of each way, done in turn; a first round that fills caches is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, work in ways.items():
            began = time.perf_counter()
            work()
            if number:
                taken[name].append(time.perf_counter() - began)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    guests = registry.guests()
    alone = {name: guests[name] for name in NO_GUESTS}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        data.chmod(0o755)
        ways: dict[str, Callable[[], None]] = {"plain nbclient": plain_process, "plain, one process": plain_kernel}
        for box in boxes():
            ways[f"box: {box.name}"] = lambda box=box: in_box(box, data, alone)  # type: ignore[misc]
        for box in boxes()[1:2]:
            ways[f"box: {box.name}, observed"] = lambda box=box: in_box(box, data, guests)  # type: ignore[misc]
        found = medians(ways, rounds)
        base = found["plain nbclient"]
        print(f"{len(CELLS)} cells that do next to nothing, median of {rounds}, alternated")  # noqa: T201
        for name, seconds in found.items():
            print(f"  {name:<28} {seconds * 1000:7.0f} ms  {seconds / base:5.2f} x  {(seconds - base) * 1000:+6.0f} ms")  # noqa: T201
        for box in boxes():
            began = time.perf_counter()
            measure(box)
            print(f"  probe of {box.name:<19} {(time.perf_counter() - began) * 1000:7.0f} ms, once a session")  # noqa: T201


if __name__ == "__main__":
    main()
