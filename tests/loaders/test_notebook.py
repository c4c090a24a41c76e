"""Notebooks of every format and in every state are loaded, or refused with a reason."""

import io
import json
import pickle
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.loaders import notebook
from grader.submission import CellKind, OutputKind, Submission


def loaded(content):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return notebook.load("ann.ipynb", raw, id="ann", student="Ann")


def with_cells(*cells, **more):
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **more}


def code(source, **more):
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None, **more}


def with_output(**output):
    (cell,) = loaded(with_cells(code("", outputs=[output]))).cells
    return cell.outputs


def test_a_plain_notebook_keeps_its_cells_in_order():
    submission = loaded(
        with_cells({"cell_type": "markdown", "source": "# Q1"}, code(["a = 1\n", "b"], execution_count=3))
    )
    assert [cell.kind for cell in submission.cells] == [CellKind.MARKDOWN, CellKind.CODE]
    assert submission.cells[1].source == "a = 1\nb"
    assert submission.cells[1].execution_count == 3
    assert submission.notes == ()
    assert (submission.id, submission.student, submission.format) == ("ann", "Ann", "ipynb")


def test_format_3_is_upgraded_with_a_note():
    outputs = [
        {"output_type": "stream", "stream": "stdout", "text": ["hi"]},
        {"output_type": "pyout", "prompt_number": 2, "text": ["42"]},
        {"output_type": "pyerr", "ename": "NameError", "evalue": "x", "traceback": []},
    ]
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Theory"]},
        {"cell_type": "code", "input": ["x"], "prompt_number": 2, "outputs": outputs, "language": "python"},
        {"cell_type": "code", "input": "no outputs at all"},
    ]
    submission = loaded({"nbformat": 3, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]})
    assert [cell.source for cell in submission.cells] == ["## Theory", "x", "no outputs at all"]
    kinds = [output.kind for output in submission.cells[1].outputs]
    assert kinds == [OutputKind.STDOUT, OutputKind.RESULT, OutputKind.ERROR]
    assert submission.cells[1].execution_count == 2
    assert any("old format 3" in note for note in submission.notes)


def test_format_1_is_read_too():
    cells = [{"cell_type": "code", "code": "x = 1", "prompt_number": 1}, {"cell_type": "text", "text": "words"}]
    submission = loaded({"nbformat": 1, "cells": cells})
    assert [(cell.kind, cell.source) for cell in submission.cells] == [
        (CellKind.CODE, "x = 1"),
        (CellKind.MARKDOWN, "words"),
    ]


def test_a_heading_level_that_would_fill_the_memory_is_cut_down():
    cells = [{"cell_type": "heading", "level": 10**9, "source": "Theory"}]
    submission = loaded({"nbformat": 3, "worksheets": [{"cells": cells}]})
    assert submission.cells[0].source == "###### Theory"


@pytest.mark.parametrize(
    "metadata",
    [None, [], "x", {"kernelspec": None}, {"kernelspec": {"name": "my_conda_env"}}, {"language_info": {"name": 3}}],
)
def test_bad_or_missing_metadata_does_not_matter(metadata):
    assert loaded(with_cells(code("x"), metadata=metadata)).cells[0].source == "x"


def test_missing_fields_and_duplicate_ids_do_not_matter():
    cells = [{"cell_type": "code", "source": "x", "id": "a"}, {"cell_type": "code", "id": "a"}, {"cell_type": "code"}]
    assert [cell.source for cell in loaded({"cells": cells}).cells] == ["x", "", ""]


@pytest.mark.parametrize("count", ["3", -1, 0, True, 1.5, 10**30, [], {"a": 1}])
def test_a_garbled_execution_count_is_none(count):
    assert loaded(with_cells(code("x", execution_count=count))).cells[0].execution_count is None


def test_unknown_cells_become_raw_text_with_a_note():
    submission = loaded(with_cells({"cell_type": "sql", "source": "select"}, 7))
    assert [(cell.kind, cell.source) for cell in submission.cells] == [(CellKind.RAW, "select"), (CellKind.RAW, "")]
    assert any("unknown kind" in note for note in submission.notes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_every_usual_encoding_is_read(encoding):
    text = json.dumps(with_cells(code("größe = 1")), ensure_ascii=False)
    assert loaded(text.encode(encoding)).cells[0].source == "größe = 1"


def test_lone_surrogates_are_replaced_so_that_the_text_can_be_stored():
    source = loaded(b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "a\\ud800b"}]}').cells[0].source
    assert source == "a\ufffdb"
    source.encode("utf-8")


def test_windows_line_endings_count_as_one_line():
    assert loaded(with_cells(code("a\r\nb\rc"))).cells[0].source == "a\nb\nc"


def test_terminal_colours_are_taken_out_of_tracebacks():
    traceback = ["\x1b[0;31mNameError\x1b[0m", "name 'x'"]
    (output,) = with_output(output_type="error", ename="NameError", evalue="\x1b[1mx", traceback=traceback)
    assert output.text == "NameError\nname 'x'"
    assert (output.error_name, output.error_value) == ("NameError", "x")


