"""What a notebook says about its own accuracy is found where a reader would find it."""

from dataclasses import replace

import pytest

from grader.evidence import CellOutcome, CellRunRecord, ClaimSource, RunRecord
from grader.sandbox.claims import claims
from grader.submission import Output, OutputKind
from tests.evidence_builders import DIGITS, HELD_BACK, evaluation, fit, printed


def shown(text: str) -> list[float]:
    return [claim.value for claim in claims(RunRecord(cells=(printed(3, text),)))]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Test accuracy: 0.9712", [0.9712]),
        ("test acc = 0.97", [0.97]),
        ("accuracy = 97.1%", [0.971]),
        ("Accuracy of the network: 97.1 %", [0.971]),
        ("Test Accuracy 97.12", [0.9712]),
        ("Accuracy with BN: 0.98, without BN: accuracy 0.95", [0.98, 0.95]),
        ("Final validation accuracy 98%", [0.98]),
        ("Train accuracy: 0.99, test accuracy: 0.97", [0.97]),
        ("training accuracy 0.99", []),
        ("accuracy: 1", []),
        ("accuracy: 1.0", [1.0]),
        ("accuracy: 971.2", []),
        ("accuracy: -0.97", []),
        ("the loss is 0.12", []),
        ("accuracy after 3 epochs", []),
        ("Epoch 3/5", []),
        ("469/469 - 2s - 4ms/step - accuracy: 0.9712 - loss: 0.1", []),
        ("\x1b[1m469/469\x1b[0m \x1b[32m━━━━━━\x1b[0m 1s 2ms/step - accuracy: 0.9712", []),
    ],
)
def test_printed_accuracies_are_found_and_nothing_else(text, values):
    assert shown(text) == pytest.approx(values)


def test_a_printed_claim_says_where_and_in_which_words():
    (claim,) = claims(RunRecord(cells=(printed(3, "so:\nTest  accuracy: 0.9712\n"),)))
    assert (claim.source, claim.model, claim.text) == (ClaimSource.PRINTED, None, "Test accuracy: 0.9712")
    assert claim.place is not None
    assert claim.place.cell == 3


def test_what_goes_to_stderr_is_no_claim():
    output = Output(kind=OutputKind.STDERR, text="Test accuracy: 0.97")
    assert claims(RunRecord(cells=(CellRunRecord(cell=0, outcome=CellOutcome.OK, outputs=(output,)),))) == ()


def test_an_evaluation_is_a_claim_about_its_network():
    (claim,) = claims(RunRecord(evaluations=(evaluation(4, 0.97),)))
    assert (claim.source, claim.model, claim.value, claim.text) == (ClaimSource.EVALUATE, 4, 0.97, "accuracy")


def test_an_evaluation_on_the_training_data_is_no_claim():
    trained = fit(0, 4, data=DIGITS, validation=None, history={})
    assert claims(RunRecord(fits=(trained,), evaluations=(evaluation(4, 0.97, data=DIGITS),))) == ()


def test_the_last_validation_accuracy_of_a_training_is_a_claim():
    (claim,) = claims(RunRecord(fits=(fit(0, 4, history={"accuracy": (0.8, 0.9), "val_accuracy": (0.7, 0.85)}),)))
    assert (claim.source, claim.model, claim.value, claim.text) == (ClaimSource.VALIDATION, 4, 0.85, "val_accuracy")


def test_validation_on_the_training_data_is_no_claim():
    assert claims(RunRecord(fits=(fit(0, 4, data=DIGITS, validation=DIGITS),))) == ()


@pytest.mark.parametrize("value", [None, 1.5, -0.1])
def test_what_is_no_share_is_no_claim(value):
    assert claims(RunRecord(evaluations=(replace(evaluation(0, 0.5), results={"accuracy": value}),))) == ()


def test_other_names_for_accuracy_are_known_and_loss_is_not_one():
    names = ["acc", "sparse_categorical_accuracy", "compile_metrics", "loss", "top_k_categorical_accuracy"]
    found = [claims(RunRecord(evaluations=(replace(evaluation(0, 0.5), results={name: 0.5}),))) for name in names]
    assert [len(each) for each in found] == [1, 1, 1, 0, 0]


def test_data_without_a_digest_count_as_other_data():
    piped = replace(HELD_BACK, digest=None)
    assert len(claims(RunRecord(evaluations=(evaluation(0, 0.9, data=piped),)))) == 1
