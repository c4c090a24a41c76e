"""What a check found out, in words a student can use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from grader.submission import Place


class Outcome(StrEnum):
    """The result of a check. The first three are verdicts, the others say that there is none.

    ``SKIPPED``: a prerequisite failed. ``UNDECIDED``: the evidence does not say. ``ERRORED``: our own fault.
    """

    MET = "met"
    PARTIAL = "partial"
    UNMET = "unmet"
    SKIPPED = "skipped"
    UNDECIDED = "undecided"
    ERRORED = "errored"

    @property
    def is_verdict(self) -> bool:
        """Whether points follow from it."""
        return self in {Outcome.MET, Outcome.PARTIAL, Outcome.UNMET}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found.

    Attributes:
        share: of the criterion's points, 0 to 1: 1 when met, 0 when unmet, between the two when partial.
        seen: what was seen or read, with numbers.
        expected: what would have been right.
        why: why it matters.
        advice: what to try next.
        places: the cells (and lines) that this is about.
        facts: what was measured, by name, for tables and for machines.
        doubt: what a person should look at whatever the points, in a sentence that a student may read; mostly ``""``.
    """

    outcome: Outcome
    share: float
    seen: str
    expected: str = ""
    why: str = ""
    advice: str = ""
    places: tuple[Place, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The finding of one criterion."""

    criterion: str
    finding: Finding


def met(seen: str, *, why: str = "", places: tuple[Place, ...] = (), facts: Mapping[str, str] | None = None) -> Finding:
    """A finding that gives all points."""
    return Finding(outcome=Outcome.MET, share=1.0, seen=seen, why=why, places=places, facts=dict(facts or {}))


def partial(
    share: float,
    seen: str,
    *,
    expected: str,
    why: str,
    advice: str,
    places: tuple[Place, ...] = (),
    facts: Mapping[str, str] | None = None,
) -> Finding:
    """A finding that gives some points. Raises ``ValueError`` unless 0 < share < 1."""
    if not 0.0 < share < 1.0:
        raise ValueError(f"a partial finding gives a share between 0 and 1, not {share}")
    return Finding(
        outcome=Outcome.PARTIAL,
        share=share,
        seen=seen,
        expected=expected,
        why=why,
        advice=advice,
        places=places,
        facts=dict(facts or {}),
    )


def unmet(
    seen: str,
    *,
    expected: str,
    why: str,
    advice: str,
    places: tuple[Place, ...] = (),
    facts: Mapping[str, str] | None = None,
) -> Finding:
    """A finding that gives no points; it owes the student an explanation and a way forward."""
    return Finding(
        outcome=Outcome.UNMET,
        share=0.0,
        seen=seen,
        expected=expected,
        why=why,
        advice=advice,
        places=places,
        facts=dict(facts or {}),
    )


def undecided(
    seen: str,
    *,
    advice: str = "",
    places: tuple[Place, ...] = (),
    facts: Mapping[str, str] | None = None,
    doubt: str = "",
) -> Finding:
    """No verdict: the evidence does not say. Goes to a person, with the reason."""
    return Finding(
        outcome=Outcome.UNDECIDED,
        share=0.0,
        seen=seen,
        advice=advice,
        places=places,
        facts=dict(facts or {}),
        doubt=doubt,
    )
