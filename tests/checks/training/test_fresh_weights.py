from grader.evidence import Weights
from grader.finding import Outcome
from tests.evidence_builders import NORMALIZED, PLAIN, evidence, fit, look, model

MODELS = (model(0, PLAIN), model(1, NORMALIZED))


def started(plain: Weights, normalized: Weights):
    return look(
        "training.fresh_weights",
        evidence(models=MODELS, fits=(fit(0, 0, weights=plain), fit(1, 1, weights=normalized))),
    )


def test_two_networks_from_fresh_weights_are_right():
    assert started(Weights.FRESH, Weights.FRESH).outcome is Outcome.MET


def test_layers_that_were_trained_in_the_other_network_are_not_fresh():
    finding = started(Weights.FRESH, Weights.TRAINED)
    assert finding.outcome is Outcome.PARTIAL
    assert "trained before" in finding.seen


def test_two_networks_that_were_trained_before_get_less_than_one():
    assert started(Weights.TRAINED, Weights.TRAINED).share < started(Weights.FRESH, Weights.TRAINED).share


def test_weights_that_nobody_saw_are_for_a_person():
    assert started(Weights.FRESH, Weights.UNKNOWN).outcome is Outcome.UNDECIDED


def test_going_on_to_train_afterwards_does_no_harm():
    fits = (fit(0, 0), fit(1, 1), fit(2, 1, weights=Weights.TRAINED, batch_size=128))
    assert look("training.fresh_weights", evidence(models=MODELS, fits=fits)).outcome is Outcome.MET


def test_one_network_alone_gets_half():
    finding = look("training.fresh_weights", evidence(models=MODELS, fits=(fit(0, 0),)))
    assert (finding.outcome, finding.share) == (Outcome.PARTIAL, 0.5)
