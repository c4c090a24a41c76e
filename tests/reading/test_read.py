"""A submission becomes a source record; nothing hostile is too much."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.evidence import SourceRecord, Where
from grader.loaders import notebook
from grader.reading.read import MOST_RECORDS, read
from grader.serializing import from_json, to_json
from grader.submission import Output, OutputKind
from tests.reading.source import markdown, placed, reading, submission


def test_the_saved_order_is_that_of_the_counts():
    made = submission("a", markdown("b"), "c", "d")
    counts = (5, None, 2, None)
    cells = tuple(replace(cell, execution_count=count) for cell, count in zip(made.cells, counts, strict=True))
    assert read(replace(made, cells=cells)).saved_order == (2, 0)


def test_saved_outputs_are_noticed():
    made = submission("a", "b")
    assert not read(made).has_saved_outputs
    cells = (made.cells[0], replace(made.cells[1], outputs=(Output(kind=OutputKind.STDOUT, text="x"),)))
    assert read(replace(made, cells=cells)).has_saved_outputs


def test_a_cell_that_is_not_python_is_a_record_in_plain_words():
    (record,) = reading("x = 1", "x = = 1").syntax_errors
    assert (record.message, record.place.cell, record.place.line) == ("invalid syntax", 1, 1)


def test_the_number_of_records_is_bounded():
    source = reading(*["f(1)\n" * 500] * 20)
    assert len(source.calls) == MOST_RECORDS


@pytest.mark.parametrize(
    "source",
    [
        "(" * 10_000,
        "x = f(1)\n" * 40_000,
        "# x = f(\n" * 40_000,
        " " * 390_000 + "=",
        "# " + " " * 300_000 + "b",
        "'\n" * 50_000,
    ],
)
def test_hostile_cells_are_read_to_their_end_within_the_limits(source):
    record = reading(source, markdown(source))
    assert max(len(record.calls), len(record.code), len(record.text), len(record.models)) <= MOST_RECORDS


FRAGMENTS = st.sampled_from(
    ["Sequential(", "[", "]", ")", "Dense(3)", ", ", "m = ", "\n", "m.add(", "def f(a):\n ", "return ", "(x)", "for i in a:\n ",
     "class A(Model):\n def call(self, x):\n  ", "if a:\n ", "self.", "x", " + ", "Input((3,))", "Model(x, x)", "lambda: ", "*", "not "]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(FRAGMENTS, max_size=25).map("".join))
def test_any_source_gives_a_record_that_can_be_stored(source):
    record = reading(source)
    assert from_json(SourceRecord, to_json(record)) == record


def loaded(path):
    return read(notebook.load(path.name, path.read_bytes(), id="a", student="a"))


@pytest.mark.seeds
@pytest.mark.parametrize(
    ("seed", "framework", "where", "expected"),
    [
        ("seed-000", "keras", Where.COMMENT, [[], ["post-activation"] * 2]),
        ("seed-001", "torch", Where.CODE, [[], ["pre-activation"] * 2]),
        ("seed-002", "keras", Where.CODE, [[], ["pre-activation"]]),
        ("seed-003", "keras", Where.CODE, [[], ["input", "post-activation", "post-activation"]]),
        ("seed-004", "keras", Where.CODE, [[], ["post-activation"] * 2]),
    ],
)
def test_both_networks_of_a_real_submission_are_read(shared, seed, framework, where, expected):
    (path,) = (shared / "submissions").glob(f"{seed}*.ipynb")
    source = loaded(path)
    assert source.frameworks == (framework,)
    assert [placed(model) for model in source.models[:2]] == expected
    assert all(placed(model) == expected[1] for model in source.models[2:])
    assert {model.where for model in source.models} == {where}
    assert source.syntax_errors == ()


@pytest.mark.seeds
def test_the_theory_in_the_comments_of_seed_000_is_read(shared):
    (path,) = (shared / "submissions").glob("seed-000*.ipynb")
    source = loaded(path)
    prose = "\n".join(each.text for each in source.text)
    for words in (
        "internal covariate shift",
        "Accelerates Training",
        "gamma (scale) and beta (shift)",
        "Batch Dependence",
    ):
        assert words in prose
    assert "Sequential(" not in prose
    assert [code.place.line for code in source.code] == [36, 51, 73, 96, 128]
