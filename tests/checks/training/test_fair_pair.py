from dataclasses import replace

import pytest

from grader.evidence import RunOutcome, Weights
from grader.finding import Finding, Outcome
from grader.graph import LayerGraph
from grader.submission import Place
from tests.evidence_builders import DIGITS, NORMALIZED, PLAIN, evidence, fit, good_run, look, model, network


def compared(graph: LayerGraph = NORMALIZED, *, outcome: RunOutcome = RunOutcome.FINISHED, **facts: object) -> Finding:
    """The finding for the plain network beside a second one with these facts."""
    at = evidence(models=(model(0, PLAIN), model(1, graph)), fits=(fit(0, 0), fit(1, 1, **facts)), outcome=outcome)
    return look("training.fair_pair", at)


def test_a_pair_that_differs_in_bn_only_is_fair():
    assert compared().outcome is Outcome.MET


@pytest.mark.parametrize(
    ("what", "facts"),
    [
        ("optimiser", {"optimizer": "SGD"}),
        ("learning rate", {"learning_rate": 0.01}),
        ("loss function", {"loss": "mse"}),
        ("batch size", {"batch_size": 128}),
        ("length of training", {"epochs": 10}),
        ("training data", {"data": replace(DIGITS, digest="other")}),
        ("training data", {"data": replace(DIGITS, samples=60000)}),
        ("validation data", {"validation_split": 0.2}),
    ],
)
def test_every_difference_is_named_with_both_values_and_costs(what: str, facts: dict[str, object]):
    finding = compared(**facts)
    assert finding.outcome is Outcome.PARTIAL
    assert list(finding.facts) == [what]
    assert what in finding.advice


def test_both_values_of_a_difference_are_told():
    assert "0.001 without BN, 0.01 with BN" in compared(learning_rate=0.01).seen


def test_more_differences_cost_more():
    assert compared(optimizer="SGD", learning_rate=0.1).share < compared(optimizer="SGD").share


def test_a_pair_that_differs_in_everything_gets_nothing():
    assert (
        compared(network("dense9:tanh", "bn", "dense3"), optimizer="SGD", learning_rate=0.1, epochs=9).outcome
        is Outcome.UNMET
    )


def test_another_activation_is_another_network():
    graph = network("flatten", "dense128", "bn", "tanh", "dense64", "bn", "tanh", "dense10:softmax")
    finding = compared(graph)
    assert "without BN relu, relu, with BN tanh, tanh" in finding.seen


def test_another_initialiser_costs_a_little():
    layers = tuple(replace(each, initializer="HeNormal") if each.initializer else each for each in NORMALIZED.layers)
    finding = compared(replace(NORMALIZED, layers=layers))
    assert finding.share == pytest.approx(0.9)
    assert "GlorotUniform without BN, HeNormal with BN" in finding.seen


def test_a_bias_that_bn_makes_superfluous_is_no_difference():
    layers = tuple(replace(each, use_bias=False) if each.units == 128 else each for each in NORMALIZED.layers)
    assert compared(replace(NORMALIZED, layers=layers)).outcome is Outcome.MET


def test_early_stopping_in_one_of_them_is_fair():
    assert compared(epochs_asked=3, epochs_done=2).outcome is Outcome.MET


def test_a_training_that_the_time_limit_cut_short_is_fair():
    assert compared(epochs_done=1, finished=False, outcome=RunOutcome.TIME_LIMIT).outcome is Outcome.MET


def test_a_training_that_an_error_cut_short_is_not():
    finding = compared(epochs_done=1, finished=False, outcome=RunOutcome.STUDENT_ERROR)
    assert "3 epochs without BN, 1 epoch with BN" in finding.seen


def test_training_one_of_them_twice_is_told_as_more_epochs():
    fits = (fit(0, 0), fit(1, 1), fit(2, 1, weights=Weights.TRAINED))
    finding = look("training.fair_pair", evidence(models=(model(0, PLAIN), model(1, NORMALIZED)), fits=fits))
    assert "3 epochs without BN, 6 epochs with BN" in finding.seen


