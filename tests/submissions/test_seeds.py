"""Real submissions, run on real data: the facts agree with the table that comes with them."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console

from grader import registry
from grader.cli._setup import find_rubric, plan_for
from grader.evidence import Cause, Evidence, RunOutcome, Weights, Where
from grader.finding import Outcome
from grader.grade import Grade
from grader.graph import Placement, placements
from grader.loaders.collect import collect
from grader.matching.matches import with_baselines
from grader.pipeline import assess, compared_with, observe
from grader.reference import Reference
from grader.submission import Submission
from tests.baseline.shipped import shipped
from tests.kernels import best_box

pytestmark = [pytest.mark.seeds, pytest.mark.kernel]

ANSWERS = ("Q1.1", "Q1.2", "Q1.3", "Q2.6", "Q3.2")
PRE, POST, INPUT = Placement.PRE_ACTIVATION, Placement.POST_ACTIVATION, Placement.INPUT


@pytest.fixture(scope="module")
def graded(shared: Path) -> Callable[[str], tuple[Evidence, Grade]]:
    @cache
    def grade(name: str) -> tuple[Evidence, Grade]:
        (path,) = (shared / "submissions").glob(f"{name}-*.ipynb")
        rubric = find_rubric("batch-normalization")
        (submission,) = collect([path], registry.having("loaders", "SUFFIXES", "load"))
        assert isinstance(submission, Submission)
        with ExitStack() as stack:
            plan = plan_for([submission], rubric, best_box(), shared / "data", stack, Console(quiet=True), offline=True)
            evidence = observe(submission, plan)
        return evidence, assess(evidence, rubric, registry.checks(), compared_with(evidence, rubric, shipped()))

    return grade


def where_bn_stands(evidence: Evidence) -> list[list[Placement]]:
    graphs = [model.graph for model in evidence.run.models if model.graph]
    return [[found for _, found in placements(graph)] for graph in graphs]


def lost(grade: Grade) -> list[str]:
    """Criteria that rest on the run and that cost points."""
    return [
        score.criterion
        for score in grade.scores
        if score.outcome in {Outcome.UNMET, Outcome.PARTIAL} and score.question not in ANSWERS
    ]


def outcomes(grade: Grade, *questions: str) -> dict[str, str]:
    return {score.question: score.outcome.value for score in grade.scores if score.question in questions}


def told(grade: Grade, criterion: str) -> Outcome:
    return next(score.outcome for score in grade.scores if score.criterion == criterion)


def test_seed_000_is_written_and_never_seen(graded: Callable[[str], tuple[Evidence, Grade]]) -> None:
    evidence, grade = graded("seed-000")
    assert evidence.run.outcome is RunOutcome.FINISHED
    assert (evidence.run.models, evidence.run.fits) == ((), ())
    written = {
        tuple(found for _, found in placements(model.graph))
        for model in evidence.source.models
        if model.where is not Where.CODE
    }
    assert written == {(), (POST, POST)}
    assert {model.where for model in evidence.source.models} <= {Where.COMMENT, Where.MARKDOWN}
    assert set(outcomes(grade, "Q1.1", "Q1.2", "Q1.3", "Q2.6", "Q3.2").values()) <= {"met", "partial"}
    assert set(outcomes(grade, "Q2.3", "Q2.4", "Q3.1").values()) == {"unmet"}


def test_seed_001_is_honestly_not_supported_yet(graded: Callable[[str], tuple[Evidence, Grade]]) -> None:
    evidence, grade = graded("seed-001")
    assert evidence.run.outcome is RunOutcome.ENVIRONMENT
    assert "PyTorch" in evidence.run.reason
    assert "not supported yet" in evidence.run.reason
    assert evidence.source.frameworks[0] == "torch"
    assert lost(grade) == []
    written = [[found for _, found in placements(model.graph)] for model in evidence.source.models]
    assert written == [[], [PRE, PRE]]


def test_seed_002_runs_until_it_iterates_a_module(graded: Callable[[str], tuple[Evidence, Grade]]) -> None:
    evidence, grade = graded("seed-002")
    run = evidence.run
    assert (run.outcome, run.cell) == (RunOutcome.STUDENT_ERROR, 6)
    (failed,) = [cell.error for cell in run.cells if cell.error]
    assert (failed.name, failed.cause) == ("TypeError", Cause.STUDENT)
    assert where_bn_stands(evidence) == [[], [PRE], [PRE], [PRE], [PRE]]
    assert [(fit.batch_size, fit.epochs_done, fit.weights) for fit in run.fits] == [
        (32, 5, Weights.FRESH),
        (32, 5, Weights.FRESH),
        (32, 5, Weights.FRESH),
        (128, 5, Weights.FRESH),
        (512, 5, Weights.FRESH),
    ]
    assert [fit.validation_split for fit in run.fits] == [0.2] * 5
    assert run.fits[0].optimizer == "Adam"
    assert outcomes(grade, "Q2.6") == {"Q2.6": "unmet"}
    assert set(outcomes(grade, "Q1.1", "Q1.2", "Q3.2").values()) == {"met"}
    assert {score.outcome for score in grade.scores if score.question == "Q3.1"} >= {Outcome.MET}


def test_both_networks_of_seed_002_are_rebuilt_and_end_where_the_baselines_of_their_own_do(
    graded: Callable[[str], tuple[Evidence, Grade]],
) -> None:
    evidence, grade = graded("seed-002")
    reference = with_baselines(Reference(), evidence.run, shipped())
    assert reference.plain is not None
    assert reference.normalized is not None
    assert (reference.plain.exact, reference.normalized.exact) == (True, True)
    assert told(grade, "accuracy-in-band") is Outcome.MET
    assert told(grade, "effect-supported") is Outcome.MET


def test_the_network_of_seed_004_ends_where_its_own_baseline_does(
    graded: Callable[[str], tuple[Evidence, Grade]],
) -> None:
    evidence, grade = graded("seed-004")
    reference = with_baselines(Reference(), evidence.run, shipped())
    assert reference.plain is not None
    assert reference.plain.exact
    assert told(grade, "accuracy-in-band") is Outcome.MET


def test_seed_003_loses_nothing_to_an_old_spelling(graded: Callable[[str], tuple[Evidence, Grade]]) -> None:
    evidence, grade = graded("seed-003")
    run = evidence.run
    assert (run.outcome, run.cell) == (RunOutcome.ENVIRONMENT, 5)
    assert [(c.cell, c.error.cause, c.error.root) for c in run.cells if c.error] == [
        (5, Cause.ENVIRONMENT, None),
        (7, Cause.CONSEQUENCE, 5),
        (15, Cause.ENVIRONMENT, None),
        (16, Cause.CONSEQUENCE, 15),
    ]
    assert where_bn_stands(evidence) == [[], [INPUT, POST, POST]]
    assert [model.variables for model in run.models] == [("model",), ("model",)]
    units = [[layer.units for layer in model.graph.layers if layer.units] for model in run.models if model.graph]
    assert units == [[300, 100, 10], [300, 100, 10]]
    assert [(record.name, record.served.value) for record in run.datasets] == [("fashion_mnist", "original")]
    assert lost(grade) == []
    assert outcomes(grade, "Q2.6", "Q3.2") == {"Q2.6": "unmet", "Q3.2": "unmet"}


def test_seed_004_keeps_the_network_it_built_before_the_old_import(
    graded: Callable[[str], tuple[Evidence, Grade]],
) -> None:
    evidence, grade = graded("seed-004")
    run = evidence.run
    assert (run.outcome, run.cell) == (RunOutcome.ENVIRONMENT, 11)
    assert [(c.cell, c.error.cause) for c in run.cells if c.error] == [
        (11, Cause.ENVIRONMENT),
        (19, Cause.CONSEQUENCE),
    ]
    assert where_bn_stands(evidence) == [[], []]
    assert [model.variables for model in run.models] == [("model_without_bn",), ("model_with_bn",)]
    written = [tuple(found for _, found in placements(model.graph)) for model in evidence.source.models]
    assert written == [(), (POST, POST)]
    assert [fit.epochs_done for fit in run.fits] == [10, 10]
    assert evidence.source.saved_order != tuple(sorted(evidence.source.saved_order))
    assert lost(grade) == []
    assert set(outcomes(grade, "Q1.1", "Q1.2", "Q1.3", "Q2.6", "Q3.2").values()) == {"met"}
