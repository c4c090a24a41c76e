"""What is planted outside of a box before it is probed, and what became of it."""

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from grader.sandbox.folders import temporary_folder

VARIABLE = "GRADER_PROBE_SECRET"
ARRIVAL_SECONDS = 0.01
LOWEST_PROCESS = 1000  # smaller numbers also occur inside a box, and would mean another process there
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where a probe may have written


@dataclass(frozen=True, slots=True, kw_only=True)
class Bait:
    """Everything that must not be reached.

    Attributes:
        plan: what the probe inside is told to go for.
        datagrams: the socket that would receive what is sent to it.
        bystander: a process of the grader's user.
    """

    plan: Mapping[str, Any]
    datagrams: socket.socket
    bystander: subprocess.Popen[bytes]

    def judged(self, name: str, reached: Sequence[str]) -> Sequence[str]:
        """What an attempt reached, where only the outside can tell."""
        if name == "network":
            told = f"UDP {self.plan['udp']}"
            rest = [each for each in reached if each != told]
            return [*rest, "UDP to this machine"] if told in reached and self._arrived() else rest
        if name == "signals":
            return reached if self.bystander.poll() is not None or not reached else []
        if name == "survivor":
            return [""] if _end_survivors(self.plan["survivor"]) else []
        return reached

    def _arrived(self) -> bool:
        try:
            return bool(self.datagrams.recv(100) == self.plan["token"].encode())
        except OSError:
            return False


@contextmanager
def planted() -> Iterator[Bait]:
    """Plant everything; afterwards nothing of it is left."""
    token = secrets.token_hex(12)
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        canary = folder / "canary"
        canary.write_text(token)
        folder.chmod(0o777)  # only the box stands in the way
        stream, datagrams = _listening(stack, socket.SOCK_STREAM), _listening(stack, socket.SOCK_DGRAM)
        bystander = _bystander(stack, token)
        stack.enter_context(_secret(token))
        stack.callback(_end_survivors, f"survivor-{token}")
        stack.callback(_take_away, f"grader-probe-{token}")
        plan = {
            "token": token,
            "secret": f"secret-{token}",
            "canary": str(canary),
            "canary_folder": str(folder),
            "home": str(Path.home()),
            "home_entries": _entries(Path.home()),
            "written": f"grader-probe-{token}",
            "tcp": stream.getsockname()[1],
            "udp": datagrams.getsockname()[1],
            "abstract": _abstract(stack, token),
            "socket": _socket_in(stack, folder),
            "bystander": f"bystander-{token}",
            "bystander_pid": max(bystander.pid, LOWEST_PROCESS),
            "survivor": f"survivor-{token}",
        }
        yield Bait(plan=plan, datagrams=datagrams, bystander=bystander)


def _listening(stack: ExitStack, kind: socket.SocketKind) -> socket.socket:
    made = stack.enter_context(socket.socket(socket.AF_INET, kind))
    made.bind(("127.0.0.1", 0))
    if kind is socket.SOCK_STREAM:
        made.listen()
    made.settimeout(ARRIVAL_SECONDS)
    return made


def _abstract(stack: ExitStack, token: str) -> str:
    """The name of a socket that is in no folder; Linux alone has such."""
    if sys.platform == "linux":
        made = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        made.bind(f"\0grader-{token}")
        made.listen()
    return f"grader-{token}"


def _socket_in(stack: ExitStack, folder: Path) -> str:
    path = folder / "socket"
    if hasattr(socket, "AF_UNIX"):
        made = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        with suppress(OSError):  # where the path is too long for a socket, nothing is there to be reached
            made.bind(str(path))
            made.listen()
            path.chmod(0o777)
    return str(path)


def _bystander(stack: ExitStack, token: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)", f"bystander-{token}"]
    process = stack.enter_context(subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True))
    stack.callback(process.kill)
    return process


@contextmanager
def _secret(token: str) -> Iterator[None]:
    os.environ[VARIABLE] = f"secret-{token}"
    try:
        yield
    finally:
        del os.environ[VARIABLE]


def _entries(folder: Path) -> int:
    try:
        return len(list(folder.iterdir()))
    except OSError:
        return 0


def _end_survivors(token: str) -> bool:
    """Whether a process that names the token is there; if so, it is ended."""
    found = False
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if token in process.cmdline():
                process.kill()
                found = True
    return found


def _take_away(name: str) -> None:
    """What a probe that was ended in the middle has written, where nothing kept it from writing."""
    for folder in (Path("/usr"), Path("/etc"), SHARED_MEMORY):
        for path in folder.glob(f"{name}*"):
            with suppress(OSError):
                path.unlink()
