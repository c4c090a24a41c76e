"""Keras networks as layer graphs: from their structure where Keras knows it, else from watching them execute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._keras_modes import marked, told_in_node
from ._keras_names import ACTIVATION_LAYERS, ACTIVATION_OPERATIONS, LAYER_KINDS
from ._keras_settings import settings

MOST_LAYERS = 400
Graph = dict[str, Any]
Traces = Mapping[Any, Graph]
"""What was seen of models that only their own code knows, by model."""


def style(keras: Any, model: Any) -> str:
    """How a model was made: ``sequential``, ``functional`` or ``subclassed``."""
    if isinstance(model, keras.Sequential):
        return "sequential"
    return "functional" if hasattr(model, "_nodes_by_depth") else "subclassed"


def graph(keras: Any, model: Any, traces: Traces) -> Graph | None:
    """The layer graph of a model, nested models unfolded.

    A subclassed model that was never called is given as a chain of its layers in the order of creation, which is
    the best guess there is.
    """
    if model in traces:
        return traces[model]
    layers, edges, _, _ = _parts(keras, model, traces, "")
    return {"layers": layers[:MOST_LAYERS], "edges": edges[: 4 * MOST_LAYERS]} if layers else None


def node(layer: Any, prefix: str = "") -> dict[str, Any]:
    """One layer with the facts that checks need."""
    name = next((c.__name__ for c in type(layer).__mro__ if c.__name__ in LAYER_KINDS), type(layer).__name__)
    kind = LAYER_KINDS.get(name, "other")
    operation = ACTIVATION_OPERATIONS.get(name) if kind == "other" and not hasattr(layer, "weights") else None
    if name == "Lambda":  # Lambda(tf.nn.relu)
        function = str(getattr(getattr(layer, "function", None), "__name__", ""))
        operation = function if function in ACTIVATION_OPERATIONS.values() else None
    facts = {
        "id": prefix + str(getattr(layer, "name", name)),
        "kind": "activation" if operation else kind,
        "class_name": name,
        "name": str(getattr(layer, "name", "")),
        "output_shape": _output_shape(layer),
        "units": _first_number(layer, "units", "filters"),
        "kernel_size": _numbers(getattr(layer, "kernel_size", None)),
        "activation": operation or _activation(layer, name, kind),
        "initializer": _class_of(getattr(layer, "kernel_initializer", None)),
        "axis": _numbers(getattr(layer, "axis", None)) if kind == "normalization" else None,
        "use_bias": getattr(layer, "use_bias", None),
        "momentum": _first_number(layer, "momentum") if kind == "normalization" else None,
        "epsilon": _first_number(layer, "epsilon") if kind == "normalization" else None,
        "rate": _first_number(layer, "rate") if kind == "dropout" else None,
        "trainable": getattr(layer, "trainable", None),
        **settings(layer, name, kind),
    }
    return {key: value for key, value in facts.items() if value is not None}


def readable(layers: list[dict[str, Any]], edges: list[dict[str, str]]) -> Graph:
    """The same graph with layers' own names for ids, numbered only where a layer is used more than once."""
    names: dict[str, str] = {}
    for facts in layers:
        name = facts["id"].partition("#")[0]
        names[facts["id"]] = name if name not in names.values() else facts["id"]
    return {
        "layers": [{**facts, "id": names[facts["id"]]} for facts in layers],
        "edges": [{"source": names[edge["source"]], "target": names[edge["target"]]} for edge in edges],
    }


def parameters(model: Any) -> int | None:
    """The number of trainable weights, or ``None`` before they exist."""
    if not getattr(model, "built", False):
        return None
    total = 0
    for variable in model.trainable_variables:
        size = 1
        for length in variable.shape:
            size *= int(length)
        total += size
    return total


def is_composite(keras: Any, layer: Any) -> bool:
    """Whether a layer is a student's own that is made of other layers (or a nested model)."""
    if isinstance(layer, keras.Model):
        return True
    own = not type(layer).__module__.startswith("keras.")
    return own and bool(getattr(layer, "_layers", None)) and type(layer).__name__ not in LAYER_KINDS


_Parts = tuple[list[dict[str, Any]], list[dict[str, str]], list[str], list[str]]


