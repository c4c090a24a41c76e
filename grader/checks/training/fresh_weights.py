"""Whether both networks started from weights that no training had touched."""

from grader.check import Trust, check
from grader.checks._networks import called
from grader.checks._trainings import Side, pair
from grader.checks._words import known, listed, sentences, stop_places, stopped
from grader.evidence import Evidence, Weights
from grader.finding import Finding, met, partial, undecided, unmet
from grader.reference import Reference

_WHY = "A network that was trained before starts with a lead, and then the curves compare the lead instead of BN."
_EXPECTED = "Both networks start from freshly initialised weights."
_ADVICE = (
    "Build each network anew, with new layer objects, right before it is trained: a function that returns it is handy."
)


@check(title="Trained from fresh weights", trusts=Trust.SEEN)
def fresh_weights(evidence: Evidence, reference: Reference, /) -> Finding:
    """The two networks to compare start from weights that no training has touched.

    Seen at the first training of each: weights that went through an optimiser before, even as part of another model
    that shares the layer objects, are not fresh. Going on to train afterwards does no harm here.

    Met:
        plain, normalized = build(batch_norm=False), build(batch_norm=True)
        plain.fit(x, y), normalized.fit(x, y)

    Not met:
        hidden = [Dense(64), ReLU()]
        plain = keras.Sequential([*hidden, Dense(10)]); plain.fit(x, y)
        normalized = keras.Sequential([*hidden, BatchNormalization(), Dense(10)]); normalized.fit(x, y)
    """
    sides = pair(evidence.run).trained()
    places = known(fit.place for side in sides for fit in side.fits)
    if not sides:
        return _nothing(evidence)
    used = [side for side in sides if _started(side) is Weights.TRAINED]
    if used:
        return partial(
            0.4 if len(used) < len(sides) else 0.2,
            f"{_names(used)} started from weights that had been trained before.",
            expected=_EXPECTED,
            why=_WHY,
            advice=_ADVICE,
            places=places,
        )
    unknown = [side for side in sides if _started(side) is Weights.UNKNOWN]
    if unknown:
        return undecided(f"What {_names(unknown)} started from could not be seen.", advice=_ADVICE, places=places)
    if len(sides) < 2:
        return partial(
            0.5,
            sentences(
                [
                    f"Only one of the two networks was trained: {_names(sides)}, from fresh weights",
                    stopped(evidence.run),
                ]
            ),
            expected=_EXPECTED,
            why=_WHY,
            advice="Train the other network as well, from fresh weights.",
            places=known([*places, *stop_places(evidence.run)]),
        )
    return met("Both networks started from fresh weights.", why=_WHY, places=places)


def _started(side: Side) -> Weights:
    return side.fits[0].weights


def _names(sides: list[Side] | tuple[Side, ...]) -> str:
    return listed(called(side.model) for side in sides)


def _nothing(evidence: Evidence) -> Finding:
    return unmet(
        sentences(["No network was trained", stopped(evidence.run)]),
        expected=_EXPECTED,
        why=_WHY,
        advice="Train both networks.",
        places=stop_places(evidence.run),
    )
