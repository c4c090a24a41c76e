"""Whose fault an exception is."""

import pytest

from grader.evidence import Cause, CellOutcome, CellRunRecord, ErrorRecord
from grader.sandbox.causes import explained


def failed(cell: int, name: str, message: str) -> CellRunRecord:
    return CellRunRecord(cell=cell, outcome=CellOutcome.ERROR, error=ErrorRecord(name=name, message=message))


def cause(name: str, message: str) -> ErrorRecord:
    error = explained([failed(3, name, message)], {3: ""})[0].error
    assert error is not None
    return error


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ModuleNotFoundError", "No module named 'keras.api._v2'"),
        ("ModuleNotFoundError", "No module named 'google.colab'"),
        ("ImportError", "cannot import name 'np_utils' from 'keras.utils' (somewhere)"),
        ("ValueError", "Argument(s) not recognized: {'lr': 0.001}"),
        ("TypeError", "SGD.__init__() got an unexpected keyword argument 'lr'"),
        ("AttributeError", "module 'numpy' has no attribute 'bool'"),
        ("AttributeError", "'Sequential' object has no attribute 'predict_classes'"),
        ("KeyError", "'val_acc'"),
        ("URLError", "<urlopen error [Errno -3] Temporary failure in name resolution>"),
        ("Exception", "URL fetch failure on https://example.org/x.npz: None"),
        ("FileNotFoundError", "[Errno 2] No such file or directory: 'train.csv'"),
        ("ValueError", "A KerasTensor cannot be used as input to a TensorFlow function."),
        ("KeyError", "'This optimizer can only be called for the variables it was originally built with.'"),
        ("AttributeError", "'DataFrame' object has no attribute 'append'"),
        ("AttributeError", "'Adam' object has no attribute 'lr'"),
        ("SyntaxError", "Missing parentheses in call to 'print'. Did you mean print(...)?"),
        ("OSError", "'seaborn-darkgrid' is not a valid package style, path of style file"),
        ("ValueError", "Expected `metrics` argument to be a list, tuple, or dict. Received instead: metrics=accuracy"),
    ],
)
def test_what_the_course_does_not_provide_is_an_environment_matter(name: str, message: str) -> None:
    error = cause(name, message)
    assert error.cause is Cause.ENVIRONMENT
    assert error.reason


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("NameError", "name 'running' is not defined"),
        ("TypeError", "'module' object is not iterable"),
        ("ValueError", "Shapes (None, 10) and (None, 1) are incompatible"),
        ("AttributeError", "'list' object has no attribute 'shape'"),
        ("AttributeError", "'NoneType' object has no attribute 'append'"),
        ("KeyError", "'accuracy'"),
        ("SyntaxError", "invalid syntax"),
    ],
)
def test_a_mistake_in_the_notebook_is_the_students(name: str, message: str) -> None:
    assert cause(name, message).cause is Cause.STUDENT


def test_a_missing_name_that_a_failed_cell_would_have_bound_is_a_consequence() -> None:
    sources = {1: "from nowhere import x\ndef build():\n    return x", 4: "m = build()", 6: "m.fit()"}
    runs = [
        failed(1, "ModuleNotFoundError", "No module named 'nowhere'"),
        failed(4, "NameError", "name 'build' is not defined"),
        failed(6, "NameError", "name 'm' is not defined"),
    ]
    errors = [run.error for run in explained(runs, sources)]
    assert [error and error.cause for error in errors] == [Cause.ENVIRONMENT, Cause.CONSEQUENCE, Cause.CONSEQUENCE]
    assert [error and error.root for error in errors] == [None, 1, 1]


def test_fitting_a_model_whose_compile_failed_is_a_consequence() -> None:
    sources = {1: "model.compile(optimizer=SGD(lr=0.1))", 2: "model.fit(x, y)"}
    runs = [
        failed(1, "ValueError", "Argument(s) not recognized: {'lr': 0.1}"),
        failed(2, "ValueError", "You must call `compile()` before calling `fit()`."),
    ]
    second = explained(runs, sources)[1].error
    assert second is not None
    assert (second.cause, second.root) == (Cause.CONSEQUENCE, 1)


def test_a_name_bound_beside_a_shell_command_is_known_too() -> None:
    sources = {1: "!pip install something\nimport nowhere\nmodel = nowhere.build()", 2: "model.fit()"}
    runs = [
        failed(1, "ModuleNotFoundError", "No module named 'nowhere'"),
        failed(2, "NameError", "name 'model' is not defined"),
    ]
    second = explained(runs, sources)[1].error
    assert second is not None
    assert second.root == 1


def test_an_exception_that_the_notebook_raises_itself_is_told_with_a_word_of_caution() -> None:
    run = failed(1, "ModuleNotFoundError", "No module named 'tensorflow.magic'")
    error = explained([run], {0: "x = 1", 1: "raise ModuleNotFoundError(\"No module named 'tensorflow.magic'\")"})[
        0
    ].error
    assert error is not None
    assert error.cause is Cause.ENVIRONMENT
    assert error.reason.endswith("But the notebook raises ModuleNotFoundError itself (cell 1).")


@pytest.mark.parametrize(
    ("name", "message", "blamed"),
    [
        ("PermissionError", "[Errno 13] Permission denied", Cause.ENVIRONMENT),
        ("UnknownError", "PermissionError: [Errno 13] Permission denied\nTraceback", Cause.ENVIRONMENT),
        ("PermissionError", "[Errno 13] Permission denied: '/root/x'", Cause.STUDENT),
    ],
)
def test_shared_memory_that_the_box_does_not_give_is_the_environments_fault(
    name: str, message: str, blamed: Cause
) -> None:
    assert cause(name, message).cause is blamed
