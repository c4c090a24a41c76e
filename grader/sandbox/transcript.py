"""Messages from the box become a `RunRecord`, one after the other, so that nothing is lost when a box ends early."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grader.errors import EvidenceError
from grader.evidence import CellOutcome, CellRunRecord, RunOutcome, RunRecord
from grader.sandbox.contradictions import Contradictions
from grader.sandbox.intake import mapping, number, sequence, text, whole
from grader.sandbox.observations import Observations
from grader.serializing import structure


class Transcript:
    """What is known of a run so far.

    Attributes:
        seen: what the guests told.
        ending: outcome, cell and reason as the worker gave them; ``None`` until it did.
        running: the cell that has begun and not ended.
        cells_ended: whether the worker said that every cell was executed.
    """

    def __init__(self) -> None:
        self.seen = Observations()
        self.ending: tuple[str, int | None, str] | None = None
        self.running: int | None = None
        self.cells_ended = False
        self.versions: dict[str, str] = {}
        self.cells: list[CellRunRecord] = []
        self.contradictions = Contradictions()
        self._by_count: dict[int, int] = {}

    def add(self, message: Mapping[str, Any]) -> None:
        """Take in one message; one that does not fit is noted and dropped."""
        known: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "started": self._started,
            "cell": self._cell,
            "done": self._done,
            "event": self._event,
            "cells_ended": self._cells_ended,
            "notes": self._notes,
            "end": self._end,
        }
        take = known.get(text(message.get("type")))
        if take is None:
            return
        try:
            take(message)
        except EvidenceError as error:
            self.note(f"A message was dropped because it does not fit: {error}")

    def note(self, sentence: str) -> None:
        """Remember something that a reader of the report should know; at most fifty such."""
        self.seen.note(sentence)

    def _started(self, message: Mapping[str, Any]) -> None:
        self.versions = {key[:50]: text(value, 50) for key, value in mapping(message.get("versions")).items()}

    def _cell(self, message: Mapping[str, Any]) -> None:
        self.running = whole(message.get("cell"))
        if self.running is not None:
            self._by_count[len(self._by_count) + 1] = self.running

    def _done(self, message: Mapping[str, Any]) -> None:
        record = structure(
            CellRunRecord,
            {
                "cell": message.get("cell"),
                "outcome": message.get("outcome"),
                "seconds": number(message.get("seconds")) or 0.0,
                "outputs": tuple(sequence(message.get("outputs"))),
                "error": message.get("error"),
            },
        )
        self.contradictions.see_results(record.cell, self.running)
        self.cells.append(record)
        self.running = None

    def _event(self, message: Mapping[str, Any]) -> None:
        event = mapping(message.get("event"))
        self.contradictions.see(event, len(self._by_count))
        self.seen.take(event, self._by_count)

    def _cells_ended(self, _message: Mapping[str, Any]) -> None:
        self.cells_ended = self.seen.asked = True

    def _notes(self, message: Mapping[str, Any]) -> None:
        for note in sequence(message.get("notes"))[:10]:
            self.note(text(note))

    def _end(self, message: Mapping[str, Any]) -> None:
        self.ending = (text(message.get("outcome")), whole(message.get("cell")), text(message.get("reason"), 4000))

    def interrupted(self, outcome: CellOutcome) -> None:
        """Close the cell that was running when the box ended."""
        if self.running is not None:
            self.cells.append(CellRunRecord(cell=self.running, outcome=outcome))
            self.running = None

    def not_reached(self, planned: Sequence[int]) -> None:
        """Add the code cells that never began."""
        begun = {cell.cell for cell in self.cells}
        self.cells += [CellRunRecord(cell=i, outcome=CellOutcome.NOT_REACHED) for i in planned if i not in begun]

    def record(
        self,
        *,
        outcome: RunOutcome,
        reason: str,
        cell: int | None,
        cells: tuple[CellRunRecord, ...],
        limits: Mapping[str, float],
        seconds: float,
    ) -> RunRecord:
        """Everything that was told, with how it ended."""
        worked = {run.cell for run in self.cells if run.outcome is CellOutcome.OK}
        self.contradictions.see_end(count for count, index in self._by_count.items() if index in worked)
        return RunRecord(
            outcome=outcome,
            reason=reason,
            cell=cell,
            cells=cells,
            models=self.seen.models,
            compiles=tuple(self.seen.compiles),
            fits=self.seen.fits,
            evaluations=tuple(self.seen.evaluations),
            predictions=tuple(self.seen.predictions),
            figures=tuple(self.seen.figures),
            datasets=tuple(self.seen.datasets),
            unattached=self.seen.unattached(),
            tampering=(*self.seen.tampering, *self.contradictions.found()),
            versions=self.versions,
            limits=limits,
            notes=tuple(self.seen.notes),
            seconds=seconds,
        )
