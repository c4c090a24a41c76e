"""A control group that systemd makes for a user: where a person is logged in, and groups are systemd's to make."""

import os
import secrets
import shutil
import subprocess
from functools import cache
from pathlib import Path

from grader.rubric import Limits
from grader.sandbox.gauge import Gauge

KIND = "a systemd scope"
_ROOT = Path("/sys/fs/cgroup")
_TRIAL_BYTES = 67_108_864
_TRIAL = 'cat "/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/memory.max"'
_SURVIVE = "OOMPolicy=continue"  # one process that is too large does not end the worker, which tells about it
_SECONDS = 10.0


@cache
def available() -> bool:
    """Whether the user's systemd makes scopes, and their memory limit arrives in the kernel."""
    return _options() is not None


class Scope:
    """A fence that exists from the moment its command starts until everything in it has ended."""

    def __init__(self, limits: Limits) -> None:
        self.kind = KIND
        self._limits = limits
        self._unit = f"grader-{os.getpid()}-{secrets.token_hex(8)}.scope"
        self._found: Gauge | None = None
        self._memory_hits = self._task_hits = 0
        self._peak: int | None = None

    def wrap(self, argv: list[str]) -> list[str]:
        """See `grader.sandbox.cgroup.Fence.wrap`."""
        bytes_ = int(self._limits.memory_mb * 1_000_000)
        limits = [f"MemoryMax={bytes_}", "MemorySwapMax=0", f"TasksMax={self._limits.processes}", *(_options() or ())]
        return [*_command(limits), f"--unit={self._unit}", "--", *argv]

    def used(self) -> int | None:
        """See `grader.sandbox.cgroup.Fence.used`."""
        self._remember()
        return gauge.used() if (gauge := self._gauge()) else None

    def memory_peak(self) -> int | None:
        """See `grader.sandbox.cgroup.Fence.memory_peak`."""
        self._remember()
        return self._peak

    def tasks(self) -> int | None:
        """See `grader.sandbox.cgroup.Fence.tasks`."""
        return gauge.count() if (gauge := self._gauge()) else None

    def memory_hits(self) -> int:
        """See `grader.sandbox.cgroup.Fence.memory_hits`. After the end, systemd still knows whether there was one."""
        self._remember()
        return self._memory_hits or int(self._told("Result") == "oom-kill")

    def task_hits(self) -> int:
        """See `grader.sandbox.cgroup.Fence.task_hits`."""
        self._remember()
        return self._task_hits

    def kill(self) -> None:
        """See `grader.sandbox.cgroup.Fence.kill`."""
        self._remember()
        if gauge := self._gauge():
            gauge.kill()
        _ask("kill", "--signal=KILL", self._unit)

    def remove(self) -> None:
        """See `grader.sandbox.cgroup.Fence.remove`."""
        self.kill()
        _ask("stop", self._unit)
        _ask("reset-failed", self._unit)

    def _gauge(self) -> Gauge | None:
        if self._found is None and (path := self._told("ControlGroup")):
            place = _ROOT / path.lstrip("/")
            self._found = Gauge(version=2, memory=place, tasks=place)
        return self._found

    def _remember(self) -> None:
        """The files go when the last process has gone: so what they say is kept."""
        if gauge := self._gauge():
            self._memory_hits = max(self._memory_hits, gauge.memory_hits())
            self._task_hits = max(self._task_hits, gauge.task_hits())
            self._peak = gauge.peak() or self._peak

    def _told(self, question: str) -> str:
        return _ask("show", "--property", question, "--value", self._unit)


@cache
def _options() -> tuple[str, ...] | None:
    """Properties that this systemd knows beyond the limits; ``None`` where it makes no scope or limits nothing."""
    if not shutil.which("systemd-run") or not shutil.which("systemctl"):
        return None
    for options in ((_SURVIVE,), ()):
        trial = [*_command([f"MemoryMax={_TRIAL_BYTES}", *options]), "--collect", "--", "/bin/sh", "-c", _TRIAL]
        if _output(trial) == str(_TRIAL_BYTES):
            return options
    return None


def _command(properties: list[str]) -> list[str]:
    flags = [flag for one in properties for flag in ("--property", one)]
    return ["systemd-run", "--user", "--scope", "--quiet", *flags]


def _ask(*question: str) -> str:
    return _output(["systemctl", "--user", *question])


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False, text=True)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
