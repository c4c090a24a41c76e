"""Whatever a notebook holds, reading it ends in a record; a gap in it costs nothing else and is told."""

import ast
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.evidence import SourceRecord
from grader.reading.definitions import Interpreter
from grader.reading.models import BUDGET, WINDING, Written, models
from grader.reading.read import read
from grader.reading.values import Scope
from grader.serializing import from_json, to_json
from tests.reading.programs import notebook
from tests.reading.source import reading, submission

KERAS = "from keras import Sequential\nfrom keras.layers import *\n"
ENDLESS = "for i in range(200):\n for j in range(200):\n  for k in range(200):\n   f(k)"


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 2**32))
def test_any_program_is_read_to_its_end(seed):
    record = reading(*notebook(Random(seed)))  # noqa: S311
    assert [gap for gap in record.unread if WINDING not in gap] == []
    assert from_json(SourceRecord, to_json(record)) == record


class Unreadable(str):
    """A source that breaks off while it is read."""

    __slots__ = ()

    def encode(self, *_how):
        raise IndexError


def test_what_cannot_be_read_of_a_cell_is_told_and_costs_nothing_else():
    made = submission(KERAS, "import numpy\nm = Sequential([Dense(3)])\n# a word of prose", "f(1)")
    broken = replace(made.cells[1], source=Unreadable(made.cells[1].source))
    record = read(replace(made, cells=(made.cells[0], broken, made.cells[2])))
    assert record.unread == ("Cell 1 could not be read to its end (IndexError).",)
    assert [each.module for each in record.imports] == ["keras", "keras.layers", "numpy"]
    assert [call.name for call in record.calls] == ["f"]
    assert [text.text for text in record.text] == ["a word of prose"]
    assert [model.place.cell for model in record.models] == [1]


class Stumbling(Interpreter):
    """An interpreter with a mistake in it."""

    def _on_assert(self, node, _scope):
        raise KeyError(node.lineno)


def test_a_statement_that_cannot_be_followed_does_not_end_the_cell():
    interpreter = Stumbling(BUDGET, Scope())
    source = KERAS + "if a:\n    assert 1\nm = Sequential([Dense(3)])"
    interpreter.read(ast.parse(source), 4)
    assert interpreter.unread == {4: "KeyError"}
    assert [network.name for network in interpreter.networks] == ["m"]
    assert interpreter.unsure == 0


def test_a_cell_that_winds_without_end_is_left_and_the_next_one_is_read():
    record = reading(KERAS, ENDLESS, "m = Sequential([Dense(3)])")
    assert record.unread == (f"Cell 1 could not be read to its end ({WINDING}).",)
    assert [model.place.cell for model in record.models] == [2]


def test_all_cells_together_are_followed_no_farther_than_a_limit():
    found = models(Written(tree=ast.parse(ENDLESS), cell=cell) for cell in range(50))
    assert found.unread == dict.fromkeys(range(50), WINDING)
