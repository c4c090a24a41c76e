"""Which Keras models there are: numbered when they are constructed, described when they change or take part."""

from __future__ import annotations

import json
import sys
import weakref
from collections.abc import MutableMapping
from typing import Any

from ._keras_graph import graph, node, parameters, style
from ._keras_trace import Tracer
from ._observer import Observer
from ._standing_in import stands_in_for

MOST_HELD = 64  # models of one cell that are kept alive until it ends
# A Sequential keeps a functional model inside, which is nobody's model; a functional one runs Model's constructor.
WITHIN_KERAS = frozenset({"keras.src.models.sequential", "keras.src.ops.function"})


class Models:
    """Every model of the notebook.

    Attributes:
        tracer: watches subclassed models execute.
    """

    def __init__(self, keras: Any, observer: Observer) -> None:
        self.keras = keras
        self.observer = observer
        self.tracer = Tracer(keras, observer.watched(self.describe))
        self._numbers: MutableMapping[Any, int] = weakref.WeakKeyDictionary()
        self._next = 0
        self._told: dict[int, str] = {}
        self._trained: dict[int, list[Any]] = {}  # number of a model -> its layers when it was trained
        self._changed: dict[int, Any] = {}  # strong references: a model deleted in its own cell is described too

    def install(self) -> None:
        """Wrap the constructors, ``add`` and the construction of BN layers."""
        self.tracer.install()
        self.observer.keep(self.keras.layers.Layer, "__call__")
        functional = self.keras.src.models.functional.Functional
        for kind in (self.keras.Sequential, functional, self.keras.Model):
            self._register_after(kind, "__init__")
        self._register_after(self.keras.Sequential, "add")
        self._note_normalization(self.keras.layers.BatchNormalization)
        self.observer.subjects.append(self.known)
        self.observer.at_cell_end(self._at_cell_end)

    def number(self, model: Any) -> int:
        """The number of a model, given when it is first met."""
        if model not in self._numbers:
            self._numbers[model] = self._next
            self._next += 1
            self.observer.emit("built", model=self._numbers[model], **self.observer.place())
        return self._numbers[model]

    def known(self) -> list[Any]:
        """Every model that is still alive."""
        return list(self._numbers)

    def describe(self, model: Any) -> None:
        """Tell what a model looks like now, unless that was told before."""
        facts = {
            "framework": "keras",
            "style": style(self.keras, model),
            "class_name": type(model).__name__,
            "name": str(model.name),
            "graph": graph(self.keras, model, self.tracer.graphs),
            "parameters": parameters(model),
        }
        number = self._number_of(model, facts["graph"])
        text = json.dumps(facts, default=str, sort_keys=True)
        if self._told.get(number) != text:
            self._told[number] = text
            self.observer.emit("model", model=number, **facts)

    def was_trained(self, model: Any) -> None:
        """Remember what a model looked like when it was trained."""
        self._trained[self.number(model)] = _weighty(graph(self.keras, model, self.tracer.graphs))

    def _number_of(self, model: Any, now: Any) -> int:
        """The number of a model; one that was trained and then given other layers counts as another model."""
        number = self.number(model)
        if number in self._trained and _weighty(now) != self._trained[number]:
            del self._numbers[model]
            number = self.number(model)
        return number

    def _register(self, model: Any) -> None:
        self.number(model)
        self._changed[id(model)] = model
        if len(self._changed) > MOST_HELD:
            self.describe(self._changed.pop(next(iter(self._changed))))

    def _register_after(self, kind: Any, method: str) -> None:
        original = getattr(kind, method)
        register = self.observer.watched(self._register)

        @stands_in_for(original)
        def wrapped(model: Any, *args: Any, **kwargs: Any) -> Any:
            result = original(model, *args, **kwargs)
            if sys._getframe(1).f_globals.get("__name__") not in WITHIN_KERAS:
                register(model)
            return result

        setattr(kind, method, wrapped)
        self.observer.keep(kind, method)

    def _note_normalization(self, kind: Any) -> None:
        original = kind.__init__
        note = self.observer.watched(self._normalization)

        @stands_in_for(original)
        def wrapped(layer: Any, *args: Any, **kwargs: Any) -> None:
            original(layer, *args, **kwargs)
            note(layer)

        kind.__init__ = wrapped
        self.observer.keep(kind, "__init__")

    def _normalization(self, layer: Any) -> None:
        facts = node(layer)
        self.observer.emit("normalization", class_name=facts["class_name"], name=facts["name"], **self.observer.place())

    def _at_cell_end(self) -> None:
        for model in list(self._changed.values()):
            self.describe(model)
        self._changed.clear()
        names: dict[int, list[str]] = {}
        for name, value in list(self.observer.shell.user_ns.items()):
            if isinstance(value, self.keras.Model) and value in self._numbers and not name.startswith("_"):
                self.describe(value)
                names.setdefault(self._numbers[value], []).append(name)
        if names:
            self.observer.emit("names", count=self.observer.count, names={str(n): v for n, v in names.items()})


def _weighty(found: Any) -> list[tuple[str, Any]]:
    """The layers of a graph that make a model what it is, in an order that does not depend on how it was seen."""
    kinds = {"dense", "conv", "normalization"}
    layers = (found or {}).get("layers", [])
    return sorted((layer["class_name"], layer.get("units") or 0) for layer in layers if layer["kind"] in kinds)
