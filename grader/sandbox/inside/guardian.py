"""Runs a command and, when it ends, ends everything that it has started. For boxes without a process namespace.

    python -I -S guardian.py command argument…

Stands outside of the confinement. What a notebook leaves behind (daemons, double forks, sessions of their own) is
handed by Linux to the nearest "subreaper" above it, which is this process: so nothing gets away. Its exit status is the
command's, 128 more than the signal's number where a signal ended it, as in a shell.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from types import FrameType
from typing import NoReturn

_SET_PARENT_DEATH_SIGNAL, _SET_CHILD_SUBREAPER = 1, 36
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_NOT_FOUND = 127


def main(command: list[str]) -> int:
    """Run the command; the status to exit with, when nothing of it is left."""
    for number in _ENDING:
        signal.signal(number, _end_at_once)
    control = ctypes.CDLL(None).prctl
    control(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    control(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM, 0, 0, 0)
    try:
        return _status(_run(command))
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error}\n")
        return _NOT_FOUND
    finally:
        end_all()


def end_all() -> None:
    """Kill descendants until there is none: stopped first, so that those not yet seen cannot have more of them."""
    seen: set[int] = set()
    while True:
        found = set(_descendants(os.getpid()))
        for process in found - seen:
            _send(process, signal.SIGSTOP)
        if found <= seen:  # a whole round without a new one
            for process in found:
                _send(process, signal.SIGKILL)
            if not _reap():
                return
            time.sleep(0.001)
        seen |= found


def _run(command: list[str]) -> int:
    """Start the command and wait for it; orphans that end meanwhile are taken leave of."""
    child = os.posix_spawnp(command[0], command, os.environ, setsigdef=_ENDING)
    while True:
        process, status = os.waitpid(-1, 0)
        if process == child:
            return status


def _status(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _end_at_once(number: int, _: FrameType | None) -> NoReturn:
    """On a signal. Does all of it itself: an exception could arrive where nobody catches it, and leave them running."""
    for each in _ENDING:
        signal.signal(each, signal.SIG_IGN)
    end_all()
    os._exit(128 + number)


def _descendants(process: int) -> Iterator[int]:
    """All processes below one, parents first."""
    waiting = [process]
    while waiting:
        for child in _children(waiting.pop()):
            yield child
            waiting.append(child)


def _children(process: int) -> list[int]:
    try:
        threads = os.listdir(f"/proc/{process}/task")  # noqa: PTH208 - in a race against forks
    except OSError:
        return []
    children: list[int] = []
    for thread in threads:
        try:
            with open(f"/proc/{process}/task/{thread}/children") as file:  # noqa: PTH123
                children += map(int, file.read().split())
        except OSError:
            continue
    return children


def _send(process: int, number: int) -> None:
    with suppress(OSError):  # gone meanwhile
        os.kill(process, number)


def _reap() -> bool:
    """Take leave of those that have ended; whether any child is left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
