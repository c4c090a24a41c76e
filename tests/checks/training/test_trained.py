import pytest

from grader.evidence import Cause, DatasetRecord, ErrorRecord, RunOutcome, Served, SourceRecord
from grader.finding import Outcome
from tests.evidence_builders import NORMALIZED, PLAIN, evidence, fit, good_run, history, look, model, printed, written

NAME_ERROR = ErrorRecord(name="NameError", message="name 'X' is not defined", line=1, cause=Cause.STUDENT)


@pytest.mark.parametrize("network", ["plain", "batch_norm"])
def test_a_network_that_was_trained_is_met_with_epochs_and_accuracy(network: str):
    finding = look("training.trained", good_run(), network=network)
    assert finding.outcome is Outcome.MET
    assert "3 epochs" in finding.seen


def test_the_number_in_the_message_is_the_one_that_was_measured():
    assert "0.9012" in look("training.trained", good_run(), network="plain").seen


def test_a_network_that_was_built_and_not_trained_is_unmet_with_the_cell_that_failed():
    at = evidence(models=(model(0, NORMALIZED, cell=5),), cells=(printed(6, "", NAME_ERROR),))
    finding = look("training.trained", at, network="batch_norm")
    assert finding.outcome is Outcome.UNMET
    assert "Cell 6, line 1, stops with NameError" in finding.seen


def test_a_network_that_is_not_there_was_not_trained():
    finding = look("training.trained", evidence(models=(model(0, PLAIN),), fits=(fit(0, 0),)), network="batch_norm")
    assert finding.outcome is Outcome.UNMET
    assert "so none was trained" in finding.seen


def test_a_network_in_a_comment_was_not_trained_and_the_comment_is_named():
    at = evidence(source=SourceRecord(models=(written(PLAIN),)))
    assert "cell 0, line 120" in look("training.trained", at, network="plain").seen


def one(**facts: object):
    return evidence(models=(model(0, PLAIN),), fits=(fit(0, 0, **facts),))


def test_a_loss_that_became_nan_gets_a_part():
    finding = look(
        "training.trained", one(history={"loss": (2.3, None, None), "accuracy": (0.5, 0.1, 0.1)}), network="plain"
    )
    assert finding.outcome is Outcome.PARTIAL
    assert "NaN" in finding.seen


def test_an_accuracy_at_chance_gets_a_part():
    finding = look("training.trained", one(history={"loss": (2.3,), "accuracy": (0.1123,)}), network="plain")
    assert finding.outcome is Outcome.PARTIAL
    assert "0.1123" in finding.seen


def test_an_accuracy_at_chance_on_a_stand_in_is_for_a_person():
    at = evidence(
        models=(model(0, PLAIN),),
        fits=(fit(0, 0, history={"loss": (2.3,), "accuracy": (0.1,)}),),
        datasets=(DatasetRecord(name="mnist", served=Served.STAND_IN),),
    )
    assert look("training.trained", at, network="plain").outcome is Outcome.UNDECIDED


def test_a_training_that_never_finished_an_epoch_gets_little():
    at = evidence(
        models=(model(0, PLAIN),),
        fits=(fit(0, 0, epochs_done=0, history={}, finished=False),),
        cells=(printed(6, "", NAME_ERROR),),
    )
    finding = look("training.trained", at, network="plain")
    assert finding.outcome is Outcome.PARTIAL
    assert "not one epoch" in finding.seen


def test_a_training_stopped_by_the_students_error_gets_a_part():
    finding = look(
        "training.trained", one(epochs_asked=5, epochs_done=1, finished=False, history=history(0.9, 1)), network="plain"
    )
    assert finding.outcome is Outcome.PARTIAL
    assert "5 epochs" in finding.seen


def test_a_training_stopped_by_the_time_limit_counts_as_far_as_it_came():
    at = evidence(
        outcome=RunOutcome.TIME_LIMIT,
        models=(model(0, PLAIN),),
        fits=(fit(0, 0, epochs_asked=50, epochs_done=2, finished=False, history=history(0.9, 2)),),
    )
    assert look("training.trained", at, network="plain").outcome is Outcome.MET


def test_a_loop_of_the_students_own_counts_as_training():
    finding = look(
        "training.trained", one(loop="custom", epochs_asked=None, epochs_done=0, steps=300, history={}), network="plain"
    )
    assert finding.outcome is Outcome.MET
    assert "loop of its own" in finding.seen
