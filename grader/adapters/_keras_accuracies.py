"""Which numbers of a training's history are the share of right answers over the classes, whatever they are called."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from ._keras_settings import own_code
from ._keras_values import name_of

MOST_METRICS = 50
SHORT = frozenset({"accuracy", "acc"})
"""Names behind which Keras looks for the accuracy that fits labels and outputs."""
BY_LOSS = {
    "sparsecategoricalcrossentropy": "sparsecategoricalaccuracy",
    "categoricalcrossentropy": "categoricalaccuracy",
}
"""By loss, spelt without underscores: the accuracy that reads labels in the same way."""
STEPS = ("compute_metrics", "get_metrics_result", "test_step", "make_test_function")


def accuracies(model: Any) -> list[str]:
    """Names of the entries of the history that ``fit`` is going to make; those of validation have ``val_`` in front."""
    if any(own_code(getattr(type(model), step, None)) for step in STEPS):
        return []
    compiled = model._compile_metrics
    if compiled is None:
        return []
    fits = BY_LOSS.get(_spelt(name_of(model.loss)))
    taken = {str(metric.name) for metric in model.metrics if metric is not compiled}
    found: list[str] = []
    given = [*_flat(compiled._user_metrics), *_flat(compiled._user_weighted_metrics)]
    for metric in given[:MOST_METRICS]:
        name = str(name_of(metric))
        if name not in taken and _is_share(metric, fits):
            found.append(name)
        taken.add(name)  # Keras numbers a second one of the same name
    return found


def _flat(given: Any) -> Iterator[Any]:
    if isinstance(given, dict):
        given = list(given.values())
    for each in given if isinstance(given, (list, tuple)) else [given]:
        if isinstance(each, (list, tuple, dict)):
            yield from _flat(each)
        elif each is not None:
            yield each


def _is_share(metric: Any, fits: str | None) -> bool:
    if fits is None:
        return False
    if isinstance(metric, str):
        return metric.lower() in SHORT or _spelt(metric) == fits
    kind = metric if hasattr(metric, "__code__") else type(metric)
    return _is_of_keras(kind) and _spelt(kind.__name__) == fits


def _is_of_keras(kind: Any) -> bool:
    """Whether a class or function is the one that Keras' own module has under this name."""
    return getattr(sys.modules.get(str(kind.__module__)), kind.__name__, None) is kind and not own_code(kind)


def _spelt(name: str | None) -> str:
    return (name or "").replace("_", "").lower()
