"""Runs Python code in a process that has confined itself, and reads its answer."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import grader.sandbox
from grader.sandbox.inside import filters, landlock

INSIDE = Path(grader.sandbox.__file__).parent / "inside"
_PREAMBLE = """
import ctypes, json, os, signal, socket, sys
sys.path.insert(0, {parent!r})
from inside import confinement, filters, kernel, landlock

def system_call(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(value) for value in arguments])
    return -ctypes.get_errno() if result < 0 else result

def attempt(action):
    try:
        action()
    except OSError as error:
        return error.errno
    except ValueError as error:
        return type(error).__name__
    return 0

def answer(value):
    print(json.dumps(value))
"""


def python(code: str, *, inputs: dict[str, Any] | None = None, env: dict[str, str] | None = None) -> Any:
    """What the code passes to ``answer``; ``given`` holds the inputs. As root, without root's capabilities."""
    source = _PREAMBLE.format(parent=str(INSIDE.parent)) + f"given = json.loads({json.dumps(inputs or {})!r})\n" + code
    command = [*powerless(), sys.executable, "-c", source]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def powerless() -> list[str]:
    """What a box has done already where root grades: its capabilities are gone."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("setpriv is not installed, and root's capabilities would decide instead of the confinement")
    return ["setpriv", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"]


def need_landlock(version: int = 1) -> None:
    """Skip where this kernel's Landlock is older."""
    if landlock.abi() < version:
        pytest.skip(f"needs Landlock of ABI {version}; here it is {landlock.abi()}")


def need_seccomp() -> None:
    """Skip where system calls cannot be filtered."""
    if not filters.available():
        pytest.skip("libseccomp is not installed")


def readable() -> list[str]:
    """All that an interpreter reads."""
    system = ["/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/fonts", "/proc"]
    return [*system, sys.prefix, sys.base_prefix, str(INSIDE), str(INSIDE.parent)]
