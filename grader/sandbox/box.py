"""What a box is: a way to start the worker so that the notebook reaches nothing else."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from grader.evidence import IsolationRecord
from grader.rubric import Limits

WORKER = Path(__file__).with_name("worker.py")
PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a box is given.

    Attributes:
        folder: an empty folder outside, for boxes that have no file system of their own.
        data: the folder of served data sets, read-only inside.
        home: where the notebook works, as it is called inside.
        control: where the worker keeps its own files, as it is called inside.
        data_inside: what ``data`` is called inside.
    """

    folder: Path
    data: Path
    limits: Limits
    home: str
    control: str
    data_inside: str


class Box(Protocol):
    """One kind of box; each is a module of this package."""

    name: str

    def setup(self, folder: Path, data: Path, limits: Limits) -> Setup:
        """Where things are inside; makes what must exist outside."""
        ...

    def argv(self, setup: Setup) -> list[str]:
        """The command that runs the worker inside."""
        ...

    def isolation(self) -> IsolationRecord:
        """The honest label."""
        ...


def environment(home: str, control: str) -> Mapping[str, str]:
    """All environment variables of a notebook: none of the grader's own.

    What libraries write for themselves goes where the worker's files are, and not into the student's folder.
    One thread a kernel makes training repeatable and, with several notebooks at a time, faster than two.
    """
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": home,
        "TMPDIR": "/tmp",  # noqa: S108 - the box has one of its own
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "KERAS_HOME": f"{control}/keras",
        "MPLCONFIGDIR": f"{control}/matplotlib",
        "IPYTHONDIR": f"{control}/ipython",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "CUDA_VISIBLE_DEVICES": "-1",
    }
