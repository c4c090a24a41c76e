from dataclasses import replace
from typing import Any

import pytest

from grader.evidence import BlindRecord, DatasetRecord, Evidence, Served
from grader.finding import Finding, Outcome
from grader.reference import Reference, Validated
from grader.submission import Place
from tests.checks.reference.matched import TRAINED, history, log, matched, ran, reference, saved
from tests.checks.reference.matched import look as look_at
from tests.evidence_builders import DIGITS, HELD_BACK, evaluation, fit
from tests.statistics.trained import SPREAD, baseline

REFERENCE = reference()


def look(at: Evidence, to: Reference = REFERENCE, **options: object) -> Finding:
    return look_at("accuracy_in_band", at, to, **options)


def asked(of: int, correct: int, **facts: Any) -> BlindRecord:
    return BlindRecord(**({"model": of, "dataset": "mnist", "samples": 1000, "correct": correct} | facts))


def test_accuracies_among_those_of_the_seeds_are_met_with_median_and_band():
    finding = look(ran())
    assert finding.outcome is Outcome.MET
    assert (
        "The model 'plain' (cell 5, line 1): validation accuracy 0.9770 lies where this very network ends after 3 epochs "
        "(median 0.9772, 90 % of 8 seeds between 0.9755 and 0.9787)."
    ) in finding.seen
    assert finding.doubt == ""


def test_one_network_that_ends_too_low_costs_half():
    finding = look(ran(plain=0.93))
    assert finding.outcome is Outcome.PARTIAL
    assert "0.9300 lies 0.0" in finding.seen
    assert "labels" in finding.advice
    assert "the model 'plain'" in finding.advice
    assert "'bn'" not in finding.advice
    assert {place.cell for place in finding.places} == {6}


def test_two_networks_that_end_too_low_are_not_met():
    assert look(ran(plain=0.93, normalized=0.11)).outcome is Outcome.UNMET


def test_an_accuracy_out_of_reach_goes_to_a_person_and_costs_nothing():
    finding = look(ran(normalized=0.9999))
    assert finding.outcome is Outcome.UNDECIDED
    assert finding.doubt.startswith("The model 'bn' (cell 5, line 1): validation accuracy 0.9999 is out of reach")


def test_an_accuracy_out_of_reach_comes_before_one_that_is_too_low():
    finding = look(ran(plain=0.5, normalized=0.9999))
    assert finding.outcome is Outcome.UNDECIDED
    assert "0.5000" in finding.seen


def test_without_a_baseline_nothing_is_decided_and_the_reason_is_told():
    to = Reference(plain=matched(0, None, note="This network has an attention layer."), normalized=matched(1, TRAINED))
    finding = look(ran(plain=0.1), to)
    assert finding.outcome is Outcome.UNDECIDED
    assert "This network has an attention layer." in finding.seen
    assert finding.doubt == ""


def test_without_any_training_nothing_is_decided():
    assert look(ran(), Reference()).outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("plain", "outcome"), [(0.9770, Outcome.MET), (0.5, Outcome.UNDECIDED), (0.9999, Outcome.UNDECIDED)]
)
def test_the_nearest_baseline_is_never_held_against_a_notebook(plain: float, outcome: Outcome):
    finding = look(ran(plain=plain), reference(exact=False, note="The nearest has 64 units instead of 100."))
    assert finding.outcome is outcome
    assert finding.doubt == ""
    assert "64 units instead of 100" in finding.seen
    assert "this very network" not in finding.seen


def test_training_accuracy_is_compared_with_that_of_the_seeds_where_nothing_was_validated():
    plain = fit(0, 0, history={"accuracy": (0.8, 0.9, 0.9872)})
    normalized = fit(1, 1, history={"acc": (0.8, 0.9, 0.9872)})
    finding = look(ran(fits=(plain, normalized)))
    assert finding.outcome is Outcome.MET
    assert "training accuracy 0.9872" in finding.seen


def test_an_evaluation_stands_in_where_the_history_has_no_accuracy():
    finding = look(ran(None, None, evaluations=(evaluation(0, 0.9765), evaluation(1, 0.9790))))
    assert finding.outcome is Outcome.MET
    assert "evaluated accuracy 0.9765" in finding.seen


def test_an_evaluation_on_training_images_stands_in_for_nothing():
    on_training = (evaluation(0, 1.0, data=DIGITS), evaluation(1, 1.0, data=DIGITS))
    finding = look(ran(None, None, evaluations=on_training))
    assert finding.outcome is Outcome.UNDECIDED
    assert "gave no accuracy" in finding.seen


def test_an_evaluation_after_further_training_stands_in_for_nothing():
    at = ran(None, None, evaluations=(evaluation(0, 0.999, cell=20), evaluation(1, 0.9790)))
    longer = replace(at, run=replace(at.run, fits=(*at.run.fits, fit(2, 0, place=Place(cell=15, line=1)))))
    finding = look(longer)
    assert finding.outcome is Outcome.UNDECIDED
    assert finding.doubt == ""


