"""Accuracies that a notebook gives, beside those that were measured on images that it never had."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from grader.checks._networks import called
from grader.checks._words import spot
from grader.evidence import BlindRecord, ClaimRecord, ClaimSource, FitRecord, RunRecord
from grader.submission import Place

TOLERANCE = 0.05
DEVIATIONS = 3.0
"""Standard errors that chance is allowed beyond the tolerance."""

LOOK_UP_GAP = 0.1
"""Altered images are so little altered that a network which learned anything does about as well on them."""

_ROUNDING = 0.0051
_START = (-1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What one network was said to get right, and what it got right."""

    claim: ClaimRecord
    blind: BlindRecord

    @property
    def verified(self) -> float:
        """The accuracy that was measured."""
        return self.blind.accuracy or 0.0

    def agrees(self, tolerance: float) -> bool:
        """Whether the two are as near as chance lets them be."""
        return abs(self.claim.value - self.verified) <= tolerance + DEVIATIONS * _error(self.blind)


def percent(share: float) -> str:
    """``97.1 %``."""
    return f"{100 * share:.1f} %"


def comparisons(run: RunRecord) -> tuple[Comparison, ...]:
    """Every network that both was said to be so good and could be measured with the weights that it was trained to."""
    found = ((blind, _claim(run, blind.model)) for blind in _measured(run))
    return tuple(Comparison(claim=claim, blind=blind) for blind, claim in found if claim is not None)


def disagreements(run: RunRecord, tolerance: float = TOLERANCE) -> tuple[str, ...]:
    """A sentence with both numbers for every claim that the measurement does not bear out, and for every look-up."""
    differing = [each for each in comparisons(run) if not each.agrees(tolerance)]
    return (
        *(_differs(run, each) for each in differing),
        *(_looks_up(run, blind) for blind in _measured(run) if _is_look_up(blind)),
        *_printed_only(run, tolerance),
    )


def _measured(run: RunRecord) -> list[BlindRecord]:
    return [blind for blind in run.blind if blind.samples and blind.as_trained]


def _error(blind: BlindRecord) -> float:
    """The standard error of a measured accuracy."""
    share = blind.accuracy or 0.0
    return math.sqrt(share * (1.0 - share) / blind.samples) if blind.samples else 0.0


def _claim(run: RunRecord, model: int) -> ClaimRecord | None:
    """The last claim about a network: an evaluation after its last training, else what that training validated."""
    fits = run.fits_of(model)
    trained = _order(fits[-1].place) if fits else _START
    own = [claim for claim in run.claims if claim.model == model]
    evaluated = [c for c in own if c.source is ClaimSource.EVALUATE and (not c.place or _order(c.place) >= trained)]
    if evaluated:
        return evaluated[-1]
    validated = [c for c in own if c.source is ClaimSource.VALIDATION and _order(c.place) == trained]
    return validated[-1] if validated else None


def _order(place: Place | None) -> tuple[int, int]:
    return _START if place is None else (place.cell, place.line or 0)


def _differs(run: RunRecord, each: Comparison) -> str:
    where = f" ({spot(each.claim.place)})" if each.claim.place else ""
    return (
        f"For {_named(run, each.blind.model)} an accuracy of {percent(each.claim.value)} is claimed{where}; "
        f"measured were {percent(each.verified)} on {each.blind.samples:,} images it never saw."
    )


def _named(run: RunRecord, model: int) -> str:
    record = run.model(model)
    return called(record) if record else f"model {model}"


def _plain(blind: BlindRecord) -> tuple[int, int]:
    """Number of images that were not altered, and right answers among them."""
    return blind.samples - blind.altered, blind.correct - blind.altered_correct


def _is_look_up(blind: BlindRecord) -> bool:
    """Whether slightly altered images do so much worse that the others seem to be recognised one by one."""
    samples, correct = _plain(blind)
    if not samples or not blind.altered:
        return False
    gap = correct / samples - blind.altered_correct / blind.altered
    share = blind.accuracy or 0.0
    error = math.sqrt(share * (1.0 - share) * (1.0 / samples + 1.0 / blind.altered))
    return gap > LOOK_UP_GAP + DEVIATIONS * error


def _looks_up(run: RunRecord, blind: BlindRecord) -> str:
    samples, correct = _plain(blind)
    return (
        f"{_upper(_named(run, blind.model))} gets {percent(correct / samples)} of the published images right, but only "
        f"{percent(blind.altered_correct / blind.altered)} of slightly altered ones: it may look answers up."
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _printed_only(run: RunRecord, tolerance: float) -> Iterator[str]:
    """Printed accuracies that no recorded number stands behind, and that are higher than anything measured."""
    measured = _measured(run)
    if not measured:
        return
    best = max(measured, key=lambda blind: blind.accuracy or 0.0)
    bound = (best.accuracy or 0.0) + tolerance + DEVIATIONS * _error(best)
    seen = list(_recorded(run))
    printed = [claim for claim in run.claims if claim.source is ClaimSource.PRINTED and claim.value > bound]
    for claim in printed:
        if not any(abs(claim.value - value) <= _ROUNDING for value in seen):
            yield (
                f"An accuracy of {percent(claim.value)} is printed ({spot(claim.place)}) that belongs to no recorded "
                f"evaluation; the best measured is {percent(best.accuracy or 0.0)} on {best.samples:,} unseen images."
            )


def _recorded(run: RunRecord) -> Iterator[float]:
    """Every number that was evaluated or stands in a history: a printed one may be any of them."""
    for evaluation in run.evaluations:
        yield from (value for value in evaluation.results.values() if value is not None)
    for fit in run.fits:
        yield from _history(fit)


def _history(fit: FitRecord) -> Iterator[float]:
    for values in fit.history.values():
        yield from (value for value in values if value is not None)
