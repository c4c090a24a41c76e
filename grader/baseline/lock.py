"""One writer at a time in a folder, among all processes and threads of one machine."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

NAME = ".locked"
PATIENCE = 10.0
"""Seconds. A writer holds the lock for milliseconds: a lock file that is older was left by one that was killed."""
_LOOK = 0.02


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder, made first where it is not there; waits while somebody else does.

    Raises:
        OSError: the folder cannot be made, read or written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        if not _by_system(folder, stack):
            _by_file(folder / NAME, stack)
        yield


def _by_system(folder: Path, stack: contextlib.ExitStack) -> bool:
    """A lock on the folder itself: it leaves no file, and ends with its process. Not every system or share has it."""
    if sys.platform == "win32":
        return False
    import fcntl

    number = os.open(folder, os.O_RDONLY)
    stack.callback(os.close, number)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
    except OSError:
        return False
    return True


def _by_file(path: Path, stack: contextlib.ExitStack) -> None:
    """A file that only one can make, and that its maker removes."""
    while True:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            _remove_old(path)
            time.sleep(_LOOK)
        else:
            stack.callback(path.unlink, missing_ok=True)
            return


def _remove_old(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if time.time() - path.stat().st_mtime > PATIENCE:
            path.unlink()
