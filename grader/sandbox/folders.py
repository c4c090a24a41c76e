"""A folder for one box, taken away afterwards whatever a notebook has left in it."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """An empty folder.

    Students' folders may be nested deeper than Python's own removal can follow, or closed to their owner: the system's
    tools, which follow no links, clear what is left.
    """
    folder = Path(tempfile.mkdtemp(prefix="grader-"))
    try:
        yield folder
    finally:
        try:
            shutil.rmtree(folder)
        except (OSError, RecursionError):
            for command in (["chmod", "-R", "u+rwx", "--", str(folder)], ["rm", "-rf", "--", str(folder)]):
                subprocess.run(command, capture_output=True, check=False, timeout=300)
