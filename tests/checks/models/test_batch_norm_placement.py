import pytest

from grader.evidence import SourceRecord, UnattachedRecord
from grader.finding import Finding, Outcome
from tests.evidence_builders import NORMALIZED, evidence, look, model, network, written


def placed(*parts: str, **options: object) -> Finding:
    return look("models.batch_norm_placement", evidence(models=(model(0, network(*parts)),)), **options)


@pytest.mark.parametrize("parts", [("dense8", "bn", "relu", "dense3:softmax"), ("dense8:relu", "bn", "dense3:softmax")])
def test_bn_before_or_behind_a_hidden_activation_is_right(parts: tuple[str, ...]):
    assert placed(*parts).outcome is Outcome.MET


def test_an_accepted_place_is_the_rubrics_to_choose():
    finding = placed("dense8:relu", "bn", "dense3:softmax", accepted=("pre-activation",))
    assert finding.outcome is Outcome.UNMET
    assert "between the Dense layer and its activation" in finding.advice


def test_bn_behind_the_softmax_gets_nothing_and_is_explained():
    finding = placed("dense8:relu", "dense3:softmax", "bn")
    assert finding.outcome is Outcome.UNMET
    assert "after-output" in finding.seen
    assert "Ioffe & Szegedy (2015" in finding.why
    assert "away from the output" in finding.advice


def test_bn_on_the_input_is_tolerated_beside_bn_at_hidden_layers():
    assert placed("bn", "dense8:relu", "bn", "dense8:relu", "bn", "dense3:softmax").outcome is Outcome.MET


def test_bn_on_the_input_alone_gets_a_part():
    finding = placed("bn", "dense8:relu", "dense3:softmax")
    assert finding.outcome is Outcome.PARTIAL
    assert finding.share == pytest.approx(0.3)


def test_a_wrong_layer_beside_a_right_one_takes_its_share():
    finding = placed("dense8", "bn", "relu", "dense3:softmax", "bn")
    assert finding.share == pytest.approx(0.5)
    assert finding.facts == {"placements": "pre-activation, after-output"}


def test_bn_with_no_activation_anywhere_near_gets_a_part():
    assert placed("dense8", "bn", "dense8:relu", "dense3:softmax").share == pytest.approx(0.6)


def test_a_network_that_is_only_written_has_no_placement_to_judge():
    at = evidence(source=SourceRecord(models=(written(NORMALIZED),)))
    finding = look("models.batch_norm_placement", at)
    assert finding.outcome is Outcome.UNMET
    assert "in a comment at cell 0, line 120" in finding.seen


def test_a_bn_layer_in_no_network_is_told():
    finding = look("models.batch_norm_placement", evidence(unattached=(UnattachedRecord(class_name="BatchNorm1d"),)))
    assert "part of no network" in finding.seen
    assert "Pass the data through" in finding.advice
