from dataclasses import replace

import pytest

from grader.evidence import Evidence
from grader.finding import Finding, Outcome
from grader.reference import Match, Reference
from tests.checks.reference.matched import TRAINED, WITH_BN, matched, ran, reference
from tests.checks.reference.matched import look as look_at
from tests.evidence_builders import evaluation
from tests.statistics.trained import SPREAD, baseline, moved


def look(at: Evidence, to: Reference) -> Finding:
    return look_at("effect_supported", at, to)


def test_a_difference_within_noise_is_met_and_said_to_be_noise():
    finding = look(ran(0.9770, 0.9781), reference())
    assert finding.outcome is Outcome.MET
    assert "Your 0.9781 with against 0.9770 without" in finding.seen
    assert "inside the noise of your own architecture" in finding.seen
    assert finding.facts["support"] == "within noise"


def test_a_difference_that_the_seeds_show_is_met():
    finding = look(ran(0.9570, 0.9770), reference(moved(-0.02), TRAINED))
    assert finding.outcome is Outcome.MET
    assert finding.facts["support"] == "supported"
    assert finding.facts["difference"] == "+0.0200"


def test_a_difference_that_no_two_runs_show_goes_to_a_person():
    finding = look(ran(0.9665, 0.9850), reference())
    assert finding.outcome is Outcome.UNDECIDED
    assert "0.9850" in finding.doubt
    assert "0.9665" in finding.doubt


def test_from_a_number_that_the_training_does_not_give_nothing_follows_about_the_difference():
    finding = look(ran(0.4312, 0.9781), reference())
    assert finding.outcome is Outcome.UNDECIDED
    assert finding.doubt == ""
    assert "their difference says nothing" in finding.seen


def test_a_similar_network_contradicts_nothing():
    finding = look(ran(0.9665, 0.9850), reference(exact=False, note="Another width."))
    assert finding.outcome is Outcome.UNDECIDED
    assert finding.doubt == ""
    assert "Another width." in finding.seen
    assert "the nearest architecture" in finding.seen


def test_two_similar_networks_must_differ_in_bn_alone():
    wider = replace(WITH_BN, specification=replace(WITH_BN.specification, batch_size=128))
    finding = look(ran(), reference(TRAINED, wider, exact=False))
    assert finding.outcome is Outcome.UNDECIDED
    assert "differ in more than batch normalization" in finding.seen


def test_a_bias_that_bn_makes_superfluous_is_no_difference():
    first, *rest = WITH_BN.specification.layers
    unbiased = replace(first, settings={**first.settings, "use_bias": False})
    bare = replace(WITH_BN, specification=replace(WITH_BN.specification, layers=(unbiased, *rest)))
    assert look(ran(), reference(TRAINED, bare, exact=False)).outcome is Outcome.MET


def test_one_own_and_one_similar_baseline_are_not_subtracted():
    to = Reference(plain=matched(0, TRAINED), normalized=matched(1, WITH_BN, exact=False, note="Another width."))
    finding = look(ran(), to)
    assert finding.outcome is Outcome.UNDECIDED
    assert "Only the network without batch normalization has a baseline of its own. Another width." in finding.seen


def test_different_budgets_show_no_effect_of_bn():
    finding = look(ran(), reference(TRAINED, baseline(*SPREAD, epochs=5, batch_norm=True)))
    assert finding.outcome is Outcome.UNDECIDED
    assert "for 3 and 5 epochs" in finding.seen


@pytest.mark.parametrize("missing", [None, Match(fit=0, model=0, note="It has a layer that is not known.")])
def test_without_both_baselines_nothing_is_decided(missing: Match | None):
    finding = look(ran(), Reference(plain=missing, normalized=matched(1, WITH_BN)))
    assert finding.outcome is Outcome.UNDECIDED
    assert missing is None or missing.note in finding.seen


def test_seeds_that_both_ended_with_are_needed():
    finding = look(ran(), reference(baseline(0.97, 0.98), baseline(0.97, 0.98, first_seed=5, batch_norm=True)))
    assert finding.outcome is Outcome.UNDECIDED
    assert "Too few seeds" in finding.seen


def test_without_validation_there_is_nothing_to_compare():
    assert look(ran(None, 0.98), reference()).outcome is Outcome.UNDECIDED


def test_a_validation_is_not_subtracted_from_an_evaluation():
    finding = look(ran(None, 0.98, evaluations=(evaluation(0, 0.9),)), reference())
    assert finding.outcome is Outcome.UNDECIDED
    assert "different ways" in finding.seen


def test_two_evaluations_can_be_compared():
    at = ran(None, None, evaluations=(evaluation(0, 0.9770), evaluation(1, 0.9781)))
    assert look(at, reference()).outcome is Outcome.MET
