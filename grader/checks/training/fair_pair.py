"""Whether the two networks differ in batch normalization and in nothing else."""

from grader.check import Trust, check
from grader.checks._differences import Difference, between
from grader.checks._networks import called, kind_of
from grader.checks._trainings import Pair, Side, pair
from grader.checks._words import known, listed, sentences, stop_places, stopped
from grader.evidence import Evidence
from grader.finding import Finding, met, partial, unmet
from grader.reference import Reference

_WHY = "Whatever else differs may be the cause of a better result, and then nothing follows about batch normalization."
_EXPECTED = "Two networks with the same layers, optimiser, learning rate, epochs, batch size and data, apart from BN."


@check(title="A fair pair", trusts=Trust.SEEN)
def fair_pair(evidence: Evidence, reference: Reference, /) -> Finding:
    """The two networks have everything in common apart from batch normalization.

    Compared are the layers without BN (activations as steps of their own; a bias that BN makes superfluous does not
    count), initialiser, optimiser, learning rate, loss, batch size, epochs and data. Each difference costs a part of
    the points. Of several networks the two that are closest to each other are compared.

    Met:
        for model in (build(batch_norm=False), build(batch_norm=True)):
            model.compile("adam", "sparse_categorical_crossentropy")
            model.fit(x, y, epochs=5)

    Not met:
        plain.compile(SGD(0.001), loss); plain.fit(x, y, epochs=5)
        normalized.compile(Adam(0.01), loss); normalized.fit(x, y, epochs=20)
    """
    both = pair(evidence.run)
    if both.plain is None or both.normalized is None or len(both.trained()) < 2:
        return _no_pair(evidence, both)
    return _judged(evidence, both.plain, both.normalized)


def _judged(evidence: Evidence, plain: Side, normalized: Side) -> Finding:
    differences = between(evidence.run, plain, normalized)
    names = f"{called(plain.model)} and {called(normalized.model)}"
    places = known(fit.place for side in (plain, normalized) for fit in side.fits)
    facts = {difference.what: difference.told for difference in differences}
    if not differences:
        return met(f"Apart from BN nothing differs between {names}.", why=_WHY, places=places, facts=facts)
    seen = sentences([f"Besides BN, more differs between {names}", *map(_told, differences)])
    advice = f"Give both the same {listed(difference.what for difference in differences)}, and train both again."
    share = round(1.0 - sum(difference.cost for difference in differences), 4)
    if share > 0.0:
        return partial(share, seen, expected=_EXPECTED, why=_WHY, advice=advice, places=places, facts=facts)
    return unmet(seen, expected=_EXPECTED, why=_WHY, advice=advice, places=places, facts=facts)


def _told(difference: Difference) -> str:
    return f"{difference.what[:1].upper()}{difference.what[1:]}: {difference.told}"


def _no_pair(evidence: Evidence, both: Pair) -> Finding:
    lacking = [
        f"no network {kind_of(batch_norm=batch_norm)} was trained"
        for side, batch_norm in ((both.plain, False), (both.normalized, True))
        if side is None or not side.fits
    ]
    seen = f"There is no pair to compare: {listed(lacking)}"
    return unmet(
        sentences([seen, stopped(evidence.run)]),
        expected=_EXPECTED,
        why=_WHY,
        advice="Train one network without and one with batch normalization, with the same settings.",
        places=known([*(side.model.place for side in both.sides()), *stop_places(evidence.run)]),
    )
