"""Prose is found in every kind of cell, and code that stands in it is kept apart."""

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.evidence import Where
from tests.reading.source import markdown, raw, reading, submission

COMMENTED = """\
# ### Q1: Concepts

# #### 1. Explain the concept of batch normalization.

# **Answer:**
# It normalizes the activations of a layer.

# ```python
# import tensorflow as tf

# # Define the model
# model = tf.keras.Sequential([
#     tf.keras.layers.Dense(3),
# ])
# ```

# Afterwards it is faster.
"""


def texts(source):
    return [(each.place.cell, each.place.line, each.where, each.text) for each in source.text]


def codes(source):
    return [(each.place.cell, each.place.line, each.where, each.text) for each in source.code]


def test_a_notebook_in_one_comment_gives_its_prose_and_its_code_with_their_lines():
    source = reading("x = 1", COMMENTED)
    assert texts(source) == [
        (1, 1, Where.COMMENT, "Q1: Concepts"),
        (
            1,
            3,
            Where.COMMENT,
            "1. Explain the concept of batch normalization.\n\n**Answer:**\nIt normalizes the activations of a layer.",
        ),
        (1, 17, Where.COMMENT, "Afterwards it is faster."),
    ]
    ((cell, line, where, text),) = codes(source)
    assert (cell, line, where) == (1, 9, Where.COMMENT)
    assert text.startswith("import tensorflow as tf\n\n# Define the model\nmodel = ")
    assert [(each.name, each.place.line) for each in source.models] == [("model", 12)]
    assert source.text[-1].heading == "1. Explain the concept of batch normalization."


def test_a_section_of_markdown_begins_with_its_heading():
    source = reading(markdown("# Theory\n\n## Q1\nWords.\n\nMore words.\n\nResults\n-------\nEnd.\n"))
    assert [(each.heading, each.text, each.place.line) for each in source.text] == [
        ("Theory", "Theory", 1),
        ("Q1", "Q1\nWords.\n\nMore words.", 3),
        ("Results", "Results\n\nEnd.", 8),
    ]


def test_the_heading_goes_on_into_the_cells_below():
    source = reading(markdown("## Q1"), "'An answer.'", "# Load\n## the data\nx = 1", raw("Words."))
    assert [(each.text, each.heading) for each in source.text][1:] == [
        ("An answer.", "Q1"),
        ("Load", "Q1"),
        ("the data", "the data"),
        ("Words.", "Q1"),
    ]


def test_an_answer_that_was_typed_as_a_heading_is_prose():
    words = "word " * 40
    source = reading(markdown(f"## Q1\n### {words}"))
    assert [(each.heading, each.text) for each in source.text] == [("Q1", f"Q1\n{words.strip()}")]


def test_docstrings_and_long_strings_are_prose():
    answer = "Batch normalization " + "helps " * 30
    source = reading(f'"""\nShort answer.\n"""\nprint("{answer}")\nlabel = "accuracy of the model"')
    assert [(each.where, each.place.line, each.text.strip()) for each in source.text] == [
        (Where.DOCSTRING, 2, "Short answer."),
        (Where.DOCSTRING, 4, answer.strip()),
    ]


def test_code_in_a_string_is_code_that_is_not_executed():
    source = reading("'''\nmodel = Sequential()\nmodel.add(Dense(3))\n'''")
    assert codes(source) == [(0, 2, Where.DOCSTRING, "model = Sequential()\nmodel.add(Dense(3))\n")]
    assert source.text == ()


def test_prose_in_a_code_cell_is_prose_and_a_syntax_error():
    source = reading("## Q2\nBatch normalization doesn't only help: it's fast.\nTraining is (much) more stable.")
    assert texts(source) == [
        (
            0,
            1,
            Where.PROSE,
            "Q2\nBatch normalization doesn't only help: it's fast.\nTraining is (much) more stable.",
        )
    ]
    assert len(source.syntax_errors) == 1


