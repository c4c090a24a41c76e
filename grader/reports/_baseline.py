"""What the baselines say about the two networks of a submission, in sentences and as a dot plot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.architecture.words import budget, network
from grader.checks.reference._finals import Final, final
from grader.evidence import RunRecord
from grader.reference import VAL_ACCURACY, Baseline, Match, Reference
from grader.reports._dots import Dots, dots
from grader.reports._making import made as making
from grader.reports._text import one_line
from grader.specification import Specification
from grader.statistics.bands import HIGH, LOW
from grader.statistics.effect import Effect, effect
from grader.statistics.intervals import Interval, median, quantile
from grader.statistics.standing import TOLERANCE, placed
from grader.statistics.words import NAMES, accuracy, between, effect_told, epochs_told, report_told, standing_told


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said of one network.

    Attributes:
        css: ``plain`` or ``normalized``.
        sentence: where the student's accuracy stands; ``""`` where there is no baseline.
        notes: what to know beside that, or why there is no baseline.
        making: how the baseline was made.
    """

    css: str
    sentence: str
    notes: tuple[str, ...]
    making: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A submission beside its baselines.

    Attributes:
        told: of each network for which a baseline was looked for.
        difference: sentences about what BN changes.
        caveat: what the difference is not; ``""`` where there is nothing to know.
        dots: the plot of the difference, where both networks have a baseline of the same seeds.
    """

    told: tuple[Told, ...]
    difference: tuple[str, ...]
    caveat: str
    dots: Dots | None


def matches(reference: Reference) -> Mapping[str, Match]:
    """The matches by the network that they are of."""
    both = {"plain": reference.plain, "normalized": reference.normalized}
    return {css: match for css, match in both.items() if match}


def comparison(run: RunRecord, reference: Reference, drawn: Mapping[str, int | None]) -> Comparison | None:
    """All that is said; ``None`` where no baseline was looked for.

    Args:
        run: what was observed.
        reference: with the baselines of the two networks.
        drawn: ids of the networks that the report draws, by ``plain`` and ``normalized``.
    """
    found = matches(reference)
    if not found:
        return None
    own = {css: final(run, match) for css, match in found.items()}
    told = tuple(_told(css, match, own[css], run, drawn.get(css)) for css, match in found.items())
    plain, normalized = (match.baseline if match else None for match in (reference.plain, reference.normalized))
    if plain is None or normalized is None:
        return Comparison(told=told, difference=(), caveat="", dots=None)
    images = next((each.images for each in own.values() if each and each.images), None)
    made = effect(plain, normalized, images=images)
    if made is None:
        why = "Too few seeds ended with a number in both networks to say what batch normalization changes."
        return Comparison(told=told, difference=(why,), caveat="", dots=None)
    ends = (_validated(own["plain"]), _validated(own["normalized"]))
    exact = all(match.exact for match in found.values())
    return Comparison(
        told=told,
        difference=tuple(_difference(made, *ends, exact=exact)),
        caveat=_caveat(plain.specification, normalized.specification),
        dots=dots(made, _common(plain, normalized), _minus(*ends)),
    )


def _validated(own: Final | None) -> float | None:
    return own.value if own and own.curve == VAL_ACCURACY else None


def _minus(plain: float | None, normalized: float | None) -> float | None:
    return None if plain is None or normalized is None else normalized - plain


def _told(css: str, match: Match, own: Final | None, run: RunRecord, drawn: int | None) -> Told:
    notes = [one_line(match.note, 400)] if match.note.strip() else []
    if match.baseline is None:
        return Told(css=css, sentence="", notes=tuple(notes or ["There is no baseline of this network."]), making=())
    if match.fit is None:
        return Told(css=css, sentence=_alone(match.baseline), notes=tuple(notes), making=tuple(making(match.baseline)))
    if match.model is not None and match.model != drawn:
        notes.append(f"This is about another network than the one drawn above: {_called(run, match.model)}.")
    curve = own.curve if own else VAL_ACCURACY
    notes += _lost(match.baseline, curve)
    return Told(
        css=css,
        sentence=_sentence(match.baseline, own, exact=match.exact),
        notes=tuple(notes),
        making=tuple(making(match.baseline)),
    )


def _alone(baseline: Baseline) -> str:
    """What a network reaches that the student did not train."""
    finals = baseline.finals(VAL_ACCURACY)
    if not finals:
        return "None of the reference runs ended with a number."
    band = Interval(low=quantile(finals, LOW), high=quantile(finals, HIGH))
    return (
        f"After {epochs_told(baseline.epochs)} this network ends at a {NAMES[VAL_ACCURACY]} of "
        f"{accuracy(median(finals))} (median); 90 % of {len(finals)} seeds lie {between(band)}."
    )


def _called(run: RunRecord, model_id: int) -> str:
    """A network by the notebook's own name for it."""
    model = run.model(model_id)
    return one_line(", ".join(model.variables[:4]) or model.name, 60) if model else f"network {model_id}"


def _sentence(baseline: Baseline, own: Final | None, *, exact: bool) -> str:
    if own is None:
        return "Our run of your notebook gave no accuracy that could be compared."
    found = placed(baseline, own.curve, own.value, images=own.images, tolerance=TOLERANCE + own.slack)
    if found is None:
        return "Too few of the reference runs ended with a number to compare yours with."
    name = "this very network" if exact else "the nearest network that we trained"
    return f"Your {NAMES[own.curve]} of {standing_told(found, baseline.epochs, network=name, exact=exact)}"


def _lost(baseline: Baseline, curve: str) -> Iterator[str]:
    lost = len(baseline.runs) - len(baseline.finals(curve))
    if lost:
        ended = "one ended" if lost == 1 else f"{lost} ended"
        yield f"Of {len(baseline.runs)} reference runs, {ended} without a number (training diverged)."


def _difference(made: Effect, plain: float | None, normalized: float | None, *, exact: bool) -> Iterator[str]:
    yield effect_told(made)
    if plain is not None and normalized is not None:
        architecture = "your own architecture" if exact else "the nearest architecture that we trained"
        yield report_told(made, plain, normalized, network=architecture)


def _caveat(plain: Specification, normalized: Specification) -> str:
    """What apart from BN differs between the two networks, and so is in the difference as well."""
    parts = []
    if network(normalized).removesuffix(" with BN") != network(plain).removesuffix(" with BN"):
        parts.append(f"the networks ({network(plain)}; {network(normalized)})")
    if budget(plain) != budget(normalized):
        parts.append(f"the training ({budget(plain)}; {budget(normalized)})")
    told = " and ".join(parts)
    return (
        f"More than batch normalization differs here: {told}. So the difference is not its effect alone."
        if told
        else ""
    )


def _common(plain: Baseline, normalized: Baseline) -> Sequence[int]:
    """The seeds of the differences: those that ended with a number in both, in order, as in `effect`."""
    ended = [
        {run.seed for run in each.runs if run.curves.get(VAL_ACCURACY) and run.curves[VAL_ACCURACY][-1] is not None}
        for each in (plain, normalized)
    ]
    return sorted(ended[0] & ended[1])
