"""What a file that attacks the grader's own process is, how it is handed in, and how it should be met."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.evidence import RunRecord
from grader.loaders import notebook, script
from grader.loaders.collect import collect
from grader.serializing import to_json
from grader.submission import Rejection, Submission
from tests.attacks.rendering import assert_dead, graded

SCRIPT = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"
Results = list[Submission | Rejection]


def book(*cells: object, **top: object) -> bytes:
    """A notebook of these cells."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **top}).encode()


def code(source: str = "x = 1", *outputs: object, **more: object) -> dict[str, object]:
    """A code cell."""
    return {"cell_type": "code", "source": source, "outputs": list(outputs), "execution_count": 1, **more}


def text(source: str, **more: object) -> dict[str, object]:
    """A markdown cell."""
    return {"cell_type": "markdown", "source": source, **more}


def rejected(results: Results) -> None:
    """A person is told why it was not read."""
    assert results
    assert all(isinstance(each, Rejection) and each.reason for each in results), results


def read(results: Results) -> None:
    """It is read as an ordinary submission: gradable, storable, and nothing of it lives in the page."""
    assert results
    for each in results:
        assert isinstance(each, Submission), each
        stored = to_json(graded(each, RunRecord())[0])
        json.loads(stored.encode("utf-8"), parse_constant=pytest.fail)
        assert_dead(each, RunRecord())


def either(results: Results) -> None:
    """Read or rejected: both are fine, and one of them happens."""
    read([each for each in results if isinstance(each, Submission)] or [_plain()])
    assert all(each.reason for each in results if isinstance(each, Rejection))


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A file or a folder that somebody hands in.

    Attributes:
        make: writes it into an empty folder.
        must_not: what must not happen, as a half-sentence.
        expect: looks at what was loaded.
    """

    name: str
    must_not: str
    make: Callable[[Path], None]
    expect: Callable[[Results], None] = rejected


def carry_out(attack: Handed, folder: Path) -> None:
    """Load what was handed in, and grade what could be loaded.

    Raises:
        AssertionError: it was met in another way than it should be.
    """
    within = folder / "handed-in"
    within.mkdir()
    attack.make(within)
    before = list(os.walk(folder))
    attack.expect(list(collect([within], {"notebook": notebook, "script": script})))
    assert list(os.walk(folder)) == before, "files were made or removed"


def _plain() -> Submission:
    return notebook.load("a.ipynb", book(code()), id="a", student="A")
