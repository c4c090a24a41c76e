"""What a notebook might reach that is not its own. Each attempt says what it reached; nothing means: stopped.

Attempts do no harm where nothing stops them: files are opened and closed, what is written is taken away again, system
calls are made with arguments that ask for nothing.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

Plan = Mapping[str, Any]
SECONDS = 0.2  # for an answer from this very machine
NOWHERE = "192.0.2.1"  # an address that is kept for examples
MOST_PROCESSES = 500  # whose folders under /proc are looked into


def files(plan: Plan) -> list[str]:
    """Read the canary, by its path and by way of other processes; list the home of who grades."""
    canary, reached = plan["canary"], []
    if _reads(canary):
        reached.append("by path")
    for process in _processes():
        if any(_reads(f"{process}/{way}{canary}") for way in ("root", "cwd")):
            reached.append("by way of another process")
            break
    try:
        listed = len(os.listdir(plan["home"]))  # noqa: PTH208
    except OSError:
        listed = 0
    return [*reached, "the home directory"] if 0 < plan["home_entries"] <= listed else reached


def names(plan: Plan) -> list[str]:
    """See that the canary exists."""
    return [""] if os.path.exists(plan["canary"]) else []  # noqa: PTH110 - Path raises where it may not


def writing(plan: Plan) -> list[str]:
    """Write next to the canary, and to system folders and the interpreter's packages."""
    places = {"the grader's folder": plan["canary_folder"], "/usr": "/usr", "/etc": "/etc"}
    places["Python's packages"] = sysconfig.get_paths()["purelib"]
    return [told for told, folder in places.items() if _writes(Path(folder, plan["written"]))]


def network(plan: Plan) -> list[str]:
    """Connect to listeners on the loopback interface of the grader's machine, and look for a way out."""
    reached = []
    if _connects(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", plan["tcp"])):
        reached.append("TCP to this machine")
    if _sends(("127.0.0.1", plan["udp"]), plan["token"].encode()):
        reached.append(f"UDP {plan['udp']}")  # the grader knows whether it arrived
    if _connects(socket.AF_INET, socket.SOCK_DGRAM, (NOWHERE, 9)):  # sends nothing: asks for a route
        reached.append("a route to other machines")
    return reached


def sockets(plan: Plan) -> list[str]:
    """Connect to Unix sockets of another program."""
    if not hasattr(socket, "AF_UNIX"):
        return []
    ways = {"abstract": "\0" + plan["abstract"], "in the file system": plan["socket"]}
    return [told for told, address in ways.items() if _connects(socket.AF_UNIX, socket.SOCK_STREAM, address)]


def environment(plan: Plan) -> list[str]:
    """Find the secret in environment variables, this process's and others'."""
    secret, reached = plan["secret"], []
    if secret in os.environ.values():
        reached.append("inherited")
    if any(secret.encode() in _content(f"{process}/environ") for process in _processes()):
        reached.append("of other processes")
    return reached


def processes_seen(plan: Plan) -> list[str]:
    """Find a process of the grader's user by what stands in its command line."""
    wanted = plan["bystander"].encode()
    return [""] if any(wanted in _content(f"{process}/cmdline") for process in _processes()) else []


def signals(plan: Plan) -> list[str]:
    """End a process outside; the grader knows whether it did end."""
    try:
        os.kill(plan["bystander_pid"], 15)
    except OSError:
        return []
    return ["sent"]


def survivor(plan: Plan) -> list[str]:
    """Leave a process behind that belongs to nobody; the grader knows whether it outlives the box."""
    if not hasattr(os, "fork"):
        return []
    code = "import time; time.sleep(20)"
    if (child := os.fork()) == 0:
        nowhere = subprocess.DEVNULL
        command = [sys.executable, "-I", "-c", code, plan["survivor"]]
        try:
            subprocess.Popen(command, start_new_session=True, stdin=nowhere, stdout=nowhere, stderr=nowhere)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    return []


ATTEMPTS: Mapping[str, Callable[[Plan], list[str]]] = {
    "files": files,
    "names": names,
    "writing": writing,
    "network": network,
    "sockets": sockets,
    "environment": environment,
    "processes seen": processes_seen,
    "signals": signals,
    "survivor": survivor,
}


def _processes() -> Iterator[str]:
    """The folders of other processes that can be seen."""
    try:
        found = [name for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208
    except OSError:
        return
    yield from (f"/proc/{name}" for name in sorted(found, key=int, reverse=True)[:MOST_PROCESSES])


def _reads(path: str) -> bool:
    return bool(_content(path))


def _content(path: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return b""
    try:
        return os.read(descriptor, 100_000)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _writes(path: Path) -> bool:
    try:
        path.write_bytes(b"")
    except OSError:
        return False
    path.unlink()
    return True


def _connects(family: int, kind: int, address: Any) -> bool:
    try:
        with socket.socket(family, kind) as made:
            made.settimeout(SECONDS)
            made.connect(address)
    except OSError:
        return False
    return True


def _sends(address: tuple[str, int], data: bytes) -> bool:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
            return made.sendto(data, address) > 0
    except OSError:
        return False
