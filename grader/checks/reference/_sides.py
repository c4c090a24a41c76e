"""One of the two networks beside its baseline: every accuracy known of it, each placed among those of the seeds."""

from collections.abc import Iterator
from dataclasses import dataclass

from grader.checks._words import sentences
from grader.checks.reference._finals import OTHER_IMAGES, Final, final, fit_of, measured, named
from grader.checks.reference._saved import saved_accuracies
from grader.evidence import Evidence, RunRecord, Served
from grader.reference import VAL_ACCURACY, Match, Validated
from grader.statistics.standing import Placed, Standing, placed
from grader.statistics.words import NAMES, accuracy, epochs_told, spread_told, standing_told
from grader.submission import Place

VERY, NEAREST = "this very network", "the nearest network that was trained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One accuracy, and where it stands."""

    final: Final
    placed: Placed

    @property
    def standing(self) -> Standing:
        """Within the limits or outside."""
        return self.placed.standing

    def told(self, match: Match) -> str:
        """In a sentence."""
        epochs = match.baseline.epochs if match.baseline else 0
        where = standing_told(self.placed, epochs, network=VERY if match.exact else NEAREST, exact=match.exact)
        return f"{self.final.what} {where}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What the baseline says about one network.

    Attributes:
        match: its baseline, or why there is none.
        kind: ``without BN`` or ``with BN``.
        name: the network as its author knows it.
        place: of its training.
        own: the accuracy that its training ended with; ``None`` where that could not be placed, and ``nothing`` why.
        verified: the accuracy that was measured outside of the box.
        saved: sentences about accuracies in saved outputs that this training does not reach.
    """

    match: Match
    kind: str
    name: str
    place: Place | None
    own: Look | None
    nothing: str
    verified: Look | None
    saved: tuple[str, ...]

    @property
    def is_below(self) -> bool:
        """Whether its own training ended lower than this very network ever does."""
        return self.match.exact and self.own is not None and self.own.standing is Standing.BELOW

    @property
    def is_within(self) -> bool:
        """Whether all that is known of it lies where it should."""
        return self.own is not None and all(look.standing is Standing.WITHIN for look in self._looks())

    @property
    def doubts(self) -> tuple[str, ...]:
        """What this very network cannot have given, in sentences for a person."""
        if not self.match.exact:
            return ()
        high = [look.told(self.match) for look in self._looks() if look.standing is Standing.ABOVE]
        return (*(f"{_upper(self.name)}: {_lower(sentence)}" for sentence in high), *self.saved)

    @property
    def told(self) -> str:
        """All that is said of it, for the student."""
        if self.own is None:
            return sentences([f"{_upper(self.name)}: {self.nothing}"])
        verified = self.verified
        outside = verified is not None and verified.standing is not Standing.WITHIN
        return sentences(
            [
                f"{_upper(self.name)}: {_lower(self.own.told(self.match))}",
                verified.told(self.match) if verified and outside else "",
                self.match.note,
                *self.saved,
            ]
        )

    @property
    def facts(self) -> dict[str, str]:
        """What was measured, by name."""
        verified = {"verified": accuracy(self.verified.final.value)} if self.verified else {}
        return {f"{name} {self.kind}": value for name, value in (_facts(self.own) | verified).items()}

    def _looks(self) -> tuple[Look, ...]:
        return tuple(look for look in (self.own, self.verified) if look is not None)


def side(evidence: Evidence, match: Match, kind: str, tolerance: float) -> Side:
    """Everything that is known of one network's accuracies."""
    run = evidence.run
    own, fit = final(run, match), fit_of(run, match)
    name = named(run, match)
    return Side(
        match=match,
        kind=kind,
        name=name,
        place=fit.place if fit else None,
        own=_look(match, own, tolerance),
        nothing=_nothing(match, own),
        verified=_look(match, measured(run, match), tolerance),
        saved=tuple(_saved_too_high(evidence, match, name, tolerance)) if match.exact else (),
    )


def _look(match: Match, value: Final | None, tolerance: float) -> Look | None:
    if match.baseline is None or value is None:
        return None
    where = placed(match.baseline, value.curve, value.value, images=value.images, tolerance=tolerance + value.slack)
    return Look(final=value, placed=where) if where else None


def _nothing(match: Match, own: Final | None) -> str:
    """Why nothing could be compared, where nothing could."""
    if match.baseline is None:
        return match.note or "there is no baseline of this network."
    if own is None:
        return "our run of the notebook gave no accuracy between 0 and 1 that could be compared."
    return "too few of the reference trainings ended with a number to compare with."


def _saved_too_high(evidence: Evidence, match: Match, name: str, tolerance: float) -> Iterator[str]:
    """Accuracies in saved outputs that this training does not reach with any seed."""
    fit, baseline = fit_of(evidence.run, match), match.baseline
    saved = saved_accuracies(evidence.submission, evidence.run, fit) if fit else None
    if saved is None or baseline is None or saved.epoch > baseline.epochs or not _is_published(evidence.run):
        return
    own_images = match.validated is Validated.SAME
    for curve, value in saved.accuracies.items():
        if curve == VAL_ACCURACY and match.validated is Validated.TRAINED_ON:
            continue
        slack = 0.0 if match.same_images and (curve != VAL_ACCURACY or own_images) else OTHER_IMAGES
        where = placed(baseline.at(saved.epoch), curve, value, tolerance=tolerance + slack)
        if where is not None and where.standing is Standing.ABOVE:
            claim = f"The saved output of {name} claims a {NAMES[curve]} of {accuracy(value)}"
            most = f"of {epochs_told(saved.epoch)} of this training, {accuracy(where.limits.high)} is believed at most"
            yield f"{claim}; {most} ({spread_told(where)})."


def _is_published(run: RunRecord) -> bool:
    """Whether our run had the data that a student had: saved numbers say nothing about stand-ins."""
    return all(each.served is Served.ORIGINAL for each in run.datasets)


def _facts(own: Look | None) -> dict[str, str]:
    if own is None:
        return {}
    where = own.placed
    return {
        "accuracy": accuracy(own.final.value),
        "median": accuracy(where.median),
        "90 % of seeds": f"{accuracy(where.band.low)} to {accuracy(where.band.high)}",
        "limits": f"{accuracy(where.limits.low)} to {accuracy(where.limits.high)}",
        "seeds": str(where.seeds),
    }


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
