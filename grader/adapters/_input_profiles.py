"""What the inputs of each model look like, kept in the kernel's memory: later images can be put in the same way."""

from __future__ import annotations

import weakref
from collections.abc import MutableMapping
from typing import Any

from ._arrays import first_input, in_memory
from ._labels import Labels

ROWS = 2_000
FEWEST_ROWS = 100  # below which means and deviations say too little
MOST_FEATURES = 200_000


class Profile:
    """Running statistics of a model's inputs, for each feature.

    Attributes:
        shape: of one input.
        rows: how many were looked at; 0 when only the shape is known.
    """

    def __init__(self, shape: tuple[int | None, ...]) -> None:
        self.shape = shape
        self.rows = 0
        self.minimum = float("inf")
        self.maximum = float("-inf")
        self._sum: Any = 0.0
        self._squares: Any = 0.0

    def add(self, rows: Any) -> None:
        """Take in some rows, an array."""
        import numpy

        flat = numpy.asarray(rows).reshape(len(rows), -1).astype(numpy.float64)
        if not flat.size or flat.shape[1] > MOST_FEATURES:
            return
        self.rows += len(flat)
        self.minimum = min(self.minimum, float(flat.min()))
        self.maximum = max(self.maximum, float(flat.max()))
        self._sum = self._sum + flat.sum(axis=0)
        self._squares = self._squares + (flat**2).sum(axis=0)

    @property
    def tells(self) -> bool:
        """Whether enough was looked at to tell how inputs are scaled."""
        return self.rows >= FEWEST_ROWS

    @property
    def mean(self) -> Any:
        """Of each feature."""
        return self._sum / self.rows

    @property
    def deviation(self) -> Any:
        """The standard deviation of each feature."""
        import numpy

        return numpy.sqrt(numpy.maximum(self._squares / self.rows - self.mean**2, 0.0))


def strided(array: Any, rows: int = ROWS) -> Any:
    """At most so many rows, spread over the whole; of equal data the same ones."""
    return array[:: max(1, -(-len(array) // rows))]


class Profiles:
    """The profile of each model, taken when it is trained, else when it is evaluated, used or called.

    Attributes:
        labels: the classes that each was trained on.
    """

    def __init__(self) -> None:
        self.labels = Labels()
        self._profiles: MutableMapping[Any, Profile] = weakref.WeakKeyDictionary()
        self._whole: MutableMapping[Any, bool] = weakref.WeakKeyDictionary()  # whether it came from one fit

    def of(self, model: Any) -> Profile | None:
        """What is known of a model's inputs."""
        return self._profiles.get(model)

    def trained_on(self, model: Any, data: Any) -> None:
        """Data were handed to ``fit``. Pipelines and generators are not drawn from: only their shape is taken."""
        if not self._take(model, data):
            self._profiles.pop(model, None)
            self._whole.pop(model, None)

    def used_on(self, model: Any, data: Any) -> None:
        """Data were handed to ``evaluate`` or ``predict``: they tell where training did not."""
        known = self._profiles.get(model)
        if (known is None or not known.tells) and hasattr(data, "__len__") and len(data) >= FEWEST_ROWS:
            self._take(model, data)

    def _take(self, model: Any, data: Any) -> bool:
        """Look at data that lie in memory, as a whole."""
        first = first_input(data)
        array = None if hasattr(first, "element_spec") else in_memory(first)
        if array is None or array.ndim < 2 or array.dtype.kind not in "biuf":
            return False
        profile = self._profiles[model] = Profile(tuple(array.shape[1:]))
        profile.add(strided(array))
        self._whole[model] = True
        return True

    def called_with(self, model: Any, batch: Any, *, look: bool) -> None:
        """A model was called. ``look``: whether its values may be taken, which those within ``fit`` may not."""
        shape = getattr(batch, "shape", None)
        if self._whole.get(model) or shape is None or len(shape) < 2:
            return
        profile = self._profiles.get(model)
        if profile is None or profile.shape != tuple(shape[1:]):
            profile = self._profiles[model] = Profile(tuple(shape[1:]))
        if look and profile.rows < ROWS:
            array = in_memory(batch)
            if array is not None and array.dtype.kind in "biuf":
                profile.add(array[:ROWS])
