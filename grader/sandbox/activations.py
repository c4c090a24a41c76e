"""Activation functions, for `recomputing`; with the settings that Keras gives them."""

from collections.abc import Callable, Mapping

import numpy as np

from grader.sandbox.operations import (
    EACH,
    Account,
    Facts,
    Operation,
    RefusedError,
    Values,
    Weights,
    last_axis,
    real,
    single,
)

_ALPHA, _SCALE = 1.6732632423543772, 1.0507009873554805  # of SELU
_ERF = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)


def _sigmoid(x: Values) -> Values:
    return np.asarray(1.0 / (1.0 + np.exp(-x)), dtype=np.float32)


def _softmax(x: Values) -> Values:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def _erf(x: Values) -> Values:
    """The error function, within 1.5e-7 (Abramowitz and Stegun, 7.1.26)."""
    t = 1.0 / (1.0 + 0.3275911 * np.abs(x))
    terms = np.polyval(np.array([*reversed(_ERF), 0.0], np.float32), t)
    return np.asarray(np.sign(x) * (1.0 - terms * np.exp(-x * x)))


def _elu(x: Values, alpha: float = 1.0) -> Values:
    return np.where(x > 0, x, np.float32(alpha) * np.expm1(np.minimum(x, 0)))


def _leaky(x: Values, slope: float = 0.2) -> Values:
    return np.where(x > 0, x, np.float32(slope) * x)


FUNCTIONS: Mapping[str, Callable[[Values], Values]] = {
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": _leaky,
    "elu": _elu,
    "selu": lambda x: np.float32(_SCALE) * _elu(x, _ALPHA),
    "gelu": lambda x: np.asarray(0.5 * x * (1.0 + _erf(x / np.float32(np.sqrt(2.0))))),
    "silu": lambda x: x * _sigmoid(x),
    "softplus": lambda x: np.logaddexp(x, np.float32(0)),
    "sigmoid": _sigmoid,
    "tanh": np.tanh,
    "softmax": _softmax,
}


def activation(inputs: list[Values], facts: Facts, _weights: Weights, account: Account) -> Values:
    """A function by its name."""
    values, name = single(inputs), facts.get("function")
    function = FUNCTIONS.get(name) if isinstance(name, str) else None
    if function is None:
        raise RefusedError("it has an activation that is not known here")
    return _paid(values, account, function)


def _paid(values: Values, account: Account, function: Callable[[Values], Values]) -> Values:
    account.charge(EACH * values.size, made=values.size)
    return np.asarray(function(values), dtype=np.float32)


def relu(inputs: list[Values], facts: Facts, _weights: Weights, account: Account) -> Values:
    """Above a threshold the value, at most a maximum; below it a slope."""
    values = single(inputs)
    slope, threshold = np.float32(real(facts, "negative_slope")), np.float32(real(facts, "threshold"))
    most = np.float32(np.inf if facts.get("max_value") is None else real(facts, "max_value"))
    return _paid(values, account, lambda x: np.where(x > threshold, np.minimum(x, most), slope * (x - threshold)))


def leaky(inputs: list[Values], facts: Facts, _weights: Weights, account: Account) -> Values:
    """Negative values times a slope."""
    slope = real(facts, "negative_slope")
    return _paid(single(inputs), account, lambda x: _leaky(x, slope))


def elu(inputs: list[Values], facts: Facts, _weights: Weights, account: Account) -> Values:
    """Negative values bent towards a limit."""
    alpha = real(facts, "alpha")
    return _paid(single(inputs), account, lambda x: _elu(x, alpha))


def softmax(inputs: list[Values], facts: Facts, _weights: Weights, account: Account) -> Values:
    """Positive numbers that sum to one."""
    values = single(inputs)
    last_axis(facts, values)
    return _paid(values, account, _softmax)


ACTIVATIONS: Mapping[str, Operation] = {
    "activation": activation,
    "ReLU": relu,
    "LeakyReLU": leaky,
    "ELU": elu,
    "Softmax": softmax,
}
