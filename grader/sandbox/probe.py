"""The label of a box is measured: a probe inside tries what it should stop, and what got through is said.

Outside, things are planted that must not be reached (a file, listeners, sockets, a secret, another process); inside,
`inside.probing` goes for them from where a notebook's code stands, under small limits and the same watch as any run.
"""

import json
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from typing import Any

from grader.errors import SandboxError
from grader.evidence import IsolationRecord
from grader.rubric import Limits
from grader.sandbox.bait import Bait, planted
from grader.sandbox.box import Box
from grader.sandbox.folders import temporary_folder
from grader.sandbox.intake import message, sequence, text
from grader.sandbox.process import Process

LIMITS = Limits(
    cell_seconds=10.0, total_seconds=10.0, memory_mb=128.0, processes=64, disk_mb=16.0, output_mb=1.0, events=100
)
PHRASES: Mapping[str, str] = {
    "files": "files of this machine",
    "names": "names and sizes of files",
    "writing": "writing outside its own folders",
    "network": "the network",
    "sockets": "sockets of other programs",
    "environment": "the grader's environment variables",
    "processes seen": "other processes' command lines",
    "signals": "ending other processes",
    "worker": "the observing process",
    "system calls": "dangerous system calls",
    "rights": "rights beyond a user's",
    "devices": "devices",
    "survivor": "processes that outlive the box",
    "shared memory": "shared memory without limit",
    "disk": "disk space without limit",
    "processes": "processes without limit",
    "memory": "memory without limit",
}
"""The attempts, in the order in which they are made, and what each tried in the words of a report."""
STOPPED_AS: Mapping[str, Sequence[str]] = {
    "memory_mb": ("memory", "shared memory", "disk"),
    "processes": ("processes",),
    "disk_mb": ("disk", "shared memory"),
}
"""What the limit that ended a box from outside says about the attempt that was under way."""


def measure(box: Box) -> IsolationRecord:
    """What a box stops, tried out; each box once in the life of this process.

    Raises:
        SandboxError: the box did not start, or ended without a word.
    """
    with _LOCK:
        if box.name not in _KNOWN:
            _KNOWN[box.name] = _measured(box)
        return _KNOWN[box.name]


_LOCK = threading.Lock()
_KNOWN: dict[str, IsolationRecord] = {}


def _measured(box: Box) -> IsolationRecord:
    found: dict[str, Sequence[str]] = {}
    with planted() as bait:
        waiting = list(PHRASES)
        while waiting:
            answered, under_way, stopped, errors = _probed(box, bait, waiting)
            if under_way in STOPPED_AS.get(stopped, ()):
                answered[under_way] = []
            elif under_way and not answered:  # else once more, in a box that nothing else was tried in
                answered[under_way] = [
                    f"not measured: the box ended ({stopped or errors[-200:] or 'without a reason'})"
                ]
            if not answered:
                raise SandboxError(f"The box {box.name} could not be probed: {errors[-500:] or 'it said nothing'}")
            found |= answered
            waiting = [name for name in waiting if name not in found]
        found = {name: bait.judged(name, reached) for name, reached in found.items()}
    return _record(box, found)


def _record(box: Box, found: Mapping[str, Sequence[str]]) -> IsolationRecord:
    stopped = tuple(phrase for name, phrase in PHRASES.items() if not found[name])
    opened = tuple(_told(phrase, found[name]) for name, phrase in PHRASES.items() if found[name])
    return IsolationRecord(box=box.name, enforced=stopped, not_enforced=opened, measured=True)


def _told(phrase: str, reached: Sequence[str]) -> str:
    details = ", ".join(each for each in reached if each)
    return f"{phrase} ({details})" if details else phrase


def _probed(box: Box, bait: Bait, waiting: Sequence[str]) -> tuple[dict[str, Sequence[str]], str, str, str]:
    """One box: what the attempts found, the one that was under way when it ended, the limit that ended it, errors."""
    answered: dict[str, Sequence[str]] = {}
    under_way, errors = "", ""
    with temporary_folder() as folder, temporary_folder() as data:
        data.chmod(0o755)
        setup = box.setup(folder, data, LIMITS)
        plan = {**bait.plan, "attempts": list(waiting), **asdict(LIMITS)}
        job = {"confinement": dict(box.confinement(setup)), "probe": plan}
        process = Process(box, setup, threading.Event())
        with closing(process.lines(json.dumps(job).encode("ascii") + b"\n")) as lines:
            for line in lines:
                told = message(line) or {}
                under_way, errors = _take(told, waiting, answered, under_way, errors)
    return answered, under_way, process.stopped, errors or process.errors


def _take(
    told: Mapping[str, Any], waiting: Sequence[str], answered: dict[str, Sequence[str]], under_way: str, errors: str
) -> tuple[str, str]:
    if told.get("type") == "end":
        return under_way, text(told.get("reason"))
    name = text(told.get("attempt"))
    if told.get("type") != "probed" or name not in waiting:
        return under_way, errors
    if told.get("begun"):
        return name, errors
    if told.get("failed"):
        answered[name] = [f"not measured: {text(told['failed'], 200)}"]
    else:
        answered[name] = [text(each, 100) for each in sequence(told.get("reached"))[:10]]
    return "", errors
