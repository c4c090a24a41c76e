"""What each layer does to a batch of values, outside of training: for `recomputing`, whose input is hostile.

Every function gets the values, the facts of its step, its weights by name and an account of what was computed; it
charges for what it is about to do before it does it, and asks of shapes that they fit.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.sandbox.intake import number, sequence, whole

Values = NDArray[np.float32]
Facts = Mapping[str, Any]
Weights = Mapping[str, Values]

LARGEST = 16_000_000  # numbers in one array
CALL = 100_000  # what calling NumPy costs, in multiplications
MEMORY = 20  # what writing a number costs
EACH = 80  # what a function of a number costs beside that


class RefusedError(Exception):
    """What was told cannot be computed, or would cost too much."""


class Account:
    """How many multiplications may still be made."""

    def __init__(self, left: float) -> None:
        self.left = left

    def charge(self, numbers: float = 0, *, made: int) -> None:
        """Pay for so many multiplications and for an array of that size, and be allowed to make it."""
        self.left -= numbers + MEMORY * made + CALL
        if self.left < 0:
            raise RefusedError("it takes too much to compute")
        if made > LARGEST:
            raise RefusedError("it makes too many numbers at once")


Operation = Callable[[list[Values], Facts, Weights, Account], Values]


def need(holds: bool) -> None:
    """Refuse what does not fit."""
    if not holds:
        raise RefusedError("its layers do not fit each other")


def pair(facts: Facts, name: str, most: int = 64) -> tuple[int, int]:
    """Two small positive whole numbers."""
    found = [whole(each) for each in sequence(facts.get(name))]
    need(len(found) == 2)
    first, second = found
    if first is None or second is None or not (1 <= first <= most and 1 <= second <= most):
        raise RefusedError("its layers have settings that do not make sense")
    return first, second


def real(facts: Facts, name: str) -> float:
    """A finite number."""
    found = number(facts.get(name))
    if found is None:
        raise RefusedError("its layers have settings that are no numbers")
    return float(found)


def last_axis(facts: Facts, values: Values) -> None:
    """Only the last axis is known here."""
    need(whole(facts.get("axis")) in {-1, values.ndim - 1} and values.ndim >= 2)


def single(inputs: Sequence[Values]) -> Values:
    """The one input that a layer takes."""
    need(len(inputs) == 1)
    return inputs[0]


def flatten(inputs: list[Values], facts: Facts, _weights: Weights, account: Account) -> Values:
    """All values of each image in a row."""
    values = single(inputs)
    account.charge(made=values.size)
    need(values.ndim <= 2 or facts.get("data_format") == "channels_last")
    return values.reshape(len(values), -1)


def reshape(inputs: list[Values], facts: Facts, _weights: Weights, account: Account) -> Values:
    """The same values in another shape."""
    values = single(inputs)
    account.charge(made=values.size)
    shape = [whole(length) for length in sequence(facts.get("target_shape"))]
    size = values[0].size
    lengths = [length for length in shape if length is not None and length > 0]
    rest = [length for length in shape if length == -1]
    need(0 < len(shape) <= 6 and len(rest) <= 1 and len(lengths) + len(rest) == len(shape))
    known = math.prod(lengths)
    need(size % known == 0 if rest else size == known)
    return values.reshape(len(values), *(length if length != -1 else size // known for length in shape if length))


def dense(inputs: list[Values], _facts: Facts, weights: Weights, account: Account) -> Values:
    """A weighted sum of the values along the last axis."""
    values, kernel = single(inputs), weights.get("kernel")
    if kernel is None or kernel.ndim != 2 or values.ndim < 2 or kernel.shape[0] != values.shape[-1]:
        raise RefusedError("its layers do not fit each other")
    made = values.size // max(1, values.shape[-1]) * kernel.shape[1]
    account.charge(made * kernel.shape[0], made=made)
    return _biased(values @ kernel, weights)


def _biased(values: Values, weights: Weights) -> Values:
    bias = weights.get("bias")
    need(bias is None or bias.shape == values.shape[-1:])
    return values if bias is None else values + bias


def batch_normalization(inputs: list[Values], facts: Facts, weights: Weights, account: Account) -> Values:
    """Scaled and moved by what training recorded."""
    values = single(inputs)
    axis = whole(facts.get("axis"))
    need(axis is not None and values.ndim >= 2 and (axis == -1 or 1 <= axis < values.ndim))
    account.charge(made=2 * values.size)
    length = values.shape[axis or -1]
    shape = [1] * values.ndim
    shape[axis or -1] = length
    need(all(each.shape == (length,) for each in weights.values()) and {"moving_mean", "moving_variance"} <= {*weights})
    gain = weights.get("gamma", np.ones(1, np.float32)) / np.sqrt(
        weights["moving_variance"] + np.float32(real(facts, "epsilon"))
    )
    shift = weights.get("beta", np.zeros(1, np.float32)) - weights["moving_mean"] * gain
    return np.asarray(values * gain.reshape(shape) + shift.reshape(shape))


def rescaling(inputs: list[Values], facts: Facts, _weights: Weights, account: Account) -> Values:
    """Every value times a number, plus a number."""
    values = single(inputs)
    account.charge(made=values.size)
    return values * np.float32(real(facts, "scale")) + np.float32(real(facts, "offset"))


def add(inputs: list[Values], _facts: Facts, _weights: Weights, account: Account) -> Values:
    """The sum of several inputs of one shape."""
    need(len(inputs) >= 2 and len({each.shape for each in inputs}) == 1)
    account.charge(len(inputs) * (MEMORY * inputs[0].size + CALL), made=inputs[0].size)
    return np.asarray(sum(inputs[1:], start=inputs[0]), dtype=np.float32)


def concatenate(inputs: list[Values], facts: Facts, _weights: Weights, account: Account) -> Values:
    """Several inputs side by side, along the last axis."""
    need(len(inputs) >= 2 and len({each.shape[:-1] for each in inputs}) == 1)
    last_axis(facts, inputs[0])
    made = sum(each.size for each in inputs)
    account.charge(made=made)
    return np.concatenate(inputs, axis=-1)


OPERATIONS: Mapping[str, Operation] = {
    "Flatten": flatten,
    "Reshape": reshape,
    "Dense": dense,
    "BatchNormalization": batch_normalization,
    "Rescaling": rescaling,
    "Add": add,
    "Concatenate": concatenate,
}
