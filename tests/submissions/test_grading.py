"""The class of examples, run in real kernels and graded: what comes out is what each notebook's expectation says."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console
from ruamel.yaml import YAML

from grader import registry
from grader.cli._setup import find_rubric, plan_for
from grader.evidence import Evidence, FitRecord, RunRecord, Weights
from grader.finding import Outcome
from grader.grade import Grade
from grader.graph import placements
from grader.loaders.collect import collect
from grader.pipeline import Plan, assess, compared_with, observe
from grader.serializing import to_json
from grader.submission import CellKind, Submission
from tests.baseline.shipped import shipped
from tests.kernels import best_box

pytestmark = [pytest.mark.slow, pytest.mark.kernel]

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "submissions").glob("*.ipynb"))
Graded = tuple[Evidence, Grade]


@pytest.fixture(scope="module")
def graded() -> Callable[[Path], Graded]:
    return cache(lambda path: grade(loaded(path)))


def loaded(path: Path) -> Submission:
    (submission,) = collect([path], registry.having("loaders", "SUFFIXES", "load"))
    assert isinstance(submission, Submission)
    return submission


def grade(submission: Submission) -> Graded:
    with ExitStack() as stack:
        return graded_by(planned(submission, stack), submission)


def planned(submission: Submission, stack: ExitStack) -> Plan:
    rubric = find_rubric("batch-normalization")
    return plan_for([submission], rubric, best_box(), None, stack, Console(quiet=True), offline=True)


def graded_by(plan: Plan, submission: Submission) -> Graded:
    evidence = observe(submission, plan)
    return evidence, assess(evidence, plan.rubric, plan.checks, compared_with(evidence, plan.rubric, shipped()))


def expectation(path: Path) -> dict[str, object]:
    found: dict[str, object] = YAML(typ="safe").load(Path(__file__).with_name(f"{path.stem}.expected.yaml"))
    return found


def has_bn(run: RunRecord, fit: FitRecord) -> bool:
    model = run.model(fit.model)
    return bool(model and model.graph and model.graph.batch_norms)


def seen_facts(evidence: Evidence) -> dict[str, object]:
    """What our run and our reading say, in the words of the expectation files."""
    run, source = evidence.run, evidence.source
    with_bn = [model for model in run.models if model.graph and model.graph.batch_norms]
    without = [model for model in run.models if model.graph and not model.graph.batch_norms]
    written = [bool(model.graph.batch_norms) for model in source.models]
    shown = [model.graph for model in with_bn] or [model.graph for model in source.models if model.graph.batch_norms]
    return {
        "outcome": run.outcome.value,
        "failing_cell": run.cell,
        "plain_model": "seen" if without else "written" if False in written else "missing",
        "batch_norm_model": "seen" if with_bn else "written" if True in written else "missing",
        "placements": [found.value for _, found in placements(shown[0])] if shown and shown[0] else [],
        "dataset": run.datasets[0].name if run.datasets else None,
    }


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_is_seen_in_an_example_is_what_its_expectation_says(path: Path, graded: Callable[[Path], Graded]) -> None:
    expected = expectation(path)
    facts = seen_facts(graded(path)[0])
    assert facts == {name: expected[name] for name in facts}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_batch_sizes_of_an_example_are_those_expected(path: Path, graded: Callable[[Path], Graded]) -> None:
    expected = expectation(path)
    run = graded(path)[0].run
    if not expected["batch_sizes"] or expected["outcome"] == "not run" or not run.fits:
        assert len({fit.batch_size for fit in run.fits}) <= 1
        return
    on_bn = expected["batch_sizes_on"] == "batch_norm"
    fits = [fit for fit in run.fits if has_bn(run, fit) == on_bn and fit.batch_size in expected["batch_sizes"]]  # type: ignore[operator]
    assert sorted({fit.batch_size for fit in fits}) == expected["batch_sizes"]  # type: ignore[type-var]
    if expected["fresh"]:
        assert {fit.weights for fit in fits} == {Weights.FRESH}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_earns_what_a_fair_instructor_gives(path: Path, graded: Callable[[Path], Graded]) -> None:
    expected = expectation(path)
    grade = graded(path)[1]
    told = {score.criterion: score.outcome.value for score in grade.scores}
    assert told == expected["criteria"]
    low, high = expected["points"]  # type: ignore[misc]
    assert low <= grade.earned <= high


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_answers_are_found_where_they_stand(path: Path, graded: Callable[[Path], Graded]) -> None:
    expected = expectation(path)
    scores = [score for score in graded(path)[1].scores if score.question in expected["answered"] + expected["missing"]]  # type: ignore[operator]
    found = {score.question for score in scores if score.outcome in {Outcome.MET, Outcome.PARTIAL}}
    assert sorted(found) == expected["answered"]


def test_grading_twice_gives_the_same_grade_and_with_seeds_the_same_evidence_apart_from_times() -> None:
    plain = loaded(EXAMPLES[0])
    first = next(cell for cell in plain.cells if "import" in cell.source and cell.kind is CellKind.CODE)
    seeded = replace(first, source=f"{first.source}\nimport keras; keras.utils.set_random_seed(7)")
    submission = replace(plain, cells=tuple(seeded if cell is first else cell for cell in plain.cells))
    with ExitStack() as stack:  # one plan: which images are held back is drawn anew for each
        plan = planned(submission, stack)
        once, again = (graded_by(plan, submission) for _ in range(2))
    assert once[1] == again[1]
    assert timeless(once[0]) == timeless(again[0])
    assert any(fit.history for fit in once[0].run.fits)


def timeless(evidence: Evidence) -> str:
    """Evidence as JSON without what a clock wrote into it: seconds, log lines of TensorFlow, addresses."""
    text = re.sub(r'"seconds": [\d.e-]+', "", to_json(evidence))
    text = re.sub(r"[\d.]+(ms|us|s)(/step|/epoch)?\b", "", text)
    return re.sub(r'"kind": "stderr",\s+"text": "(?:[^"\\]|\\.)*"|0x[0-9a-f]+', "", text)
