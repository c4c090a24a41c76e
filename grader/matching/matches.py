"""Evidence x stored baselines -> what this submission's two networks are compared with."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from grader.checks._trainings import Side, pair
from grader.evidence import FitRecord, RunRecord, Weights
from grader.matching._images import served_to
from grader.matching._origins import same_images, validated
from grader.matching._refusal import RefusalError
from grader.matching.nearest import differences, nearest
from grader.matching.rebuilding import partner, rebuilt
from grader.matching.traits import traits
from grader.reference import TRAINER, Baseline, Match, Reference, Validated
from grader.specification import Specification

_LEAKED = (
    "It was validated on images that it was trained on: its validation accuracy says nothing about new images, and is "
    "not compared."
)

FEWEST_RUNS = 3
"""Trainings from which on a baseline is one: two numbers have a spread, and no shape."""


def with_baselines(reference: Reference, run: RunRecord, baselines: Collection[Baseline]) -> Reference:
    """The reference with the baselines of the two networks that this run compares."""
    both = pair(run)
    plain, normalized = (_match(run, side, baselines) for side in (both.plain, both.normalized))
    return replace(
        reference,
        plain=plain or _partner(run, normalized, baselines),
        normalized=normalized or _partner(run, plain, baselines),
    )


def wanted(reference: Reference) -> Iterator[Specification]:
    """The trainings that this submission should be compared with and for which there is no baseline of their own."""
    for match in (reference.plain, reference.normalized):
        if match is not None and match.specification is not None and not match.exact:
            yield match.specification


def stale(baseline: Baseline, keras: str) -> str:
    """Why a baseline must not be used for a run with this version of Keras, in a sentence; ``""`` when it may."""
    for making in baseline.makings:
        made_with = making.versions.get("keras", "")
        if making.trainer != TRAINER:
            return "The stored baseline was trained by an older version of this grader."
        if keras and _major(made_with) != _major(keras):
            return f"The stored baseline was made with Keras {made_with or 'of unknown version'}, and this is {keras}."
    return "" if baseline.makings else "The stored baseline does not say how it was made."


def _major(version: str) -> str:
    return version.partition(".")[0]


def _match(run: RunRecord, side: Side | None, baselines: Collection[Baseline]) -> Match | None:
    if side is None or side.first is None:
        return None
    fit = side.first
    found = _found(run, side, fit, baselines)
    return _beside(run, fit, found) if found.baseline else found


def _beside(run: RunRecord, fit: FitRecord, match: Match) -> Match:
    """The match with what is known of the images of the training and of its baseline."""
    if match.baseline is None:
        return match
    spec = match.baseline.specification
    try:
        served = served_to(run, fit)
    except RefusalError:
        return match
    where = validated(served, fit, spec.validation)
    told = match.note if where is not Validated.TRAINED_ON else f"{match.note} {_LEAKED}".strip()
    return replace(match, validated=where, same_images=same_images(served, fit, spec.samples), note=told)


def _partner(run: RunRecord, match: Match | None, baselines: Collection[Baseline]) -> Match | None:
    """The other network of the comparison, where the submission trained only one: its own, with BN put in or out."""
    spec = partner(match.specification) if match and match.specification else None
    if spec is None:
        return None
    own = _own(run, spec, baselines)
    note = f"Your notebook trained no network {'with' if spec.has_batch_norm else 'without'} batch normalization. "
    told = "This is what your own network gives with it" if spec.has_batch_norm else "This is what yours gives without"
    return Match(
        fit=None,
        model=None,
        specification=spec,
        baseline=own,
        exact=own is not None,
        note=f"{note}{told}." if own else f"{note}It has not been trained as a reference yet.",
    )


def _own(run: RunRecord, spec: Specification, baselines: Collection[Baseline]) -> Baseline | None:
    """The baseline of this very specification, cut to its epochs."""
    keras = run.versions.get("keras", "")
    own = [each for each in baselines if _is_own(each, spec) and _is_usable(each, keras)]
    found = max(own, key=lambda each: len(each.runs), default=None)
    return found.at(spec.epochs) if found else None


def _is_usable(baseline: Baseline, keras: str) -> bool:
    return len(baseline.runs) >= FEWEST_RUNS and not stale(baseline, keras)


def _found(run: RunRecord, side: Side, fit: FitRecord, baselines: Collection[Baseline]) -> Match:
    nowhere = Match(fit=fit.id, model=side.model.id)
    if fit.weights is not Weights.FRESH or fit.epochs_done < 1:
        return replace(nowhere, note="This training did not start from fresh weights, so no baseline is like it.")
    spec = rebuilt(run, fit)
    keras = run.versions.get("keras", "")
    usable = [each for each in baselines if _is_usable(each, keras)]
    if isinstance(spec, str):
        return _nearest(run, side, fit, usable, nowhere, f"This network cannot be rebuilt: {_lower(spec)}")
    own = _own(run, spec, usable)
    if own is not None:
        return replace(nowhere, specification=spec, baseline=own, exact=True)
    old = next((why for each in baselines if _is_own(each, spec) and (why := stale(each, keras))), "")
    reason = old or "This very network has not been trained as a reference yet."
    return _nearest(run, side, fit, usable, replace(nowhere, specification=spec), reason)


def _is_own(baseline: Baseline, spec: Specification) -> bool:
    return baseline.specification.key == spec.key and baseline.epochs >= spec.epochs


def _nearest(
    run: RunRecord, side: Side, fit: FitRecord, baselines: Collection[Baseline], match: Match, reason: str
) -> Match:
    known = traits(run, side.model, fit)
    if isinstance(known, str):
        return replace(match, note=reason if known.lower() in reason.lower() else f"{reason} {known}")
    near = nearest(known, baselines)
    if near is None:
        return replace(match, note=f"{reason} None of the stored baselines is near it.")
    told = "; ".join(differences(known, near))
    return replace(match, baseline=near, note=f"{reason} The nearest stored baseline serves in its place: {told}.")


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
