"""Events of the guests become records, one after the other; what does not fit is noted and dropped."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from grader.errors import EvidenceError
from grader.evidence import (
    CompileRecord,
    DatasetRecord,
    EvaluateRecord,
    FigureRecord,
    FitRecord,
    ModelRecord,
    Number,
    PredictRecord,
    TamperRecord,
    UnattachedRecord,
)
from grader.sandbox.blind import Answers
from grader.sandbox.intake import mapping, number, sequence, text, whole
from grader.sandbox.settings import bounded_budget, bounded_graph, bounded_origins
from grader.serializing import structure
from grader.submission import Place

MOST_NOTES = 50
MOST_RECORDS = 5_000
MOST_EPOCHS = 10_000  # of one training
MOST_METRICS = 50


class Observations:
    """What the guests have told so far.

    Attributes:
        answers: what networks said about held-back images, as it came.
        asked: whether networks have been asked; answers before that are dropped.
    """

    def __init__(self) -> None:
        self.asked = False
        self.compiles: list[CompileRecord] = []
        self.evaluations: list[EvaluateRecord] = []
        self.predictions: list[PredictRecord] = []
        self.figures: list[FigureRecord] = []
        self.datasets: list[DatasetRecord] = []
        self.normalizations: list[UnattachedRecord] = []
        self.tampering: list[TamperRecord] = []
        self.answers = Answers()
        self.notes: list[str] = []
        self._models: dict[int, ModelRecord] = {}
        self._fits: dict[int, FitRecord] = {}
        self._histories: dict[int, dict[str, list[Number]]] = {}

    @property
    def models(self) -> tuple[ModelRecord, ...]:
        """Every model, in order of construction."""
        return tuple(self._models[number] for number in sorted(self._models))

    @property
    def fits(self) -> tuple[FitRecord, ...]:
        """Every training run, in order."""
        return tuple(self._with_history(self._fits[number]) for number in sorted(self._fits))

    def unattached(self) -> tuple[UnattachedRecord, ...]:
        """BN layers that were constructed and are part of no network."""
        attached = {layer.name for model in self.models if model.graph is not None for layer in model.graph.batch_norms}
        return tuple(layer for layer in self.normalizations if layer.name not in attached)

    def note(self, sentence: str) -> None:
        """Remember something that a reader of the report should know; at most fifty such."""
        if sentence not in self.notes and len(self.notes) < MOST_NOTES:
            self.notes.append(sentence)

    def take(self, told: Mapping[str, Any], cells: Mapping[int, int]) -> None:
        """Take in one event; ``cells`` are the indices of the cells that have begun, by count."""
        event = bounded_origins(told)
        known: dict[str, Callable[[dict[str, Any]], None]] = {
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
            "tamper": self._append(TamperRecord, self.tampering),
            "answer": self._answer,
            "weights": lambda e: self.answers.networks.add(e) if self.asked else None,
        }
        take = known.get(text(event.pop("event", None)))
        event.pop("n", None)
        if take is not None:
            event["place"] = _place(event, cells)
            try:
                take(event)
            except EvidenceError as error:
                self.note(f"An observation was dropped because it does not fit: {error}")

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
        event["graph"] = bounded_graph(event.get("graph"))
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
        self._fits[fit] = structure(FitRecord, bounded_budget(event))

    def _loop(self, event: dict[str, Any]) -> None:
        fit = self._number(event, "fit")
        event["id"] = event.pop("fit")
        self._fits[fit] = structure(FitRecord, {**bounded_budget(event), "loop": "custom", "finished": True})

    def _epoch(self, event: dict[str, Any]) -> None:
        known = self._fits.get(self._number(event, "fit"))
        if known is None or known.epochs_done >= MOST_EPOCHS:
            return
        history = self._histories.setdefault(known.id, {})
        for key, value in list(mapping(event.get("logs")).items())[:MOST_METRICS]:
            if key[:100] in history or len(history) < MOST_METRICS:
                history.setdefault(key[:100], []).append(number(value))
        self._fits[known.id] = replace(known, epochs_done=known.epochs_done + 1)

    def _with_history(self, fit: FitRecord) -> FitRecord:
        told = {key: tuple(values) for key, values in self._histories.get(fit.id, {}).items()}
        return replace(fit, history={**fit.history, **told}) if told else fit

    def _fit_end(self, event: dict[str, Any]) -> None:
        known = self._fits.get(self._number(event, "fit"))
        if known is not None:
            self._fits[known.id] = replace(
                known, finished=event.get("finished") is True, seconds=number(event.get("seconds")) or 0.0
            )

    def _answer(self, event: dict[str, Any]) -> None:
        if self.asked:
            self.answers.add(event)

    def _not_recorded(self, event: dict[str, Any]) -> None:
        for reason in list(mapping(event.get("reasons")))[:20]:
            self.note(f"Something could not be recorded ({reason}).")


def _place(event: dict[str, Any], cells: Mapping[int, int]) -> Place | None:
    cell = cells.get(whole(event.pop("count", None)) or -1)
    line = whole(event.pop("line", None))
    return None if cell is None else Place(cell=cell, line=line)
