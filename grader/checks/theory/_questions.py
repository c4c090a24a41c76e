"""Which of the assignment's questions a sentence repeats: a pasted question is not an answer."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from grader.checks.theory._units import Unit, bare, words

SAME = 82.0
"""Similarity (0 to 100, Indel) from which a sentence is the question itself: leaves room for mistyped letters."""

CONTAINED = 88.0
"""Similarity of the word sets from which a sentence says nothing beyond the question."""

LONGER = 2.2
"""How much longer than the question a sentence may be that contains it; students were given longer versions too."""

_STEM = 6
_EVERYDAY = frozenset(
    words(
        "the a an of in and or it its any with without using use used during including on to for as at by be is are "
        "e g etc explain describe discuss choose implement again observe what how why do people your you"
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of the assignment, ready to be compared with sentences."""

    label: str
    text: str
    length: int
    stems: frozenset[str]
    own: frozenset[str]


def prepared(questions: Mapping[str, str]) -> tuple[Question, ...]:
    """The questions with the words that tell each from the others (at most two questions share such a word)."""
    stems = {label: _stems(text) for label, text in questions.items()}
    spread = Counter(stem for found in stems.values() for stem in found)
    return tuple(
        Question(
            label=label,
            text=bare(text),
            length=len(words(text)),
            stems=stems[label],
            own=frozenset(stem for stem in stems[label] if spread[stem] <= 2),
        )
        for label, text in questions.items()
    )


def asked(unit: Unit, questions: tuple[Question, ...]) -> str:
    """The label of the question that a sentence repeats, or ``""``."""
    text = bare(unit.text)
    length = text.count(" ") + 1
    if length < 3:
        return ""
    scored = [(_likeness(text, length, question), question.label) for question in questions]
    best = max(scored, default=(0.0, ""))
    return best[1] if best[0] > 0.0 else ""


def continues(unit: Unit, label: str, questions: tuple[Question, ...]) -> bool:
    """Whether a line goes on with a question that was wrapped: nothing in it but the question's last words."""
    text = bare(unit.text)
    question = next((each for each in questions if each.label == label), None)
    return bool(text) and question is not None and question.text.endswith(text)


def about(unit: Unit, questions: tuple[Question, ...]) -> frozenset[str]:
    """The questions that a heading, or a line that announces what follows, shares a telling word with."""
    if not (unit.is_heading or unit.is_lead):
        return frozenset()
    found = _stems(unit.text)
    return frozenset(question.label for question in questions if found & question.own)


def _likeness(text: str, length: int, question: Question) -> float:
    if length > 3 * question.length:
        return 0.0
    same = fuzz.ratio(text, question.text)
    if same >= SAME:
        return same
    if length > LONGER * question.length or not _is_telling(_stems(text), length, question):
        return 0.0
    contained = fuzz.token_set_ratio(text, question.text)
    return contained - 10.0 if contained >= CONTAINED else 0.0


def _is_telling(stems: frozenset[str], length: int, question: Question) -> bool:
    """Whether a sentence shares enough of the words that tell a question from the others."""
    hits = len(stems & question.own)
    if length > 1.3 * question.length:
        return hits >= 3 or 0 < hits == len(question.own)
    return hits >= 2 or (0 < hits >= len(question.own) / 2 and len(stems & question.stems) >= 4)


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in words(text) if len(word) > 1 and word not in _EVERYDAY)