@pytest.mark.parametrize("last", [None, 97.7, -0.1])
def test_what_is_no_share_is_not_compared(last: float | None):
    history = {"accuracy": (last,) * 3, "val_accuracy": (last,) * 3}
    assert look(ran(fits=(fit(0, 0, history=history),))).outcome is Outcome.UNDECIDED


def test_a_top_5_accuracy_is_not_an_accuracy():
    history = {"sparse_top_k_categorical_accuracy": (0.9999,), "val_sparse_top_k_categorical_accuracy": (0.9999,)}
    assert look(ran(fits=(fit(0, 0, history=history),))).doubt == ""


def test_a_verified_accuracy_within_chance_leaves_the_verdict():
    finding = look(ran(blind=(asked(0, 965), asked(1, 981))))
    assert finding.outcome is Outcome.MET
    assert finding.facts["verified without BN"] == "0.9650"


def test_a_verified_accuracy_that_is_too_low_leaves_the_question_open():
    finding = look(ran(blind=(asked(0, 700),)))
    assert finding.outcome is Outcome.UNDECIDED
    assert "Measured on 1,000 images that it never saw, 0.7000 lies" in finding.seen


def test_altered_images_do_not_count_as_those_of_the_baseline():
    assert look(ran(blind=(asked(0, 880, altered=100, altered_correct=0),))).outcome is Outcome.MET


def test_changed_weights_are_not_this_trainings():
    assert look(ran(blind=(asked(0, 100, as_trained=False),))).outcome is Outcome.MET


def test_a_saved_log_out_of_reach_is_a_doubt_although_our_run_is_within():
    finding = look(saved(ran(), 6, *log([(0.9, 0.93), (0.98, 0.98), (0.9870, 0.9990)])))
    assert finding.outcome is Outcome.UNDECIDED
    assert "claims a validation accuracy of 0.9990; of 3 epochs of this training, 0.98" in finding.doubt
    assert "training accuracy of 0.9870" not in finding.doubt
    assert finding.doubt in finding.seen


def test_a_saved_log_that_was_cut_short_is_compared_with_its_own_epoch():
    assert "of 2 epochs of this training" in look(saved(ran(), 6, *log([(0.9, 0.9), (0.975, 0.9940)]))).doubt


def test_a_saved_log_within_reach_changes_nothing():
    lower = saved(ran(), 6, *log([(0.9, 0.93), (0.96, 0.96), (0.9, 0.9)]))
    assert look(lower).outcome is Outcome.MET


def test_a_saved_log_is_not_held_against_a_similar_network():
    at = saved(ran(), 6, *log([(0.9, 0.93), (0.98, 0.98), (0.987, 0.9990)]))
    assert look(at, reference(exact=False, note="Another width.")).doubt == ""


def test_the_tolerance_can_be_set():
    assert look(ran(plain=0.93), tolerance=0.1).outcome is Outcome.MET


def test_a_network_that_sometimes_fails_may_fail():
    assert look(ran(plain=0.1), reference(baseline(*SPREAD, 0.1135))).outcome is Outcome.MET


def test_an_accuracy_on_a_thousand_other_images_is_given_their_binomial_error_and_difficulty():
    few = replace(HELD_BACK, samples=1_000)
    fits = (fit(0, 0, history=history(0.9930), validation=few), fit(1, 1, history=history(0.9781), validation=few))
    outcomes = [look(ran(fits=fits), reference(validated=each)).outcome for each in (Validated.SAME, Validated.OTHER)]
    assert outcomes == [Outcome.UNDECIDED, Outcome.MET]


def test_validation_on_images_that_were_trained_on_is_not_compared():
    fits = (fit(0, 0, history=history(0.9999)), fit(1, 1, history=history(0.9781)))
    fits = tuple(replace(each, history=each.history | {"accuracy": (0.8, 0.9, 0.9872)}) for each in fits)
    finding = look(ran(fits=fits), reference(validated=Validated.TRAINED_ON, note="It was validated on them."))
    assert finding.outcome is Outcome.MET
    assert "training accuracy 0.9872" in finding.seen
    assert "It was validated on them." in finding.seen


def test_another_part_of_the_images_may_be_easier():
    finding = look(ran(plain=0.9930), reference(same_images=False))
    assert finding.outcome is Outcome.MET


def test_a_saved_log_says_nothing_about_stand_in_data():
    at = saved(ran(), 6, *log([(0.9, 0.9), (0.95, 0.95), (0.9990, 0.9990)]))
    stand_in = DatasetRecord(name="mnist", served=Served.STAND_IN)
    assert look(at).doubt != ""
    assert look(replace(at, run=replace(at.run, datasets=(stand_in,)))).doubt == ""
