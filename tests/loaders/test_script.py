"""Scripts in percent format are loaded cell by cell."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.loaders import script
from grader.submission import CellKind


def loaded(content):
    return script.load("ann.py", content, id="ann", student="Ann")


def test_percent_cells_become_cells():
    submission = loaded(b"# %% [markdown]\n# # Q1\n# words\n\n# %%\nx = 1\n\n# %% [raw]\n# as it is\n")
    assert [(cell.kind, cell.source) for cell in submission.cells] == [
        (CellKind.MARKDOWN, "# Q1\nwords"),
        (CellKind.CODE, "x = 1"),
        (CellKind.RAW, "as it is"),
    ]
    assert submission.format == "py"


def test_magics_that_jupytext_commented_out_are_magics_again():
    assert loaded(b"# %%\n# %matplotlib inline\nx = 1\n").cells[0].source.startswith("%matplotlib inline")


def test_a_script_without_percent_cells_is_one_code_cell_with_a_note():
    submission = loaded(b"x = 1\ny = 2\n")
    assert [cell.source for cell in submission.cells] == ["x = 1\ny = 2\n"]
    assert "one code cell" in submission.notes[0]


def test_only_percent_cells_make_a_script_in_a_folder_a_submission():
    assert script.claims(b"import x\n# %%\n")
    assert not script.claims(b"print('# %%')\n")


@pytest.mark.parametrize(("content", "reason"), [(b"", "empty"), (b"a\x00b = 1\n" * 3, "binary"), (b"%PDF-1", "PDF")])
def test_what_is_no_script_is_refused(content, reason):
    with pytest.raises(SubmissionError, match=reason):
        loaded(content)


def test_a_script_of_megabytes_is_refused():
    with pytest.raises(SubmissionError, match="2,000,000"):
        loaded(b"x = 1\n" * 400_000)


LINES = st.sampled_from(
    ["# %%", "# %% [markdown]", "# ---", "# jupyter:", "#   a: [", "'''", "# %% {", "x=1", "", "# %%bash"]
)


@settings(deadline=None)
@given(st.binary(max_size=100) | st.lists(LINES | st.text(max_size=8), max_size=8).map(lambda x: "\n".join(x).encode()))
def test_any_bytes_are_loaded_or_refused_with_a_reason(content):
    try:
        submission = loaded(content)
    except SubmissionError as error:
        refused = error.message
        assert refused
    else:
        assert [cell.index for cell in submission.cells] == list(range(len(submission.cells)))
