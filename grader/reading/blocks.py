"""A passage apart into code, headings and prose, every piece with its line."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from grader.evidence import Where
from grader.reading.code_lines import is_only_python, looks_like_prose, sifted, statements
from grader.reading.passages import Passage

_FENCE = re.compile(r"^\s*(?:>\s*)?(`{3,}|~{3,})\s*([^`]*)$")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s*(\S.*)$")
_UNDERLINE = re.compile(r"^\s{0,3}(?:={3,}|-{3,})\s*$")
_PYTHON = frozenset({"python", "py", "python3", "ipython", "ipython3", "pycon"})
_TEXT = frozenset({"text", "txt", "plaintext", "markdown", "md", "latex", "math", "tex"})
LONGEST_HEADING = 25  # words; more is an answer that was typed as a heading


class BlockKind(StrEnum):
    """What a piece of a passage is."""

    CODE = "code"
    HEADING = "heading"
    PROSE = "prose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of a passage; ``line`` is its first line in the cell."""

    kind: BlockKind
    text: str
    line: int


def blocks(passage: Passage) -> Iterator[Block]:
    """The pieces of a passage in order. Code in fences of another language is left out."""
    last = passage.last or 10**9
    for number, lines, info in _fenced(passage.text.split("\n")):
        for block in _unfenced(lines, passage) if info is None else _in_fence(lines, info):
            yield Block(kind=block.kind, text=block.text, line=min(passage.line + number + block.line, last))


def _fenced(lines: list[str]) -> Iterator[tuple[int, list[str], str | None]]:
    """Runs of lines as (index of the first, lines, what the fence says they are, ``None`` outside of fences)."""
    start, mark, info = 0, "", ""
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence is None:
            continue
        if not mark:
            yield start, lines[start:number], None
            start, mark, info = number + 1, fence.group(1), fence.group(2)
        elif fence.group(1).startswith(mark) and not fence.group(2).strip():
            yield start, lines[start:number], info
            start, mark = number + 1, ""
    yield start, lines[start:], info if mark else None


def _in_fence(lines: list[str], info: str) -> Iterator[Block]:
    words = info.strip().strip("{}.").lower().split()
    language = words[0].strip("{}.") if words else ""
    text = textwrap.dedent("\n".join(lines))
    if language in _PYTHON or (language not in _TEXT and statements(text)):
        if text.strip():
            yield Block(kind=BlockKind.CODE, text=text, line=0)
    elif language in _TEXT or not language:
        yield from _prose(lines, 0)


def _unfenced(lines: list[str], passage: Passage) -> Iterator[Block]:
    # a formula in an answer looks like an assignment: code that nothing marks needs two statements beyond doubt
    at_least = 2 if passage.where is Where.MARKDOWN else 1
    for stretch in sifted(lines, at_least=at_least):
        comment = passage.where is Where.COMMENT
        if stretch.is_code or (comment and is_only_python("\n".join(stretch.lines))):
            yield Block(kind=BlockKind.CODE, text=textwrap.dedent("\n".join(stretch.lines)), line=stretch.first)
        elif passage.broken:
            kept = [line if looks_like_prose(line) else "" for line in stretch.lines]
            yield from _prose(kept, stretch.first)
        else:
            yield from _prose(list(stretch.lines), stretch.first)


def _prose(lines: list[str], first: int) -> Iterator[Block]:
    start = 0
    for number, line in enumerate(lines):
        heading = _heading(lines, number)
        if heading:
            yield from _body(lines[start:number], first + start)
            yield Block(kind=BlockKind.HEADING, text=heading, line=first + number)
            start = number + 1
        elif number == start and number and _UNDERLINE.match(line):
            start = number + 1
    yield from _body(lines[start:], first + start)


def _body(lines: list[str], first: int) -> Iterator[Block]:
    """The lines without blank ones at both ends, if there is a word in them."""
    filled = [number for number, line in enumerate(lines) if re.search(r"\w", line)]
    if filled:
        text = "\n".join(_unmarked(line) for line in lines[filled[0] : filled[-1] + 1])
        yield Block(kind=BlockKind.PROSE, text=text, line=first + filled[0])


def _unmarked(line: str) -> str:
    """A line of an answer, without the ``#`` of those that were typed as headings."""
    marked = _HEADING.match(line)
    return marked.group(1).rstrip("# \t") if marked else line.rstrip()


def _heading(lines: list[str], number: int) -> str:
    """The heading that this line is, or ``""``: marked with ``#``, or a short line underlined."""
    marked = _HEADING.match(lines[number])
    text = marked.group(1).rstrip("# \t") if marked else ""
    if not marked and number + 1 < len(lines) and _UNDERLINE.match(lines[number + 1]):
        before = lines[number - 1].strip() if number else ""
        text = "" if before or lines[number].lstrip().startswith(("-", "*", "|", ">")) else lines[number].strip()
    short = len(text.split()) <= LONGEST_HEADING
    return text if short and re.search(r"\w", text) else ""
