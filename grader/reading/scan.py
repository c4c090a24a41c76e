"""Where strings, comments and brackets lie in Python source that may not be valid: one pass, in linear time."""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<triple>\"\"\"|''')"""
    r"""|(?P<string>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)"""
    r"""|(?P<comment>\#[^\n]*)"""
    r"""|(?P<join>\\\n)"""
    r"""|(?P<newline>\n)"""
    r"""|(?P<open>[(\[{])"""
    r"""|(?P<close>[)\]}])"""
)
_ENDS = {quote: re.compile(r"(?:\\.|[^\\])*?" + quote, re.DOTALL) for quote in ('"""', "'''")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of source.

    Attributes:
        begins: a statement may begin here: no string, bracket or joined line is open.
        comment: the column where its comment begins, or ``None``.
        opaque: the line is no Python (a magic, a shell command), or continues one that is not.
    """

    text: str
    begins: bool
    comment: int | None = None
    opaque: bool = False

    @property
    def is_comment(self) -> bool:
        """Whether there is nothing on the line but a comment."""
        return self.comment is not None and not self.text[: self.comment].strip()


def scanned(source: str, is_opaque: Callable[[str], bool] = lambda _: False) -> tuple[Line, ...]:
    """Every line of a cell, as far as strings and brackets can be told in source that may be broken.

    Args:
        source: with ``\\n`` between lines.
        is_opaque: whether a line where a statement may begin is none of Python's; its quotes then open no strings.
    """
    scan = _Scan(source)
    scan.run(is_opaque)
    return tuple(
        Line(text=text, begins=n in scan.begins, comment=scan.comments.get(n), opaque=n in scan.opaque)
        for n, text in enumerate(scan.texts)
    )


class _Scan:
    def __init__(self, source: str) -> None:
        self.source = source
        self.texts = source.split("\n")
        self.starts = [0]
        for text in self.texts:
            self.starts.append(self.starts[-1] + len(text) + 1)
        self.begins: set[int] = set()
        self.comments: dict[int, int] = {}
        self.opaque: set[int] = set()

    def run(self, is_opaque: Callable[[str], bool]) -> None:
        position, depth, fresh = 0, 0, True
        while position <= len(self.source):
            if fresh:
                position = self._begin(position, is_opaque)
            found = _TOKEN.search(self.source, position)
            if found is None:
                break
            position, kind = found.end(), found.lastgroup
            if kind == "comment":
                line = self._line(found.start())
                self.comments[line] = found.start() - self.starts[line]
            elif kind == "triple":
                end = _ENDS[found.group()].match(self.source, position)
                position = end.end() if end else len(self.source) + 1
            depth = max(depth + (kind == "open") - (kind == "close"), 0)
            fresh = kind == "newline" and depth == 0

    def _line(self, position: int) -> int:
        return bisect_right(self.starts, position) - 1

    def _begin(self, position: int, is_opaque: Callable[[str], bool]) -> int:
        """Note where statements begin; go past opaque lines, and return the position behind them."""
        line = self._line(position)
        while line < len(self.texts):
            self.begins.add(line)
            if not is_opaque(self.texts[line]):
                break
            self.opaque.add(line)
            while self.texts[line].endswith("\\") and line + 1 < len(self.texts):
                line += 1
                self.opaque.add(line)
            line += 1
        return self.starts[line]
