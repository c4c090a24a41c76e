"""Watches subclassed models execute once, and makes the layer graph from the tensors that pass between layers.

Under ``fit`` Keras calls a model symbolically, and TensorFlow's graph tells which operation made a tensor: an
activation that is applied as a function (``tf.nn.relu``) is found there. In eager execution tensors carry no such
history; then a function between two layers shows up as a layer of kind ``other``. So what was seen eagerly is kept only
until a symbolic call shows more.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from ._keras_graph import MOST_LAYERS, Graph, is_composite, node, readable, slope_of, style
from ._keras_modes import OTHER, added_losses, are_one_network, marked, mode_of, told_otherwise, with_marks
from ._keras_names import ACTIVATION_OPERATIONS, IDLE_OPERATIONS
from ._standing_in import stands_in_for

FARTHEST_OPERATION = 60
EAGER_CALLS = 3  # of a model that are watched while none was symbolic


class Tracer:
    """Watches ``Layer.__call__``.

    Attributes:
        graphs: what was seen, by model; a model that is gone takes its graph along.
        on_call: is given every model that is called, and its positional arguments; not the parts of one.
    """

    def __init__(self, keras: Any, on_traced: Callable[[Any], None]) -> None:
        self.keras = keras
        self.graphs: MutableMapping[Any, Graph] = weakref.WeakKeyDictionary()
        self._on_traced = on_traced
        self._calls: MutableMapping[Any, int] = weakref.WeakKeyDictionary()
        self._modes: MutableMapping[Any, dict[bool | None, bool]] = weakref.WeakKeyDictionary()
        self._trace: _Trace | None = None
        self.on_call: Callable[[Any, Any], None] = lambda _model, _arguments: None

    def install(self) -> None:
        """Wrap ``Layer.__call__`` on the class."""
        original = self.keras.layers.Layer.__call__
        tracer = self

        @stands_in_for(original)
        def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
            if tracer._trace is not None:
                return tracer._trace.call(original, layer, args, kwargs)
            if isinstance(layer, tracer.keras.Model):
                tracer.on_call(layer, args)
            if not tracer._wanted(layer, kwargs):
                return original(layer, *args, **kwargs)
            return tracer._watch(original, layer, args, kwargs)

        self.keras.layers.Layer.__call__ = call

    def _wanted(self, layer: Any, kwargs: Any) -> bool:
        """Whether to watch this call: a few of each model, and one in training and in use at least."""
        if not isinstance(layer, self.keras.Model):
            return False
        if self._calls.get(layer, 0) >= EAGER_CALLS and mode_of(self.keras, layer, kwargs) in self._modes.get(
            layer, {}
        ):
            return False
        if style(self.keras, layer) == "subclassed":
            return True
        return any(is_composite(self.keras, inner) for inner in getattr(layer, "_layers", []))

    def _watch(self, original: Callable[..., Any], model: Any, args: Any, kwargs: Any) -> Any:
        mode = mode_of(self.keras, model, kwargs)
        trace = self._trace = _Trace(self.keras, model, mode)
        try:
            result = original(model, *args, **kwargs)
        finally:
            self._trace = None
        try:
            found = trace.finish(result)
            self._keep(model, found, mode, any(hasattr(tensor, "graph") for tensor in trace.tensors(result)))
        except Exception:
            pass
        return result

    def _keep(self, model: Any, found: Graph, mode: bool | None, symbolic: bool) -> None:
        """Symbols show more than numbers, and training more than use: a layer may take part only there."""
        first = self._calls.get(model, 0) < EAGER_CALLS
        modes = self._modes.setdefault(model, {})
        before = any(modes.values())
        modes[mode] = modes.get(mode, False) or symbolic
        self._calls[model] = EAGER_CALLS if symbolic else self._calls.get(model, 0) + 1
        if not found["layers"]:
            return
        known = self.graphs.get(model)
        if known is not None and before and symbolic and not are_one_network(known, found):
            found["layers"][0] = marked(found["layers"][0], [OTHER])
        if known is None or (symbolic and (first or mode)):
            self.graphs[model] = with_marks(found, known)
        else:
            self.graphs[model] = with_marks(known, found)
        self._on_traced(model)


class _Trace:
    """One execution of one model: which layer made which tensor."""

    def __init__(self, keras: Any, model: Any, mode: bool | None) -> None:
        self.keras = keras
        self.model = model
        self.mode = mode
        self.marks: list[str] = []  # what is unusual about how the layers that come next are called
        self.layers: list[dict[str, Any]] = []
        self.edges: list[dict[str, str]] = []
        self.made_by: dict[Any, str] = {}
        self.kept: list[Any] = []  # so that no tensor's identity is used again
        self.inside_leaf = False
        self.unknown: list[str] = []  # operations since the last layer that the graph has no place for
        self.last_eager = ""  # id of the layer that was executed last on numbers, not on symbols

    def call(self, original: Callable[..., Any], layer: Any, args: Any, kwargs: Any) -> Any:
        """Execute a layer; record it unless it is part of one that is recorded already."""
        if self.inside_leaf or len(self.layers) >= MOST_LAYERS:
            return original(layer, *args, **kwargs)
        told = told_otherwise(self.model, self.mode, layer, kwargs)
        if is_composite(self.keras, layer):
            self.marks += told if kwargs.get("training") is not None else []
            return original(layer, *args, **kwargs)
        self.inside_leaf = True
        try:
            result = original(layer, *args, **kwargs)
        finally:
            self.inside_leaf = False
        try:
            self.marks += told
            self._record(node(layer), [args, kwargs], result)
        except Exception:
            pass
        return result

    def finish(self, result: Any) -> Graph:
        """The graph of what led to the result; all other layers are in it without edges.

        Keras may execute a model twice in one call, to build it first: only the second pass leads to the result.
        """
        ends = [source for tensor in self.tensors(result) if (source := self._source(tensor))]
        for facts in self.layers:
            if facts["id"] in ends:
                self._tell_unknown(facts)
        path = self._ancestors(ends)
        layers = [facts for facts in self.layers if facts["id"] in path]
        edges = [edge for edge in self.edges if edge["source"] in path and edge["target"] in path]
        names = {facts["name"] for facts in layers}
        for layer in self.model._flatten_layers(include_self=False, recursive=True):
            if layer.name not in names and not is_composite(self.keras, layer):
                layers.append(node(layer))
        if layers:
            layers[0] = marked(layers[0], added_losses(self.model))
        return readable(layers, edges)

    def _ancestors(self, ends: list[str]) -> set[str]:
        found: set[str] = set()
        while ends:
            name = ends.pop()
            if name not in found:
                found.add(name)
                ends += [edge["source"] for edge in self.edges if edge["target"] == name]
        return found

    def _record(self, facts: dict[str, Any], inputs: Any, result: Any) -> None:
        sources = [source for tensor in self.tensors(inputs) if (source := self._source(tensor))]
        facts["id"] += f"#{len(self.layers)}"
        self._add(facts, sources)
        self._tell_unknown(facts)
        outputs = list(self.tensors(result))
        if outputs and "output_shape" not in facts:
            facts["output_shape"] = [None if n is None else int(n) for n in outputs[0].shape[1:]]
        for tensor in outputs:
            self.made_by[self._key(tensor)] = facts["id"]
            self.kept.append(tensor)
            if not hasattr(tensor, "graph"):
                self.last_eager = facts["id"]

    def _tell_unknown(self, facts: dict[str, Any]) -> None:
        """What was computed by hand in front of this layer is something unusual about it."""
        told = [f"operation {operation[:60]}" for operation in dict.fromkeys(self.unknown)]
        facts.update(marked(facts, [*told, *self.marks]))
        self.unknown, self.marks = [], []

    def _add(self, facts: dict[str, Any], sources: list[str]) -> None:
        self.layers.append(facts)
        self.edges += [{"source": source, "target": facts["id"]} for source in dict.fromkeys(sources)]

    def _source(self, tensor: Any) -> str | None:
        """The layer that a tensor comes from; a function applied on the way becomes a layer of its own."""
        key = self._key(tensor)
        if key in self.made_by:
            return self.made_by[key]
        if not hasattr(tensor, "graph"):
            before = self.last_eager  # none before: the tensor is the model's own input
            return self._function("other", "Function", None, [before], key) if before else None
        return self._follow(tensor, key)

    def _follow(self, tensor: Any, key: Any) -> str | None:
        """Walk TensorFlow's graph back to the layers that a tensor was computed from."""
        sources: list[str] = []
        operations: list[Any] = []
        queue = [tensor.op]
        seen: set[str] = set()
        while queue and len(seen) < FARTHEST_OPERATION:
            operation = queue.pop(0)
            if operation.name in seen:
                continue
            seen.add(operation.name)
            operations.append(operation)
            for made in operation.inputs:
                source = self.made_by.get(self._key(made))
                sources += [source] if source else []
                queue += [] if source else [made.op]
        applied = next((each for each in operations if each.type in ACTIVATION_OPERATIONS), None)
        self.unknown += [o.type for o in operations if o is not applied and o.type not in IDLE_OPERATIONS]
        if not sources:
            return None
        if applied is not None:
            name = ACTIVATION_OPERATIONS[applied.type]
            return self._function("activation", "Activation", name, sources, key, **slope_of(applied))
        if len(set(sources)) > 1:
            return self._function("add", operations[0].type, None, sources, key)
        return sources[0]

    def _function(
        self, kind: str, label: str, activation: str | None, sources: list[str], key: Any, **more: float
    ) -> str:
        name = f"function#{len(self.layers)}"
        facts: dict[str, Any] = {"id": name, "kind": kind, "class_name": label, "name": label.lower(), **more}
        if activation:
            facts |= {"activation": activation, "name": activation}
        self._add(facts, sources)
        self.made_by[key] = name
        return name

    def tensors(self, value: Any) -> Iterator[Any]:
        """The tensors in a nested structure, scalars left out."""
        for leaf in self.keras.tree.flatten(value):
            if hasattr(leaf, "shape") and hasattr(leaf, "dtype") and len(leaf.shape) > 0:
                yield leaf

    @staticmethod
    def _key(tensor: Any) -> Any:
        """Symbolic tensors by name within their graph, since Python objects for them come and go."""
        graph = getattr(tensor, "graph", None)
        return (id(graph), tensor.name) if graph is not None else id(tensor)
