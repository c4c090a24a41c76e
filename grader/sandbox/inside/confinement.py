"""What the worker gives up before it starts a kernel, and how it has the kernel process started.

The policy is plain JSON; a key that is missing means that nothing is asked for::

    {"landlock": {"read": ["/usr", "/proc"], "write": ["/work"]},
     "kernel_landlock": {"read": ["/usr", "/proc/self"], "write": ["/work"]},
     "seccomp": true, "network_namespace": false, "connect": false,
     "rlimits": {"core": 0, "nofile": 4096, "fsize": 2000000000, "nproc": 512, "data": null}}

The kernel's own rules for files are applied on top of the worker's, by the kernel's process.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import filters, landlock

_SET_DUMPABLE = 4
_NO_NEW_PRIVILEGES = 38


def confine(policy: Mapping[str, Any]) -> list[str]:
    """Confine this process, and all that it starts from now on, for good.

    Call it before there is a second thread. What makes the box (its Landlock rules) raises where it cannot be had;
    what only makes it stronger is left out and said.

    Returns:
        A sentence for each thing that could not be applied.

    Raises:
        OSError: the policy has Landlock rules, and this kernel cannot apply them.
    """
    missing = _limit(policy.get("rlimits") or {})
    if sys.platform != "linux":
        return [*missing, "Confinement inside the box exists on Linux only."]
    if policy.get("seccomp"):
        filters.available()  # loads libseccomp, which takes programs and files that the rules may hide
    missing += _hide()
    if rules := policy.get("landlock"):
        landlock.restrict(read=rules.get("read", ()), write=rules.get("write", ()), names=rules.get("names", ()))
    if landlock.abi() < landlock.SCOPES_SINCE:
        missing.append("This kernel's Landlock has no scopes: the notebook can send signals to other processes inside.")
    if policy.get("seccomp"):
        missing += _filter(bool(policy.get("network_namespace")), own_files=not policy.get("landlock"))
    return missing


def kernel_command(policy: Mapping[str, Any]) -> list[str]:
    """The command line of the kernel, as a kernel specification wants it."""
    own = {
        "worker": os.getpid(),
        "group": os.getpgid(0) if hasattr(os, "getpgid") else 0,
        "seccomp": bool(policy.get("seccomp")),
        "connect": bool(policy.get("connect", True)),
        "landlock": policy.get("kernel_landlock"),
    }
    script = Path(__file__).with_name("kernel.py")
    return [sys.executable, str(script), json.dumps(own), "-f", "{connection_file}"]


def _limit(limits: Mapping[str, int | None]) -> list[str]:
    try:
        import resource
    except ImportError:
        return ["Limits of a process exist on Unix only."]
    missing = []
    for name, most in limits.items():
        if most is None:
            continue
        try:
            kind = getattr(resource, f"RLIMIT_{name.upper()}")
            hard = resource.getrlimit(kind)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (most, most))
        except (AttributeError, ValueError, OSError) as error:
            missing.append(f"The limit “{name}” could not be set: {error}.")
    return missing


def _hide() -> list[str]:
    """No new privileges, and closed to the kernel process: it has the same user, and could look into this memory."""
    control = ctypes.CDLL(None, use_errno=True).prctl
    missing = []
    if control(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        missing.append("New privileges could not be given up.")
    if control(_SET_DUMPABLE, 0, 0, 0, 0):
        missing.append("The worker's memory could not be closed to the notebook.")
    return missing


def _filter(network_namespace: bool, *, own_files: bool) -> list[str]:
    if not filters.available():
        return ["System calls are not filtered: libseccomp is missing."]
    try:
        filters.restrict_box(network_namespace=network_namespace, own_files=own_files)
    except OSError as error:
        return [f"System calls are not filtered: {error}."]
    return []
