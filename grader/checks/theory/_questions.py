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

_STEM = 6
_EVERYDAY = frozenset(
    words(
        "the a an of in and or it its any with without using use used during including on to for as at by be is are e g "
        "etc explain describe discuss choose implement again observe what how why do people your you"
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of the assignment, ready to be compared with sentences."""

    label: str
    text: str
    length: int
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
    hits = len(_stems(text) & question.own)
    if not question.own or 2 * hits < len(question.own) or length > 1.6 * question.length:
        return 0.0
    contained = fuzz.token_set_ratio(text, question.text)
    return contained - 10.0 if contained >= CONTAINED else 0.0


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in words(text) if len(word) > 1 and word not in _EVERYDAY)
