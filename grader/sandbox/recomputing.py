"""Computes again, outside of the box, what a network's layers and weights make of images, with NumPy alone.

What a network answers inside is what its ``call`` does, and a notebook can replace that by anything: by a search for
the nearest training image, for one. Layers and weights cannot search.

The description comes from the box and may hold anything. Every size is bounded before memory is asked for, what is
computed is paid for from an account, and whatever does not fit is refused. Numbers may be NaN; then so is the result.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.sandbox.activations import ACTIVATIONS
from grader.sandbox.intake import mapping, sequence, text, whole
from grader.sandbox.operations import OPERATIONS, Account, Operation, RefusedError, Values, need
from grader.sandbox.sliding import SLIDING

COST = 2e11
"""Multiplications for one network's answers; a few seconds."""

BATCH = 50
MOST_STEPS = 400
MOST_CLASSES = 1000
MOST_LIVE = 48_000_000  # numbers that wait for a later step
_KNOWN: Mapping[str, Operation] = {**OPERATIONS, **ACTIVATIONS, **SLIDING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One layer: which steps' results it takes (0 is the input), its settings, and its weights."""

    operation: Operation
    takes: tuple[int, ...]
    facts: Mapping[str, Any]
    weights: Mapping[str, Values]


def network(layers: Sequence[Any], values: bytes) -> tuple[Step, ...]:
    """The steps of a network from its description and its weights, one after the other.

    Raises:
        RefusedError: it does not make sense.
    """
    if not 0 < len(layers) <= MOST_STEPS:
        raise RefusedError("it has no layers, or too many")
    store = _Store(values)
    steps = tuple(_step(place, mapping(told), store) for place, told in enumerate(layers, start=1))
    need(store.is_empty())
    return steps


def outputs(steps: Sequence[Step], images: Values, account: Account) -> Values:
    """What the network makes of images, a row for each.

    Raises:
        RefusedError: its layers do not fit each other or the images, or it takes too much to compute.
    """
    parts = []
    with np.errstate(all="ignore"):
        for start in range(0, len(images), BATCH):
            parts.append(_batch(steps, images[start : start + BATCH], account))
            need(parts[-1].ndim == 2 and parts[-1].shape[1] <= MOST_CLASSES)
    return np.concatenate(parts)


def decoded(encoded: object) -> bytes:
    """The bytes of a text in base64.

    Raises:
        RefusedError: it is none.
    """
    try:
        return base64.b64decode(encoded, validate=True) if isinstance(encoded, str) else b""
    except (binascii.Error, ValueError):
        raise RefusedError("its weights are no numbers") from None


class _Store:
    """The weights that no step has taken yet."""

    def __init__(self, values: bytes) -> None:
        need(len(values) % 4 == 0)
        self._values = np.frombuffer(values, dtype="<f4").astype(np.float32)
        self._next = 0

    def take(self, shape: Sequence[Any]) -> Values:
        lengths = [whole(length) for length in shape]
        size = 1
        need(len(lengths) <= 4)
        for length in lengths:
            if length is None or not 0 < length <= len(self._values):
                raise RefusedError("its weights do not have the size that was told")
            size *= length
        end = self._next + size
        if end > len(self._values):
            raise RefusedError("its weights do not have the size that was told")
        taken, self._next = self._values[self._next : end], end
        return taken.reshape([length for length in lengths if length is not None])

    def is_empty(self) -> bool:
        return self._next == len(self._values)


def _step(place: int, told: Mapping[str, Any], store: _Store) -> Step:
    kind = text(told.get("kind"))
    if kind not in _KNOWN:
        raise RefusedError("it has a layer that is not known here")
    takes = tuple(source for each in sequence(told.get("takes")) if (source := whole(each)) is not None)
    need(0 < len(takes) <= 64 and all(0 <= source < place for source in takes))
    shapes = mapping(told.get("weights"))
    need(len(shapes) <= 8)
    weights = {name: store.take(sequence(shape)) for name, shape in shapes.items()}
    return Step(operation=_KNOWN[kind], takes=takes, facts=told, weights=weights)


def _batch(steps: Sequence[Step], images: Values, account: Account) -> Values:
    last_use = {source: place for place, step in enumerate(steps, start=1) for source in step.takes}
    live = {0: np.asarray(images, dtype=np.float32)}
    for place, step in enumerate(steps, start=1):
        result = step.operation([live[source] for source in step.takes], step.facts, step.weights, account)
        need(result.size > 0 and len(result) == len(images) and result.ndim <= 6)
        live = {source: each for source, each in live.items() if last_use.get(source, 0) > place} | {place: result}
        if sum(each.size for each in live.values()) > MOST_LIVE:
            raise RefusedError("it makes too many numbers at once")
        if last_use.get(place, 0) == 0 and place < len(steps):
            del live[place]
    return live[len(steps)]
