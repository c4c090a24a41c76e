"""Imports and calls are recorded as written, with their places."""

from grader.evidence import Where
from tests.reading.source import markdown, reading


def test_a_call_keeps_its_dotted_name_and_the_source_of_its_arguments():
    source = reading("x = 1", "history = model.fit(x_train, y_train,\n    epochs=5 * 2, **more)\n")
    (call,) = source.calls
    assert call.name == "model.fit"
    assert call.arguments == {"0": "x_train", "1": "y_train", "epochs": "5 * 2", "**": "more"}
    assert (call.place.cell, call.place.line) == (1, 1)


def test_calls_of_what_another_call_gave_are_told_apart():
    names = [call.name for call in reading("Dense(3)(x)\nmodels[0].fit(x)\n'a'.join(b)").calls]
    assert sorted(names) == [".join", "Dense", "Dense()", "models[].fit"]


def test_arguments_behind_wide_letters_are_cut_out_correctly():
    (call,) = reading("f('größe 😀', b=2)").calls
    assert call.arguments == {"0": "'größe 😀'", "b": "2"}


def test_imports_are_recorded_with_the_names_taken():
    source = reading("import tensorflow.keras as k, os\nfrom keras.layers import Dense as D, Flatten\nfrom . import x")
    assert [(each.module, each.names) for each in source.imports] == [
        ("tensorflow.keras", ()),
        ("os", ()),
        ("keras.layers", ("Dense", "Flatten")),
        (".", ("x",)),
    ]


def test_frameworks_of_code_come_before_those_only_written_about():
    source = reading(markdown("```python\nimport tensorflow as tf\n```"), "import torch")
    assert source.frameworks == ("torch", "keras")
    assert [each.where for each in source.imports] == [Where.MARKDOWN, Where.CODE]


def test_calls_below_a_magic_keep_their_lines():
    (call,) = reading("%%time\n!ls\nmodel.fit(x)").calls
    assert call.place.line == 3
