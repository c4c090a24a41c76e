"""What a notebook says about its own accuracy is found where a reader would find it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.checks._claims import disagreements
from grader.evidence import BlindRecord, CellOutcome, CellRunRecord, ClaimSource, RunRecord
from grader.sandbox.claims import claims
from grader.submission import Output, OutputKind
from tests.evidence_builders import DIGITS, HELD_BACK, NORMALIZED, evaluation, fit, model, printed


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
        ("test_accuracy: 0.97, train_accuracy: 0.99", [0.97]),
        ("{'loss': 0.1, 'val_acc': 0.97}", [0.97]),
        ("top_5_accuracy: 0.99", []),
        ("top-5 accuracy: 0.99", []),
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


RESULTS = {"model": ["BN", "no BN"], "train acc": [0.999, 0.998], "test accuracy": [0.9931, 0.97], "loss": [0.1, 0.2]}
FRAME = """\
   model  train acc  test accuracy  loss
0     BN      0.999         0.9931   0.1
1  no BN      0.998         0.9700   0.2
"""


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (FRAME, [0.9931, 0.97]),
        ("       accuracy\nmodel          \nBN        0.9931\nno BN     0.9700\n", [0.9931, 0.97]),
        ("metric  loss  accuracy\nmodel                 \nBN       0.1    0.9931\n", [0.9931]),
        ("                    0      1\nmodel              BN  no BN\ntest accuracy  0.9931   0.97\n", [0.9931, 0.97]),
        ("model\nBN       0.9931\nno BN    0.9700\nName: test accuracy, dtype: float64\n", [0.9931, 0.97]),
        ("| model | test accuracy |\n|:---|---:|\n| BN | **0.9931** |\n| no | 0.97 |\n", [0.9931, 0.97]),
        ("| accuracy | 0.9931 | 0.97 |\n", [0.9931, 0.97]),
        ("model\ttrainAcc\ttestAcc\nBN\t0.999\t0.9931\n", [0.9931]),
        ("model\tn\taccuracy\nBN\t3\t0.993 ± 0.002\n", [0.993]),
        ("┃ model ┃ test acc ┃\n│ BN    │ 0.98     │\n", [0.98]),
        ("Model          Accuracy   Loss\n------------------------\nBN             0.98       0.1\n", [0.98]),
        ("   accuracy (%)\n0         98.12\n1         99\n", [0.9812, 0.99]),
        ("  test_acc\na    99.1%\nb     98 %\n", [0.991, 0.98]),
        ("       loss  accuracy\ntrain   0.1      0.99\ntest    0.2      0.97\n", [0.97]),
        ("   accuracy  val_accuracy\n0      0.80          0.70\n1      0.90          0.85\n", [0.7, 0.85]),
        ("       accuracy\ncount  5.000000\nstd    0.100000\nmax    0.970000\n", [0.97]),
        ("   top-5 accuracy\n0            0.97\n", []),
        ("   training accuracy\n0               0.97\n", []),
        ("   accuracy gain\n0           0.02\n", []),
        ("   accuracy\n0   9712.00\n1         1\n2     -0.97\n", []),
        ("   loss  accuracy\n\nThe sizes were 0.25 and 0.75\n\n0  0.33\n", []),
        ("Accuracy of both\n0.97  0.12\n", []),
        ("Accuracy:  0.80   Precision:  0.97   recall 0.98\n", [0.8]),
        ("BN: accuracy 0.80  precision 0.97\n", [0.8]),
        ("   model  test accuracy  \\\n0     BN         0.9931   \n", [0.9931]),
        ("   accuracy\n0    0.9712\n\nother numbers:\n0.8  0.9\n", [0.9712]),
    ],
)
def test_accuracies_in_tables_are_found_under_or_beside_their_names(table, values):
    assert shown(table) == pytest.approx(values)


@pytest.mark.parametrize("index", [True, False])
@pytest.mark.parametrize("transposed", [True, False])
def test_a_data_frame_gives_its_test_accuracies_however_it_is_printed(index, transposed):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(RESULTS).set_index("model")
    frame = (frame.T if transposed else frame.reset_index()).to_string(index=index or transposed)
    assert shown(frame) == pytest.approx([0.9931, 0.97])


def test_a_claim_from_a_table_says_what_its_column_is_called():
    first, _ = claims(RunRecord(cells=(printed(3, FRAME),)))
    assert first.text == "test accuracy: 0 BN 0.999 0.9931 0.1"


def test_a_number_in_a_table_that_its_line_calls_an_accuracy_counts_once():
    assert shown("    accuracy                           0.97     10000\n") == [0.97]


@given(st.text(alphabet="ac 01.%|\t\n-_", max_size=300).map(lambda text: f"  acc  test acc\n{text}"))
def test_every_text_gives_shares_and_nothing_else(text):
    assert all(0.0 <= value <= 1.0 for value in shown(text))


def judged(table: str, *evaluated: float) -> tuple[str, ...]:
    """What is said of a notebook that prints a table, and whose network got 800 of 1,000 unseen images right."""
    run = RunRecord(
        models=(model(0, NORMALIZED),),
        fits=(fit(0, 0, history={"accuracy": (0.99123,), "val_accuracy": (0.98765,)}),),
        evaluations=tuple(evaluation(0, value) for value in evaluated),
        cells=(printed(3, table),),
        blind=(BlindRecord(model=0, dataset="mnist", samples=1000, correct=800),),
    )
    return disagreements(replace(run, claims=tuple(each for each in claims(run) if each.source is ClaimSource.PRINTED)))


@pytest.mark.parametrize("shape", ["{:.2f}", "{:.3f}", "{:.4f}", "{:.6f}", "{:.1%}", "{:.2%}", "{:.0%}"])
def test_a_table_of_what_was_evaluated_is_not_held_against_anybody(shape):
    table = f"   test accuracy  val_accuracy\n0  {shape.format(0.97416):>13}  {shape.format(0.98765):>12}\n"
    assert judged(table, 0.97416) == ()


def test_an_accuracy_in_a_table_that_nothing_stands_behind_is_told():
    (told,) = judged(FRAME.replace("0.9931", "0.9531"), 0.97)
    assert "95.3 % is printed" in told


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


def test_many_low_numbers_do_not_hide_a_high_one():
    text = "\n".join(["Test accuracy: 0.1"] * 500 + ["Test accuracy: 0.99"] + ["Test accuracy: 0.2"] * 500)
    assert max(shown(text)) == 0.99
