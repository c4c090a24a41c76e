"""Attacks by the files that are handed in. They are met by the grader's own process: there is no box around it."""

from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.loaders.rubric_yaml import load
from grader.registry import checks
from tests.attacks.handing_in import SCRIPT, Handed, book, carry_out, code, either, read, rejected, text
from tests.attacks.hostile_files import (
    a_file,
    a_zip,
    deep_folders,
    huge_png,
    lying_zip,
    nested_zip,
    odd_files,
    overlapping_zip,
    shown,
    sparse,
)

__all__ = ["ATTACKS", "RUBRICS", "Handed", "carry_out", "read", "refuse_rubric", "rejected"]

_LIVE = {
    "text/html": SCRIPT,
    "image/svg+xml": f"<svg onload=alert(1)>{SCRIPT}</svg>",
    "text/markdown": f"[x](javascript:alert(1)) {SCRIPT}",
    "text/latex": f"$\\href{{javascript:alert(1)}}{{x}}$ {SCRIPT}",
    "application/javascript": "alert(1)",
    "text/plain": SCRIPT,
    "image/png": SCRIPT,
}
_MARKDOWN = (
    f"{SCRIPT}\n\n# <svg/onload=alert(1)>\n\n[a](javascript:alert(1)) ![b](javascript:alert(1)) <a href=javascript:alert(1)>c</a>\n"
    "![d](attachment:x.svg) ![e](http://192.0.2.1/pixel.png) <style>*{display:none}</style>\n"
    "<iframe srcdoc='<script>alert(1)</script>'></iframe> $\\unicode{<script>}$ [f]: data:text/html,<script>"
)
_DEPTH = 200_000