def test_a_code_cell_with_a_mistake_still_shows_what_it_spells_out():
    source = reading("# Build it\nmodel = Sequential([\n    Dense(3),\n])\n\nmodel.fit(x y)\nprint 'done'\n")
    assert [(each.where, each.text) for each in source.text] == [(Where.COMMENT, "Build it")]
    assert [(each.name, each.where, each.place.line) for each in source.models] == [("model", Where.PROSE, 2)]


def test_commented_out_code_is_no_prose_and_joined_across_blank_lines():
    source = reading("x = 1\n# model = Sequential()\n\n# model.add(Dense(3))\ny = 2\n# epochs = 10\n# Dropout(0.2),")
    assert codes(source) == [
        (0, 2, Where.COMMENT, "model = Sequential()\n\nmodel.add(Dense(3))"),
        (0, 6, Where.COMMENT, "epochs = 10\nDropout(0.2),"),
    ]
    assert source.text == ()


def test_a_comment_that_says_what_is_imported_is_prose():
    source = reading("# import libraries\nimport os")
    assert (source.code, [each.text for each in source.text]) == ((), ["import libraries"])


def test_a_formula_in_an_answer_stays_in_the_answer():
    answer = (
        "The output is computed as\n\ny = gamma * x + beta\n\nz = (x - mean) / sqrt(var)\n\nfor each batch: it helps."
    )
    assert [each.text for each in reading(markdown(answer)).text] == [answer]
    commented = "\n".join(f"# {line}" for line in answer.split("\n"))
    assert [each.text for each in reading(commented).text] == [answer]


def test_code_that_was_pasted_into_markdown_without_a_fence_is_code():
    source = reading(markdown("My code:\nmodel = Sequential()\nmodel.add(Dense(3))\nmodel.fit(x)\nThat is all of it."))
    assert [each.text for each in source.code] == ["model = Sequential()\nmodel.add(Dense(3))\nmodel.fit(x)"]
    assert [each.text for each in source.text] == ["My code:", "That is all of it."]


def test_fences_of_other_languages_are_neither_code_nor_prose():
    source = reading(markdown("```bash\npip install x\n```\n```text\nSome words.\n```"))
    assert source.code == ()
    assert [each.text for each in source.text] == ["Some words."]


def test_an_image_pasted_into_markdown_leaves_no_data_in_the_text():
    (text,) = reading(markdown("See ![plot](data:image/png;base64," + "A" * 10_000 + ") here.")).text
    assert text.text == "See ![plot]() here."


def test_html_around_words_is_not_part_of_them_and_moves_no_line():
    cell = '<h3 style="color:red">Discuss the <b>pros\n&amp; cons</b></h3>\n<p\nclass="a">It&#39;s x &lt;b&gt; a<b and c>d&#10;.'
    assert texts(reading(markdown(cell))) == [
        (0, 1, Where.MARKDOWN, "Discuss the pros\n& cons\n\nIt's x <b> a<b and c>d ."),
    ]


def test_a_heading_is_known_without_its_html():
    (text,) = reading(markdown("### <font color='red'>**Q1 &amp;amp; Q2**</font>\nWords.")).text
    assert (text.heading, text.text) == ("Q1 &amp; Q2", "Q1 &amp; Q2\nWords.")


def test_a_markdown_magic_shows_its_body():
    source = reading("%%markdown\n# Q1\nWords.")
    assert texts(source) == [(0, 2, Where.MARKDOWN, "Q1\nWords.")]
    assert source.syntax_errors == ()


LINES = st.sampled_from(
    ["# a b", "## c", "```", "```python", "'''", "x = f(1)", "  y", "-----", "It's so.", "", "%%time", "f("]
)


@settings(deadline=None)
@given(st.lists(st.lists(LINES, max_size=8).map("\n".join), max_size=3), st.sampled_from([str, markdown, raw]))
def test_every_record_stands_on_a_line_that_its_cell_has(cells, kind):
    made = submission(*[kind(cell) for cell in cells])
    source = reading(*[kind(cell) for cell in cells])
    lengths = [cell.source.count("\n") + 1 for cell in made.cells]
    for record in [*source.text, *source.code, *source.calls, *source.imports, *source.models]:
        assert 1 <= record.place.line <= lengths[record.place.cell]
