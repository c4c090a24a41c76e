from typing import Any

import pytest

from grader.consistency import MOST_TOLD, doubts
from grader.evidence import (
    BlindRecord,
    ClaimRecord,
    ClaimSource,
    Evidence,
    RunOutcome,
    RunRecord,
    SourceRecord,
    TamperKind,
    TamperRecord,
    Where,
)
from grader.submission import Place
from tests.evidence_builders import NORMALIZED, PLAIN, evidence, fit, model, submission, written


def sign(what: str, cell: int | None = None) -> TamperRecord:
    return TamperRecord(kind=TamperKind.REPLACED, what=what, place=None if cell is None else Place(cell=cell))


def ran(*cells: str, **run: Any) -> Evidence:
    return Evidence(submission=submission(*cells), run=RunRecord(outcome=RunOutcome.FINISHED, **run))


def test_a_run_in_which_all_fits_together_leaves_no_doubt():
    at = Place(cell=0, line=1)
    fits = (fit(0, 0, place=at),)
    assert doubts(ran("m = net()\nm.fit(x, y)", models=(model(0, PLAIN, cell=0),), fits=fits)) == ()
    assert doubts(evidence()) == ()


def test_signs_of_tampering_are_told_with_their_cells_equal_ones_together():
    at = evidence(tampering=(sign("evaluate was replaced.", 3), sign("evaluate was replaced.", 7), sign("A hook.")))
    assert doubts(at) == (
        "A function that results rest on was changed at cells 3, 7: evaluate was replaced.",
        "A function that results rest on was changed: A hook.",
    )


def test_of_many_signs_the_first_are_told_and_the_rest_counted():
    told = doubts(evidence(tampering=tuple(sign(f"Sign {n}.") for n in range(MOST_TOLD + 4))))
    assert len(told) == MOST_TOLD + 1
    assert "4 more" in told[-1]


@pytest.mark.parametrize("code", ["x = 1", "# model.fit(x, y)\nprint(1)", "forge(1)"])
def test_a_training_in_a_notebook_that_trains_nothing_is_a_doubt(code: str):
    (told,) = doubts(ran(code, "print(2)", fits=(fit(0, 0, place=Place(cell=1)),)))
    assert "nothing in the notebook's code trains" in told


@pytest.mark.parametrize(
    "code",
    [
        "def go(m):\n    m.fit(x, y)",
        "opt.apply_gradients(zip(g, w))",
        "cross_val_score(KerasClassifier(net), x, y)",
        "tuner.search(x, y)",
        "%run train.py",
        "m.train_on_batch(x, y)",
    ],
)
def test_a_training_may_stand_anywhere_in_the_notebook(code: str):
    assert doubts(ran(code, "go(m)", fits=(fit(0, 0, place=Place(cell=1)),))) == ()


def test_a_network_of_a_cell_that_calls_nothing_is_a_doubt():
    (told,) = doubts(ran("x = 1  # net()", models=(model(0, PLAIN, cell=0),)))
    assert told == "The recording has network number 0 at cell 0, but that cell calls nothing."


@pytest.mark.parametrize("code", ["%run net.py", "import net", "m = net()", "!python x.py", "with scope:\n    x"])
def test_what_a_cell_has_others_do_is_no_doubt(code: str):
    assert doubts(ran(code, models=(model(0, PLAIN, cell=0),))) == ()


@pytest.mark.parametrize(
    "code",
    [
        "old = keras.Model.evaluate\nkeras.Model.evaluate = lambda *a: [0, 1]\nkeras.Model.evaluate = old",
        "with mock.patch.object(tf.keras.Model, 'evaluate', fake):\n    m.evaluate(x)",
        "setattr(keras.metrics.SparseCategoricalAccuracy, 'result', fake)",
    ],
)
def test_code_that_replaces_a_function_of_the_library_for_a_moment_is_a_doubt(code: str):
    (told,) = doubts(ran(code))
    assert "cell 0 replaces a function" in told


@pytest.mark.parametrize(
    "code",
    ["m = keras.Model\nr = m.fit(x)", "if keras.Model.evaluate == f: pass", "# Model.fit = f", "fit = model.fit"],
)
def test_code_that_only_uses_such_functions_is_no_doubt(code: str):
    assert doubts(ran(code)) == ()


def test_code_that_spells_out_bn_in_a_run_that_built_none_is_a_doubt():
    source = SourceRecord(models=(written(NORMALIZED, cell=3, where=Where.CODE),))
    (told,) = doubts(evidence(source=source))
    assert "cell 3" in told
    assert doubts(evidence(source=source, models=(model(0, NORMALIZED),))) == ()


def test_a_trained_network_that_could_not_be_asked_is_said_to_be_not_verified():
    blind = (BlindRecord(model=0, reason="its input is no image"), BlindRecord(model=1, reason="never trained"))
    (told,) = doubts(ran("m.fit(x, y)", fits=(fit(0, 0),), blind=blind))
    assert "could not be asked" in told
    assert "its input is no image" in told
    assert "never trained" not in told


def test_a_network_that_was_asked_leaves_no_doubt_whatever_else_was_tried():
    blind = (BlindRecord(model=0, reason="wrong shape"), BlindRecord(model=0, samples=100, correct=97))
    assert doubts(ran("m.fit(x, y)", fits=(fit(0, 0),), blind=blind)) == ()


def test_a_claimed_accuracy_that_was_not_borne_out_is_a_doubt_with_both_numbers():
    claim = ClaimRecord(value=0.99, source=ClaimSource.EVALUATE, model=0)
    blind = BlindRecord(model=0, dataset="mnist", samples=1000, correct=98)
    (told,) = doubts(evidence(models=(model(0, PLAIN),), claims=(claim,), blind=(blind,)))
    assert "99.0 %" in told
    assert "9.8 %" in told


def test_what_has_nothing_to_do_with_the_notebooks_words_is_survived():
    assert isinstance(doubts(ran("'''never closed", "x = (", fits=(fit(0, 0, place=Place(cell=77)),))), tuple)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("f.__closure__[0].cell_contents = g", "reaches into the interpreter"),
        ("import sys; sys.modules['observing']", "reaches into the interpreter"),
        ("import gc\nfor o in gc.get_objects(): pass", "reaches into the interpreter"),
        ("setattr(keras.Model, 'eval' + 'uate', f)", "replaces a function that results rest on"),
        ("h.history['val_accuracy'] = [0.98, 0.99]", "puts numbers into a training's history"),
        (f"table = '{'x' * 100_001}'", "more than 100,000 characters"),
    ],
)
def test_code_that_no_notebook_has_any_use_for_is_a_doubt(code: str, words: str):
    (told,) = doubts(ran("x = 1", code))
    assert words in told
    assert "cell 1" in told


@pytest.mark.parametrize(
    "code",
    [
        "# sys.modules['observing'] is a comment",
        "h.history['loss'] += more.history['loss']",
        "best = h.history['val_accuracy'][-1]",
        "from keras.src.layers import Dense",
        "all_accuracies['bn'] = h.history['accuracy']",
        "setattr(options, 'rate', 0.1)",
    ],
)
def test_ordinary_code_is_none(code: str):
    assert doubts(ran(code)) == ()


def test_weights_that_changed_after_the_training_leave_claims_unverified():
    claim = ClaimRecord(value=0.99, source=ClaimSource.EVALUATE, model=0)
    changed = BlindRecord(model=0, dataset="mnist", samples=1000, correct=110, as_trained=False)
    (told,) = doubts(evidence(claims=(claim,), blind=(changed,)))
    assert "changed after the last training" in told
    assert "11.0 %" in told
