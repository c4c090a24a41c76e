"""Layers that slide a window over images: convolutions and pooling, for `recomputing`. Channels come last."""

from collections.abc import Iterator, Mapping

import numpy as np

from grader.sandbox.operations import (
    MEMORY,
    Account,
    Facts,
    Operation,
    RefusedError,
    Values,
    Weights,
    need,
    pair,
    single,
)

_MOST = 1024  # of a stride


def convolution(inputs: list[Values], facts: Facts, weights: Weights, account: Account) -> Values:
    """A weighted sum of the values in each window."""
    values, kernel = _images(inputs, facts), weights.get("kernel")
    if kernel is None or kernel.ndim != 4 or kernel.shape[2] != values.shape[-1] or facts.get("groups") != 1:
        raise RefusedError("its layers do not fit each other")
    spread = pair(facts, "dilation_rate")
    window = (int(kernel.shape[0]), int(kernel.shape[1]))
    padded, height, width = _padded(values, window, facts, spread, 0.0, account)
    made = len(values) * height * width * kernel.shape[3]
    account.charge(made=made)
    result = np.zeros((len(values), height, width, kernel.shape[3]), np.float32)
    for row, column, part in _windows(padded, window, pair(facts, "strides", _MOST), spread, height, width):
        account.charge(made * kernel.shape[2] + MEMORY * made, made=part.size)
        result += part @ kernel[row, column]
    bias = weights.get("bias")
    need(bias is None or bias.shape == result.shape[-1:])
    return result if bias is None else result + bias


def maximum(inputs: list[Values], facts: Facts, _weights: Weights, account: Account) -> Values:
    """The largest value in each window."""
    values = _images(inputs, facts)
    window, strides = pair(facts, "pool_size"), pair(facts, "strides", _MOST)
    padded, height, width = _padded(values, window, facts, (1, 1), -np.inf, account)
    result: Values | None = None
    for _, _, part in _windows(padded, window, strides, (1, 1), height, width):
        account.charge(made=part.size)
        result = part.copy() if result is None else np.maximum(result, part)
    return values if result is None else result


def average(inputs: list[Values], facts: Facts, _weights: Weights, account: Account) -> Values:
    """What lies in the padding does not count."""
    values = _images(inputs, facts)
    window, strides = pair(facts, "pool_size"), pair(facts, "strides", _MOST)
    padded, height, width = _padded(values, window, facts, (1, 1), 0.0, account)
    inside, _, _ = _padded(np.ones((1, *values.shape[1:3], 1), np.float32), window, facts, (1, 1), 0.0, account)
    made = len(values) * height * width * values.shape[-1]
    account.charge(made=made)
    total = np.zeros((len(values), height, width, values.shape[-1]), np.float32)
    count = np.zeros((1, height, width, 1), np.float32)
    parts = _windows(padded, window, strides, (1, 1), height, width)
    for (_, _, part), (_, _, there) in zip(
        parts, _windows(inside, window, strides, (1, 1), height, width), strict=True
    ):
        account.charge(made=made)
        total += part
        count += there
    return total / count


def global_maximum(inputs: list[Values], facts: Facts, _weights: Weights, account: Account) -> Values:
    """The largest value of each channel."""
    values = _images(inputs, facts)
    account.charge(made=values.size)
    return np.asarray(values.max(axis=(1, 2), keepdims=facts.get("keepdims") is True))


def global_average(inputs: list[Values], facts: Facts, _weights: Weights, account: Account) -> Values:
    """The mean of each channel."""
    values = _images(inputs, facts)
    account.charge(made=values.size)
    return np.asarray(values.mean(axis=(1, 2), keepdims=facts.get("keepdims") is True))


def _images(inputs: list[Values], facts: Facts) -> Values:
    values = single(inputs)
    need(values.ndim == 4 and values.size > 0 and facts.get("data_format") == "channels_last")
    return values


def _padded(
    values: Values, window: tuple[int, int], facts: Facts, spread: tuple[int, int], rim: float, account: Account
) -> tuple[Values, int, int]:
    """The images with the rim that ``same`` gives them, and how high and wide the result is."""
    strides = pair(facts, "strides", _MOST)
    need(facts.get("padding") in {"same", "valid"} and min(window) >= 1)
    lengths, rims = [], []
    for length, size, stride, step in zip(values.shape[1:3], window, strides, spread, strict=True):
        reach = (size - 1) * step + 1
        if facts["padding"] == "same":
            lengths.append(-(-length // stride))
            missing = max((lengths[-1] - 1) * stride + reach - length, 0)
            rims.append((missing // 2, missing - missing // 2))
        else:
            lengths.append((length - reach) // stride + 1 if length >= reach else 0)
            rims.append((0, 0))
    need(min(lengths) >= 1)
    high, wide = (length + sum(each) for length, each in zip(values.shape[1:3], rims, strict=True))
    made = len(values) * high * wide * values.shape[-1]
    account.charge(made=made)
    return np.pad(values, ((0, 0), *rims, (0, 0)), constant_values=rim), lengths[0], lengths[1]


def _windows(
    padded: Values, window: tuple[int, int], strides: tuple[int, int], spread: tuple[int, int], height: int, width: int
) -> Iterator[tuple[int, int, Values]]:
    """For each place in the window, what all windows hold there."""
    for row in range(window[0]):
        for column in range(window[1]):
            top, left = row * spread[0], column * spread[1]
            down, right = top + strides[0] * (height - 1) + 1, left + strides[1] * (width - 1) + 1
            yield row, column, padded[:, top : down : strides[0], left : right : strides[1]]


SLIDING: Mapping[str, Operation] = {
    "Conv2D": convolution,
    "MaxPooling2D": maximum,
    "AveragePooling2D": average,
    "GlobalMaxPooling2D": global_maximum,
    "GlobalAveragePooling2D": global_average,
}
