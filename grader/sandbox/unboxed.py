"""No box: the notebook runs as the user who grades, and can do whatever that user can. For trusted code only."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.rubric import Limits
from grader.sandbox import disk
from grader.sandbox.box import GUARDIAN, INSIDE, MEGABYTE, Setup, environment, resources, worker

FOLDERS = ("home", "control", "tmp")

name = "none"
fenced = True


def missing() -> str:
    """Never: every machine can do without a box."""
    return ""


def setup(folder: Path, data: Path, limits: Limits) -> Setup:
    """Folders of its own, which is manners, not isolation."""
    for each in FOLDERS:
        (folder / each).mkdir()
    home, control = str(folder / "home"), str(folder / "control")
    return Setup(folder=folder, data=data, limits=limits, home=home, control=control, data_inside=str(data))


def argv(setup: Setup) -> list[str]:
    """A process with a clean environment, and a guardian that ends whatever it leaves behind."""
    variables = [f"{k}={v}" for k, v in environment(setup.home, setup.control, str(setup.folder / "tmp")).items()]
    guarded = [sys.executable, "-I", str(GUARDIAN)] if os.name == "posix" else []
    return ["env", "-i", *variables, *guarded, *worker(sys.executable, str(INSIDE.parent))]


def confinement(setup: Setup) -> Mapping[str, Any]:
    """Limits of size only."""
    return {
        "landlock": None,
        "seccomp": False,
        "network_namespace": False,
        "connect": True,
        "rlimits": resources(setup.limits, processes=None),
    }


def full(setup: Setup, inside: int) -> bool:
    """What the notebook writes into its own folder; elsewhere nobody looks."""
    return disk.folder_full(setup.folder, setup.limits.disk_mb * MEGABYTE)


def remove(setup: Setup) -> None:
    """Nothing more than what the guardian does."""
