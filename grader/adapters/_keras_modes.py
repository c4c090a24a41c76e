"""Layers that do not do in training what Keras would have them do, and models that are another network in training."""

from __future__ import annotations

from typing import Any

from ._keras_settings import MOST_UNUSUAL

Graph = dict[str, Any]
TOLD = "training told"
NOT_TOLD = "training not told"
ADDED = "added loss"
_INDIFFERENT = frozenset({"Dense", "EinsumDense", "Embedding"})
"""Layers that take ``training`` for quantized weights alone: they do the same in both modes."""
OTHER = "another network in training"


def mode_of(keras: Any, model: Any, kwargs: dict[str, Any]) -> bool | None:
    """Whether a model is called to train, as Keras resolves it; ``None`` where that is not known before."""
    try:
        told = kwargs.get("training")
        if told is None:
            context = keras.src.backend.common.global_state.get_global_attribute("current_call_ctx")
            told = getattr(context, "training", None)
        if told is None:
            parameter = model._call_signature.parameters.get("training")
            told = parameter is not None and parameter.default is True
        return bool(told)
    except Exception:
        return None


def told_otherwise(model: Any, mode: bool | None, layer: Any, kwargs: dict[str, Any]) -> list[str]:
    """What is unusual about calling a layer of a model in this mode: it is told to do what another mode does.

    Where a model's ``call`` takes no ``training``, Keras' ``fit`` tells none of its layers that it trains.
    """
    try:
        if not _acts_by_mode(layer):
            return []
        told = kwargs.get("training")
        if told is not None and (mode is None or bool(told) != mode):
            return [TOLD]
        return [] if _acts_by_mode(model) else [NOT_TOLD]
    except Exception:
        return [TOLD]


def _acts_by_mode(layer: Any) -> bool:
    names = {each.__name__ for each in type(layer).__mro__}
    return "training" in layer._call_signature.parameters and not names & _INDIFFERENT


def told_in_node(step: Any) -> list[str]:
    """The same of a layer that a functional model was made with; Keras puts the default of its ``call`` there too."""
    try:
        told = step.arguments.kwargs.get("training")
        usual = told is None or step.operation._call_signature.parameters["training"].default is told
    except Exception:
        return []
    return [] if usual else [TOLD]


def added_losses(model: Any) -> list[str]:
    """Whether some layer of a model, or itself, has added to the loss."""
    layers = model._flatten_layers(include_self=True, recursive=True)
    return [ADDED] if any(layer._losses or layer._loss_ids for layer in layers) else []


def marked(facts: dict[str, Any], marks: list[str]) -> dict[str, Any]:
    """The facts of a layer with more that is unusual about it."""
    told = list(dict.fromkeys([*(facts.get("unusual") or []), *marks]))[:MOST_UNUSUAL]
    return {**facts, "unusual": told} if marks else facts


def with_marks(graph: Graph, other: Graph | None) -> Graph:
    """A graph with all that was seen to be unusual in another execution of the same model."""
    more = {each["id"]: each["unusual"] for each in (other or {}).get("layers", []) if each.get("unusual")}
    layers = [marked(each, more.pop(each["id"], [])) for each in graph["layers"]]
    layers[0] = marked(layers[0], [mark for marks in more.values() for mark in marks])
    return {**graph, "layers": layers}


def are_one_network(one: Graph, other: Graph) -> bool:
    """Whether two executions passed the same layers, but for those that only drop."""
    return _passed(one) == _passed(other)


def _passed(graph: Graph) -> set[tuple[str, str]]:
    linked = {name for edge in graph["edges"] for name in edge.values()}
    passed = [each for each in graph["layers"] if each["id"] in linked and each["kind"] != "dropout"]
    return {(each["class_name"], each["name"]) for each in passed}