ATTACKS = (
    Handed(name="zip bomb", must_not="one member inflates to 200 MB", make=a_zip({"a.ipynb": b"0" * 200_000_000})),
    Handed(name="zip that lies about its sizes", must_not="a member inflates to more than it says", make=lying_zip),
    Handed(
        name="zip of overlapping members",
        must_not="the same bytes are inflated two thousand times over",
        make=overlapping_zip,
    ),
    Handed(name="zip in zip in zip", must_not="archives in archives are opened", make=nested_zip),
    Handed(
        name="zip of too many members",
        must_not="a hundred thousand members are opened",
        make=a_zip({f"{n}.ipynb": b"{}" for n in range(100_000)}),
    ),
    Handed(
        name="zip with names that lead out",
        must_not="a file is written, or named, outside of the archive",
        make=a_zip(
            {
                name: book(code())
                for name in ("../../a.ipynb", "/etc/b.ipynb", "C:\\c.ipynb", "..\\d.ipynb", "e/../../f.ipynb")
            }
        ),
        expect=read,
    ),
    Handed(
        name="zip with a link",
        must_not="a link in an archive is followed",
        make=a_zip({"a.ipynb": b"/etc/passwd"}, mode=0o120777),
    ),
    Handed(
        name="damaged zip",
        must_not="a damaged archive ends the grading of a class",
        make=a_file("class.zip", b"PK\x03\x04" + b"\xff" * 500 + b"PK\x05\x06" + b"\xff" * 18),
    ),
    Handed(name="notebook of 300 MB", must_not="a file is read into memory because it is named so", make=sparse),
    Handed(
        name="links, pipes and loops",
        must_not="a link out of the folder is followed, or a pipe waited for",
        make=odd_files,
    ),
    Handed(
        name="folders nested deep",
        must_not="a deep tree exhausts the stack",
        make=deep_folders,
        expect=either,
    ),
    Handed(
        name="deep JSON",
        must_not="nested lists exhaust the stack",
        make=a_file("a.ipynb", b'{"nbformat": 4, "cells": ' + b"[" * _DEPTH + b"]" * _DEPTH + b"}"),
    ),
    Handed(
        name="deep JSON in an output",
        must_not="a value nested as deep as Python reads it fails later",
        make=a_file(
            "a.ipynb", book(code("x", shown(application_json="DEEP"))).replace(b'"DEEP"', b"[" * 800 + b"]" * 800)
        ),
        expect=either,
    ),
    Handed(
        name="duplicate keys",
        must_not="a notebook is one thing to the reader and another to the kernel",
        make=a_file(
            "a.ipynb",
            b'{"cells": [], "nbformat": 4, "cells": [{"cell_type": "code", "source": "x = 1", "source": "y = 2"}]}',
        ),
        expect=read,
    ),
    Handed(
        name="huge and impossible numbers",
        must_not="a number is taken that cannot be stored",
        make=a_file(
            "a.ipynb",
            b'{"nbformat": 4, "nbformat_minor": NaN, "cells": [{"cell_type": "code", "source": "x", "execution_count": '
            + b"9" * 100_000
            + b', "outputs": [{"output_type": "execute_result", "execution_count": 1e999, "data": {"text/plain": NaN}}]}]}',
        ),
        expect=either,
    ),
    Handed(
        name="wrong types everywhere",
        must_not="a value of an unexpected type crashes the grader",
        make=a_file(
            "a.ipynb",
            book(
                code(
                    [["x"], 5, None, {"a": 1}],
                    {"output_type": ["stream"]},
                    5,
                    None,
                    {"output_type": "stream", "text": {"a": 1}},
                ),
                {"cell_type": {"a": 1}, "source": 5},
                5,
                None,
                [],
                text({"a": ["b"]}, attachments=5),
                metadata=[5],
            ),
        ),
        expect=either,
    ),
    Handed(
        name="a hundred thousand cells",
        must_not="a report grows without bound",
        make=a_file("a.ipynb", book(*[code()] * 100_000)),
        expect=read,
    ),
    Handed(
        name="lone surrogates",
        must_not="text that UTF-8 cannot carry crashes a report",
        make=a_file("a.ipynb", book(code("x = '\ud800'"), text("\udfff \u202e"), metadata={"title": "\ud800"})),
        expect=read,
    ),
    Handed(
        name="script in saved outputs",
        must_not="HTML, SVG, Markdown, LaTeX or JavaScript lives in a report",
        make=a_file("a.ipynb", book(code(SCRIPT, {"output_type": "display_data", "data": _LIVE, "metadata": {}}))),
        expect=read,
    ),
    Handed(
        name="script in markdown",
        must_not="markup in a text cell lives in a report, or fetches something",
        make=a_file("a.ipynb", book(text(_MARKDOWN, attachments={"x.svg": {"image/svg+xml": SCRIPT}}), code("x = 1"))),
        expect=read,
    ),
    Handed(
        name="script in the file's name",
        must_not="the name of a file or of a student lives in a report",
        make=a_zip(
            {
                "<img src=x onerror=alert(1)>_12_assignsubmission_file/a.ipynb": book(code()),
                "\u202e<svg onload=alert(1)>.ipynb": book(code()),
                "' onmouseover='alert(1).ipynb": book(code()),
            }
        ),
        expect=read,
    ),
    Handed(
        name="picture that inflates",
        must_not="a small picture of 100,000 by 100,000 points is drawn",
        make=a_file(
            "a.ipynb", book(code("x", shown(image_png=huge_png(100_000, 100_000))), code("y", shown(image_png="AAAA")))
        ),
        expect=read,
    ),
    Handed(
        name="text on which patterns take for ever",
        must_not="a line of a student's makes a search take hours",
        make=a_file(
            "a.ipynb",
            book(
                text("accuracy " * 3000 + "." * 20_000),
                text("`" * 20_000 + "[" * 5000 + "*_" * 5000),
                text("> " * 3000 + "x"),
                code("#" * 50_000 + "\n" + "(" * 150 + ")" * 150 + "\n" + "-" * 5000 + "1"),
            ),
        ),
        expect=read,
    ),
    Handed(
        name="source that exhausts the parser",
        must_not="code nested too deep ends the grader's process",
        make=a_file(
            "a.ipynb",
            book(code("x = " + "(" * 5000 + ")" * 5000), code("x" + ".a" * 20_000), code("+".join("1" * 20_000))),
        ),
        expect=read,
    ),
)

RUBRICS = {
    "aliases that multiply": "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    "a Python object": "id: !!python/object/apply:os.system ['touch owned']\n",
    "a Python name": "id: !!python/name:os.system\n",
    "an alias to itself": "id: &a [*a]\n",
    "nesting": "id: " + "[" * 600 + "]" * 600 + "\n",
    "nothing but bytes": "\x00\x01\x02",
    "points that are no number": "id: r\ntitle: R\nversion: '1'\nquestions: {Q1: x}\ncriteria:\n"
    "- {id: a, title: A, question: Q1, points: .nan, check: models.with_batch_norm}\n",
}
"""What a rubric file may hold that somebody passes on; each is refused with the file's name and a line."""


def refuse_rubric(content: str, folder: Path) -> None:
    """Load a hostile rubric; anything but a refusal with a place is a failure."""
    path = folder / "rubric.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RubricError, match=r"rubric\.yaml"):
        load(path, checks())
    assert sorted(each.name for each in folder.iterdir()) == ["rubric.yaml"]
