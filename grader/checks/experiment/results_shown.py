"""Whether the results of the batch-size experiment are shown."""

from collections.abc import Sequence

from grader.check import Trust, check
from grader.checks._exhibits import Exhibit, Result, exhibits, logged, result_of
from grader.checks._experiments import Experiment, experiment, hidden, may_hide_sizes, of_same_size
from grader.checks._readable import unreadable_because
from grader.checks._words import at_cells, known, listed, sentences, stop_places, stopped
from grader.evidence import Evidence, FitRecord
from grader.finding import Finding, met, partial, undecided, unmet
from grader.reference import Reference
from grader.submission import Place

_WHY = "An experiment answers a question only when its results can be seen next to each other."
_EXPECTED = "One figure or table with the result of every batch size."
_ADVICE = "Collect the final accuracy of each batch size in a list, and print it as a table or plot it in one figure."
_SHARES = {"some": 0.6, "apart": 0.6, "log": 0.3}
"""Of the points, when some sizes are shown, each somewhere else, or only in progress logs."""


@check(title="The experiment's results are shown", trusts=Trust.SEEN)
def results_shown(evidence: Evidence, reference: Reference, /, *, minimum_sizes: int = 3) -> Finding:
    """The results of the batch-size experiment are shown next to each other.

    Matched by numbers: for each batch size a line, a bar or a printed number that equals what was measured after
    rounding. ``minimum_sizes`` is the number of sizes that the experiment asks for. Progress logs of ``fit`` alone
    get part of the points.

    Met:
        for size, history in histories.items():
            print(size, history.history["val_accuracy"][-1])

    Not met:
        histories = {size: train(build_with_bn(), size) for size in (32, 128, 512)}
    """
    found = experiment(evidence.run, minimum_sizes)
    if found is None or len(found.sizes) < min(2, minimum_sizes):
        if may_hide_sizes(evidence.run, found, min(2, minimum_sizes)):
            return _unseen(hidden(evidence.run))
        return _unmet(evidence, "There are no results of several batch sizes to show", ())
    results = [result_of(evidence.run, of_same_size(evidence.run, found, fit)) for fit in found.trials]
    return _judged(evidence, found, results, exhibits(evidence.run))


def _judged(evidence: Evidence, found: Experiment, results: Sequence[Result], seen: Sequence[Exhibit]) -> Finding:
    sizes = listed(map(str, found.sizes))
    together = [each for each in seen if each.shows_all(results)]
    if together:
        return _together(together, sizes)
    own = [fit for fit in found.trials if fit.loop == "custom"]
    if own:
        return _unseen(own)
    single = [next((each.place for each in seen if each.shows_all([result])), None) for result in results]
    places = [place for place in single if place is not None]
    if len(places) == len(results):
        return _partly("apart", f"The results of batch sizes {sizes} are shown apart, at {at_cells(places)}", places)
    if len(places) >= 2:
        told = f"Results of {len(places)} of {len(results)} batch sizes are shown, at {at_cells(places)}"
        return _partly("some", told, places)
    logs = [fit.place for fit in found.trials if logged(evidence.run, fit)]
    if len(logs) == len(found.trials):
        told = f"The results of batch sizes {sizes} have to be picked from the progress logs at {at_cells(logs)}"
        return _partly("log", told, logs)
    where = [fit.place for fit in found.trials]
    return _unmet(evidence, f"Batch sizes {sizes} were trained at {at_cells(where)}, but no result is shown", where)


def _together(together: Sequence[Exhibit], sizes: str) -> Finding:
    complaints = [unreadable_because(each) for each in together]
    places = known(each.place for each in together)
    seen = f"The results of batch sizes {sizes} stand side by side at {at_cells(places)}"
    if any(not complaint for complaint in complaints):
        return met(f"{seen}.", why=_WHY, places=places)
    told = sentences([seen, complaints[0]])
    return partial(0.8, told, expected=_EXPECTED, why=_WHY, advice="Add a legend and axis labels.", places=places)


def _unseen(fits: Sequence[FitRecord]) -> Finding:
    return undecided(
        f"What the trainings at {at_cells(fit.place for fit in fits)} measured, and with which batch sizes, could not "
        "all be seen: they ran in a loop of their own or took their batches from a generator.",
        advice="Look at the figures and outputs after these cells: do they show a result for every batch size?",
        places=known(fit.place for fit in fits),
    )


def _partly(how: str, seen: str, places: Sequence[Place | None]) -> Finding:
    return partial(_SHARES[how], f"{seen}.", expected=_EXPECTED, why=_WHY, advice=_ADVICE, places=known(places))


def _unmet(evidence: Evidence, seen: str, places: Sequence[Place | None]) -> Finding:
    return unmet(
        sentences([seen, stopped(evidence.run)]),
        expected=_EXPECTED,
        why=_WHY,
        advice=_ADVICE,
        places=known([*places, *stop_places(evidence.run)]),
    )