def _parts(keras: Any, model: Any, traces: Traces, prefix: str) -> _Parts:
    """Layers, edges, ids that take the input, and ids that give the output."""
    if model in traces:
        return _renamed(traces[model], prefix)
    if isinstance(model, keras.Sequential) or not hasattr(model, "_nodes_by_depth"):
        return _chain(keras, list(getattr(model, "_layers", [])), traces, prefix)
    return _functional(keras, model, traces, prefix)


def _one(keras: Any, layer: Any, traces: Traces, prefix: str) -> _Parts:
    if is_composite(keras, layer):
        inner = _parts(keras, layer, traces, f"{prefix}{layer.name}/")
        if inner[0]:
            return inner
    facts = node(layer, prefix)
    return [facts], [], [facts["id"]], [facts["id"]]


def _chain(keras: Any, members: list[Any], traces: Traces, prefix: str) -> _Parts:
    layers: list[dict[str, Any]] = []
    edges: list[dict[str, str]] = []
    starts: list[str] = []
    ends: list[str] = []
    for position, member in enumerate(members):
        inner, between, takes, gives = _one(keras, member, traces, prefix)
        if any(facts["id"] == known["id"] for facts in inner for known in layers):  # the same layer twice
            inner, between, takes, gives = _one(keras, member, traces, f"{prefix}{position}:")
        layers += inner
        edges += between + [{"source": end, "target": take} for end in ends for take in takes]
        starts = starts or takes
        ends = gives
    return layers, edges, starts, ends


def _functional(keras: Any, model: Any, traces: Traces, prefix: str) -> _Parts:
    layers: list[dict[str, Any]] = []
    edges: list[dict[str, str]] = []
    takes: dict[int, list[str]] = {}
    gives: dict[int, list[str]] = {}
    for operation in model.operations:
        inner, between, takes[id(operation)], gives[id(operation)] = _one(keras, operation, traces, prefix)
        layers += inner
        edges += between
    for nodes in model._nodes_by_depth.values():
        for step in nodes:
            _mark(layers, takes.get(id(step.operation), []), told_in_node(step))
            for parent in step.parent_nodes:
                for end in gives.get(id(parent.operation), []):
                    edges += [{"source": end, "target": take} for take in takes.get(id(step.operation), [])]
    starts = [name for tensor in model.inputs for name in takes.get(id(tensor._keras_history[0]), [])]
    ends = [name for tensor in model.outputs for name in gives.get(id(tensor._keras_history[0]), [])]
    return layers, edges, starts, ends


def _mark(layers: list[dict[str, Any]], names: list[str], marks: list[str]) -> None:
    for number, facts in enumerate(layers):
        if marks and facts["id"] in names:
            layers[number] = marked(facts, marks)


def _renamed(trace: Graph, prefix: str) -> _Parts:
    layers = [{**facts, "id": prefix + facts["id"]} for facts in trace["layers"]]
    edges = [{"source": prefix + e["source"], "target": prefix + e["target"]} for e in trace["edges"]]
    sources = {edge["source"] for edge in edges}
    targets = {edge["target"] for edge in edges}
    linked = [facts["id"] for facts in layers if facts["id"] in sources | targets] or [f["id"] for f in layers]
    return layers, edges, [i for i in linked if i not in targets], [i for i in linked if i not in sources]


def _activation(layer: Any, name: str, kind: str) -> str | None:
    if name in ACTIVATION_LAYERS:
        return ACTIVATION_LAYERS[name]
    if kind not in {"dense", "conv", "activation"}:
        return None
    function = getattr(layer, "activation", None)
    if function is None:
        return None
    known = ACTIVATION_LAYERS.get(type(function).__name__)
    return known or str(getattr(function, "__name__", type(function).__name__))


def _output_shape(layer: Any) -> list[int | None] | None:
    try:
        shape = layer.output.shape
    except Exception:
        return None
    return [None if length is None else int(length) for length in shape[1:]]


def _first_number(layer: Any, *names: str) -> float | int | None:
    for name in names:
        value = getattr(layer, name, None)
        if isinstance(value, (int, float)):
            return value
    return None


def _numbers(value: Any) -> list[int] | None:
    if isinstance(value, int):
        return [value]
    if isinstance(value, (list, tuple)) and all(isinstance(item, int) for item in value):
        return list(value)
    return None


def _class_of(value: Any) -> str | None:
    return None if value is None else type(value).__name__


def slope_of(operation: Any) -> dict[str, float]:
    """The slope on the negative side, where the operation is a leaky ReLU."""
    return {"slope": round(float(operation.get_attr("alpha")), 6)} if operation.type == "LeakyRelu" else {}
