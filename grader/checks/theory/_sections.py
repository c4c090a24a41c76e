"""Where answers begin and end: prose cut into sections, each with the questions that stand above it.

Numbers cannot be trusted, so a section is known by the words of a question pasted above it (``asked``) or by a heading
that shares telling words with one (``about``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from grader.checks.theory._questions import Question, about, asked, continues
from grader.checks.theory._units import Unit, words
from grader.evidence import Where

TOO_SHORT = 5
"""Words: so little below a question is no answer yet, a heading may still stand before it."""

_CODE_SIDE = frozenset({Where.COMMENT, Where.DOCSTRING})


@dataclass(slots=True)
class Section:
    """A stretch of prose.

    Attributes:
        asked: labels of the questions pasted right above it.
        about: labels of the questions that its headings hint at.
        units: the sentences that are the student's own.
        pasted: the sentences that are the assignment's.
    """

    asked: set[str] = field(default_factory=set)
    about: set[str] = field(default_factory=set)
    units: list[Unit] = field(default_factory=list)
    pasted: list[Unit] = field(default_factory=list)

    @property
    def length(self) -> int:
        """Number of the student's own words."""
        return count_words(self.units)

    @property
    def first(self) -> Unit:
        """Its first sentence, pasted or own."""
        return min([*self.pasted, *self.units], key=lambda unit: (unit.place.cell, unit.place.line or 0))


def count_words(units: Iterable[Unit]) -> int:
    """Number of words in sentences."""
    return sum(len(words(unit.text)) for unit in units)


def sections(units: Sequence[Unit], questions: tuple[Question, ...]) -> tuple[Section, ...]:
    """Prose cut at pasted questions, at headings and at numbered marks (``Ans 2``)."""
    found: list[Section] = [Section()]
    before: Unit | None = None
    for unit in units:
        label = asked(unit, questions)
        current = found[-1]
        if label:
            _open_for(label, found)
            found[-1].pasted.append(unit)
        elif _is_rest_of_question(current, unit, before, questions):
            current.pasted.append(unit)
        else:
            hints = about(unit, questions)
            if _ends(current, unit, before, hints):
                found.append(Section())
            found[-1].about |= hints
            found[-1].units.append(unit)
        before = unit
    return tuple(section for section in found if section.units or section.pasted)


def _open_for(label: str, found: list[Section]) -> None:
    """A question was met: it begins a section, unless it follows another question with no answer between."""
    current = found[-1]
    if not current.asked or current.length >= TOO_SHORT or label in current.asked:
        found.append(Section(asked={label}))
    else:
        current.asked.add(label)


def _is_rest_of_question(current: Section, unit: Unit, before: Unit | None, questions: tuple[Question, ...]) -> bool:
    if current.units or not current.pasted or before is not current.pasted[-1]:
        return False
    return any(continues(unit, label, questions) for label in current.asked)


def _ends(current: Section, unit: Unit, before: Unit | None, hints: frozenset[str]) -> bool:
    """Whether a sentence begins a new section: a mark, a heading, or text of another kind of place."""
    if before is None:
        return False
    elsewhere = unit.place.cell != before.place.cell
    if not current.asked:
        return unit.is_marker or unit.is_heading or elsewhere or unit.where is not before.where
    if unit.is_heading and hints - current.asked:
        return True
    if unit.is_marker or unit.is_heading:
        return current.length >= TOO_SHORT
    return elsewhere and (unit.where in _CODE_SIDE or before.where in _CODE_SIDE)
