"""Which classes a network was trained on: one that never saw a class cannot be asked about it."""

from __future__ import annotations

import weakref
from collections.abc import MutableMapping
from typing import Any

from ._arrays import in_memory

MOST_LABELS = 5_000_000
MOST_CLASSES = 1_000


class Labels:
    """The labels of all trainings of each network together."""

    def __init__(self) -> None:
        self._known: MutableMapping[Any, set[int] | None] = weakref.WeakKeyDictionary()

    def trained_on(self, model: Any, targets: Any) -> None:
        """Targets were handed to ``fit``; those of pipelines and generators, and what are no classes, stay unknown."""
        before = self._known.get(model, set())
        self._known[model] = None
        found = classes(targets)
        if before is not None and found is not None:
            self._known[model] = before | found

    def unknown(self, model: Any) -> None:
        """It was trained on something that was not looked at."""
        self._known[model] = None

    def amount(self, model: Any) -> int | None:
        """How many classes it was trained on; ``None`` when that is not known."""
        found = self._known.get(model)
        return len(found) if found else None


def classes(targets: Any) -> set[int] | None:
    """The classes in targets that lie in memory, as whole numbers or one column for each; ``None`` for others."""
    import numpy

    array = None if hasattr(targets, "element_spec") else in_memory(targets)
    if array is None or array.ndim not in {1, 2} or not 0 < array.size <= MOST_LABELS or array.dtype.kind not in "biuf":
        return None
    if array.ndim == 2 and array.shape[1] > 1:
        one_hot = ((array == 0) | (array == 1)).all() and (array.sum(axis=1) == 1).all()
        return {int(each) for each in numpy.unique(array.argmax(axis=1))} if one_hot else None
    found = numpy.unique(array)
    return {int(each) for each in found} if len(found) <= MOST_CLASSES and (found == found.round()).all() else None
