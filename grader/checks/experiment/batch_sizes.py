"""Whether the effect of the batch size was tried out properly."""

from collections.abc import Iterator

from grader.check import Trust, check
from grader.checks._experiments import Experiment, experiment, hidden, may_hide_sizes
from grader.checks._words import at_cells, counted, known, listed, sentences, stop_places, stopped
from grader.evidence import Evidence
from grader.finding import Finding, met, partial, undecided, unmet
from grader.reference import Reference

_WHY = (
    "BN takes its mean and variance from the batch, so the batch size changes BN itself. That shows only when nothing "
    "else changes from one training to the next."
)
_ADVICE = (
    "Write a loop over the batch sizes that builds a new BN network for each, compiles it and trains it for the same "
    "number of epochs."
)


@check(title="Batch-size experiment", trusts=Trust.SEEN)
def batch_sizes(evidence: Evidence, reference: Reference, /, *, minimum_sizes: int = 3) -> Finding:
    """The network with batch normalization is trained with several batch sizes, each time from fresh weights.

    At least ``minimum_sizes`` different sizes, on equal networks, with everything but the batch size the same.
    Trying them on the network without BN, going on with weights that were trained before, changing more than the
    size, or trying fewer sizes gets part of the points. An error after the trainings takes nothing away.

    Met:
        for size in (32, 128, 512):
            model = build_with_bn()
            model.compile("adam", "sparse_categorical_crossentropy")
            model.fit(x, y, batch_size=size, epochs=3)

    Not met:
        # Smaller batches are noisier, larger ones are smoother.
    """
    found = experiment(evidence.run, minimum_sizes)
    expected = f"The BN network, trained from fresh weights with {minimum_sizes} batch sizes or more, all else equal."
    if found is None or len(found.sizes) < min(2, minimum_sizes):
        if may_hide_sizes(evidence.run, found, min(2, minimum_sizes)):
            return _hidden(evidence)
        return _not_tried(evidence, found, expected)
    lacking = not found.batch_norm or len(found.sizes) < minimum_sizes
    if lacking and may_hide_sizes(evidence.run, found, minimum_sizes):
        return _hidden(evidence)
    return _judged(found, minimum_sizes, expected)


def _hidden(evidence: Evidence) -> Finding:
    fits = hidden(evidence.run)
    return undecided(
        f"The batch sizes of the trainings at {at_cells(fit.place for fit in fits)} could not be seen: they ran in a "
        "loop of their own or took their batches from a generator.",
        advice="Look at these cells: is the BN network trained with several batch sizes, each time from fresh weights?",
        places=known(fit.place for fit in fits),
    )


def _judged(found: Experiment, minimum_sizes: int, expected: str) -> Finding:
    kind = "with BN" if found.batch_norm else "without BN"
    at = at_cells(fit.place for fit in found.trials)
    seen = f"A network {kind} was trained with batch sizes {listed(map(str, found.sizes))} at {at}"
    places = known(fit.place for fit in found.trials)
    facts = {"batch_sizes": ", ".join(map(str, found.sizes)), "on": "batch_norm" if found.batch_norm else "plain"}
    facts["fresh"] = str(not found.continued).lower()
    faults = list(_faults(found, minimum_sizes))
    if not faults and found.unclear:
        return undecided(f"{seen}. What each training started from could not be seen.", places=places, facts=facts)
    if not faults:
        return met(f"{seen}, from fresh weights each time.", why=_WHY, places=places, facts=facts)
    share = 1.0
    for factor, _ in faults:
        share *= factor
    told = sentences([seen, *(text for _, text in faults)])
    return partial(
        max(round(share, 4), 0.1), told, expected=expected, why=_WHY, advice=_ADVICE, places=places, facts=facts
    )


def _faults(found: Experiment, minimum_sizes: int) -> Iterator[tuple[float, str]]:
    """What is wrong, each with the share of the points that it leaves."""
    if not found.batch_norm:
        yield 0.4, "The network has no BN layer, so nothing follows about batch normalization"
    if found.continued:
        number = counted(len(found.continued), "training")
        yield 0.3, f"{number} went on from weights that were trained before, so later sizes look better than they are"
    if not found.same_network:
        yield 0.6, "The networks themselves differ from one size to the next"
    elif not found.same_settings:
        yield (
            0.7,
            "More than the batch size differs between the trainings (epochs, optimiser, learning rate, loss or data)",
        )
    if len(found.sizes) < minimum_sizes:
        yield 0.6, f"That is {counted(len(found.sizes), 'size')} of the {minimum_sizes} asked for"


def _not_tried(evidence: Evidence, found: Experiment | None, expected: str) -> Finding:
    sizes = listed(map(str, found.sizes)) if found else ""
    seen = f"Networks were trained with one batch size only ({sizes})" if found else "No training was seen"
    return unmet(
        sentences([f"{seen}, so the effect of the batch size was not tried out", stopped(evidence.run)]),
        expected=expected,
        why=_WHY,
        advice=_ADVICE,
        places=known(
            [*(fit.place for fit in found.trials if found), *stop_places(evidence.run)]
            if found
            else stop_places(evidence.run)
        ),
    )
