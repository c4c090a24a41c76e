from dataclasses import replace

import pytest

from grader.check import Check, Trust
from grader.evidence import (
    Cause,
    CellOutcome,
    CellRunRecord,
    ErrorRecord,
    Evidence,
    ImportRecord,
    RunOutcome,
    SourceRecord,
)
from grader.finding import Finding, Outcome, met, partial, undecided, unmet
from grader.judging import judge
from grader.rubric import Criterion, OptionValue, Rubric
from grader.submission import Place
from tests.evidence_builders import PLAIN, REFERENCE, changed, evidence, model

LOST = {"expected": "more", "why": "it matters", "advice": "try again"}
NOBODY = [RunOutcome.ENVIRONMENT, RunOutcome.HARNESS_FAILURE, RunOutcome.NOT_RUN]


def says(finding: Finding, trusts: Trust = Trust.SEEN) -> Check:
    return Check(title="Says", trusts=trusts, function=lambda _evidence, _reference, /, **_options: finding)


def criterion(
    name: str, check: str, needs: tuple[str, ...] = (), options: dict[str, OptionValue] | None = None
) -> Criterion:
    return Criterion(
        id=name, title=f"The {name}", question="Q1.1", points=4.0, check=check, needs=needs, options=options or {}
    )


def rubric(*criteria: Criterion) -> Rubric:
    return Rubric(id="r", title="R", description="", version="1", questions={"Q1.1": "?"}, criteria=criteria)


CHECKS = {
    "met": says(met("good")),
    "unmet": says(unmet("nothing there", **LOST)),
    "partial": says(partial(0.5, "half of it", **LOST)),
    "undecided": says(undecided("cannot tell")),
    "written": says(unmet("no text", **LOST), Trust.WRITTEN),
}


def outcomes(at: Evidence, *criteria: Criterion) -> dict[str, Finding]:
    return {j.criterion: j.finding for j in judge(rubric(*criteria), at, REFERENCE, CHECKS)}


def test_every_criterion_is_judged_in_the_order_of_the_rubric():
    found = judge(rubric(criterion("b", "unmet"), criterion("a", "met")), evidence(), REFERENCE, CHECKS)
    assert [(j.criterion, j.finding.outcome) for j in found] == [("b", Outcome.UNMET), ("a", Outcome.MET)]


def test_options_reach_the_check():
    given: list[object] = []

    def remember(_evidence: Evidence, _reference: object, /, **options: object) -> Finding:
        given.append(options)
        return met("good")

    check = Check(title="Remembers", trusts=Trust.SEEN, function=remember)
    judge(rubric(criterion("a", "c", options={"least": 3})), evidence(), REFERENCE, {"c": check})
    assert given == [{"least": 3}]


def test_a_criterion_that_needs_an_unmet_one_is_skipped_with_its_name_and_reason():
    found = outcomes(evidence(), criterion("network", "unmet"), criterion("place", "met", ("network",)))
    assert found["place"].outcome is Outcome.SKIPPED
    assert "The network" in found["place"].seen
    assert "nothing there" in found["place"].seen


@pytest.mark.parametrize("check", ["met", "partial"])
def test_a_criterion_that_needs_one_met_or_partly_met_is_judged(check: str):
    found = outcomes(evidence(), criterion("network", check), criterion("place", "met", ("network",)))
    assert found["place"].outcome is Outcome.MET


def test_a_criterion_that_needs_an_undecided_one_is_undecided_and_not_skipped():
    found = outcomes(
        evidence(),
        criterion("network", "undecided"),
        criterion("other", "unmet"),
        criterion("place", "met", ("other", "network")),
    )
    assert found["place"].outcome is Outcome.UNDECIDED


def test_skipping_goes_on_along_a_chain_of_needs():
    found = outcomes(evidence(), criterion("a", "unmet"), criterion("b", "met", ("a",)), criterion("c", "met", ("b",)))
    assert found["c"].outcome is Outcome.SKIPPED


def test_a_criterion_may_need_one_that_stands_below_it():
    found = outcomes(evidence(), criterion("place", "met", ("network",)), criterion("network", "unmet"))
    assert found["place"].outcome is Outcome.SKIPPED


