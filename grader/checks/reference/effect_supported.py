"""Whether the difference that the notebook's two networks show is one that batch normalization (BN) makes there."""

from dataclasses import replace

from grader.check import Trust, check
from grader.checks._words import known, sentences
from grader.checks.reference._finals import LATER, Final, validated
from grader.evidence import Evidence
from grader.finding import Finding, met, undecided
from grader.reference import Match, Reference
from grader.specification import LayerSpecification, Specification
from grader.statistics.effect import Effect, Support, effect, judged
from grader.statistics.intervals import Interval
from grader.statistics.standing import TOLERANCE, Standing, placed
from grader.statistics.words import accuracy, effect_told, epochs_told, report_told, signed

_WHY = "One run of each network is one draw: only many seeds tell what batch normalization does apart from luck."
_ADVICE = "A person looks at where both numbers come from; nothing is deducted."


@check(title="The effect of BN is one that many seeds show", trusts=Trust.SEEN)
def effect_supported(evidence: Evidence, reference: Reference, /) -> Finding:
    """The difference between the two networks' last validation accuracies is one that many seeds of the two show.

    The grader trains both networks with the same seeds, and knows by how much two runs of one and the same network
    differ. A difference smaller than that is no error, but nothing follows from it, and the finding says so. One that
    lies outside of what any two runs show (99 %, all that was seen, and half a per cent) goes to a person with both
    numbers; nothing is ever deducted. Both networks need the same number of epochs, and baselines of their own, or two
    of one similar network.

    Met:
        # 0.9781 with against 0.9770 without BN: inside the noise, as is to be expected after ten epochs on MNIST
        plain.fit(x, y, epochs=10, validation_data=test)
        normalized.fit(x, y, epochs=10, validation_data=test)

    Not met:
        # 0.9781 with against 0.4312 without BN: no seed of this network shows that
        plain.fit(x, labels_in_another_order, epochs=10, validation_data=test)
        normalized.fit(x, y, epochs=10, validation_data=test)
    """
    plain, normalized = reference.plain, reference.normalized
    if plain is None or normalized is None or plain.fit is None or normalized.fit is None:
        return undecided("There is no pair of trained networks, one without and one with batch normalization.")
    if obstacle := _obstacle(plain, normalized):
        return undecided(obstacle)
    before, after = validated(evidence.run, plain), validated(evidence.run, normalized)
    if before is None or after is None:
        return undecided("Our run of the notebook gave no validation accuracy of both networks that could be compared.")
    if before.what.removesuffix(LATER) != after.what.removesuffix(LATER):
        return undecided("The two networks were measured in different ways: one while it was trained, one afterwards.")
    if any(_outside(match, each) for match, each in ((plain, before), (normalized, after))):
        return undecided(
            "One of the two accuracies is none that this training gives, so their difference says nothing."
        )
    made = _effect(plain, normalized, before.images or after.images)
    if made is None:
        return undecided("Too few seeds ended with a number in both networks to say what batch normalization changes.")
    return _judged(made, before, after, plain, normalized)


def _outside(match: Match, found: Final) -> bool:
    if match.baseline is None:
        return False
    stands = placed(match.baseline, found.curve, found.value, images=found.images, tolerance=TOLERANCE + found.slack)
    return stands is not None and stands.standing is not Standing.WITHIN


def _effect(plain: Match, normalized: Match, images: int | None) -> Effect | None:
    if plain.baseline is None or normalized.baseline is None:
        return None
    return effect(plain.baseline, normalized.baseline, images=images)


def _judged(made: Effect, before: Final, after: Final, plain: Match, normalized: Match) -> Finding:
    exact = plain.exact
    network = "your own architecture" if exact else "the nearest architecture that was trained"
    support = judged(made, after.value - before.value)
    told = report_told(made, before.value, after.value, network=network)
    seen = sentences([told, effect_told(made), *([] if exact else dict.fromkeys((plain.note, normalized.note)))])
    places = known((before.place, after.place))
    facts = _facts(made, before, after, support)
    if support is Support.CONTRADICTED:
        return undecided(seen, advice=_ADVICE, places=places, facts=facts, doubt=told if exact else "")
    return met(seen, why=_WHY, places=places, facts=facts)


def _obstacle(plain: Match, normalized: Match) -> str:
    """Why no effect can be told, in a sentence; ``""`` where it can."""
    one, other = plain.baseline, normalized.baseline
    if one is None or other is None:
        notes = dict.fromkeys(match.note for match in (plain, normalized) if match.baseline is None)
        return sentences(["There are no baselines of both networks", *notes])
    if plain.exact is not normalized.exact:
        kind = "without" if plain.exact else "with"
        note = normalized.note or plain.note
        return sentences([f"Only the network {kind} batch normalization has a baseline of its own", note])
    if one.epochs != other.epochs:
        return (
            f"The two networks were trained for {one.epochs} and {epochs_told(other.epochs)}: their difference is not "
            "that of batch normalization alone."
        )
    if not plain.exact and _without_bn(one.specification) != _without_bn(other.specification):
        return "The nearest networks that were trained differ in more than batch normalization."
    return ""


def _without_bn(specification: Specification) -> Specification:
    """The same without BN, and without the biases that it makes superfluous."""
    layers = tuple(_unbiased(layer) for layer in specification.layers if layer.layer != "BatchNormalization")
    return replace(specification, layers=layers)


def _unbiased(layer: LayerSpecification) -> LayerSpecification:
    return replace(layer, settings={name: value for name, value in layer.settings.items() if name != "use_bias"})


def _facts(made: Effect, before: Final, after: Final, support: Support) -> dict[str, str]:
    return {
        "without BN": accuracy(before.value),
        "with BN": accuracy(after.value),
        "difference": signed(after.value - before.value),
        "mean difference": signed(made.mean),
        "95 % interval of the mean": _told(made.interval),
        "95 % of single pairs": _told(made.noise),
        "two runs of one network": accuracy(made.luck),
        "seeds": str(made.seeds),
        "support": support.value,
    }


def _told(interval: Interval) -> str:
    return f"{signed(interval.low)} to {signed(interval.high)}"
