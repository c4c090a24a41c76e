"""The written answers of whole notebooks: our own examples, and real submissions where this machine has them."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from grader.finding import Finding, Outcome
from grader.loaders import notebook
from grader.loaders.rubric_yaml import load
from grader.reading.read import read
from grader.reference import Reference
from grader.registry import checks, rubric_files
from tests.evidence_builders import evidence

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples" / "submissions").glob("*.ipynb"))


def answers(path: Path) -> dict[str, Finding]:
    """The finding of each question that asks for prose."""
    rubric = load(rubric_files()["batch-normalization"], checks())
    submission = notebook.load(path.name, path.read_bytes(), id=path.stem, student=path.stem)
    at, reference = evidence(source=read(submission)), Reference(questions=rubric.questions)
    written = [criterion for criterion in rubric.criteria if criterion.check == "theory.answer"]
    return {each.question: checks()[each.check].function(at, reference, **each.options) for each in written}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_answers_of_an_example_are_found_and_no_others(path: Path):
    expected = YAML(typ="safe").load((ROOT / "tests" / "submissions" / f"{path.stem}.expected.yaml").read_text("utf-8"))
    found = answers(path)
    assert sorted(label for label, each in found.items() if each.outcome is Outcome.MET) == expected["answered"]
    assert sorted(label for label, each in found.items() if each.outcome is Outcome.UNMET) == expected["missing"]


SEEDS = {
    "seed-000-keras-conv-all-commented": {"Q1.1": 0, "Q1.2": 0, "Q1.3": 0, "Q2.6": 0, "Q3.2": 0},
    "seed-001-pytorch-mlp": {"Q1.1": 0, "Q1.2": 0, "Q1.3": 0, "Q2.6": None, "Q3.2": 10},
    "seed-002-keras-mlp-no-tensorflow": {"Q1.1": 1, "Q1.2": 1, "Q1.3": 1, "Q2.6": None, "Q3.2": 6},
    "seed-003-keras-fashion-one-variable": {"Q1.1": 0, "Q1.2": 0, "Q1.3": 0, "Q2.6": None, "Q3.2": None},
    "seed-004-keras-mlp-saved-outputs": {"Q1.1": 0, "Q1.2": 0, "Q1.3": 0, "Q2.6": 18, "Q3.2": 20},
}


@pytest.mark.seeds
@pytest.mark.parametrize("name", SEEDS)
def test_the_answers_of_a_real_submission_are_found_in_their_cells_and_no_others(shared: Path, name: str):
    found = answers(shared / "submissions" / f"{name}.ipynb")
    cells = {q: each.places[0].cell if each.outcome.is_verdict and each.share else None for q, each in found.items()}
    assert cells == SEEDS[name]
