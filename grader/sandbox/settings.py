"""What a box told of layers, trainings and their data, cut to what it can be: few, and short words or numbers."""

from collections.abc import Mapping
from typing import Any

from grader.sandbox.intake import Value, mapping, number, sequence, text, whole

MOST_SETTINGS = 20
LONGEST_WORD = 100
LONGEST_SHAPE = 8
MOST_IMAGES = 10**9
_DATA = ("data", "validation", "images")
_PARTS = ("train", "test", "")
_WORDS = ("padding",)
_SIZES = ("strides", "pool_size")


def bounded_budget(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event of a training with bounded settings; what is no number or truth value is left out of them."""
    told = list(mapping(event.get("optimizer_settings")).items())[:MOST_SETTINGS]
    numbers = {text(key, LONGEST_WORD): value if isinstance(value, bool) else number(value) for key, value in told}
    return {
        **event,
        "optimizer_settings": {key: value for key, value in numbers.items() if value is not None},
        "unusual": _words(event.get("unusual")),
        "accuracies": None if event.get("accuracies") is None else _words(event["accuracies"]),
        "seeded": event.get("seeded") is True,
    }


def bounded_origins(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event in which data come from where data can come from, or have no origin."""
    told = {key: event[key] for key in _DATA if isinstance(event.get(key), dict) and "origin" in event[key]}
    return {**event, **{key: {**data, "origin": _origin(data["origin"])} for key, data in told.items()}}


def _origin(value: Value) -> dict[str, Any] | None:
    """Where images come from; ``None`` for what contradicts itself."""
    if not isinstance(value, dict) or value.get("part", "") not in _PARTS:
        return None
    rows, found, distinct = (_images(value.get(key, 0)) for key in ("rows", "found", "distinct"))
    if rows is None or found is None or distinct is None or not distinct <= found <= rows:
        return None
    counts = {"rows": rows, "found": found, "distinct": distinct}
    others = {key: _images(value.get(key)) for key in ("first", "classes")}
    return {"part": value.get("part", ""), **counts, **others}


def _images(value: Value) -> int | None:
    count = whole(value)
    return count if count is not None and 0 <= count <= MOST_IMAGES else None


def bounded_graph(graph: Value) -> Value:
    """The graph of a network with bounded settings of its layers; what is no graph stays for others to refuse."""
    if not isinstance(graph, dict):
        return graph
    layers = [_bounded_layer(layer) if isinstance(layer, dict) else layer for layer in sequence(graph.get("layers"))]
    return {**graph, "layers": layers}


def _bounded_layer(layer: dict[str, Any]) -> dict[str, Any]:
    told = dict(layer)
    if "unusual" in told:
        told["unusual"] = _words(told["unusual"])
    told |= {key: text(told[key], LONGEST_WORD) for key in _WORDS if told.get(key) is not None}
    return told | {key: sequence(told[key])[:LONGEST_SHAPE] for key in _SIZES if told.get(key) is not None}


def _words(value: Value) -> list[str]:
    """Short words; something that is said in another way than in words is unusual too."""
    told = value if isinstance(value, list) or value is None else [value]
    return [text(each, LONGEST_WORD) or "something" for each in sequence(told)[:MOST_SETTINGS]]
