import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.evidence import (
    BlindRecord,
    ClaimRecord,
    ClaimSource,
    Evidence,
    RunOutcome,
    SourceRecord,
    TamperKind,
    TamperRecord,
    Where,
)
from grader.finding import Finding, Judgement, Outcome, met, partial, undecided, unmet
from grader.grade import Grade
from grader.rubric import Criterion, Rubric
from grader.scoring import score
from grader.submission import Place
from tests.evidence_builders import NORMALIZED, changed, evidence, model, written

LOST = {"expected": "more", "why": "it matters", "advice": "try again"}
UNMET = unmet("nothing", **LOST)
HALF = partial(0.5, "half", **LOST)
OPEN = undecided("cannot tell")


def rubric(*points: float, pass_share: float = 0.5) -> Rubric:
    criteria = tuple(
        Criterion(id=f"c{n}", title=f"C{n}", question="Q1", points=p, check="x.y") for n, p in enumerate(points)
    )
    return Rubric(
        id="r", title="R", description="", version="2", questions={"Q1": "?"}, criteria=criteria, pass_share=pass_share
    )


def graded(points: list[float], findings: list[Finding], at: Evidence | None = None, pass_share: float = 0.5) -> Grade:
    judgements = [Judgement(criterion=f"c{n}", finding=finding) for n, finding in enumerate(findings)]
    return score(rubric(*points, pass_share=pass_share), judgements, at or evidence())


def test_points_are_the_share_of_each_verdict():
    grade = graded([10, 8, 4], [met("good"), HALF, UNMET])
    assert [each.earned for each in grade.scores] == [10, 4, 0]
    assert grade.earned == 14
    assert grade.open == 0


def test_earned_points_are_rounded_to_two_decimals():
    assert graded([10], [partial(1 / 3, "third", **LOST)]).earned == 3.33


@pytest.mark.parametrize("outcome", [Outcome.SKIPPED, Outcome.UNDECIDED, Outcome.ERRORED])
def test_what_was_not_decided_is_open_and_on_the_review_list_with_its_reason(outcome: Outcome):
    grade = graded([10], [Finding(outcome=outcome, share=0.0, seen="the reason")])
    assert (grade.earned, grade.open) == (0, 10)
    assert [item.criterion for item in grade.review] == ["c0"]
    assert "the reason" in grade.review[0].reason


@pytest.mark.parametrize("share", [math.nan, math.inf, -0.5, 1.5, True, None, "1"])
def test_a_share_that_is_no_share_gives_no_points_and_takes_none(share: object):
    broken = replace(HALF, share=share)  # type: ignore[arg-type]
    grade = graded([10], [broken])
    assert grade.scores[0].outcome is Outcome.ERRORED
    assert (grade.earned, grade.open) == (0, 10)


@pytest.mark.parametrize(
    "finding", [replace(met("good"), share=0.5), replace(UNMET, share=0.5), replace(HALF, share=1.0)]
)
def test_a_share_that_contradicts_its_outcome_is_errored(finding: Finding):
    assert graded([10], [finding]).scores[0].outcome is Outcome.ERRORED


def test_a_criterion_without_a_judgement_is_errored_and_not_lost():
    grade = score(rubric(10), [], evidence())
    assert grade.scores[0].outcome is Outcome.ERRORED
    assert grade.open == 10


def test_fixing_begins_with_the_questions_that_lost_most_and_there_with_the_first_criterion():
    findings = [UNMET, HALF, UNMET, UNMET, OPEN, UNMET]
    whole = rubric(4, 2, 8, 4, 9, 4)
    questions = ["Q1", "Q2", "Q2", "Q3", "Q4", "Q5"]
    criteria = tuple(replace(c, question=q) for c, q in zip(whole.criteria, questions, strict=True))
    judgements = [Judgement(criterion=f"c{n}", finding=finding) for n, finding in enumerate(findings)]
    grade = score(replace(whole, criteria=criteria), judgements, evidence())
    assert grade.fix_first == ("c1", "c0", "c3")


def test_fixing_begins_with_the_cell_that_ended_the_run():
    at = replace(UNMET, places=(Place(cell=6, line=1),))
    run = changed(evidence(), outcome=RunOutcome.STUDENT_ERROR, cell=6)
    assert graded([9, 2, 5], [UNMET, at, at], run).fix_first == ("c1", "c0")


def test_nothing_is_to_be_fixed_where_all_is_met_or_open():
    assert graded([4, 4], [met("good"), OPEN]).fix_first == ()


@pytest.mark.parametrize(
    ("findings", "passed"),
    [([met("a"), UNMET], True), ([UNMET, UNMET], False), ([UNMET, OPEN], None), ([HALF, HALF], True)],
)
def test_passing_is_open_only_while_open_points_could_decide_it(findings: list[Finding], passed: bool | None):
    assert graded([5, 5], findings).passed is passed


def test_a_run_with_an_error_is_on_the_review_list_with_its_cell():
    at = changed(evidence(), outcome=RunOutcome.STUDENT_ERROR, cell=6, reason="NameError: running")
    (item,) = graded([5], [met("good")], at).review
    assert item.criterion == ""
    assert "cell 6" in item.reason
    assert "NameError: running" in item.reason


@pytest.mark.parametrize("outcome", [outcome for outcome in RunOutcome if outcome is not RunOutcome.FINISHED])
def test_every_ending_but_a_finished_run_is_told_to_a_person(outcome: RunOutcome):
    assert len(graded([5], [met("good")], changed(evidence(), outcome=outcome)).review) == 1


