"""Messages from the box become a `RunRecord`, one after the other, so that nothing is lost when a box ends early."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.errors import EvidenceError
from grader.evidence import (
    CellOutcome,
    CellRunRecord,
    CompileRecord,
    DatasetRecord,
    EvaluateRecord,
    FigureRecord,
    FitRecord,
    ModelRecord,
    PredictRecord,
    UnattachedRecord,
)
from grader.sandbox.intake import mapping, number, sequence, text, whole
from grader.serializing import structure
from grader.submission import Place

MOST_NOTES = 50
MOST_RECORDS = 5_000


class Transcript:
    """What is known of a run so far.

    Attributes:
        ending: outcome, cell and reason as the worker gave them; ``None`` until it did.
        running: the cell that has begun and not ended.
    """

    def __init__(self) -> None:
        self.ending: tuple[str, int | None, str] | None = None
        self.running: int | None = None
        self.versions: dict[str, str] = {}
        self.cells: list[CellRunRecord] = []
        self.compiles: list[CompileRecord] = []
        self.evaluations: list[EvaluateRecord] = []
        self.predictions: list[PredictRecord] = []
        self.figures: list[FigureRecord] = []
        self.datasets: list[DatasetRecord] = []
        self.normalizations: list[UnattachedRecord] = []
        self.notes: list[str] = []
        self._models: dict[int, ModelRecord] = {}
        self._fits: dict[int, FitRecord] = {}
        self._by_count: dict[int, int] = {}

    @property
    def models(self) -> tuple[ModelRecord, ...]:
        """Every model, in order of construction."""
        return tuple(self._models[number] for number in sorted(self._models))

    @property
    def fits(self) -> tuple[FitRecord, ...]:
        """Every training run, in order."""
        return tuple(self._fits[number] for number in sorted(self._fits))

    def unattached(self) -> tuple[UnattachedRecord, ...]:
        """BN layers that were constructed and are part of no network."""
        attached = {layer.name for model in self.models if model.graph is not None for layer in model.graph.batch_norms}
        return tuple(layer for layer in self.normalizations if layer.name not in attached)

    def add(self, message: Mapping[str, Any]) -> None:
        """Take in one message; one that does not fit is noted and dropped."""
        kind = text(message.get("type"))
        take = {
            "started": self._started,
            "cell": self._cell,
            "done": self._done,
            "event": self._event,
            "end": self._end,
        }
        if kind in take:
            self._carefully(take[kind], message)

    def note(self, sentence: str) -> None:
        """Remember something that a reader of the report should know; at most fifty such."""
        if sentence not in self.notes and len(self.notes) < MOST_NOTES:
            self.notes.append(sentence)

    def _carefully(self, take: Callable[[Mapping[str, Any]], None], message: Mapping[str, Any]) -> None:
        try:
            take(message)
        except EvidenceError as error:
            self.note(f"An observation was dropped because it does not fit: {error}")

    # messages of the worker

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
        self.cells.append(record)
        self.running = None

    def _end(self, message: Mapping[str, Any]) -> None:
        self.ending = (text(message.get("outcome")), whole(message.get("cell")), text(message.get("reason"), 4000))

    # events of the guests

    def _event(self, message: Mapping[str, Any]) -> None:
        event = dict(mapping(message.get("event")))
        take = {
            "built": self._built,
            "model": self._model,
            "names": self._names,
            "fit": self._fit,
            "loop": self._loop,
            "epoch": self._epoch,
            "fit_end": self._fit_end,
            "compile": self._append(CompileRecord, self.compiles),
            "evaluate": self._append(EvaluateRecord, self.evaluations),
            "predict": self._append(PredictRecord, self.predictions),
            "figure": self._append(FigureRecord, self.figures),
            "dataset": self._append(DatasetRecord, self.datasets),
            "normalization": self._append(UnattachedRecord, self.normalizations),
            "cut": lambda e: self.note(f"{whole(e.get('events')) or 0} observations beyond the limit were not kept."),
            "not_recorded": self._not_recorded,
        }.get(text(event.pop("event", None)))
        if take is not None:
            event["place"] = self._place(event)
            take(event)

    def _place(self, event: dict[str, Any]) -> Place | None:
        cell = self._by_count.get(whole(event.pop("count", None)) or -1)
        line = whole(event.pop("line", None))
        return None if cell is None else Place(cell=cell, line=line)

    def _append(self, kind: type[Any], records: list[Any]) -> Callable[[dict[str, Any]], None]:
        def take(event: dict[str, Any]) -> None:
            if len(records) < MOST_RECORDS:
                records.append(structure(kind, event))
            else:
                self.note(f"Only the first {MOST_RECORDS} records of a kind were kept.")

        return take

    def _number(self, event: Mapping[str, Any], key: str) -> int:
        found = whole(event.get(key))
        if found is None or not 0 <= found < MOST_RECORDS:
            raise EvidenceError(f"no usable {key}")
        return found

    def _built(self, event: dict[str, Any]) -> None:
        model = self._number(event, "model")
        record = ModelRecord(id=model, framework="", style="", class_name="", place=event["place"])
        self._models.setdefault(model, record)

    def _model(self, event: dict[str, Any]) -> None:
        model = self._number(event, "model")
        known = self._models.get(model)
        event["id"] = event.pop("model")
        event["place"] = known.place if known else None
        event["variables"] = known.variables if known else ()
        self._models[model] = structure(ModelRecord, event)

    def _names(self, event: dict[str, Any]) -> None:
        for key, names in mapping(event.get("names")).items():
            known = self._models.get(int(key)) if key.isdecimal() else None
            if known is not None:
                told = [text(name, 100) for name in sequence(names)[:20]]
                self._models[known.id] = replace(known, variables=tuple(dict.fromkeys([*known.variables, *told])))

    def _fit(self, event: dict[str, Any]) -> None:
        fit = self._number(event, "fit")
        event["id"] = event.pop("fit")
        event["epochs_asked"] = event.pop("epochs", None)
        self._fits[fit] = structure(FitRecord, event)

    def _loop(self, event: dict[str, Any]) -> None:
        fit = self._number(event, "fit")
        event["id"] = event.pop("fit")
        self._fits[fit] = structure(FitRecord, {**event, "loop": "custom", "finished": True})

    def _epoch(self, event: dict[str, Any]) -> None:
        known = self._fits.get(self._number(event, "fit"))
        if known is not None:
            logs = {key[:100]: number(value) for key, value in list(mapping(event.get("logs")).items())[:50]}
            history = {key: (*known.history.get(key, ()), value) for key, value in logs.items()}
            self._fits[known.id] = replace(
                known, history={**known.history, **history}, epochs_done=known.epochs_done + 1
            )

    def _fit_end(self, event: dict[str, Any]) -> None:
        known = self._fits.get(self._number(event, "fit"))
        if known is not None:
            self._fits[known.id] = replace(
                known, finished=event.get("finished") is True, seconds=number(event.get("seconds")) or 0.0
            )

    def _not_recorded(self, event: dict[str, Any]) -> None:
        for reason in list(mapping(event.get("reasons")))[:20]:
            self.note(f"Something could not be recorded ({reason}).")

    def interrupted(self, outcome: CellOutcome) -> None:
        """Close the cell that was running when the box ended."""
        if self.running is not None:
            self.cells.append(CellRunRecord(cell=self.running, outcome=outcome))
            self.running = None

    def not_reached(self, planned: Sequence[int]) -> None:
        """Add the code cells that never began."""
        begun = {cell.cell for cell in self.cells}
        self.cells += [CellRunRecord(cell=i, outcome=CellOutcome.NOT_REACHED) for i in planned if i not in begun]
