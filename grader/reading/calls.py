"""Imports and calls in a syntax tree."""

import ast
import re
from collections.abc import Iterator, Sequence

from grader.evidence import CallRecord, ImportRecord, Where
from grader.submission import Place

LONGEST_ARGUMENT = 300  # characters
MOST_ARGUMENTS = 40


def imports(nodes: Sequence[ast.AST], cell: int, line: int = 1, where: Where = Where.CODE) -> Iterator[ImportRecord]:
    """Every import among the nodes.

    Args:
        nodes: of one syntax tree, in order of the source.
        cell: index of the cell.
        line: the cell's line in which the source begins.
        where: whether the source is executed.
    """
    for node in nodes:
        if isinstance(node, ast.Import):
            for name in node.names:
                yield ImportRecord(module=name.name, names=(), place=_place(node, cell, line), where=where)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            names = tuple(name.name for name in node.names)
            yield ImportRecord(module=module, names=names, place=_place(node, cell, line), where=where)


def calls(
    nodes: Sequence[ast.AST], text: str, cell: int, line: int = 1, where: Where = Where.CODE
) -> Iterator[CallRecord]:
    """Every call among the nodes; the arguments are those of `imports`, and ``text`` is the source itself."""
    lines = re.split(b"\r\n?|\n", text.encode("utf-8", "replace"))  # as Python counts lines
    for node in nodes:
        if isinstance(node, ast.Call):
            name, arguments = dotted(node.func), _arguments(node, lines)
            yield CallRecord(name=name, arguments=arguments, place=_place(node, cell, line), where=where)


def dotted(node: ast.expr) -> str:
    """The name of what is called, as written: ``model.fit``; ``Dense()`` is what a call gave, ``models[]`` an item."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(f".{node.attr}")
            node = node.value
        elif isinstance(node, ast.Call):
            parts.append("()")
            node = node.func
        elif isinstance(node, ast.Subscript):
            parts.append("[]")
            node = node.value
        else:
            break
    parts.append(node.id if isinstance(node, ast.Name) else "")
    return "".join(reversed(parts))[:LONGEST_ARGUMENT]


def in_order(tree: ast.AST) -> list[ast.AST]:
    """Every node of a tree in order of the source; nodes without a place come first."""
    return sorted(ast.walk(tree), key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))


def _arguments(node: ast.Call, lines: list[bytes]) -> dict[str, str]:
    named = [(keyword.arg or "**", keyword.value) for keyword in node.keywords]
    numbered = [(str(number), value) for number, value in enumerate(node.args)]
    return {name: _segment(value, lines) for name, value in [*numbered, *named][:MOST_ARGUMENTS]}


def _segment(node: ast.expr, lines: list[bytes]) -> str:
    """The source text of an expression. `ast.get_source_segment` would split the whole source for each."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    start, end = node.col_offset, node.end_col_offset or 0
    if first == last:
        text = lines[first][start:end]
    else:
        text = b"\n".join([lines[first][start:], *lines[first + 1 : min(last, first + 20)], lines[last][:end]])
    return text[: 4 * LONGEST_ARGUMENT].decode("utf-8", "replace")[:LONGEST_ARGUMENT]


def _place(node: ast.stmt | ast.expr, cell: int, line: int) -> Place:
    return Place(cell=cell, line=node.lineno + line - 1)
