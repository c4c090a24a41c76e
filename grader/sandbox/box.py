"""What a box is: a way to start the worker so that the notebook reaches nothing else."""

import itertools
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from grader.rubric import Limits

INSIDE = Path(__file__).with_name("inside")
GUARDIAN = INSIDE / "guardian.py"
PACKAGE = Path(__file__).resolve().parent.parent
ENTRY = "import sys; sys.path.append(sys.argv[1]); from inside.main import main; main()"
MEGABYTE = 1_000_000
_labels = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a box is given.

    Attributes:
        folder: an empty folder outside, for boxes that have no file system of their own.
        data: the folder of served data sets, read-only inside.
        home: where the notebook works, as it is called inside.
        control: where the worker keeps its own files, as it is called inside.
        data_inside: what ``data`` is called inside.
        label: unique among the boxes of this machine; a name or a user number may be made of it.
    """

    folder: Path
    data: Path
    limits: Limits
    home: str
    control: str
    data_inside: str
    label: int = 0


class Box(Protocol):
    """One kind of box; each is a module of this package.

    Attributes:
        name: as in the report.
        fenced: whether a control group may be put around it; a container engine makes its own.
    """

    name: str
    fenced: bool

    def missing(self) -> str:
        """Why this box is not to be had here, in one sentence; ``""`` where it is."""
        ...

    def setup(self, folder: Path, data: Path, limits: Limits) -> Setup:
        """Where things are inside; makes what must exist outside."""
        ...

    def argv(self, setup: Setup) -> list[str]:
        """The command that runs the worker inside."""
        ...

    def confinement(self, setup: Setup) -> Mapping[str, Any]:
        """What the worker takes away from itself before it looks at the notebook; see `inside.confinement`."""
        ...

    def full(self, setup: Setup, inside: int) -> bool:
        """Whether the notebook's files have reached their limit; ``inside`` is the number of a process inside."""
        ...

    def remove(self, setup: Setup) -> None:
        """End what may be left when the command has ended."""
        ...


def new_label() -> int:
    """A number for one box, below a million, that no other box of this process and hardly one of another has."""
    return os.getpid() % 10_000 * 100 + next(_labels) % 100


def worker(python: str, folder: str) -> list[str]:
    """The command that starts the worker, whose package lies in ``folder``."""
    return [python, "-I", "-c", ENTRY, folder]


def environment(home: str, control: str, tmp: str) -> Mapping[str, str]:
    """All environment variables of a notebook: none of the grader's own.

    What libraries write for themselves goes where the worker's files are, and not into the student's folder.
    One thread a kernel makes training repeatable and, with several notebooks at a time, faster than two.
    """
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": home,
        "USER": "student",
        "LOGNAME": "student",
        "TMPDIR": tmp,
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


def resources(limits: Limits, *, processes: int | None) -> Mapping[str, int | None]:
    """Resource limits of each process, as the last line behind what is measured from outside.

    ``data`` is twice what all processes may have together: it stops a single burst between two measurements, and
    leaves room for memory that is reserved and never used.
    """
    return {
        "core": 1,  # byte: Linux ignores a limit of 0 where a program collects core dumps
        "nofile": 4096,
        "fsize": int(limits.disk_mb * MEGABYTE),
        "nproc": processes,
        "data": int(2 * limits.memory_mb * MEGABYTE),
    }


def interpreter() -> Sequence[str]:
    """The Python installation and the virtual environment, unless ``/usr`` has them already."""
    folders = dict.fromkeys(str(Path(prefix).resolve()) for prefix in (sys.base_prefix, sys.prefix))
    folders |= dict.fromkeys([sys.base_prefix, sys.prefix])
    return [folder for folder in folders if not Path(folder).is_relative_to("/usr")]
