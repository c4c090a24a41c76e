"""A folder for one box, taken away afterwards whatever a notebook has left in it."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """An empty folder, which is cleared afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="grader-"))
    try:
        yield folder
    finally:
        clear(folder)


def clear(path: Path) -> None:
    """Take away a file or a folder with all that is in it.

    Students' folders may be nested deeper than Python's own removal can follow, or closed to their owner: the system's
    tools clear what is left. They follow no links but the one they are given, so that a link is only taken away.
    """
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    try:
        shutil.rmtree(path)
    except (OSError, RecursionError):
        for command in (["chmod", "-R", "u+rwx", "--", str(path)], ["rm", "-rf", "--", str(path)]):
            subprocess.run(command, capture_output=True, check=False, timeout=300)
