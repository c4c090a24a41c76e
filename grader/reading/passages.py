"""Stretches of a notebook that no kernel executes: markdown, raw cells, comments, strings, prose in code cells."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from grader.evidence import Where
from grader.reading.cells import Prepared, storable
from grader.reading.code_lines import sifted
from grader.reading.scan import Line, scanned
from grader.submission import Cell, CellKind

LONG_STRING = 20  # words; a string of so many is written to be read, wherever it stands
_LONGEST = 200_000  # characters of one passage
_MARKER = re.compile(r"^\s*#\s*(?:-\*-.*-\*-|%%.*|In\s?\[[\d\s]*\]:?|!/.*|noqa.*|type:.*|pylint:.*)$")
_TEXT_MAGICS = {"markdown": Where.MARKDOWN, "html": Where.RAW, "writefile": Where.RAW, "script": Where.RAW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Text with its place: line n of the text is line ``line + n`` of the cell.

    Attributes:
        last: the last line of the cell that it may claim; a string with ``\\\\n`` in it is longer than its source.
        broken: it is left over from a cell that is not Python: a line of it is prose only if it reads so.
    """

    text: str
    where: Where
    line: int = 1
    last: int | None = None
    broken: bool = False


def passages(cell: Cell, code: Prepared | None) -> list[Passage]:
    """What a cell holds besides code that is executed, in order.

    Args:
        cell: any cell.
        code: the cell prepared for `ast`; ``None`` for cells that are not code.
    """
    source = cell.source[:_LONGEST]
    if cell.kind is not CellKind.CODE or code is None:
        where = Where.MARKDOWN if cell.kind is CellKind.MARKDOWN else Where.RAW
        return [Passage(text=source, where=where)]
    if code.body_of:
        body = source.lstrip().partition("\n")[2]
        shown = _TEXT_MAGICS.get(code.body_of)
        return [Passage(text=body, where=shown, line=source.count("\n") - body.count("\n") + 1)] if shown else []
    if code.tree is not None:
        found = [*_comments(scanned(code.text[:_LONGEST])), *_strings(code.tree)]
    else:
        found = _of_broken(source)
    return sorted(found, key=lambda passage: passage.line)


def _of_broken(source: str) -> list[Passage]:
    """A code cell that is not Python: prose as a whole, or code with a mistake in it."""
    lines = source.split("\n")
    if not any(stretch.is_code for stretch in sifted(lines, at_least=1)):
        return [Passage(text=source, where=Where.PROSE)]
    scan = scanned(source)
    found = list(_comments(scan))
    rest = ["" if line.is_comment else line.text for line in scan]
    return [*found, Passage(text="\n".join(rest), where=Where.PROSE, broken=True)]


def _comments(scan: tuple[Line, ...]) -> Iterator[Passage]:
    """Runs of comment lines; blank lines do not end a run, code does."""
    run: list[tuple[int, Line]] = []
    for number, line in enumerate(scan, start=1):
        if line.is_comment:
            run.append((number, line))
        elif line.text.strip():
            if run:
                yield _comment(run)
            run = []
    if run:
        yield _comment(run)


def _comment(run: list[tuple[int, Line]]) -> Passage:
    first, last = run[0][0], run[-1][0]
    margin = min(line.comment or 0 for _, line in run)
    texts = [""] * (last - first + 1)
    for number, line in run:
        if not _MARKER.match(line.text):
            column = line.comment or 0
            text = line.text[column + 1 :]
            texts[number - first] = " " * (column - margin) + text.removeprefix(" ")
    return Passage(text="\n".join(texts), where=Where.COMMENT, line=first, last=last)


def _strings(tree: ast.Module) -> Iterator[Passage]:
    """Strings that stand as statements, and long ones wherever they stand."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or not node.value.strip():
            continue
        if id(node) in alone or len(node.value[:1000].split()) >= LONG_STRING:
            text = storable(node.value[:_LONGEST]).replace("\r", "\n")
            yield Passage(text=text, where=Where.DOCSTRING, line=node.lineno, last=node.end_lineno)
