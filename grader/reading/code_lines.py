"""Tells Python from prose, line by line, in text that may hold both: comments, docstrings, markdown, broken cells."""

import ast
import re
import textwrap
from dataclasses import dataclass

from grader.reading.cells import parsed
from grader.reading.scan import scanned

FARTHEST = 300  # lines that one stretch of code may have
MOST_TRIES = 300  # stretches tried in one passage: what is no code is mostly seen at its first line
_RETRIES = 6
_WIDEST = 2000  # characters of a line that are looked at

_LOOKS_LIKE_CODE = re.compile(
    r"""^\s*(?:
        import\s+\w | from\s+[\w.]+\s+import\b | (?:async\s+)?def\s+\w+\s*\( | class\s+\w+.*:
      | (?:for|while|if|elif|with|except)\b.*: | (?:else|try|finally)\s*:
      | (?:return|del|raise|assert|yield|await)\s+\S | @\w
      | [A-Za-z_(][\w.]*(?:\[[^\]]*\])*(?:\s*,\s*[\w.()]+)*\)?(?:\s*,\s*\([\w\s,]*\))?  # what is assigned to
        \s*(?::\s*[\w.\[\]]+\s*)?[-+*/@]?=(?![=])\s*\S
      | [A-Za-z_][\w.]*\(
    )""",
    re.VERBOSE,
)
_NO_MODULES = frozenset(
    {"libraries", "library", "packages", "modules", "dependencies", "dataset", "data", "everything"}
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_SYNTAX = re.compile(r"[=()\[\]{}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Lines that belong together: ``first`` is the index of the first of them."""

    lines: tuple[str, ...]
    first: int
    is_code: bool


def sifted(lines: list[str], *, at_least: int) -> list[Stretch]:
    """The lines apart into Python and everything else, in order.

    Args:
        lines: of one passage.
        at_least: statements that no one would take for prose which a stretch needs to count as code.
    """
    stretches: list[Stretch] = []
    prose_from, number, tries = 0, 0, 0
    while number < len(lines):
        length = 0
        if tries < MOST_TRIES and _LOOKS_LIKE_CODE.match(lines[number][:_WIDEST]):
            tries += 1
            length = _code_length(lines[number : number + FARTHEST], at_least)
        if length:
            _add(stretches, lines, prose_from, number, is_code=False)
            _add(stretches, lines, number, number + length, is_code=True)
            prose_from = number + length
        number += max(length, 1)
    _add(stretches, lines, prose_from, len(lines), is_code=False)
    return _merged(stretches)


def statements(text: str) -> int:
    """How many statements the text has that no one would take for prose; 0 when it is not Python."""
    tree = parsed(text).tree
    return sum(map(_is_plain_code, tree.body)) if tree is not None else 0


def is_only_python(text: str) -> bool:
    """Whether a comment is a bit of code that was switched off: ``Dropout(0.2),`` or ``epochs = 10``."""
    tree = parsed(textwrap.dedent(text).strip()).tree if len(text) < 2000 else None
    telling = (ast.Call, ast.Assign, ast.AugAssign)
    return tree is not None and any(isinstance(node, telling) for node in ast.walk(tree))


def looks_like_prose(line: str) -> bool:
    """Whether a line of a broken code cell reads as a sentence."""
    words = _WORD.findall(line)
    return len(words) >= 4 and 2 * len(_SYNTAX.findall(line)) <= len(words)


def _add(stretches: list[Stretch], lines: list[str], start: int, end: int, *, is_code: bool) -> None:
    if start < end:
        stretches.append(Stretch(lines=tuple(lines[start:end]), first=start, is_code=is_code))


def _merged(stretches: list[Stretch]) -> list[Stretch]:
    """Code on both sides of blank lines is one stretch of code."""
    merged: list[Stretch] = []
    for stretch in stretches:
        blank = not any(line.strip() for line in stretch.lines)
        if merged and merged[-1].is_code and (stretch.is_code or blank):
            last = merged[-1]
            merged[-1] = Stretch(lines=last.lines + stretch.lines, first=last.first, is_code=True)
        else:
            merged.append(stretch)
    return merged


def _code_length(lines: list[str], at_least: int) -> int:
    """How many lines from the first on are Python; 0 if they are not, or could as well be prose."""
    length = _extent(lines)
    for _ in range(_RETRIES):
        attempt = parsed(_dedented(lines[:length]))
        if attempt.tree is not None:
            return length if sum(map(_is_plain_code, attempt.tree.body)) >= at_least else 0
        cut = min((attempt.line or length) - 1, length - 1)
        while cut > 0 and lines[cut][:1].isspace():  # not in the middle of an indented block
            cut -= 1
        length = cut
        if length <= 0:
            return 0
    return 0


def _extent(lines: list[str]) -> int:
    """Lines until a statement begins that does not look like code."""
    indent = len(lines[0]) - len(lines[0].lstrip())
    end = 0
    for number, line in enumerate(scanned("\n".join(lines))):
        text = line.text
        if line.begins and text.strip() and not line.is_comment:
            deeper = len(text) - len(text.lstrip()) > indent
            if not deeper and not _LOOKS_LIKE_CODE.match(text[:_WIDEST]):
                break
        if text.strip() and not (line.begins and line.is_comment):
            end = number + 1
    return end


def _dedented(lines: list[str]) -> str:
    indent = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(line[indent:] if not line[:indent].strip() else line.lstrip() for line in lines)


def _is_plain_code(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Import):
        return any(name.name not in _NO_MODULES for name in statement.names)
    if isinstance(statement, ast.Expr):
        call = statement.value
        return isinstance(call, ast.Call) and (
            isinstance(call.func, ast.Attribute) or (isinstance(call.func, ast.Name) and call.func.id == "print")
        )
    if isinstance(statement, ast.Assign):
        formula = isinstance(statement.targets[0], ast.Name) and len(statement.targets[0].id) == 1
        telling = (ast.Call, ast.List, ast.Tuple, ast.Dict, ast.ListComp, ast.Subscript)
        return not formula and any(isinstance(node, telling) for node in _shallow(statement.value))
    plain = (ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.With, ast.Try, ast.If)
    return isinstance(statement, (*plain, ast.Delete, ast.AsyncFunctionDef))


def _shallow(node: ast.expr) -> list[ast.AST]:
    """A node and what lies up to two levels below it."""
    children = list(ast.iter_child_nodes(node))
    return [node, *children, *(below for child in children for below in ast.iter_child_nodes(child))]
