import pytest

from grader.checks.reference._saved import Saved, saved_accuracies
from grader.loaders._outputs import as_printed
from grader.submission import Place
from tests.checks.reference.matched import log, ran, saved
from tests.evidence_builders import fit

AT = ran()
COURSE = [(0.90, 0.93), (0.96, 0.95), (0.97, 0.96)]


def found(*lines: str, number: int = 0, **run: object) -> Saved | None:
    at = saved(ran(**run), 6, *lines)  # type: ignore[arg-type]
    return saved_accuracies(at.submission, at.run, at.run.fits[number])


def test_a_log_gives_the_accuracies_of_its_last_epoch():
    assert found(*log(COURSE)) == Saved(epoch=3, accuracies={"accuracy": 0.97, "val_accuracy": 0.96})


def test_a_log_of_older_versions_is_read_as_well():
    line = "1719/1719 - 8s - loss: 0.3657 - acc: 0.8704 - val_loss: 0.3912 - val_acc: 0.8604 - 8s/epoch - 4ms/step"
    assert found("Epoch 1/3", line) == Saved(epoch=1, accuracies={"accuracy": 0.8704, "val_accuracy": 0.8604})


def test_a_progress_bar_counts_as_it_ended():
    steps = [f"\x1b[1m{n}/2\x1b[0m ━━ \x1b[1m1s\x1b[0m 9ms/step - accuracy: 0.{n}111 - loss: 0.3" for n in (1, 2)]
    raw = "\b" * 12 + f"\r{steps[0]}" + "\b" * 60 + f"\r{steps[1]} - val_accuracy: 0.2500 - val_loss: 0.2\n"
    lines = as_printed(f"Epoch 1/3\n{raw}").split("\n")
    assert found(*lines) == Saved(epoch=1, accuracies={"accuracy": 0.2111, "val_accuracy": 0.25})


def test_an_evaluation_below_the_log_is_not_its_last_epoch():
    lines = ["Epoch 1/3", "10/10 - 1s - accuracy: 0.5000 - loss: 0.2", "313/313 - 1s - accuracy: 0.9900 - loss: 0.1"]
    assert found(*lines) == Saved(epoch=1, accuracies={"accuracy": 0.5})


def test_a_training_that_did_not_finish_its_epoch_claims_nothing_for_it():
    lines = [*log(COURSE[:1]), "Epoch 2/3", "12/1875 ━ 5s - accuracy: 0.9999 - loss: 0.1"]
    assert found(*lines) == Saved(epoch=1, accuracies={"accuracy": 0.90, "val_accuracy": 0.93})


def test_two_trainings_of_one_cell_are_told_apart():
    fits = tuple(fit(number, number, place=Place(cell=6, line=3)) for number in (0, 1))
    lines = [*log(COURSE), *log([(0.5, 0.5), (0.5, 0.5), (0.5, 0.25)])]
    second = found(*lines, number=1, fits=fits)
    assert second == Saved(epoch=3, accuracies={"accuracy": 0.5, "val_accuracy": 0.25})


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["accuracy: 0.99 - val_accuracy: 0.99"],
        ["Epoch 1/3", "Epoch 2/3", "Epoch 3/3"],
        log(COURSE, planned=20),
        [*log(COURSE), *log(COURSE)],
        log(COURSE)[2:],
        ["Epoch 1/3", "10/10 - accuracy: 97.1234 - val_accuracy: 98.2"],
        ["Epoch 1/3", "10/10 - top_5_accuracy: 0.99 - val_top_5_accuracy: 0.99"],
        ["Epoch 1/3", f"10/10 - accuracy: 0.{'9' * 3000}"],
    ],
    ids=["empty", "no epoch", "no numbers", "longer", "two", "headless", "percent", "top 5", "endless"],
)
def test_nothing_is_read_out_of_a_log_that_is_not_clearly_this_trainings(lines: list[str]):
    assert found(*lines) is None
