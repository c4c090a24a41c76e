"""Python source as highlighted lines, each of which can be linked to."""

from dataclasses import dataclass

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from grader.reports._text import visible

LINES, WIDTH = 1_000, 1_000
"""The most of a cell that is shown; students' longest cells have some three hundred lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a cell, numbered from 1; ``html`` is safe."""

    number: int
    html: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The lines of a cell, and how many more there are that are not shown."""

    lines: tuple[Line, ...]
    left_out: int = 0


def listing(source: str, *, python: bool = True) -> Listing:
    """The numbered lines of a source, highlighted when it is Python."""
    rows = visible(source).split("\n")
    shown = [row if len(row) <= WIDTH else f"{row[:WIDTH]} …" for row in rows[:LINES]]
    marked = _highlighted(shown) if python else [escape(row) for row in shown]
    lines = tuple(Line(number=number, html=html) for number, html in enumerate(marked, start=1))
    return Listing(lines=lines, left_out=max(0, len(rows) - LINES))


def _highlighted(rows: list[str]) -> list[Markup]:
    lexer = PythonLexer(stripnl=False, ensurenl=True)
    html = highlight("\n".join(rows), lexer, HtmlFormatter(nowrap=True))
    # Pygments escapes what it marks up, and closes its marks at the end of each line.
    marked = [Markup(row) for row in html.split("\n")[: len(rows)]]  # noqa: S704
    return marked if len(marked) == len(rows) else [escape(row) for row in rows]
