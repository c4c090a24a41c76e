"""The criteria of a grade, grouped by the questions of the assignment."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from grader.grade import Score
from grader.reports import _anchors
from grader.rubric import Rubric

_SECTION = re.compile(r"(Q\d+)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One criterion with the anchor of its card and the links to its cells."""

    score: Score
    anchor: str
    places: _anchors.Links


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question with its text, as students were given it."""

    label: str
    text: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """``Q1``, ``Q2`` … with what was earned in it."""

    label: str
    text: str
    questions: tuple[Question, ...]
    earned: float
    open: float
    points: float


def sections(scores: Sequence[Score], rubric: Rubric, places: _anchors.Map) -> tuple[Section, ...]:
    """All criteria, in the order of their questions; those of one question keep the order of the rubric."""
    order = {label: number for number, label in enumerate(rubric.questions)}
    ranked = sorted(scores, key=lambda score: (order.get(score.question, len(order)), score.question))
    cards = [
        Card(score=s, anchor=_anchors.criterion(s.criterion), places=places.links(s.finding.places)) for s in ranked
    ]
    return tuple(_section(label, list(group), rubric) for label, group in groupby(cards, key=_label))


def _label(card: Card) -> str:
    found = _SECTION.match(card.score.question)
    return found[1] if found else ""


def _section(label: str, cards: list[Card], rubric: Rubric) -> Section:
    questions = tuple(
        Question(label=question, text=rubric.questions.get(question, ""), cards=tuple(group))
        for question, group in groupby(cards, key=lambda card: card.score.question)
    )
    return Section(
        label=label,
        text=rubric.questions.get(label, ""),
        questions=questions,
        earned=sum(card.score.earned for card in cards),
        open=sum(card.score.open for card in cards),
        points=sum(card.score.points for card in cards),
    )
