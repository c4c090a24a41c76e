"""Where the BN layers of the network with batch normalization stand."""

from collections.abc import Sequence
from typing import Literal

from grader.check import Trust, check
from grader.checks._networks import called, told_as_written, unclear, written_networks
from grader.checks._trainings import Side, pair
from grader.checks._words import known, listed, sentences, stop_places, stopped
from grader.evidence import Evidence
from grader.finding import Finding, met, partial, unmet
from grader.graph import Placement, placements
from grader.reference import Reference

Accepted = Literal["pre-activation", "post-activation", "no-activation", "input", "after-output"]

_WHY = (
    "Ioffe & Szegedy (2015, section 3.2) put batch normalization between the affine part of a hidden layer and its "
    "activation, so that every hidden layer works on inputs of a stable distribution; behind the activation is common "
    "practice too. Elsewhere it cannot do that."
)
_EXPECTED = "Each BN layer at a hidden layer: Dense → BN → activation, or Dense → activation → BN."
_ADVICE = {
    Placement.AFTER_OUTPUT: "Take BN away from the output: it distorts the class scores or probabilities themselves. "
    "Put it between a hidden Dense layer and its activation.",
    Placement.UNATTACHED: "Pass the data through the BN layer: creating it does not make it part of the network.",
    Placement.INPUT: "Put BN at the hidden layers, whose inputs shift in training; on the input it is not needed.",
    Placement.NO_ACTIVATION: "Add an activation (ReLU) behind BN: without one, two Dense layers are one linear layer.",
    Placement.POST_ACTIVATION: "Move BN between the Dense layer and its activation.",
    Placement.PRE_ACTIVATION: "Move BN behind the activation.",
}
_SHARES = {Placement.NO_ACTIVATION: 0.6, Placement.INPUT: 0.3}
"""Of the points for a BN layer in a place that is not accepted: something is normalised, but not what should be."""


@check(title="Placement of batch normalization", trusts=Trust.SEEN)
def batch_norm_placement(
    evidence: Evidence,
    reference: Reference,
    /,
    *,
    accepted: tuple[Accepted, ...] = ("pre-activation", "post-activation"),
) -> Finding:
    """The BN layers stand at hidden layers, in places that the rubric accepts.

    Placement is a relation between layers: what feeds the BN layer and what follows it, with activations that are
    given as an argument (``Dense(64, activation="relu")``) taken as steps of their own. BN on the input is tolerated
    beside BN at hidden layers. ``accepted`` lists the places that get all points.

    Met:
        keras.Sequential([keras.Input((784,)), Dense(64), BatchNormalization(), ReLU(), Dense(10, "softmax")])

    Not met:
        keras.Sequential([keras.Input((784,)), Dense(64, "relu"), Dense(10, "softmax"), BatchNormalization()])
    """
    side = pair(evidence.run).normalized
    if side is None:
        return unclear(evidence.run) or _nothing_to_place(evidence)
    return _judged(side, accepted)


def _judged(side: Side, accepted: Sequence[str]) -> Finding:
    found = placements(side.model.graph) if side.model.graph else ()
    where = [place for _, place in found]
    right = [place for place in where if place in accepted]
    counted = [place for place in where if place is not Placement.INPUT or not right]
    wrong = [place for place in counted if place not in accepted]
    seen = f"In {called(side.model)} the BN layers stand: {_counted(where)}."
    places = known([side.model.place])
    facts = {"placements": ", ".join(where)}
    if not wrong:
        return met(seen, why=_WHY, places=places, facts=facts)
    share = sum(1.0 if place in accepted else _SHARES.get(place, 0.0) for place in counted) / len(counted)
    advice = sentences([_ADVICE[place] for place in dict.fromkeys(wrong)])
    if share > 0.0:
        return partial(share, seen, expected=_EXPECTED, why=_WHY, advice=advice, places=places, facts=facts)
    return unmet(seen, expected=_EXPECTED, why=_WHY, advice=advice, places=places, facts=facts)


def _counted(where: Sequence[Placement]) -> str:
    """``pre-activation (2 layers) and input``."""
    times = {place: where.count(place) for place in dict.fromkeys(where)}
    return listed([f"{place} ({n} layers)" if n > 1 else str(place) for place, n in times.items()])


def _nothing_to_place(evidence: Evidence) -> Finding:
    written = written_networks(evidence, batch_norm=True)
    lonely = evidence.run.unattached
    created = "A BN layer was created, but is part of no network" if lonely else ""
    return unmet(
        sentences(["No network with a BN layer was built", created, told_as_written(written), stopped(evidence.run)]),
        expected=_EXPECTED,
        why=_WHY,
        advice=_ADVICE[Placement.UNATTACHED]
        if lonely
        else "Build the network with BN first, then see where its layers stand.",
        places=known([*(m.place for m in written[:1]), *(u.place for u in lonely), *stop_places(evidence.run)]),
    )
