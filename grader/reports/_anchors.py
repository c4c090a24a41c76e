"""The names of places in a student's page, for the page itself and for those who link to it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.finding import Finding
from grader.submission import Cell, CellKind, Place

SHOWN = 10
"""Places of one finding that are linked at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A place as a report names it; ``href`` is ``""`` when the notebook has no such cell."""

    text: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The first places of a finding, and how many more there are."""

    links: tuple[Link, ...]
    more: int = 0


def criterion(criterion_id: str) -> str:
    """The anchor of a criterion's card; different for different ids."""
    return "criterion-" + re.sub(r"[^A-Za-z0-9-]", lambda found: f"_{ord(found[0]):x}", criterion_id)


def cell(index: int) -> str:
    """The anchor of a cell."""
    return f"cell-{index}"


def line(index: int, number: int) -> str:
    """The anchor of a line that a finding cites."""
    return f"cell-{index}-line-{number}"


class Map:
    """Which cells and lines of a notebook there are to link to.

    Every line of code has an anchor; in text, which has no lines once it is rendered, only those that findings cite.
    """

    def __init__(self, cells: Iterable[Cell], lines: int, findings: Iterable[Finding]) -> None:
        shown = list(cells)
        self._lines = {each.index: min(lines, each.source.count("\n") + 1) for each in shown}
        self._texts = {each.index for each in shown if each.kind is CellKind.MARKDOWN}
        self._cited = {place for finding in findings for place in finding.places}

    def links(self, places: Iterable[Place]) -> Links:
        """Each place once, in the order given."""
        unique = list(dict.fromkeys(places))
        shown = tuple(self._link(place) for place in unique[:SHOWN])
        return Links(links=shown, more=len(unique) - len(shown))

    def cited(self, index: int) -> frozenset[int]:
        """The lines of a cell that findings are about."""
        lines = range(1, self._lines.get(index, 0) + 1)
        return frozenset(each.line for each in self._cited if each.cell == index and each.line and each.line in lines)

    def _link(self, place: Place) -> Link:
        text = f"cell {place.cell}" if place.line is None else f"cell {place.cell}, line {place.line}"
        if place.cell not in self._lines:
            return Link(text=text, href="")
        anchor = line(place.cell, place.line) if place.line and self._anchored(place) else cell(place.cell)
        return Link(text=text, href=f"#{anchor}")

    def _anchored(self, place: Place) -> bool:
        if place.line is None or not 1 <= place.line <= self._lines[place.cell]:
            return False
        return place.cell not in self._texts or place in self._cited