def test_a_check_that_raises_is_errored_and_the_others_go_on():
    def breaks(*_: object, **__: object) -> Finding:
        raise ZeroDivisionError("by nought")

    checks = {**CHECKS, "breaks": Check(title="Breaks", trusts=Trust.SEEN, function=breaks)}
    found = judge(rubric(criterion("a", "breaks"), criterion("b", "met")), evidence(), REFERENCE, checks)
    assert found[0].finding.outcome is Outcome.ERRORED
    assert "ZeroDivisionError: by nought" in found[0].finding.seen
    assert found[1].finding.outcome is Outcome.MET


def test_a_check_that_gives_no_finding_is_errored():
    checks = {"none": Check(title="None", trusts=Trust.SEEN, function=lambda *_, **__: None)}  # type: ignore[arg-type,return-value]
    (found,) = judge(rubric(criterion("a", "none")), evidence(), REFERENCE, checks)
    assert found.finding.outcome is Outcome.ERRORED


def test_a_check_that_is_not_there_is_errored():
    assert outcomes(evidence(), criterion("a", "gone"))["a"].outcome is Outcome.ERRORED


@pytest.mark.parametrize("outcome", NOBODY)
@pytest.mark.parametrize("check", ["unmet", "partial"])
def test_no_point_is_lost_to_a_run_that_nobody_is_to_blame_for(outcome: RunOutcome, check: str):
    at = changed(evidence(), outcome=outcome, cell=5, reason="Cell 5 needs a package that is not installed.")
    finding = outcomes(at, criterion("a", check))["a"]
    assert finding.outcome is Outcome.UNDECIDED
    assert finding.share == 0.0
    assert "Cell 5 needs a package" in finding.seen
    assert CHECKS[check].function(at, REFERENCE).seen in finding.seen


@pytest.mark.parametrize("outcome", NOBODY)
def test_what_was_met_stays_met_whatever_became_of_the_run(outcome: RunOutcome):
    assert outcomes(changed(evidence(), outcome=outcome), criterion("a", "met"))["a"].outcome is Outcome.MET


@pytest.mark.parametrize("outcome", NOBODY)
def test_a_verdict_on_what_is_written_does_not_depend_on_the_run(outcome: RunOutcome):
    assert outcomes(changed(evidence(), outcome=outcome), criterion("a", "written"))["a"].outcome is Outcome.UNMET


@pytest.mark.parametrize("outcome", [outcome for outcome in RunOutcome if outcome not in NOBODY])
def test_points_can_be_lost_to_every_other_ending(outcome: RunOutcome):
    assert outcomes(changed(evidence(), outcome=outcome), criterion("a", "unmet"))["a"].outcome is Outcome.UNMET


def failed(cause: Cause) -> CellRunRecord:
    error = ErrorRecord(name="ModuleNotFoundError", message="No module named 'x'", cause=cause, reason="x is missing.")
    return CellRunRecord(cell=7, outcome=CellOutcome.ERROR, error=error)


def test_an_environment_error_in_a_later_cell_withholds_the_verdict_too():
    at = changed(evidence(), outcome=RunOutcome.STUDENT_ERROR, cells=(failed(Cause.ENVIRONMENT),))
    finding = outcomes(at, criterion("a", "unmet"))["a"]
    assert finding.outcome is Outcome.UNDECIDED
    assert "Cell 7" in finding.seen
    assert "x is missing." in finding.seen


def test_a_students_own_error_withholds_nothing():
    at = changed(evidence(), outcome=RunOutcome.STUDENT_ERROR, cells=(failed(Cause.STUDENT),))
    assert outcomes(at, criterion("a", "unmet"))["a"].outcome is Outcome.UNMET


def with_torch(at: Evidence) -> Evidence:
    imports = (ImportRecord(module="torch.nn", names=(), place=Place(cell=0)),)
    return replace(at, source=SourceRecord(frameworks=("torch",), imports=imports))


def test_a_framework_that_cannot_be_watched_costs_nothing():
    finding = outcomes(with_torch(evidence()), criterion("a", "unmet"))["a"]
    assert finding.outcome is Outcome.UNDECIDED
    assert "torch" in finding.seen


def test_importing_a_foreign_framework_beside_keras_models_hides_nothing():
    at = with_torch(evidence(models=(model(0, PLAIN),)))
    assert outcomes(at, criterion("a", "unmet"))["a"].outcome is Outcome.UNMET
