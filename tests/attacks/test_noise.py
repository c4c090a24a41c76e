"""What libraries say on the side costs nothing: warnings, stderr, log lines, TensorFlow's banner."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from grader.evidence import RunOutcome
from grader.submission import Cell, CellKind, OutputKind, Submission
from tests.submissions.test_grading import graded_by, loaded, planned

EXAMPLE = Path(__file__).parents[2] / "examples" / "submissions" / "lucia-romano.ipynb"
LOUD = """
import logging, os, warnings
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "0"
warnings.simplefilter("always")
logging.basicConfig(level=logging.DEBUG)
"""
NOISE = """
import logging, os, subprocess, sys, traceback, warnings
warnings.warn("this will be an error in the next version", DeprecationWarning)
sys.stderr.write("E0000 cuda_dnn.cc:8310] Unable to register cuDNN factory\\nTraceback (most recent call last):\\n  error\\n")
os.write(2, b"W0000 cpu_feature_guard: could not find TensorRT\\n")
logging.error("failed to open libcudart.so; ignored")
subprocess.run(["sh", "-c", "echo error: from a program 1>&2"])
try:
    1 / 0
except ZeroDivisionError:
    traceback.print_exc()
"""


def noisy(submission: Submission) -> Submission:
    """The same notebook, with a noisy cell before the first and after each cell of code."""

    def sources() -> Iterator[Cell]:
        yield Cell(index=0, kind=CellKind.CODE, source=LOUD)
        for cell in submission.cells:
            yield cell
            if cell.kind is CellKind.CODE:
                yield Cell(index=0, kind=CellKind.CODE, source=NOISE)

    return replace(submission, cells=tuple(replace(cell, index=index) for index, cell in enumerate(sources())))


@pytest.mark.slow
@pytest.mark.kernel
def test_a_correct_notebook_loses_nothing_to_noise() -> None:
    quiet = loaded(EXAMPLE)
    with ExitStack() as stack:
        plan = planned(quiet, stack)
        _, expected = graded_by(plan, quiet)
        evidence, grade = graded_by(plan, noisy(quiet))
    said = [output for cell in evidence.run.cells for output in cell.outputs if output.kind is OutputKind.STDERR]
    assert len(said) >= 6, "there was no noise"
    assert evidence.run.outcome is RunOutcome.FINISHED
    assert [(score.criterion, score.outcome) for score in grade.scores] == [
        (score.criterion, score.outcome) for score in expected.scores
    ]
    assert grade.earned == pytest.approx(expected.earned)
    assert not evidence.run.tampering
