"""The reference notebook: it stands alone, its outputs are saved, and the grader gives it all points."""

import ast
from contextlib import ExitStack
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

from grader import registry
from grader.cli._setup import find_rubric, plan_for
from grader.finding import Outcome
from grader.loaders.collect import collect
from grader.pipeline import assess, compared_with, observe
from grader.submission import Submission
from tests.kernels import best_box
from tests.reference.building import REFERENCE

PATH: Path = REFERENCE / "batch-normalization.ipynb"
ALONE = {"keras", "matplotlib.pyplot", "numpy", "pandas"}


def notebook() -> nbformat.NotebookNode:
    return nbformat.read(PATH, as_version=4)


def test_it_is_a_valid_notebook_that_needs_nothing_of_ours() -> None:
    nbformat.validate(notebook())
    code = "\n".join(cell.source for cell in notebook().cells if cell.cell_type == "code")
    nodes = list(ast.walk(ast.parse(code)))
    assert not any(isinstance(node, ast.ImportFrom) for node in nodes)
    assert {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names} == ALONE


def test_its_cells_were_run_once_in_order_and_without_an_error() -> None:
    cells = [cell for cell in notebook().cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert {output.output_type for cell in cells for output in cell.outputs} == {"execute_result", "display_data"}


@pytest.mark.slow
@pytest.mark.kernel
def test_it_earns_every_point() -> None:
    (submission,) = collect([PATH], registry.having("loaders", "SUFFIXES", "load"))
    assert isinstance(submission, Submission)
    with ExitStack() as stack:
        rubric = find_rubric("batch-normalization")
        plan = plan_for([submission], rubric, best_box(), None, stack, Console(quiet=True), offline=True)
        evidence = observe(submission, plan)
        reference = compared_with(evidence, plan.rubric, ())
        grade = assess(evidence, plan.rubric, plan.checks, reference)
    lost = [score.criterion for score in grade.scores if score.points and score.outcome is not Outcome.MET]
    assert lost == []
    assert grade.earned == 100
