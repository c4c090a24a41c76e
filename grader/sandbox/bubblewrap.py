"""Bubblewrap: namespaces of its own for files, processes, network and users. Linux only, no daemon.

As root, bubblewrap's user namespace maps the caller to the real root, and a remount escapes it. So root makes the
namespaces without one, and gives up its identity and every capability inside, before the worker starts.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from grader.evidence import IsolationRecord
from grader.rubric import Limits
from grader.sandbox.box import PACKAGE, WORKER, Setup, environment

HOME = "/home/student"
CONTROL = "/control"
DATA = "/data"
SOMEBODY = "1000"  # user and group inside
SYSTEM_FILES = ("ld.so.cache", "localtime", "fonts", "mime.types", "nsswitch.conf")  # of /etc; never all of it
SCRATCH_BYTES = 2_000_000_000
MOST_PROCESSES = 512

name = "bubblewrap"


@cache
def missing() -> str:
    """Why this box is not to be had here, in one sentence; ``""`` where it is."""
    if sys.platform != "linux":
        return "bubblewrap exists on Linux only."
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap)."
    if not shutil.which("setpriv") or not shutil.which("prlimit"):
        return "setpriv and prlimit are not installed (Debian, Ubuntu: apt install util-linux)."
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
    return Setup(folder=folder, data=data, limits=limits, home=HOME, control=CONTROL, data_inside=DATA)


def argv(setup: Setup) -> list[str]:
    """The command line; what is not named in it does not exist inside."""
    inside: list[str] = ["--proc", "/proc", "--dev", "/dev"]
    for key, value in environment(HOME, CONTROL).items():
        inside += ["--setenv", key, value]
    inside += _passable([HOME])
    for scratch in ("/dev/shm", "/tmp", HOME, CONTROL):  # noqa: S108 - inside the box
        inside += ["--perms", "1777", "--size", str(SCRATCH_BYTES), "--tmpfs", scratch]
    inside += _passable(_interpreter())
    for folder in _interpreter():
        inside += ["--ro-bind", folder, folder]
    inside += _hidden()
    inside += ["--ro-bind", str(setup.data), DATA]
    inside += ["--ro-bind", str(WORKER), "/worker.py"]
    inside += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME]
    return [*_namespaces(), *_system(), *inside, "--", *_limited(), sys.executable, "-I", "/worker.py"]


def isolation() -> IsolationRecord:
    """What this box keeps a notebook from."""
    return IsolationRecord(
        box=name,
        enforced=(
            "no network",
            "no files of this machine but system libraries and the Python environment, read-only",
            "no environment variables, no other processes",
            "time, memory, size of files and number of processes limited",
        ),
        not_enforced=(
            "memory is measured four times a second: a faster burst is seen late",
            "system calls are not filtered",
        ),
    )


def _namespaces() -> list[str]:
    options = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() != 0:
        options += ["--unshare-user", "--disable-userns", "--uid", SOMEBODY, "--gid", SOMEBODY, "--cap-drop", "ALL"]
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


def _interpreter() -> list[str]:
    """The Python installation and the virtual environment, unless ``/usr`` has them already."""
    folders = dict.fromkeys(str(Path(prefix).resolve()) for prefix in (sys.base_prefix, sys.prefix))
    folders |= dict.fromkeys([sys.base_prefix, sys.prefix])
    return [folder for folder in folders if not Path(folder).is_relative_to("/usr")]


def _passable(paths: list[str]) -> list[str]:
    """The folders on the way to a path, open to everybody: made by root, they would be root's alone."""
    options = []
    for parent in dict.fromkeys(str(p) for path in paths for p in reversed(Path(path).parents)):
        if parent not in {"/", "/tmp"}:  # noqa: S108 - inside the box
            options += ["--perms", "0755", "--dir", parent]
    return options


def _hidden() -> list[str]:
    """An installed grader brings rubrics and reference solutions along: an empty folder stands in its place."""
    within = [folder for folder in [*_interpreter(), "/usr"] if PACKAGE.is_relative_to(folder)]
    return ["--tmpfs", str(PACKAGE)] if within else []


def _limited() -> list[str]:
    limits = ["prlimit", "--core=0", "--nofile=4096", f"--fsize={SCRATCH_BYTES}", f"--nproc={MOST_PROCESSES}", "--"]
    if os.geteuid() != 0:
        return limits
    nobody = ["setpriv", "--reuid", SOMEBODY, "--regid", SOMEBODY, "--clear-groups", "--no-new-privs"]
    return [*nobody, "--bounding-set=-all", "--inh-caps=-all", "--", *limits]
