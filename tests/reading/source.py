"""Notebooks made of a few lines, for tests of reading."""

import textwrap

from grader.evidence import SourceRecord
from grader.graph import placements
from grader.reading.read import read
from grader.submission import Cell, CellKind, Submission


def markdown(source):
    return CellKind.MARKDOWN, source


def raw(source):
    return CellKind.RAW, source


def submission(*cells, **more):
    pairs = [(CellKind.CODE, cell) if isinstance(cell, str) else cell for cell in cells]
    made = [Cell(index=n, kind=kind, source=textwrap.dedent(text)) for n, (kind, text) in enumerate(pairs)]
    return Submission(id="a", student="a", path="a", format="ipynb", sha256="", cells=tuple(made), **more)


def reading(*cells) -> SourceRecord:
    return read(submission(*cells))


def classes(model):
    return [layer.class_name for layer in model.graph.layers]


def placed(model):
    return [str(placement) for _, placement in placements(model.graph)]
