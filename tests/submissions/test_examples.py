"""The class that the README grades is sound: readable, small, and each notebook has its expectation."""

from pathlib import Path

import nbformat
import pytest
from ruamel.yaml import YAML

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "submissions").glob("*.ipynb"))
KEYS = {
    "outcome",
    "failing_cell",
    "error",
    "plain_model",
    "batch_norm_model",
    "placements",
    "batch_sizes",
    "batch_sizes_on",
    "fresh",
    "answered",
    "missing",
    "dataset",
    "points",
}
QUESTIONS = ["Q1.1", "Q1.2", "Q1.3", "Q2.6", "Q3.2"]


def expected(path):
    return YAML(typ="safe").load(Path(__file__).with_name(f"{path.stem}.expected.yaml"))


def test_there_are_ten_of_them_and_no_expectation_without_its_notebook():
    names = {path.name.removesuffix(".expected.yaml") for path in Path(__file__).parent.glob("*.expected.yaml")}
    assert names == {path.stem for path in EXAMPLES}
    assert len(EXAMPLES) == 10


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_a_valid_small_notebook(path):
    nbformat.validate(nbformat.read(path, as_version=4))
    assert path.stat().st_size < 120_000


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_expectation_states_every_fact(path):
    facts = expected(path)
    low, high = facts["points"]
    assert set(facts) >= KEYS
    assert sorted(facts["answered"] + facts["missing"]) == QUESTIONS
    assert 0 <= low < high <= 100


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_saved_outputs_hold_the_error_that_is_expected_and_no_other(path):
    facts = expected(path)
    cells = nbformat.read(path, as_version=4).cells
    saved = [
        (index, output.ename)
        for index, cell in enumerate(cells)
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]
    assert saved == ([(facts["failing_cell"], facts["error"])] if facts["error"] else [])
