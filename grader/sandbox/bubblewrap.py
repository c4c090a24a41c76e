"""Bubblewrap: namespaces of its own for files, processes, network and users. Linux only, no daemon.

As root, bubblewrap's user namespace maps the caller to the real root, and a remount escapes it. So root makes the
namespaces without one, and gives up its identity and every capability inside, before the worker starts.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from grader.rubric import Limits
from grader.sandbox import disk
from grader.sandbox.box import INSIDE, MEGABYTE, PACKAGE, Setup, environment, interpreter, new_label, resources, worker

HOME = "/home/student"
TMP = "/home/tmp"
CONTROL = "/control"
DATA = "/data"
BOX = "/box"
SYSTEM_FILES = ("ld.so.cache", "localtime", "fonts", "mime.types", "nsswitch.conf")  # of /etc; never all of it
CONTROL_BYTES = 400_000_000  # the worker's own: caches of libraries, observations
SOMEBODY = 1000  # user and group inside a user namespace
FIRST_NUMBER = 0x20000  # as root, each box has a user number of its own, so that limits per user are limits per box

name = "bubblewrap"
fenced = True


@cache
def missing() -> str:
    """Why this box is not to be had here, in one sentence; ``""`` where it is."""
    if sys.platform != "linux":
        return "bubblewrap exists on Linux only."
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap)."
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        return "setpriv is not installed (Debian, Ubuntu: apt install util-linux)."
    trial = [*_namespaces(), *_system(), "--", "/usr/bin/true"]
    try:
        done = subprocess.run(trial, capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not start: {error}."
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines()
        return f"bubblewrap is installed but refused to start: {told[-1] if told else 'no reason given'}."
    return ""


def setup(folder: Path, data: Path, limits: Limits) -> Setup:
    """Everything a notebook writes lies in memory of the box; ``folder`` is not used."""
    return Setup(
        folder=folder, data=data, limits=limits, home=HOME, control=CONTROL, data_inside=DATA, label=new_label()
    )


def argv(setup: Setup) -> list[str]:
    """The command line; what is not named in it does not exist inside."""
    inside: list[str] = ["--proc", "/proc", "--dev", "/dev"]
    for key, value in environment(HOME, CONTROL, TMP).items():
        inside += ["--setenv", key, value]
    inside += _scratch(int(setup.limits.disk_mb * MEGABYTE))
    inside += _passable(interpreter())
    for folder in interpreter():
        inside += ["--ro-bind", folder, folder]
    inside += _hidden()
    inside += ["--ro-bind", str(setup.data), DATA]
    inside += ["--perms", "0755", "--dir", BOX, "--ro-bind", str(INSIDE), f"{BOX}/inside"]
    inside += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME]
    return [*_namespaces(), *_system(), *inside, "--", *_somebody(setup.label), *worker(sys.executable, BOX)]


def confinement(setup: Setup) -> Mapping[str, Any]:
    """System calls are filtered; the rest is what the namespaces do."""
    return {
        "landlock": None,
        "seccomp": True,
        "network_namespace": True,
        "connect": True,
        "rlimits": resources(setup.limits, processes=setup.limits.processes),
    }


def full(setup: Setup, inside: int) -> bool:
    """All that a notebook can write lies in one file system in the box's memory."""
    return disk.file_system_full(Path(f"/proc/{inside}/root/home"), setup.limits.disk_mb * MEGABYTE)


def remove(setup: Setup) -> None:
    """Nothing is left: the process namespace ends with its first process."""


def _namespaces() -> list[str]:
    options = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() != 0:
        somebody = ["--uid", str(SOMEBODY), "--gid", str(SOMEBODY)]
        options += ["--unshare-user", "--disable-userns", *somebody, "--cap-drop", "ALL"]
    return [*options, "--die-with-parent", "--new-session", "--hostname", "box", "--clearenv"]


def _system() -> list[str]:
    """System libraries and programs, read-only."""
    options = ["--ro-bind", "/usr", "/usr", "--perms", "0755", "--dir", "/etc"]
    for folder in ("lib", "lib32", "lib64", "bin", "sbin"):
        path = Path("/", folder)
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            options += ["--ro-bind", str(path), str(path)]
    for file in SYSTEM_FILES:
        options += ["--ro-bind-try", f"/etc/{file}", f"/etc/{file}"]
    return options


def _scratch(disk: int) -> list[str]:
    """What can be written to: one file system for home and temporary files, so that one size bounds both."""
    options = ["--perms", "0755", "--size", str(disk), "--tmpfs", "/home"]
    for folder in (HOME, TMP):
        options += ["--perms", "1777", "--dir", folder]
    options += ["--symlink", "home/tmp", "/tmp"]  # noqa: S108 - inside the box
    for folder, size in (("/dev/shm", disk // 4), (CONTROL, CONTROL_BYTES)):  # noqa: S108
        options += ["--perms", "1777", "--size", str(max(size, 1_000_000)), "--tmpfs", folder]
    return options


def _passable(paths: Sequence[str]) -> list[str]:
    """The folders on the way to a path, open to everybody: made by root, they would be root's alone."""
    options: list[str] = []
    for parent in dict.fromkeys(str(p) for path in paths for p in reversed(Path(path).parents)):
        if parent not in {"/", "/tmp", "/home"}:  # noqa: S108 - inside the box
            options += ["--perms", "0755", "--dir", parent]
    return options


def _hidden() -> list[str]:
    """An installed grader brings rubrics and reference solutions along: an empty folder stands in its place."""
    within = [folder for folder in [*interpreter(), "/usr"] if PACKAGE.is_relative_to(folder)]
    return ["--tmpfs", str(PACKAGE)] if within else []


def _somebody(label: int) -> list[str]:
    """As root: nobody that this machine knows, without any capability."""
    if os.geteuid() != 0:
        return []
    number = str(FIRST_NUMBER + label)
    nobody = ["setpriv", "--reuid", number, "--regid", number, "--clear-groups", "--no-new-privs"]
    return [*nobody, "--bounding-set=-all", "--inh-caps=-all", "--"]
