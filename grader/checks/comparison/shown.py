"""Whether a reader of the notebook sees how the two networks compare."""

from collections.abc import Sequence

from grader.check import Trust, check
from grader.checks._exhibits import TRAINING, VALIDATION, Exhibit, Result, exhibits, logged, result_of
from grader.checks._readable import unreadable_because
from grader.checks._trainings import Side, pair
from grader.checks._words import at_cells, known, listed, sentences, stop_places, stopped
from grader.evidence import Evidence, FitRecord, RunRecord
from grader.finding import Finding, met, partial, undecided, unmet
from grader.reference import Reference
from grader.submission import Place

_WHY = "Two results side by side are what lets a reader judge, from data, what batch normalization did."
_EXPECTED = "Training and validation accuracy or loss of both networks, together in a figure or a table, with labels."
_ADVICE = (
    "Plot history.history['accuracy'] and ['val_accuracy'] of both networks into one figure with label=… and "
    "plt.legend(), or print them in one table."
)
_SHARES = {"one kind": 0.7, "apart": 0.5, "log": 0.3}
"""Of the points, when only training or only validation results are side by side, when both networks' results are shown
apart from each other, and when there is nothing but the framework's progress log to scroll through."""


@check(title="The comparison is shown", trusts=Trust.SEEN)
def shown(evidence: Evidence, reference: Reference, /) -> Finding:
    """Training and validation performance of both networks are shown side by side.

    Matched by numbers: a line that draws the epochs of a training, a bar, or a printed number that equals a measured
    one after rounding. Results of one network here and of the other there, or nothing but the progress log of
    ``fit``, get part of the points; so does a figure in which a reader cannot tell the networks apart.

    Met:
        for name, h in (("plain", h1), ("with BN", h2)):
            plt.plot(h.history["accuracy"], label=name + ", training")
            plt.plot(h.history["val_accuracy"], label=name + ", validation")
        plt.ylabel("accuracy"); plt.legend()

    Not met:
        h1 = plain.fit(x, y, verbose=0); h2 = normalized.fit(x, y, verbose=0)
    """
    sides = pair(evidence.run).trained()
    if len(sides) < 2:
        return _nothing_to_compare(evidence, sides)
    results = [result_of(evidence.run, side.fits) for side in sides]
    found = exhibits(evidence.run)
    together = [each for each in found if each.shows_all(results)]
    verdict = _judged(together, results) if together else None
    own = [fit for side in sides for fit in side.fits if fit.loop == "custom"]
    if own and (verdict is None or verdict.facts.get("shown") != listed((TRAINING, VALIDATION))):
        return _unseen(own)
    return verdict or _apart(evidence, sides, results, found)


def _judged(together: Sequence[Exhibit], results: Sequence[Result]) -> Finding:
    """Both networks are in one exhibit at least: which kinds of result, and can they be told apart?"""
    by_kind = {kind: [each for each in together if each.shows_all(results, kind)] for kind in (TRAINING, VALIDATION)}
    kinds = [kind for kind, found in by_kind.items() if found]
    best = [each for found in by_kind.values() for each in found]
    places = known(each.place for each in best)
    if not kinds:
        told = "A training result of one network stands beside a validation result of the other"
        return _partly("apart", told, [each.place for each in together])
    seen = f"The {listed(kinds)} results of both networks stand side by side at {at_cells(each.place for each in best)}"
    complaints = [unreadable_because(each) for each in best]
    complaint = "" if any(not each for each in complaints) else complaints[0]
    share = (1.0 if len(kinds) == 2 else _SHARES["one kind"]) * (0.8 if complaint else 1.0)
    facts = {"shown": listed(kinds)}
    if share == 1.0:
        return met(f"{seen}.", why=_WHY, places=places, facts=facts)
    missing = "" if len(kinds) == 2 else f"The {_other(kinds[0])} results of both are not shown together"
    return partial(
        share,
        sentences([seen, missing, complaint]),
        expected=_EXPECTED,
        why=_WHY,
        advice=_ADVICE,
        places=places,
        facts=facts,
    )


def _other(kind: str) -> str:
    return VALIDATION if kind == TRAINING else TRAINING


def _apart(evidence: Evidence, sides: Sequence[Side], results: Sequence[Result], found: Sequence[Exhibit]) -> Finding:
    single = [next((each for each in found if each.shows_all([result])), None) for result in results]
    shown_at = [each.place for each in single if each is not None]
    logs = [fit.place for side in sides for fit in side.fits if logged(evidence.run, fit)]
    if len(shown_at) == len(results):
        return _partly("apart", f"The results of the two networks are shown apart, at {at_cells(shown_at)}", shown_at)
    if len(logs) >= len(results) or (shown_at and logs):
        places = [*logs, *shown_at]
        return _partly("log", f"The results have to be picked from the progress logs at {at_cells(places)}", places)
    if unknown := _from_predictions(evidence.run, sides, results, found):
        return _unmatched(unknown)
    seen = "No figure and no output shows the results of both networks"
    return unmet(
        sentences([seen, stopped(evidence.run)]),
        expected=_EXPECTED,
        why=_WHY,
        advice=_ADVICE,
        places=known([*(fit.place for side in sides for fit in side.fits), *stop_places(evidence.run)]),
    )


def _unseen(fits: Sequence[FitRecord]) -> Finding:
    return undecided(
        f"What was measured in the training loop at {at_cells(fit.place for fit in fits)} could not be seen, so it is "
        "not known whether the figures and outputs show it.",
        advice="Look at the figures and outputs after the training: do they show both networks side by side?",
        places=known(fit.place for fit in fits),
    )


def _from_predictions(
    run: RunRecord, sides: Sequence[Side], results: Sequence[Result], found: Sequence[Exhibit]
) -> tuple[Place, ...]:
    """Where numbers are printed after both trainings that the student may have computed from predictions."""
    predicted = {prediction.model for prediction in run.predictions}
    if not all(side.model.id in predicted for side in sides):
        return ()
    last = max((fit.place.cell for side in sides for fit in side.fits if fit.place), default=0)
    later = (each for each in found if each.figure is None and each.place.cell >= last)
    return tuple(each.place for each in later if len(each.unmatched(results)) >= len(results))


def _unmatched(places: Sequence[Place]) -> Finding:
    return undecided(
        f"Both networks were asked for predictions, and numbers that fit no measured result are printed at "
        f"{at_cells(places)}: they may be results that the student computed.",
        advice="Look at these outputs: do they compare the two networks?",
        places=known(places),
    )


def _partly(how: str, seen: str, places: Sequence[Place | None]) -> Finding:
    return partial(
        _SHARES[how],
        f"{seen}; like is nowhere side by side with like.",
        expected=_EXPECTED,
        why=_WHY,
        advice=_ADVICE,
        places=known(places),
    )


def _nothing_to_compare(evidence: Evidence, sides: Sequence[Side]) -> Finding:
    count = "Only one of the two networks was trained" if sides else "No network was trained"
    return unmet(
        sentences([f"{count}, so there are no two results to compare", stopped(evidence.run)]),
        expected=_EXPECTED,
        why=_WHY,
        advice="Train both networks first, and keep what fit returns of each.",
        places=known([*(fit.place for side in sides for fit in side.fits), *stop_places(evidence.run)]),
    )
