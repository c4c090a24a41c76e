"""Prose taken apart into sentences, each with its place: the smallest piece that a question can be pasted in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.evidence import TextRecord, Where
from grader.submission import Place

MOST_UNITS = 8_000
"""Sentences that are looked at: a long thesis has as many."""

ANNOTATION_WORDS = 14
"""A comment shorter than this explains the next line of code; it is no answer."""

LONGEST_LEAD = 110
"""Characters of a line that announces what follows."""

_SENTENCE = re.compile(r"(?<=[.?!:])[*_`\"')]*\s+(?=[\"'(*_`]*[A-ZΑ-Ω])")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_LEAD = re.compile(r"^\s*(?:[*_`]{1,3}[^*`]+[*_`]{1,3}\W*|.*:\W*)$")
_MARKER = re.compile(r"^\W*(?:q|qn|que|ques|question|ans|answer|task|part)[\W_]*\d", re.IGNORECASE)
_ONLY_NUMBERS = re.compile(
    r"^[\W\d_]*(?:(?:q|qn|que|ques|question|ans|answer|solution|part|task)\b[\W\d_]*)*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One sentence, list item or heading.

    Attributes:
        record: index of the text record it comes from.
        is_heading: it is the heading that its record stands under.
        is_lead: it is short and announces what follows: bold, or with a colon at its end.
    """

    text: str
    place: Place
    where: Where
    record: int
    is_heading: bool = False
    is_lead: bool = False

    @property
    def is_marker(self) -> bool:
        """Whether it is numbered like a question or an answer (``Q2``, ``Ans 3``); the number itself says nothing."""
        return _MARKER.match(self.text) is not None


def units(records: Sequence[TextRecord]) -> tuple[Unit, ...]:
    """The sentences of a notebook's prose in order; comments that only annotate code are left out."""
    found: list[Unit] = []
    for index, record in enumerate(records):
        if record.where is Where.COMMENT and len(words(record.text)) < ANNOTATION_WORDS and not record.heading:
            continue
        found.extend(_of(record, index))
        if len(found) >= MOST_UNITS:
            break
    return tuple(found[:MOST_UNITS])


def words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return [word.lower() for word in _WORD.findall(text)]


def bare(text: str) -> str:
    """A sentence as words only, without a number, ``Q`` or ``Answer`` in front."""
    return " ".join(words(_ONLY_NUMBERS.sub("", text, count=1)))


def _of(record: TextRecord, index: int) -> Iterator[Unit]:
    first = record.place.line
    for number, line in enumerate(record.text.split("\n")):
        if not line.strip():
            continue
        place = Place(cell=record.place.cell, line=None if first is None else first + number)
        is_heading = number == 0 and bool(record.heading) and line.strip() == record.heading.strip()
        for text in [line] if is_heading else _sentences(line):
            lead = len(text) <= LONGEST_LEAD and _LEAD.match(text) is not None
            yield Unit(
                text=text.strip(), place=place, where=record.where, record=index, is_heading=is_heading, is_lead=lead
            )


def _sentences(line: str) -> Iterator[str]:
    """The sentences of a line; a number or a letter in front (``1.``, ``Q2.``) stays with what it numbers."""
    waiting = ""
    for part in _SENTENCE.split(line):
        waiting = f"{waiting} {part}".strip()
        if len(waiting.split()) >= 3:
            yield waiting
            waiting = ""
    if waiting:
        yield waiting
