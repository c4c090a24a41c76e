"""Says in a sentence each which optional things this machine lacks; never fails."""

import shutil
import sys
from pathlib import Path

from grader.sandbox import bubblewrap


def sentences() -> list[str]:
    """What is missing, and what follows."""
    told = []
    if bubblewrap.missing():
        told.append(f"{bubblewrap.missing()} Tests run notebooks without a box; tests of the box are skipped.")
    if not shutil.which("nvidia-smi"):
        told.append("There is no GPU here; everything runs on the CPU.")
    if not (Path(__file__).parents[2] / "shared").is_dir():
        told.append("There are no real submissions beside the repository; tests that need them are skipped.")
    return told


if __name__ == "__main__":
    for sentence in sentences():
        sys.stdout.write(f"note: {sentence}\n")
