"""What the box and the observation cost: one notebook, plain nbclient against the grader's own runs, alternated.

    python benchmarks/observing.py [NOTEBOOK] [--rounds 5]

Prints wall-clock medians and ratios of one run on one machine. The plain run has the same one thread a kernel, so that
only the box and the guests make the difference.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

from grader import registry
from grader.cli._setup import mentioned
from grader.datasets.provide import provide
from grader.loaders.collect import collect
from grader.rubric import Limits
from grader.sandbox import bubblewrap, unboxed
from grader.sandbox.box import Box, environment
from grader.sandbox.session import run
from grader.submission import Submission

NOTEBOOK = Path(__file__).parents[1] / "examples" / "submissions" / "hana-sato.ipynb"
TRAINS = Path(__file__).parents[1] / "examples" / "submissions" / "lucia-romano.ipynb"


def plain(path: Path, data: Path) -> None:
    """The notebook in nbclient as anybody would run it, with its data sets in the Keras cache's place."""
    threads = {key: value for key, value in environment("", "").items() if "THREADS" in key or key.startswith("TF_")}
    os.environ.update(threads)
    book = nbformat.read(path, as_version=4)
    if any(data.glob("*.npz")):
        book.cells.insert(0, nbformat.v4.new_code_cell(SERVE.format(data=str(data))))
    NotebookClient(book, kernel_name="python3", allow_errors=True, timeout=600).execute()


# Without a network Keras cannot load its data sets, so the plain run reads the same files through a stand-in loader.
SERVE = """
import keras, numpy
def _load(name):
    def load_data():
        with numpy.load(f"{data}/{{name}}.npz") as a:
            return (a["x_train"], a["y_train"]), (a["x_test"], a["y_test"])
    return load_data
for _name in ("mnist", "fashion_mnist", "cifar10"):
    getattr(keras.datasets, _name).load_data = _load(_name)
"""


def timed(work: Callable[[], object]) -> float:
    """Wall-clock seconds of a piece of work."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def compare(path: Path, rounds: int) -> None:
    """Run a notebook in each way, in turn, and print medians and ratios."""
    (submission,) = collect([path], registry.having("loaders", "SUFFIXES", "load"))
    if not isinstance(submission, Submission):
        raise SystemExit(f"{path}: {submission.reason}")
    boxes: list[Box] = [unboxed] if bubblewrap.missing() else [unboxed, bubblewrap]
    with TemporaryDirectory() as folder:
        data = Path(folder)
        provide(mentioned([submission]), folder=data, download=False)
        data.chmod(0o755)
        ways: dict[str, Callable[[], object]] = {"plain nbclient": lambda: plain(path, data)}
        for box in boxes:
            ways[f"observed, box: {box.name}"] = lambda box=box: run(  # type: ignore[misc]
                submission, box=box, guests=registry.guests(), data=data, limits=Limits()
            )
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, work in ways.items():
                taken[name].append(timed(work))
    base = statistics.median(taken["plain nbclient"])
    print(f"\n{path.name}, {rounds} rounds, alternated")  # noqa: T201
    for name, seconds in taken.items():
        middle = statistics.median(seconds)
        print(f"  {name:<28} {middle:6.2f} s   {middle / base:5.2f} x   {min(seconds):.2f}-{max(seconds):.2f} s")  # noqa: T201


def main() -> None:
    """Compare on a notebook that trains nothing and on one that trains, or on the one that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", nargs="*", type=Path, default=[NOTEBOOK, TRAINS])
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    for path in asked.notebook:
        compare(path, asked.rounds)


if __name__ == "__main__":
    main()
