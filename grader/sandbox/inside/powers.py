"""What a process may do: system calls, rights, devices, and looking into the worker. Says what it could do.

System calls are made with arguments that ask for nothing: what counts is whether they are refused.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

Plan = Mapping[str, Any]
DEVICES = ("mem", "kmsg", "port", "kvm", "fuse", "sda", "vda", "nvme0n1", "mapper/control")
REFUSALS = {errno.EPERM, errno.EACCES, errno.ENOSYS}
SYSTEM_CALLS = {
    "x86_64": {"bpf": 321, "io_uring_setup": 425, "keyctl": 250, "fsopen": 430, "unshare": 272, "ptrace": 101},
    "aarch64": {"bpf": 280, "io_uring_setup": 425, "keyctl": 219, "fsopen": 430, "unshare": 97, "ptrace": 117},
}
_NEW_USER = 0x10000000
_SEIZE = 0x4206
_GET_NO_NEW_PRIVILEGES = 39
_CAPABILITY_VERSION = 0x20080522


def worker(_: Plan) -> list[str]:
    """Look into the memory of the worker, which writes down what is observed."""
    parent, reached = os.getppid(), []
    if _opens(f"/proc/{parent}/mem"):
        reached.append("memory")
    if _opens(f"/proc/{parent}/fd/1"):
        reached.append("files")
    if _seizes(parent):
        reached.append("tracing")
    return reached


def system_calls(_: Plan) -> list[str]:
    """Make system calls that have opened boxes before, and that no notebook needs."""
    numbers = SYSTEM_CALLS.get(platform.machine(), {}) if sys.platform == "linux" else {}
    arguments = {"bpf": (0, 0, 0), "io_uring_setup": (1, 0), "keyctl": (0, -3, 0), "fsopen": (b"tmpfs", 0)}
    reached = [name for name, given in arguments.items() if name in numbers and _passes(numbers[name], *given)]
    if numbers and _in_a_child(lambda: _passes(numbers["unshare"], _NEW_USER)):
        reached.append("unshare")
    return [*reached, "ptrace"] if numbers and _traces_a_child() else reached


def rights(_: Plan) -> list[str]:
    """Have rights that an ordinary user does not have, or could get them from a program."""
    if sys.platform != "linux":
        return ["root"] if hasattr(os, "getuid") and os.getuid() == 0 else []
    reached = ["root"] if os.getuid() == 0 else []
    library, data = ctypes.CDLL(None), (ctypes.c_uint32 * 6)()
    library.capget((ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0), data)
    if data[0] or data[3]:
        reached.append(f"capabilities {data[0] | data[3] << 32:#x}")
    if library.prctl(_GET_NO_NEW_PRIVILEGES, 0, 0, 0, 0) != 1:
        reached.append("programs that change the user")
    return reached


def devices(_: Plan) -> list[str]:
    """Open devices that lead to memory, disks or virtual machines."""
    return [f"/dev/{name}" for name in DEVICES if _opens(f"/dev/{name}")]


ATTEMPTS: Mapping[str, Callable[[Plan], list[str]]] = {
    "worker": worker,
    "system calls": system_calls,
    "rights": rights,
    "devices": devices,
}


def _opens(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)))
    except OSError:
        return False
    return True


def _passes(number: int, *arguments: int | bytes) -> bool:
    """Whether a system call gets as far as looking at its arguments."""
    given = [ctypes.c_char_p(each) if isinstance(each, bytes) else ctypes.c_long(each) for each in arguments]
    library = ctypes.CDLL(None, use_errno=True)
    return library.syscall(ctypes.c_long(number), *given) >= 0 or ctypes.get_errno() not in REFUSALS


def _in_a_child(attempt: Callable[[], bool]) -> bool:
    """For attempts that change the process that makes them."""
    if (child := os.fork()) == 0:
        reached = False
        try:
            reached = attempt()
        finally:
            os._exit(int(reached))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


def _traces_a_child() -> bool:
    if (child := os.fork()) == 0:
        time.sleep(5.0)
        os._exit(0)
    try:
        return _seizes(child)
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def _seizes(process: int) -> bool:
    """Trace a process without stopping it; it is let go when this one ends."""
    numbers = SYSTEM_CALLS.get(platform.machine(), {}) if sys.platform == "linux" else {}
    return "ptrace" in numbers and _passes_fully(numbers["ptrace"], _SEIZE, process, 0, 0)


def _passes_fully(number: int, *arguments: int) -> bool:
    library = ctypes.CDLL(None)
    return bool(library.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments)) == 0)
