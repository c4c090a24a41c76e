"""Landlock and seccomp: the worker takes the rights away from itself. Needs no program, no daemon and no namespace.

For machines without bubblewrap and for containers in which it cannot start: Linux 6.12 or later, and libseccomp. Files
that are not named cannot be opened, no connection can be made, no other process signalled; that other files exist, and
their sizes, can still be seen. As root the worker is nobody else's user, with one capability left: to read the
interpreter where only root may (Landlock still decides which files).
"""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from grader.rubric import Limits
from grader.sandbox import disk
from grader.sandbox.box import (
    GUARDIAN,
    INSIDE,
    MEGABYTE,
    PACKAGE,
    Setup,
    environment,
    interpreter,
    new_label,
    resources,
    worker,
)
from grader.sandbox.folders import clear
from grader.sandbox.inside import filters, landlock

NEEDED = 6  # version of Landlock's interface: signals and abstract sockets
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
SYSTEM_FILES = ("ld.so.cache", "localtime", "fonts", "mime.types", "nsswitch.conf")
KERNEL_FILES = tuple(
    f"/proc/{file}"
    for file in ("self", "cpuinfo", "meminfo", "stat", "version", "filesystems", "sys/vm/overcommit_memory")
)
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - the system's own name for it
DEVICES = ("null", "zero", "full", "random", "urandom")
FIRST_NUMBER = 0x40000
FOLDERS = ("home", "control", "tmp")

name = "landlock"
fenced = True


@cache
def missing() -> str:
    """Why this box is not to be had here, in one sentence; ``""`` where it is."""
    if sys.platform != "linux":
        return "Landlock exists on Linux only."
    found = landlock.abi()
    if found < NEEDED:
        told = f"has version {found} of it" if found else "does not have it"
        return f"Landlock of version {NEEDED} is needed (Linux 6.12 or later); this kernel {told}."
    if not filters.available():
        return "libseccomp is not installed (Debian, Ubuntu: apt install libseccomp2)."
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        return "setpriv is not installed (Debian, Ubuntu: apt install util-linux)."
    return ""


def setup(folder: Path, data: Path, limits: Limits) -> Setup:
    """Three folders outside that the notebook may write to."""
    folder.chmod(0o755)
    for each in FOLDERS:
        (folder / each).mkdir()
        (folder / each).chmod(0o1777)
    home, control = str(folder / "home"), str(folder / "control")
    return Setup(
        folder=folder, data=data, limits=limits, home=home, control=control, data_inside=str(data), label=new_label()
    )


def argv(setup: Setup) -> list[str]:
    """A guardian outside of the confinement, and the worker that will confine itself."""
    variables = [f"{k}={v}" for k, v in environment(setup.home, setup.control, str(setup.folder / "tmp")).items()]
    guardian = [sys.executable, "-I", str(GUARDIAN)]
    return ["env", "-i", *variables, *guardian, *_somebody(setup.label), *worker(sys.executable, str(INSIDE.parent))]


def confinement(setup: Setup) -> Mapping[str, Any]:
    """Which files may be opened; no connections at all, since Landlock cannot tell sockets apart by their paths.

    The worker sees all processes (and says of the kernel that it goes first when memory runs out); the kernel sees only
    itself.
    """
    readable = [*(f"/etc/{file}" for file in SYSTEM_FILES), "/sys/devices/system/cpu", str(setup.data), str(INSIDE)]
    folders = [*SYSTEM, *interpreter()]
    for folder in folders:
        readable += _without_the_grader(Path(folder))
    names = [str(PACKAGE.parent)] if any(PACKAGE.is_relative_to(folder) for folder in folders) else []
    writable = [str(setup.folder / each) for each in FOLDERS] + [f"/dev/{device}" for device in DEVICES]
    if os.geteuid() == 0:  # as a user of its own it cannot open what others share there; as yours it could
        writable.append(SHARED_MEMORY)
    return {
        "landlock": {"read": readable, "write": [*writable, "/proc"], "names": names},
        "kernel_landlock": {"read": [*readable, *KERNEL_FILES], "write": writable, "names": names},
        "seccomp": True,
        "network_namespace": False,
        "connect": False,
        "rlimits": resources(setup.limits, processes=setup.limits.processes if os.geteuid() == 0 else None),
    }


def full(setup: Setup, inside: int) -> bool:
    """All that a notebook can write lies in one folder, and, as root, in the system's shared memory."""
    most = setup.limits.disk_mb * MEGABYTE
    shared = sum(entry.stat(follow_symlinks=False).st_blocks * disk.BLOCK for entry in _shared(setup))
    return shared >= most or disk.folder_full(setup.folder, most)


def remove(setup: Setup) -> None:
    """Take away what was left in shared memory; the guardian has ended all processes."""
    for entry in list(_shared(setup)):
        clear(Path(entry.path))


def _shared(setup: Setup) -> Iterator[os.DirEntry[str]]:
    """What this box has put into shared memory; nothing unless it has a user number of its own."""
    if os.geteuid() != 0 or not Path(SHARED_MEMORY).is_dir():
        return
    with os.scandir(SHARED_MEMORY) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                if entry.stat(follow_symlinks=False).st_uid == FIRST_NUMBER + setup.label:
                    yield entry


def _without_the_grader(folder: Path) -> Iterator[str]:
    """A folder, or all that is in it but the grader itself: rubrics and reference solutions travel with it.

    Where the grader is one package among others, the names in that folder stay to be seen: Python finds no module
    without them.
    """
    if not PACKAGE.is_relative_to(folder.resolve()):
        yield str(folder)
    elif folder != PACKAGE and not folder.is_symlink():  # lib64 may be a link to lib
        for entry in sorted(folder.iterdir()):
            yield from _without_the_grader(entry)


def _somebody(label: int) -> list[str]:
    """As root: nobody that this machine knows, who may read what root may, and nothing else."""
    if os.geteuid() != 0:
        return []
    number = str(FIRST_NUMBER + label)
    nobody = ["setpriv", "--reuid", number, "--regid", number, "--clear-groups", "--no-new-privs"]
    kept = [f"--{each}=-all,+dac_read_search" for each in ("bounding-set", "inh-caps", "ambient-caps")]
    return [*nobody, *kept, "--"]