def test_trying_batch_sizes_on_the_same_network_afterwards_is_no_difference():
    trials = (fit(2 + n, 1, batch_size=size, place=Place(cell=12)) for n, size in enumerate((32, 64, 128)))
    at = evidence(models=(model(0, PLAIN), model(1, NORMALIZED)), fits=(fit(0, 0), fit(1, 1), *trials))
    assert look("training.fair_pair", at).outcome is Outcome.MET


def test_of_several_networks_the_closest_pair_is_compared():
    wide = network("flatten", "dense512", "bn", "relu", "dense10:softmax")
    models = (model(0, PLAIN), model(1, wide), model(2, NORMALIZED))
    at = evidence(models=models, fits=(fit(0, 0), fit(1, 1), fit(2, 2)))
    assert look("training.fair_pair", at).outcome is Outcome.MET


def test_the_trials_of_the_experiment_are_not_mistaken_for_the_pair():
    assert look("training.fair_pair", good_run()).outcome is Outcome.MET


def test_one_trained_network_is_no_pair():
    at = evidence(models=(model(0, PLAIN), model(1, NORMALIZED)), fits=(fit(0, 0),))
    finding = look("training.fair_pair", at)
    assert finding.outcome is Outcome.UNMET
    assert "no network with batch normalization was trained" in finding.seen


def test_a_trial_of_the_batch_sizes_is_no_partner_in_the_comparison():
    plain, normalized = fit(0, 0, batch_size=128), fit(1, 1, batch_size=32)
    trials = tuple(fit(2 + n, 2 + n, batch_size=size, place=Place(cell=12)) for n, size in enumerate((32, 64, 128)))
    models = (model(0, PLAIN), *(model(number, NORMALIZED) for number in (1, 2, 3, 4)))
    finding = look("training.fair_pair", evidence(models=models, fits=(plain, normalized, *trials)))
    assert finding.outcome is Outcome.PARTIAL
    assert list(finding.facts) == ["batch size"]


def test_a_trial_is_the_partner_where_no_other_network_was_trained():
    trials = tuple(fit(1 + n, 1 + n, batch_size=size, place=Place(cell=12)) for n, size in enumerate((32, 64, 128)))
    models = (model(0, PLAIN), *(model(number, NORMALIZED) for number in (1, 2, 3)))
    assert look("training.fair_pair", evidence(models=models, fits=(fit(0, 0), *trials))).outcome is Outcome.MET


def test_a_network_compiled_anew_is_compared_with_its_last_settings_too():
    again = fit(2, 1, learning_rate=0.1, weights=Weights.TRAINED)
    models = (model(0, PLAIN), model(1, NORMALIZED))
    finding = look("training.fair_pair", evidence(models=models, fits=(fit(0, 0), fit(1, 1), again)))
    assert "learning rate" in finding.facts


def test_copied_cells_with_other_batch_sizes_do_not_lengthen_the_training():
    copied = tuple(
        fit(2 + n, 1, batch_size=size, epochs=1, weights=Weights.TRAINED) for n, size in enumerate((32, 64, 128))
    )
    models = (model(0, PLAIN), model(1, NORMALIZED))
    finding = look("training.fair_pair", evidence(models=models, fits=(fit(0, 0), fit(1, 1), *copied)))
    assert finding.outcome is Outcome.MET


def test_a_first_try_with_other_settings_counts_as_a_longer_training_only():
    tried = fit(0, 0, optimizer="SGD", epochs=1)
    fits = (tried, fit(1, 0, weights=Weights.TRAINED), fit(2, 1))
    finding = look("training.fair_pair", evidence(models=(model(0, PLAIN), model(1, NORMALIZED)), fits=fits))
    assert list(finding.facts) == ["length of training"]


def test_epochs_with_other_settings_within_an_equal_length_are_a_difference():
    fits = (fit(0, 0, optimizer="SGD"), fit(1, 0, weights=Weights.TRAINED), fit(2, 1, epochs=6))
    finding = look("training.fair_pair", evidence(models=(model(0, PLAIN), model(1, NORMALIZED)), fits=fits))
    assert list(finding.facts) == ["optimiser"]
