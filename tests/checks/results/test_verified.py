"""Claims are compared with what was measured; a disagreement is for a person and costs nothing."""

from dataclasses import replace
from typing import Any

import pytest

from grader.checks._claims import disagreements
from grader.evidence import BlindRecord, ClaimRecord, ClaimSource, Evidence
from grader.finding import Judgement, Outcome, met
from grader.rubric import Criterion, Rubric
from grader.scoring import score
from grader.submission import Place
from tests.evidence_builders import NORMALIZED, evaluation, evidence, fit, good_run, look, model


def evaluated(value: float, of: int = 0, cell: int = 9) -> ClaimRecord:
    return ClaimRecord(
        value=value, source=ClaimSource.EVALUATE, model=of, text="accuracy", place=Place(cell=cell, line=2)
    )


def validated(value: float, of: int = 0, cell: int = 6) -> ClaimRecord:
    return ClaimRecord(value=value, source=ClaimSource.VALIDATION, model=of, place=Place(cell=cell, line=3))


def said(value: float) -> ClaimRecord:
    return ClaimRecord(value=value, source=ClaimSource.PRINTED, text="accuracy", place=Place(cell=9))


def asked(correct: int, of: int = 0, **changed: Any) -> BlindRecord:
    altered = changed.pop("altered_correct", correct // 4)
    return BlindRecord(
        **({"model": of, "samples": 1000, "correct": correct, "altered": 250, "altered_correct": altered} | changed)
    )


def one_network(*claims: ClaimRecord, blind: tuple[BlindRecord, ...], **changed: Any) -> Evidence:
    run = {"models": (model(0, NORMALIZED, name="net"),), "fits": (fit(0, 0),)}
    return evidence(**(run | {"claims": claims, "blind": blind} | changed))


def test_claims_that_hold_are_met_with_both_numbers():
    finding = look("results.verified", one_network(evaluated(0.971), blind=(asked(958),)))
    assert finding.outcome is Outcome.MET
    assert "97.1 % claimed, 95.8 % measured" in finding.seen
    assert finding.facts == {"claimed": "97.1 %", "verified": "95.8 %"}


def test_a_claim_that_does_not_hold_goes_to_a_person_with_both_numbers():
    finding = look("results.verified", one_network(evaluated(0.99), blind=(asked(113),)))
    assert finding.outcome is Outcome.UNDECIDED
    assert "99.0 % is claimed" in finding.seen
    assert "11.3 % on 1,000 images it never saw" in finding.seen


def test_an_untrained_network_with_a_forged_evaluation_is_found_out():
    finding = look("results.verified", one_network(evaluated(0.99), blind=(asked(100),), fits=()))
    assert finding.outcome is Outcome.UNDECIDED
    assert "99.0 %" in finding.seen


@pytest.mark.parametrize(("claimed", "outcome"), [(0.95, Outcome.MET), (0.99, Outcome.UNDECIDED)])
def test_the_tolerance_goes_beyond_what_chance_explains(claimed, outcome):
    assert look("results.verified", one_network(evaluated(claimed), blind=(asked(900),))).outcome is outcome


def test_the_tolerance_is_an_option():
    found = look("results.verified", one_network(evaluated(0.99), blind=(asked(900),)), tolerance=0.2)
    assert found.outcome is Outcome.MET


def test_the_last_claim_after_the_last_training_counts():
    later = one_network(evaluated(0.5, cell=3), evaluated(0.6, cell=8), evaluated(0.96, cell=9), blind=(asked(950),))
    assert look("results.verified", later).outcome is Outcome.MET


def test_an_evaluation_before_the_last_training_gives_way_to_its_validation():
    before = one_network(evaluated(0.2, cell=3), validated(0.96), blind=(asked(950),))
    assert look("results.verified", before).outcome is Outcome.MET


def test_one_network_that_disagrees_is_enough():
    run = good_run(claims=(evaluated(0.95), evaluated(0.95, of=1)), blind=(asked(950), asked(300, of=1)))
    finding = look("results.verified", run)
    assert finding.outcome is Outcome.UNDECIDED
    assert "'with_bn'" in finding.seen
    assert "'plain'" not in finding.seen


def test_weights_that_changed_after_the_training_are_not_compared():
    changed = one_network(evaluated(0.95), blind=(asked(100, as_trained=False),))
    finding = look("results.verified", changed)
    assert finding.outcome is Outcome.UNDECIDED
    assert "changed after their last training" in finding.seen


@pytest.mark.parametrize(
    ("claims", "blind", "reason"),
    [
        ((), (asked(950),), "the notebook gives no accuracy"),
        ((evaluated(0.95),), (), "no network was asked"),
        ((evaluated(0.95),), (BlindRecord(model=0, reason="It takes several inputs."),), "It takes several inputs."),
    ],
    ids=["no claim", "not asked", "no answer"],
)
def test_what_cannot_be_compared_says_why(claims, blind, reason):
    finding = look("results.verified", one_network(*claims, blind=blind))
    assert finding.outcome is Outcome.UNDECIDED
    assert reason in finding.seen


def test_a_printed_accuracy_that_nothing_stands_behind_goes_to_a_person():
    forged = one_network(evaluated(0.5), said(0.99), blind=(asked(500),))
    assert look("results.verified", forged).outcome is Outcome.UNDECIDED
    assert "99.0 % is printed (cell 9)" in disagreements(forged.run)[0]


def test_a_printed_training_accuracy_is_no_disagreement():
    honest = one_network(
        evaluated(0.5), said(0.99), blind=(asked(500),), fits=(fit(0, 0, history={"accuracy": (0.9, 0.9904)}),)
    )
    assert disagreements(honest.run) == ()


def test_a_printed_evaluation_is_judged_once_as_the_evaluation():
    twice = one_network(evaluated(0.99), said(0.99), blind=(asked(500),), evaluations=(evaluation(0, 0.9901),))
    assert len(disagreements(twice.run)) == 1


def test_altered_images_that_do_much_worse_point_to_a_look_up():
    looked_up = one_network(evaluated(0.95), blind=(asked(800, altered_correct=60),))
    assert "slightly altered" in look("results.verified", looked_up).seen


def test_altered_images_that_do_a_little_worse_point_to_nothing():
    assert disagreements(one_network(blind=(asked(860, altered_correct=200),)).run) == ()


def test_it_never_takes_points():
    worst = one_network(evaluated(1.0), said(1.0), blind=(asked(0),))
    assert not look("results.verified", worst).outcome.is_verdict
    assert not look("results.verified", replace(worst, run=replace(worst.run, claims=()))).outcome.is_verdict


def test_without_points_it_holds_nothing_open_and_a_disagreement_is_told_once():
    criterion = Criterion(id="v", title="V", question="Q", points=0, check="results.verified")
    other = replace(criterion, id="w", points=4.0)
    rubric = Rubric(id="r", title="R", description="", version="1", questions={"Q": "?"}, criteria=(criterion, other))
    forged = one_network(evaluated(0.99), blind=(asked(113),))
    found = [
        Judgement(criterion="v", finding=look("results.verified", forged)),
        Judgement(criterion="w", finding=met("Yes.")),
    ]
    grade = score(rubric, found, forged)
    assert (grade.points, grade.earned, grade.open, grade.passed, grade.fix_first) == (4.0, 4.0, 0.0, True, ())
    assert sum(item.reason.count("11.3 %") for item in grade.review) == 1
