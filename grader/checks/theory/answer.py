"""Whether a question is answered in the student's own words, wherever the answer stands."""

from grader.check import Trust, check
from grader.checks._words import counted, known, listed, sentences, spot
from grader.checks.theory._answers import Candidate, Wanted, beside, candidates
from grader.checks.theory._questions import prepared
from grader.checks.theory._sections import Section, sections
from grader.checks.theory._units import units
from grader.evidence import Evidence
from grader.finding import Finding, met, partial, undecided, unmet
from grader.reference import Reference
from grader.submission import Place

SHORT_SHARE = 0.5
"""Of the points for an answer that is there and too short, or leaves out most of what was asked."""

_WHY = "Explaining in your own words what you did, and why it works, is what the written questions are for."


@check(title="A written answer", trusts=Trust.WRITTEN)
def answer(
    evidence: Evidence,
    reference: Reference,
    /,
    *,
    question: str,
    terms: tuple[str, ...],
    minimum_terms: int = 3,
    minimum_words: int = 25,
    essential: tuple[str, ...] = (),
) -> Finding:
    """A question is answered in the student's own words.

    The answer may stand in any cell: text, comments, docstrings, raw cells. It is found by the question pasted above
    it, by headings, and by what it speaks of; numbers are not trusted, and one text may answer several questions. The
    assignment's own words are taken away before anything is counted.

    ``question`` is the label in the rubric. ``terms`` are things that an answer speaks of, each with its spellings
    (``gamma|scale``, matched at the beginnings of words; the first is the one that students are told).
    ``minimum_terms`` of them and ``minimum_words`` words make an answer. ``essential`` terms must all be in a text that
    neither the question nor a heading announces. What the answer says is not graded here, only that it is there.

    Met:
        # Q1.2 Describe the benefits of using batch normalization during training.
        # Training converges faster, because larger learning rates do not diverge. The initial weights matter less,
        # and the noise of the batch statistics regularises a little, so that less dropout is needed.

    Not met:
        # Q1.2 Describe the benefits of using batch normalization during training.
    """
    wanted = Wanted(
        label=question, terms=terms, minimum_terms=minimum_terms, minimum_words=minimum_words, essential=essential
    )
    parts = sections(units(evidence.source.text), prepared(reference.questions))
    found = candidates(parts, wanted)
    if not found:
        return _elsewhere(parts, wanted) or _missing(parts, wanted)
    return _judged(max(found, key=lambda candidate: candidate.rank(wanted)), parts, wanted)


def _judged(best: Candidate, parts: tuple[Section, ...], wanted: Wanted) -> Finding:
    seen = f"An answer stands at {_where(best)}: {counted(best.length, 'word')} of your own"
    facts = {"words": str(best.length), "terms": f"{len(best.found)} of {len(wanted.terms)}"}
    places = _places(best)
    if best.is_answer(wanted):
        return met(f"{seen}.", places=places, facts=facts)
    if not best.sure and len(best.found) < max(wanted.minimum_terms - 1, 1):
        return _missing(parts, wanted)
    told = sentences([seen, _shortcoming(best, wanted)])
    if best.length >= wanted.minimum_words and (not best.sure or not best.found):
        advice = f"Is this an answer to {wanted.label}?"
        return undecided(told, advice=advice, places=places, facts=facts)
    if not best.sure:
        return _missing(parts, wanted)
    near = _elsewhere(parts, wanted) if best.length < wanted.minimum_words else None
    return near or partial(
        SHORT_SHARE,
        told,
        expected=f"At least {wanted.minimum_words} words of your own on what {wanted.label} asks.",
        why=_WHY,
        advice=f"Go on writing: say something about {_named(best.missing)}.",
        places=places,
        facts=facts,
    )


def _shortcoming(best: Candidate, wanted: Wanted) -> str:
    if best.length < wanted.minimum_words:
        return f"That is short for an answer to {wanted.label}"
    return f"It hardly speaks of what {wanted.label} asks for, such as {_named(best.missing)}"


def _elsewhere(parts: tuple[Section, ...], wanted: Wanted) -> Finding | None:
    """No verdict where no answer was found, but that to a neighbouring question speaks of the same things."""
    near = [candidate for candidate in beside(parts, wanted) if candidate.is_answer(wanted)]
    if not near:
        return None
    best = max(near, key=lambda candidate: candidate.rank(wanted))
    return undecided(
        f"No answer to {wanted.label} of its own was found, but the text at {_where(best)} speaks of the same things.",
        advice=f"Does that text answer {wanted.label} too?",
        places=_places(best),
    )


def _missing(parts: tuple[Section, ...], wanted: Wanted) -> Finding:
    pasted = [section for section in parts if wanted.label in section.asked]
    if pasted:
        seen = f"The question {wanted.label} is copied at {spot(pasted[0].first.place)}, with no answer below it."
        places = known(section.first.place for section in pasted)
    else:
        seen, places = f"No text that answers {wanted.label} was found in any cell.", ()
    return unmet(
        seen,
        expected=f"An answer to {wanted.label} of at least {wanted.minimum_words} words of your own, in any cell.",
        why=_WHY,
        advice=f"Answer {wanted.label} in your own words; speak, for example, of {_named(wanted.terms)}.",
        places=places,
    )


def _named(terms: tuple[str, ...]) -> str:
    """The first few terms, each by its first spelling."""
    return listed([term.partition("|")[0] for term in terms[:3]], last="or")


def _where(candidate: Candidate) -> str:
    places = _places(candidate)
    return spot(places[0]) if len(places) == 1 else listed([spot(place) for place in places])


def _places(candidate: Candidate) -> tuple[Place, ...]:
    """The beginning of the answer in each cell that it stands in."""
    first: dict[int, Place] = {}
    for unit in candidate.units:
        first.setdefault(unit.place.cell, unit.place)
    return known(first.values(), most=4)
