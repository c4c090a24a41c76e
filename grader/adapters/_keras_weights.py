"""The weights of networks: told apart by fingerprints, fresh from trained ones, and kept until somebody asks."""

from __future__ import annotations

import hashlib
import math
import weakref
from typing import Any

from ._keras_values import rate_of

LARGEST_FINGERPRINT = 20_000_000  # weights
MOST_KEPT = 24  # networks
MOST_WEIGHTS_KEPT = 50_000_000


class Kept:
    """Networks that were trained or evaluated, held because notebooks make them in loops and functions.

    Attributes:
        after: the fingerprint after the last training, by number of the network; ``None`` where it is not known.
    """

    def __init__(self) -> None:
        self.after: dict[int, str | None] = {}
        self._models: dict[int, Any] = {}  # the latest used last

    def keep(self, number: int, model: Any) -> None:
        """Hold a network; of too many, those that were used longest ago are let go."""
        self._models.pop(number, None)
        self._models[number] = model
        while len(self._models) > MOST_KEPT or sum(map(_size, self._models.values())) > MOST_WEIGHTS_KEPT:
            self._models.pop(next(iter(self._models)))

    def trained(self, number: int) -> str | None:
        """A training of a network that is held has ended: the fingerprint of what it left."""
        model = self._models.get(number)
        self.after[number] = fingerprint(model) if model is not None else None
        return self.after[number]

    def as_trained(self, number: int, model: Any) -> bool:
        """Whether a network has the weights that its last training left; so has one that was never trained."""
        after = self.after.get(number)
        return after is None or fingerprint(model) == after


class Freshness:
    """Tells whether a training starts from weights that no training has touched, or that were put back."""

    def __init__(self) -> None:
        self._stepped: dict[int, Any] = {}  # id of a weight that was trained -> weak reference
        self._first: dict[int, str] = {}  # number of a network -> fingerprint before its first training
        self._last: set[str] = set()  # fingerprints after trainings

    def of(self, number: int, model: Any) -> str:
        """``fresh`` or ``trained``."""
        now = fingerprint(model)
        if not any(self._was_stepped(variable) for variable in model.trainable_variables):
            if now is not None and now in self._last:
                return "trained"
            if now is not None:
                self._first.setdefault(number, now)
            return "fresh"
        return "fresh" if now is not None and self._first.get(number) == now else "trained"

    def stepped(self, model: Any) -> None:
        """Some training changes the weights of this network."""
        for variable in model.trainable_variables:
            self._stepped[id(variable)] = weakref.ref(variable)

    def ended_with(self, fingerprint: str | None) -> None:
        """A training left these weights."""
        if fingerprint:
            self._last.add(fingerprint)

    def _was_stepped(self, variable: Any) -> bool:
        reference = self._stepped.get(id(variable))
        return reference is not None and reference() is variable


class Standstill:
    """Whether a training has moved nothing: neither a weight nor the optimiser's count of steps.

    Attributes:
        moved: whether something did, or nobody can tell.
    """

    def __init__(self, model: Any) -> None:
        self._before = fingerprint(model)
        self._steps = _steps(model)
        self.moved = self._before is None

    def look(self, model: Any) -> None:
        """After an epoch; a learning rate of nothing moves nothing."""
        if not self.moved:
            rate = rate_of(getattr(model, "optimizer", None))
            self.moved = not rate or _steps(model) != self._steps or fingerprint(model) != self._before


def _steps(model: Any) -> int:
    try:
        return int(model.optimizer.iterations)
    except Exception:
        return 0


def _size(model: Any) -> int:
    return int(sum(math.prod(variable.shape) for variable in model.weights))


def fingerprint(model: Any) -> str | None:
    """Equal for equal weights; ``None`` for a network that is not built or too large to look at."""
    try:
        variables = list(model.trainable_variables)
        arrays = [variable.numpy() for variable in variables]
    except Exception:
        return None
    if not arrays or sum(array.size for array in arrays) > LARGEST_FINGERPRINT:
        return None
    digest = hashlib.blake2b(digest_size=16)
    for array in arrays:
        digest.update(array.tobytes())
    return digest.hexdigest()
