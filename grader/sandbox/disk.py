"""Whether a notebook's files have reached their limit, measured from outside."""

import os
from pathlib import Path

MOST_FILES = 100_000  # more count as full: each takes memory or inodes of the machine
BLOCK = 512  # bytes; the unit of ``st_blocks`` on every system


def file_system_full(path: Path, size: float) -> bool:
    """Whether a file system of the box's own is full; ``False`` where it cannot be seen.

    One of another size is not the box's: until it stands, its processes see the machine's.
    """
    try:
        state = os.statvfs(path)
    except OSError:
        return False
    if abs(state.f_blocks * state.f_frsize - size) > state.f_frsize:
        return False
    return state.f_bavail == 0 or state.f_files - state.f_ffree > MOST_FILES


def folder_full(folder: Path, most: float) -> bool:
    """Whether the files below a folder take ``most`` bytes or more on the disk. Links are not followed."""
    total, files, waiting = 0.0, 0, [str(folder)]
    while waiting and total < most and files <= MOST_FILES:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        files += len(entries)
        for entry in entries:
            total += _bytes(entry)
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
    return total >= most or files > MOST_FILES


def _bytes(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat(follow_symlinks=False).st_blocks * BLOCK
    except OSError:  # it is gone already
        return 0.0
