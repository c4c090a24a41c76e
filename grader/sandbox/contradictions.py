"""Observations that cannot all be true: out of order, of cells that do not run, of trainings that never began.

The guests number what they write, and the grader outside knows which cell runs. Whoever writes observations of his
own, or takes some away, has to keep all of that in step. What is found here is for a person to look at.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from grader.evidence import TamperKind, TamperRecord
from grader.sandbox.intake import text, whole

_OF_THE_WORKER = {
    "too_many": "More was written into the recording than the grader ever writes.",
    "unreadable": "The recording has lines that the grader did not write.",
}
"""What the worker says of the recording in the place of what stood there."""
MOST_FOUND = 40
MOST_KNOWN = 20_000  # models or trainings that are kept in mind


class Contradictions:
    """Looks at each event as it comes."""

    def __init__(self) -> None:
        self._found: dict[str, None] = {}
        self._next = 0
        self._models: set[int] = set()
        self._begun: set[int] = set()
        self._ended: set[int] = set()
        self._watched = False
        self._heard: set[int] = set()
        self._looks: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "built": self._built,
            "fit": self._fit,
            "loop": self._loop,
            "epoch": self._epoch,
            "fit_end": self._fit_end,
            "watching": self._watching,
            "looked": self._looked,
        }
        of_models = ("model", "compile", "evaluate", "predict", "answer")
        self._looks |= dict.fromkeys(of_models, self._of_model)

    def see(self, event: Mapping[str, Any], running_count: int) -> None:
        """Take in one event as it came, with the number of cells that had begun until then."""
        kind = text(event.get("event"), 40)
        if kind in _OF_THE_WORKER:
            self._say(_OF_THE_WORKER[kind])
            return
        self._order(event)
        self._cell(event, kind, running_count)
        look = self._looks.get(kind)
        if look is not None:
            look(event)

    def see_results(self, cell: int | None, running: int | None) -> None:
        """Take in that results of a cell came, with the cell that had begun and not ended."""
        if cell is None or cell != running:
            self._say(f"Results came of a cell that was not running ({'none' if cell is None else cell}).")

    def see_end(self, executed: Iterable[int]) -> None:
        """Take in which cells, by count, were executed to their end: after each the guests say that they looked."""
        if self._watched and not self._heard.issuperset(executed):
            self._say("The recording fell silent: after a cell that was executed nothing came from it any more.")

    def found(self) -> tuple[TamperRecord, ...]:
        """What was found, in order, each once."""
        return tuple(TamperRecord(kind=TamperKind.CONTRADICTION, what=what) for what in self._found)

    def _say(self, what: str) -> None:
        if len(self._found) < MOST_FOUND:
            self._found.setdefault(what)

    def _order(self, event: Mapping[str, Any]) -> None:
        number = whole(event.get("n"))
        if number is None:
            self._say("An observation came without a number: the grader did not write it.")
            return
        if number > self._next:
            self._say("Observations are missing from the recording: their numbers skip some.")
        elif number < self._next:
            self._say("Observations came twice or out of order: one was written by somebody else than the grader.")
        self._next = max(self._next, number + 1)

    def _cell(self, event: Mapping[str, Any], kind: str, running_count: int) -> None:
        """An observation is of the cell that runs; a thread's may come when the next one has just begun."""
        count = whole(event.get("count"))
        if count is None or count == running_count or kind == "watching":  # which is told before the first cell
            return
        if not 1 <= count <= running_count:
            self._say(f"An observation ({kind}) speaks of a cell that had not begun.")
        elif count < running_count - 1:
            self._say(f"An observation ({kind}) speaks of a cell that had ended long before.")

    def _watching(self, _event: Mapping[str, Any]) -> None:
        self._watched = True

    def _looked(self, event: Mapping[str, Any]) -> None:
        _remember(self._heard, whole(event.get("count")))

    def _built(self, event: Mapping[str, Any]) -> None:
        model = whole(event.get("model"))
        if model in self._models:
            self._say(f"Network number {model} was built twice.")
        _remember(self._models, model)

    def _of_model(self, event: Mapping[str, Any]) -> None:
        model = whole(event.get("model"))
        if model not in self._models and len(self._models) < MOST_KNOWN:
            self._say(f"An observation ({text(event.get('event'), 40)}) speaks of a network that was never built.")

    def _fit(self, event: Mapping[str, Any]) -> None:
        self._of_model(event)
        self._begins(whole(event.get("fit")))

    def _loop(self, event: Mapping[str, Any]) -> None:
        """A loop of the student's own is told in one piece, when its cell has ended."""
        self._fit(event)
        _remember(self._ended, whole(event.get("fit")))

    def _begins(self, fit: int | None) -> None:
        if fit in self._begun:
            self._say(f"Training number {fit} began twice.")
        _remember(self._begun, fit)

    def _epoch(self, event: Mapping[str, Any]) -> None:
        """More epochs than were asked for are no contradiction: callbacks may record an epoch twice."""
        self._goes_on(whole(event.get("fit")), "had an epoch")

    def _fit_end(self, event: Mapping[str, Any]) -> None:
        fit = whole(event.get("fit"))
        self._goes_on(fit, "ended")
        _remember(self._ended, fit)

    def _goes_on(self, fit: int | None, what: str) -> None:
        if fit in self._ended:
            self._say(f"Training number {fit} {what} although it was over.")
        elif fit not in self._begun and len(self._begun) < MOST_KNOWN:
            self._say(f"A training {what} that had never begun.")


def _remember(known: set[int], number: int | None) -> None:
    if number is not None and len(known) < MOST_KNOWN:
        known.add(number)