def test_a_finished_run_with_nothing_open_needs_nobody():
    assert graded([5], [met("good")]).review == ()


def test_a_gap_in_the_reading_is_told_to_a_person_and_costs_nothing():
    at = replace(evidence(), source=SourceRecord(unread=("Cell 7 could not be read to its end (IndexError).",)))
    grade = graded([5], [met("good")], at)
    assert [item.reason.rpartition(": ")[2] for item in grade.review] == list(at.source.unread)
    assert grade.earned == 5


def test_code_that_spells_out_bn_in_a_run_that_built_none_is_a_contradiction():
    at = replace(evidence(), source=SourceRecord(models=(written(NORMALIZED, cell=3, where=Where.CODE),)))
    (item,) = graded([5], [met("good")], at).review
    assert "cell 3" in item.reason


def test_bn_that_is_written_and_built_is_no_contradiction():
    source = SourceRecord(models=(written(NORMALIZED, where=Where.CODE),))
    at = evidence(source=source, models=(model(0, NORMALIZED),))
    assert graded([5], [met("good")], at).review == ()


def test_signs_of_tampering_and_accuracies_not_borne_out_are_for_a_person_and_cost_nothing():
    sign = TamperRecord(kind=TamperKind.REPLACED, what="evaluate was replaced.", place=Place(cell=4))
    claim = ClaimRecord(value=0.99, source=ClaimSource.EVALUATE, model=0)
    blind = BlindRecord(model=0, dataset="mnist", samples=500, correct=50)
    at = evidence(models=(model(0, NORMALIZED),), tampering=(sign,), claims=(claim,), blind=(blind,))
    grade = graded([5], [met("good")], at)
    first, second = (item.reason for item in grade.review)
    assert "evaluate was replaced" in first
    assert "99.0 %" in second
    assert "10.0 %" in second
    assert grade.earned == 5
    assert grade.passed is True


def test_a_findings_doubt_is_told_to_a_person_although_no_points_hang_on_it():
    grade = graded([4, 0], [met("good"), undecided("0.9999 is seen", doubt="0.9999 is out of reach.")])
    assert [(item.criterion, item.reason) for item in grade.review] == [("c1", "0.9999 is out of reach.")]
    assert (grade.earned, grade.open) == (4, 0)


def test_a_doubt_is_not_told_twice_where_points_are_open():
    (item,) = graded([4], [undecided("0.9999 is out of reach.", doubt="0.9999 is out of reach.")]).review
    assert item.reason == "Undecided. 0.9999 is out of reach."


def test_a_limit_that_ended_the_run_is_named_on_the_review_list():
    at = changed(evidence(), outcome=RunOutcome.DISK_LIMIT, cell=3, limits={"disk_mb": 2000.0})
    (item,) = graded([5], [met("good")], at).review
    assert "at cell 3 (disk_mb: 2000)" in item.reason


def test_what_was_cut_from_the_recording_is_told():
    at = changed(evidence(), notes=("12 observations beyond the limit were not kept.",))
    assert "12 observations" in graded([5], [met("good")], at).review[0].reason


shares = st.floats(min_value=0.01, max_value=0.99)
findings = st.one_of(
    st.just(met("good")),
    st.just(UNMET),
    shares.map(lambda share: partial(share, "some", **LOST)),
    st.sampled_from([Outcome.SKIPPED, Outcome.UNDECIDED, Outcome.ERRORED]).map(
        lambda outcome: Finding(outcome=outcome, share=0.0, seen="open")
    ),
    st.floats().map(lambda share: replace(HALF, share=share)),
)
worth = st.floats(min_value=0.25, max_value=100).map(lambda points: round(points, 2))
works = st.lists(st.tuples(worth, findings), min_size=1, max_size=12)


def of(work: list[tuple[float, Finding]]) -> Grade:
    return graded([points for points, _ in work], [finding for _, finding in work])


@given(works)
def test_earned_open_and_lost_points_make_up_all_points(work: list[tuple[float, Finding]]):
    grade = of(work)
    lost = sum(each.points - each.earned for each in grade.scores if each.outcome.is_verdict)
    assert grade.earned + grade.open + lost == pytest.approx(grade.points)
    assert all(-1e-9 <= each.earned <= each.points + 0.005 for each in grade.scores)
    assert math.isfinite(grade.earned)
    assert math.isfinite(grade.open)


@given(works, st.data())
def test_a_better_outcome_never_lowers_a_grade(work: list[tuple[float, Finding]], data: st.DataObject):
    place = data.draw(st.integers(0, len(work) - 1))
    points, finding = work[place]
    better = data.draw(st.sampled_from([met("better"), partial(0.995, "better", **LOST)]))
    before, after = of(work), of([*work[:place], (points, better), *work[place + 1 :]])
    if finding.outcome is not Outcome.MET:
        assert after.earned >= before.earned - 1e-9
        assert not (before.passed is True and after.passed is not True)


@given(works)
def test_open_points_are_lost_to_nobody_in_silence(work: list[tuple[float, Finding]]):
    grade = of(work)
    reviewed = {item.criterion for item in grade.review}
    assert reviewed == {each.criterion for each in grade.scores if not each.outcome.is_verdict}
    assert not reviewed & set(grade.fix_first)
