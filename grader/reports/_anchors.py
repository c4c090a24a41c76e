"""The names of places in a student's page, for the page itself and for those who link to it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.submission import Cell, Place

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
    """Which cells and lines of a notebook there are to link to."""

    def __init__(self, cells: Iterable[Cell], lines: int) -> None:
        self._lines = {each.index: min(lines, each.source.count("\n") + 1) for each in cells}

    def links(self, places: Iterable[Place]) -> Links:
        """Each place once, in the order given."""
        unique = list(dict.fromkeys(places))
        shown = tuple(self._link(place) for place in unique[:SHOWN])
        return Links(links=shown, more=len(unique) - len(shown))

    def cites(self, place: Place) -> bool:
        """Whether the place is a line that is shown."""
        return place.line is not None and 1 <= place.line <= self._lines.get(place.cell, 0)

    def _link(self, place: Place) -> Link:
        text = f"cell {place.cell}" if place.line is None else f"cell {place.cell}, line {place.line}"
        if place.cell not in self._lines:
            return Link(text=text, href="")
        anchor = line(place.cell, place.line) if place.line and self.cites(place) else cell(place.cell)
        return Link(text=text, href=f"#{anchor}")
