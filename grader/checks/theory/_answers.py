"""Candidates for the answer to a question, and how well each would do."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from grader.checks.theory._sections import TOO_SHORT, Section, count_words
from grader.checks.theory._units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What makes a text an answer.

    Attributes:
        terms: things an answer speaks of, each with its spellings (``gamma|scale``).
        essential: things without which a text that no question or heading announces is about something else.
    """

    label: str
    terms: tuple[str, ...]
    minimum_terms: int
    minimum_words: int
    essential: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A text that may be the answer.

    Attributes:
        sure: the question itself stands above it.
        length: number of the student's own words.
    """

    units: tuple[Unit, ...]
    sure: bool
    length: int
    found: tuple[str, ...]
    missing: tuple[str, ...]

    def is_answer(self, wanted: Wanted) -> bool:
        """Whether it is long enough and speaks of enough of what was asked."""
        return self.length >= wanted.minimum_words and len(self.found) >= wanted.minimum_terms

    def rank(self, wanted: Wanted) -> tuple[bool, bool, int, int]:
        """Better candidates compare greater; of two answers the one nearer to its question, then the earlier one."""
        first = self.units[0].place
        enough = self.is_answer(wanted)
        return (enough, self.sure, 0 if enough else len(self.found), -first.cell)


def candidates(sections: Sequence[Section], wanted: Wanted) -> tuple[Candidate, ...]:
    """Texts below the question itself, below headings about it, and any other prose that has what is essential."""
    sure = [section for section in sections if wanted.label in section.asked and section.units]
    found = [_candidate([unit for section in sure for unit in section.units], wanted, sure=True)] if sure else []
    found += [_candidate(section.units, wanted, sure=True) for section in sure] if len(sure) > 1 else []
    for units in _unannounced(sections, wanted):
        if all(mentions(units, term) for term in wanted.essential):
            found.append(_candidate(units, wanted, sure=False))
    return tuple(candidate for candidate in found if candidate.length >= TOO_SHORT)


def beside(sections: Sequence[Section], wanted: Wanted) -> tuple[Candidate, ...]:
    """Answers to other questions of the same part that speak of this one too."""
    part = wanted.label.partition(".")[0]
    others = [s for s in sections if s.units and any(label.partition(".")[0] == part for label in s.asked)]
    texts = [section.units for section in others if all(mentions(section.units, term) for term in wanted.essential)]
    return tuple(_candidate(units, wanted, sure=False) for units in texts)


def _unannounced(sections: Sequence[Section], wanted: Wanted) -> Iterator[list[Unit]]:
    """Prose below no pasted question: sections hinting at this one, and all of a cell together."""
    free = [section for section in sections if not section.asked and section.units]
    yield from (section.units for section in free if wanted.label in section.about)
    for _, group in groupby(free, key=lambda section: (section.units[0].place.cell, section.units[0].where)):
        yield [unit for section in group for unit in section.units]


def _candidate(units: Sequence[Unit], wanted: Wanted, *, sure: bool) -> Candidate:
    found = tuple(term for term in wanted.terms if mentions(units, term))
    missing = tuple(term for term in wanted.terms if term not in found)
    return Candidate(units=tuple(units), sure=sure, length=count_words(units), found=found, missing=missing)


def mentions(units: Sequence[Unit], term: str) -> bool:
    """Whether one of a term's spellings begins a word in the text."""
    pattern = _pattern(term)
    return any(pattern.search(unit.text) for unit in units)


@cache
def _pattern(term: str) -> re.Pattern[str]:
    spellings = [
        re.escape(spelling.strip()).replace(r"\ ", r"[\s-]+") for spelling in term.split("|") if spelling.strip()
    ]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(spellings)})", re.IGNORECASE)
