"""No box: the notebook runs as the user who grades, and can do whatever that user can. For trusted code only."""

import sys
from pathlib import Path

from grader.evidence import IsolationRecord
from grader.rubric import Limits
from grader.sandbox.box import WORKER, Setup, environment

name = "none"


def setup(folder: Path, data: Path, limits: Limits) -> Setup:
    """Folders of its own, which is manners, not isolation."""
    home, control = folder / "work", folder / "control"
    home.mkdir()
    control.mkdir()
    return Setup(folder=folder, data=data, limits=limits, home=str(home), control=str(control), data_inside=str(data))


def argv(setup: Setup) -> list[str]:
    """A plain process, with a clean environment all the same."""
    variables = [f"{key}={value}" for key, value in environment(setup.home, setup.control).items()]
    return ["env", "-i", *variables, sys.executable, "-I", str(WORKER)]


def isolation() -> IsolationRecord:
    """What is left open, in so many words."""
    return IsolationRecord(
        box=name,
        enforced=("time and memory limited",),
        not_enforced=(
            "the notebook could read and write every file of the user who graded it",
            "the notebook could use the network",
            "the notebook could see and end other processes of that user",
        ),
    )
