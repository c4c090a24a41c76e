"""Code cells are made ready for `ast` as IPython would run them, with every line in its place."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.reading.cells import LONGEST, prepared
from grader.reading.scan import scanned


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install 'it's\nx = 1", "pass\nx = 1"),
        ("if a:\n    !ls (\n    x = 1", "if a:\n    pass\n    x = 1"),
        ("!ls \\\n  -l\nx = 1", "pass\n\nx = 1"),
        ("files = !ls\nx = 1", "files = None\nx = 1"),
        ("t = %timeit -o f()\nx = 1", "t = None\nx = 1"),
        ("model.fit?\nx = 1", "pass\nx = 1"),
        ("?model\nx = 1", "pass\nx = 1"),
        ("pip install tensorflow\nx = 1", "pass\nx = 1"),
        ("%%time\nx = 1", "\nx = 1"),
        ("\n %%timeit -n 3\nx = 1", "\n\nx = 1"),
        ("  x = 1\n  y = 2", "x = 1\ny = 2"),
        ("\n\n  x = 1\n    # deep\n  y = 2", "\n\nx = 1\n  # deep\ny = 2"),
        (">>> x = 1\n>>> y = 2", "x = 1\ny = 2"),
        ("x = '''\n%no magic\n'''\n%magic", "x = '''\n%no magic\n'''\npass"),
        ("x = (10\n % 3)\n!ls", "x = (10\n % 3)\npass"),
    ],
)
def test_what_only_ipython_understands_is_taken_out(source, text):
    code = prepared(source)
    assert code.tree is not None
    assert code.text == text


def test_valid_python_is_left_as_it_is():
    source = "x = 5\ny = x % 3\nawait z\n"
    assert prepared(source).text == source


def test_another_language_in_a_cell_magic_is_no_python():
    code = prepared("%%bash\nrm -rf (")
    assert code.body_of == "bash"
    assert code.error == ""


def test_an_error_is_told_with_its_line():
    code = prepared("x = 1\nprint 'hello'\n")
    assert code.tree is None
    assert code.line == 2
    assert "print" in code.error


@pytest.mark.parametrize(
    "source",
    ["(" * 10_000, "-" * 300_000 + "1", "a" + ".b" * 150_000, "x\x00", "x = 1\n" * LONGEST, "'" * 300_001, "a\ud800"],
)
def test_hostile_source_ends_in_an_error_in_words(source):
    code = prepared(source)
    assert code.tree is None
    assert code.error


@settings(deadline=None)
@given(st.text(alphabet="ab01 \n\t'\"#()[]{}:=\\%!?.,@", max_size=120))
def test_preparing_never_raises_and_never_moves_a_line(source):
    code = prepared(source)
    if code.text:
        assert code.text.count("\n") == source.count("\n")
    if code.tree is not None:
        last = source.count("\n") + 1
        assert all(getattr(node, "lineno", 1) <= last for node in ast.walk(code.tree))


@settings(deadline=None)
@given(st.text(alphabet="ab \n'\"#(){}\\!", max_size=120))
def test_scanning_gives_back_the_lines_that_it_was_given(source):
    assert "\n".join(line.text for line in scanned(source, lambda text: text.startswith("!"))) == source


def test_a_hash_in_a_string_is_no_comment():
    lines = scanned("x = '#no'  # yes\n'''\n# no\n'''\n# yes")
    assert [line.comment for line in lines] == [11, None, None, None, 0]
