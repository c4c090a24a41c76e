"""``grader doctor``: what this machine has, and what it lacks."""

import os
import platform
import shutil
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.cli._options import DataOption, OfflineOption

FRAMEWORKS = ("tensorflow", "keras", "torch", "jax")
NEEDED = ("ipykernel", "nbclient", "nbformat", "matplotlib", "numpy", "pandas")


def command(
    data: DataOption = None,
    offline: OfflineOption = False,
    every: Annotated[bool, typer.Option("--all", help="Probe every box that works here, and no box at all.")] = False,
) -> None:
    """Say what notebooks would run in here: the box, the libraries, the data sets, the GPU."""
    from grader.cli._boxes import boxes, labels, means

    console = Console()
    for title, rows in (
        ("boxes, best first", list(boxes())),
        *labels(every=every),
        ("what boxes are made of", list(means())),
        ("machine", _machine()),
        ("libraries in the notebooks' environment", _libraries()),
        ("reference networks", _references()),
        ("data sets, best source first", _data_sets(data, offline)),
    ):
        table = Table(title=title, title_justify="left", box=None, show_header=False, padding=(0, 2))
        for row in rows:
            table.add_row(*(Text(each) for each in row))
        console.print(table)
        console.print()


def _machine() -> list[tuple[str, str]]:
    from grader.executors.local import jobs

    memory = psutil.virtual_memory()
    return [
        ("python", f"{platform.python_version()} on {platform.system()} {platform.release()}"),
        ("cores", f"{os.cpu_count()}, {jobs()} notebooks side by side"),
        ("memory", f"{memory.available / 1e9:.0f} of {memory.total / 1e9:.0f} GB available"),
        ("GPU", _gpu()),
    ]


def _references() -> list[tuple[str, str]]:
    from grader.baseline.store import Store
    from grader.cli._references import stored

    store = stored()
    shipped = len(Store(shipped=store.shipped, cache=store.shipped / "none").usable())
    every = list(store.every())
    usable = store.usable()
    damaged = len(every) - len(usable)
    unusable = f", {damaged} that cannot be read" if damaged else ""
    return [
        ("trained with", _trainer()),
        ("baselines", f"{shipped} shipped, {len(usable) - shipped} trained here{unusable}"),
    ]


def _trainer() -> str:
    if find_spec("keras") is None:
        return "nothing: Keras is not installed (extra: keras), so only stored baselines are used"
    if find_spec("jax") is not None:
        return "JAX, all seeds at once"
    if find_spec("tensorflow") is not None:
        return "TensorFlow, one seed after another; JAX (extra: jax) is many times as fast"
    return "nothing: neither JAX nor TensorFlow is installed (extras: jax, keras)"


def _gpu() -> str:
    """Asked without a framework: importing one takes seconds and belongs into the box."""
    cards = sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
    if cards:
        lines = [line for card in cards for line in card.read_text(errors="replace").splitlines() if "Model" in line]
        return (
            ", ".join(line.partition(":")[2].strip() for line in lines)
            + " (for reference networks; notebooks run on the CPU)"
        )
    if shutil.which("nvidia-smi"):
        return "nvidia-smi is installed, but the driver shows no card; notebooks run on the CPU"
    return "none; notebooks run on the CPU"


def _libraries() -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name in (*FRAMEWORKS, *NEEDED):
        try:
            rows.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            rows.append((name, _absent(name)))
    return rows


def _absent(name: str) -> str:
    if name in {"tensorflow", "keras", "matplotlib"}:
        return (
            "not installed: notebooks that import it end as an environment matter (install the grader's extra: keras)"
        )
    return "not installed (optional)" if name in FRAMEWORKS else "not installed"


def _data_sets(data: Path | None, offline: bool) -> list[tuple[str, str, str]]:
    from grader.datasets.provide import available

    return [(each.name, each.served.value, each.where) for each in available(data=data, download=not offline)]