def test_a_progress_bar_is_kept_in_its_last_state():
    (output,) = with_output(output_type="stream", name="stdout", text="1/3\r2/3\r3/3\nab\b\bxy\n")
    assert output.text == "3/3\nxy\n"


def test_pieces_of_one_stream_are_joined():
    pieces = [{"output_type": "stream", "name": "stdout", "text": str(n)} for n in range(500)]
    (cell,) = loaded(with_cells(code("", outputs=pieces))).cells
    assert cell.outputs[0].text == "".join(map(str, range(500)))


def test_a_huge_output_keeps_its_beginning_and_its_end():
    submission = loaded(with_cells(code("", outputs=[{"output_type": "stream", "text": "a" * 10**6 + "final: 0.97"}])))
    text = submission.cells[0].outputs[0].text
    assert len(text) < 110_000
    assert text.endswith("final: 0.97")
    assert any("cut in the middle" in note for note in submission.notes)


def test_an_image_beyond_two_megabytes_is_left_out_with_a_note():
    data = {"image/png": "A" * 3_000_000, "text/plain": "<Figure>"}
    submission = loaded(with_cells(code("", outputs=[{"output_type": "display_data", "data": data}])))
    assert submission.cells[0].outputs[0].png is None
    assert any("2 MB" in note for note in submission.notes)


def test_an_html_table_without_plain_text_gives_its_words():
    html = {"text/html": "<style>td{}</style><table><td>Batch</td><td>32</td></table><script>alert(1)</script>"}
    (output,) = with_output(output_type="display_data", data=html)
    assert output.text == "Batch 32"


def test_outputs_of_unknown_kinds_are_dropped_with_a_note():
    submission = loaded(with_cells(code("", outputs=[{"output_type": "hologram"}, 3, {"output_type": "error"}])))
    assert [output.kind for output in submission.cells[0].outputs] == [OutputKind.ERROR]
    assert any("unknown kind" in note for note in submission.notes)


def test_another_language_is_named_in_the_refusal():
    with pytest.raises(SubmissionError, match="written in R,"):
        loaded(with_cells(code("x"), metadata={"language_info": {"name": "R"}}))


def test_a_kernel_of_another_language_alone_is_only_noted():
    submission = loaded(with_cells(code("x"), metadata={"kernelspec": {"name": "ir", "language": "R"}}))
    assert any("kernel for R" in note for note in submission.notes)


def zipped(*names):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (zipped("word/document.xml"), "Word document"),
        (zipped("notebook.ipynb"), "zip archive"),
        (b"PK\x03\x04 and nothing else", "damaged zip"),
        (b"%PDF-1.4", "PDF"),
        (b"\n<!DOCTYPE html><html>Log in</html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "Git LFS pointer"),
        (pickle.dumps({"a": 1}), "pickled"),
        (b"import tensorflow", "plain text"),
        (b"[1, 2]", "no cells"),
        (b'{"a": 1}', "no cells"),
        (b'{"cells": [{"cell_type": "code", "source": "x', "breaks off in its line 1"),
        (b'{"cells": [\n', "breaks off in its line 2"),
        (b'{"cells": \n]}', "damaged in line 2"),
        (b'{"cells": [\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> b\n]}', "git merge"),
        (b'{"cells":' + b"[" * 200_000, "too deeply"),
        (b"\x89HDF\r\n\x1a\n", "saved Keras model"),
    ],
)
def test_what_is_no_notebook_is_refused_for_a_reason_that_names_it(content, reason):
    with pytest.raises(SubmissionError, match=reason) as caught:
        loaded(content)
    assert caught.value.advice


def test_a_number_of_a_thousand_digits_does_no_harm():
    assert loaded(b'{"cells": [], "nbformat": 4, "metadata": {"n": ' + b"9" * 5000 + b"}}").cells == ()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = dict.fromkeys(("source", "outputs", "execution_count", "metadata", "level", "input", "text", "data"), VALUES)
OUTPUT = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "error", "display_data", "pyout", "pyerr"]) | VALUES},
    optional=dict.fromkeys(("data", "text", "traceback", "ename", "name", "png", "json"), VALUES),
)
CELL = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown", "heading", "text"]) | VALUES},
    optional={**FIELDS, "outputs": st.lists(OUTPUT, max_size=2) | VALUES},
)
CELLS = st.lists(CELL | VALUES, max_size=3) | VALUES
SHEETS = st.lists(st.fixed_dictionaries({"cells": CELLS}) | VALUES, max_size=2) | VALUES
NOTEBOOKS = st.fixed_dictionaries(
    {}, optional={"cells": CELLS, "worksheets": SHEETS, "nbformat": st.integers(1, 6) | VALUES, "metadata": VALUES}
)


@settings(deadline=None)
@given(st.binary(max_size=200) | NOTEBOOKS.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_loaded_or_refused_with_a_reason(content):
    try:
        submission = loaded(content)
    except SubmissionError as error:
        refused = error.message
        assert refused
    else:
        assert isinstance(submission, Submission)
        assert [cell.index for cell in submission.cells] == list(range(len(submission.cells)))
        for cell in submission.cells:
            cell.source.encode("utf-8")
