"""A container engine as the box: docker or podman runs the worker from an image that was built beforehand.

The natural box on macOS and Windows, and on a Linux where bubblewrap may not start. The engine makes namespaces and
control groups itself; the image holds the environment that notebooks are graded in, and nothing of the grader.
Nothing is ever pulled: an image that is not here is a reason to say so.
"""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from grader.errors import SandboxError
from grader.rubric import Limits
from grader.sandbox.box import INSIDE, MEGABYTE, Setup, environment, resources, worker

HOME = "/home/student"
TMP = "/tmp"  # noqa: S108 - inside the box
CONTROL = "/control"
DATA = "/data"
BOX = "/box"
USER = "1000:1000"
ENV = "/usr/bin/env"  # by its path: an image need not say where programs are
PATH = "/usr/local/bin:/usr/bin:/bin"
CONTROL_BYTES = 400_000_000  # the worker's own: caches of libraries, observations
BYTES_OF_A_FILE = 4096  # on average, at least: so many files fit a scratch folder
PODMANS_PROCESSES = 32_768  # as containers.conf has it
ANSWER_SECONDS = 5.0
REMOVAL_SECONDS = 30.0
DOCKERFILE = Path(__file__).with_name("Dockerfile")
IMAGE = "grader-notebooks"
ENGINES = ("docker", "podman")


