"""Whether one of the two networks was trained to some effect."""

from typing import Literal

from grader.check import Trust, check
from grader.checks._networks import called, kind_of, told_as_written, unclear, written_networks
from grader.checks._trainings import Side, accuracy_key, last, pair
from grader.checks._words import at_cells, counted, known, number, sentences, stop_places, stopped
from grader.evidence import Evidence, FitRecord, RunOutcome, Served
from grader.finding import Finding, met, partial, undecided, unmet
from grader.graph import LayerGraph, LayerKind
from grader.reference import Reference

ABOVE_CHANCE = 0.1
"""Training accuracy has to be so much above guessing: 0.2 for ten classes, which one epoch on MNIST reaches."""

_WHY = "Only a training that got somewhere shows what batch normalization does to it."
_EXPECTED = "The network is trained for at least one epoch, its loss stays a number, and it learns more than guessing."


@check(title="The network is trained", trusts=Trust.SEEN)
def trained(evidence: Evidence, reference: Reference, /, *, network: Literal["plain", "batch_norm"]) -> Finding:
    """One of the two networks is trained, and learns something.

    ``network`` says which: ``plain`` is the one without batch normalization, ``batch_norm`` the one with it. What
    counts is what happened: epochs done rather than asked for, a loss that stays a number, an accuracy above chance.
    A training cut short by the grader's own time limit counts as far as it came.

    Met:
        history = model.fit(x_train, y_train, epochs=5, validation_split=0.2)

    Not met:
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
        model.summary()
    """
    both = pair(evidence.run)
    side = both.normalized if network == "batch_norm" else both.plain
    if side is None:
        return unclear(evidence.run) or _no_network(evidence, batch_norm=network == "batch_norm")
    return _judged(evidence, side) if side.fits else _untrained(evidence, side)


def _judged(evidence: Evidence, side: Side) -> Finding:
    first = side.fits[0]
    done = sum(fit.epochs_done for fit in side.fits)
    amount = "a training loop of its own" if first.loop == "custom" else counted(done, "epoch")
    key = accuracy_key(side.fits[-1])
    reached = last(side.fits[-1], key)
    result = "" if reached is None else f", and reached a training accuracy of {number(reached)}"
    seen = f"{_upper(called(side.model))} was trained at {at_cells(fit.place for fit in side.fits)}: {amount}{result}"
    facts = {"epochs": str(done)} | ({} if reached is None else {"training_accuracy": number(reached)})
    places = known(fit.place for fit in side.fits)
    fault = _fault(evidence, side, reached)
    if fault is None:
        return met(f"{seen}.", places=places, facts=facts)
    share, told, advice = fault
    told = sentences([seen, told])
    if share is None:
        return undecided(told, advice=advice, places=places, facts=facts)
    return partial(share, told, expected=_EXPECTED, why=_WHY, advice=advice, places=places, facts=facts)


def _fault(evidence: Evidence, side: Side, reached: float | None) -> tuple[float | None, str, str] | None:
    """What is wrong with a training: the share of the points that stays (``None``: a person decides), and words."""
    if any(_lost_its_loss(fit) for fit in side.fits):
        told = "The loss stopped being a number (NaN) on the way, so nothing was learned from then on"
        return (
            0.4,
            told,
            "Scale the inputs, lower the learning rate, and check that loss and output layer fit together.",
        )
    guessing = _guessing(side.model.graph)
    if reached is not None and guessing is not None and reached < guessing + ABOVE_CHANCE:
        told = f"That is close to guessing, which gives {number(guessing)}"
        if any(each.served in {Served.STAND_IN, Served.LOSSY} for each in evidence.run.datasets):
            return (
                None,
                f"{told}; but it ran on a stand-in for the data set",
                "Run it on the original data and look again.",
            )
        return 0.5, told, "Check the labels, the loss, the output layer and the learning rate; then train longer."
    return _cut_short(evidence, side.fits[-1])


def _cut_short(evidence: Evidence, fit: FitRecord) -> tuple[float | None, str, str] | None:
    if (
        fit.finished
        or fit.loop == "custom"
        or evidence.run.outcome in {RunOutcome.TIME_LIMIT, RunOutcome.HARNESS_FAILURE}
    ):
        return None
    told = sentences(
        [f"It asked for {counted(fit.epochs_asked or 0, 'epoch')} and did not get to the end", stopped(evidence.run)]
    )
    return 0.6, told, "Mend what stopped it, and let the training run to its end."


def _lost_its_loss(fit: FitRecord) -> bool:
    return any(value is None for key, values in fit.history.items() if key.endswith("loss") for value in values)


def _guessing(graph: LayerGraph | None) -> float | None:
    """The accuracy of a guess, from the width of the output layer; ``None`` below three classes."""
    dense = [layer for layer in graph.layers if layer.kind is LayerKind.DENSE] if graph else []
    units = dense[-1].units if dense else None
    return 1.0 / units if units is not None and units >= 3 else None


def _untrained(evidence: Evidence, side: Side) -> Finding:
    run = evidence.run
    begun = run.fits_of(side.model.id)
    told = "Its training began, but not one epoch was finished" if begun else "No training of it was seen"
    seen = sentences([f"{_upper(called(side.model))} was built", told, stopped(run)])
    advice = (
        "Mend the cell that fails and run the notebook from top to bottom."
        if stopped(run)
        else "Call compile and fit on it."
    )
    places = known([side.model.place, *(fit.place for fit in begun), *stop_places(run)])
    if begun:
        return partial(0.25, seen, expected=_EXPECTED, why=_WHY, advice=advice, places=places)
    return unmet(seen, expected=_EXPECTED, why=_WHY, advice=advice, places=places)


def _no_network(evidence: Evidence, *, batch_norm: bool) -> Finding:
    written = written_networks(evidence, batch_norm=batch_norm)
    kind = kind_of(batch_norm=batch_norm)
    return unmet(
        sentences(
            [f"No network {kind} was built, so none was trained", told_as_written(written), stopped(evidence.run)]
        ),
        expected=_EXPECTED,
        why=_WHY,
        advice=f"Build a network {kind} in a code cell, compile it and call fit.",
        places=known([*(m.place for m in written[:1]), *stop_places(evidence.run)]),
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