class Container:
    """A box made by one container engine.

    Attributes:
        name: the engine's, which is also the name of its program.
        fenced: never, since the engine limits memory and processes itself.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.fenced = False

    def missing(self) -> str:
        """Why this box is not to be had here, in one sentence; ``""`` where it is."""
        return _missing(self.name, image())

    def setup(self, folder: Path, data: Path, limits: Limits) -> Setup:
        """Everything a notebook writes lies in memory of the container; ``folder`` is not used."""
        label = secrets.randbits(48)
        return Setup(folder=folder, data=data, limits=limits, home=HOME, control=CONTROL, data_inside=DATA, label=label)

    def argv(self, setup: Setup) -> list[str]:
        """The command line; variables are set inside, because engines pass some of the caller's own along."""
        variables = {**environment(HOME, CONTROL, TMP), "PATH": PATH}
        started = ["-i", *(f"{key}={value}" for key, value in variables.items()), *worker("python", BOX)]
        options = [*_isolated(), *_limited(setup.limits), *self._scratch(setup.limits), *_bound(setup), *self._own()]
        named = ["--name", _container(setup), "--hostname", "box", "--user", USER, "--workdir", HOME]
        return [self.name, "run", *named, *options, "--entrypoint", ENV, image(), *started]

    def confinement(self, setup: Setup) -> Mapping[str, Any]:
        """System calls are filtered once more, since engines allow more of them than a notebook needs."""
        return {
            "landlock": None,
            "seccomp": True,
            "network_namespace": True,
            "connect": True,
            "rlimits": resources(setup.limits, processes=None),  # per user, and a user may have many containers
        }

    def full(self, setup: Setup, inside: int) -> bool:  # noqa: ARG002 - every box is asked alike
        """Cannot be seen from outside; the sizes of the engine's scratch folders hold."""
        return False

    def remove(self, setup: Setup) -> None:
        """End the container: it is the engine's child, and outlives the command that started it.

        Raises:
            SandboxError: the engine does not answer, so that the container may still be there.
        """
        at_once = ["--time", "0"] if self.name == "podman" else []
        try:
            _ask(REMOVAL_SECONDS, self.name, "rm", "--force", *at_once, _container(setup))
        except FileNotFoundError:
            return  # no program, so that it cannot have started anything
        except subprocess.TimeoutExpired as error:
            raise SandboxError(f"The container {_container(setup)} could not be removed: {error}.") from error

    def building(self, context: Path) -> list[str]:
        """The command that builds the image; ``context`` is the folder with ``notebooks.txt``."""
        return [self.name, "build", "--tag", image(), "--file", str(DOCKERFILE), str(context)]

    def _scratch(self, limits: Limits) -> list[str]:
        """What can be written to, each with a size; programs in it may run, as they may in the other boxes.

        Docker takes the rights of the image's folder whatever mode is asked for, so that the owner is named, too.
        """
        disk = max(int(limits.disk_mb * MEGABYTE), MEGABYTE)
        options = ["--shm-size", f"{disk // 4}b"]
        for folder, size in ((HOME, disk), (TMP, disk // 2), (CONTROL, CONTROL_BYTES)):
            own = f",uid=1000,gid=1000,nr_inodes={max(size // BYTES_OF_A_FILE, 1000)}" if self.name == "docker" else ""
            options += ["--tmpfs", f"{folder}:rw,exec,nosuid,nodev,mode=1777,size={size}{own}"]
        return options

    def _own(self) -> list[str]:
        """What only podman knows: no proxies of the caller, no folders of unlimited size, no limits above ours."""
        if self.name != "podman":
            return []
        return ["--http-proxy=false", "--read-only-tmpfs=false", *_processes_of_the_caller()]


DOCKER, PODMAN = (Container(name) for name in ENGINES)


def image() -> str:
    """The name of the image, which ``GRADER_IMAGE`` may set."""
    return os.environ.get("GRADER_IMAGE") or IMAGE


def engines() -> Sequence[Container]:
    """The engines to try, best first: both, or the one that ``GRADER_CONTAINER_ENGINE`` names.

    Raises:
        SandboxError: it names something else.
    """
    named = os.environ.get("GRADER_CONTAINER_ENGINE", "")
    if named and named not in ENGINES:
        raise SandboxError(f"GRADER_CONTAINER_ENGINE is {named!r}.", advice=f"It may be {' or '.join(ENGINES)}.")
    return [box for box in (DOCKER, PODMAN) if named in {"", box.name}]


@cache
def _missing(engine: str, wanted: str) -> str:
    if not shutil.which(engine):
        return f"{engine} is not installed."
    try:
        if _ask(ANSWER_SECONDS, engine, "image", "inspect", "--format", "{{.Id}}", wanted).returncode == 0:
            return ""
        version = _ask(ANSWER_SECONDS, engine, "version")
    except subprocess.TimeoutExpired:
        return f"{engine} is installed but does not answer within {ANSWER_SECONDS:g} seconds."
    except OSError as error:
        return f"{engine} is installed but does not start: {error}."
    if version.returncode:
        told = version.stderr.decode(errors="replace").strip().splitlines()
        return f"{engine} is installed but its engine does not answer: {told[-1] if told else 'no reason given'}"
    return f"The image {wanted} is not built in {engine} (`grader doctor` shows the command)."


def _ask(seconds: float, *command: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=seconds, check=False)


def _container(setup: Setup) -> str:
    return f"grader-{setup.label:012x}"


def _isolated() -> list[str]:
    """No network, nothing writable, no rights, nothing pulled, nothing kept."""
    options = ["--rm", "--interactive", "--pull", "never", "--log-driver", "none"]
    options += ["--network", "none", "--ipc", "private", "--read-only"]
    return [*options, "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]


def _limited(limits: Limits) -> list[str]:
    """What is kept in scratch folders counts as memory, too, and is allowed for."""
    disk = int(limits.disk_mb * MEGABYTE)
    memory = int(limits.memory_mb * MEGABYTE) + disk
    options = ["--memory", f"{memory}b", "--memory-swap", f"{memory}b", "--pids-limit", str(limits.processes)]
    for limit, most in (("core", 0), ("nofile", 4096), ("fsize", max(disk, CONTROL_BYTES))):
        options += ["--ulimit", f"{limit}={most}:{most}"]
    return options


def _bound(setup: Setup) -> list[str]:
    """The data sets and the worker's own files, read-only."""
    options: list[str] = []
    for outside, inside in ((setup.data, DATA), (INSIDE, f"{BOX}/inside")):
        options += ["--mount", f"type=bind,source={outside},target={inside},readonly"]
    return options


def _processes_of_the_caller() -> list[str]:
    """Podman asks for more processes a user than a caller without rights may give; ``--pids-limit`` is what counts."""
    most = PODMANS_PROCESSES
    if sys.platform != "win32":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    return ["--ulimit", f"nproc={most}:{most}"]
