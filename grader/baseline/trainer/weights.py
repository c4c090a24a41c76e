"""The weights that a training begins with, drawn by NumPy: the same for a seed on every backend and device.

Dense and convolutional layers are counted, and each draws from a stream of its own, so that a network with batch
normalization begins with the very weights of the same network without.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.baseline.trainer.untyped import Layer, Variable

Draw = Callable[[np.random.Generator, tuple[int, ...]], NDArray[np.float64]]
Starts = dict[int, NDArray[Any]]
"""First values of some Keras variables, by the variable's ``id``."""

_TRUNCATED = 0.87962566103423978
"""Standard deviation of a standard normal distribution cut off at two: what Keras' ``VarianceScaling`` divides by."""
_SPREAD = 0.05
"""Keras' default for plain random initializers: standard deviation, or half the range."""
_DROPOUT_STREAM = 2_000_000


def kernel(initializer: str, shape: tuple[int, ...], *, seed: int, number: int) -> NDArray[np.float32]:
    """The first weights of one layer.

    Args:
        initializer: as in ``keras.initializers``; scaled ones follow He et al. 2015, Glorot & Bengio 2010 and
            LeCun et al. 1998 as Keras documents them (``VarianceScaling``).
        shape: of the kernel: (in, out), or (height, width, in, out) for a convolution.
        seed: not negative.
        number: of the layer among those with a kernel, from 0.
    """
    return _DRAWS[initializer](np.random.default_rng([seed, number]), shape).astype(np.float32)


def starts(layers: Sequence[Layer], seed: int) -> Starts:
    """What a seed sets, by ``id`` of the Keras variable: kernels, and the random streams of dropout.

    Args:
        layers: of a built Keras network; each kernel's initializer is named in the layer's ``drawn_by``.
        seed: not negative.
    """
    affine = [each for each in layers if hasattr(each, "drawn_by")]
    dropped = [each.seed_generator.state for each in layers if type(each).__name__ == "Dropout"]
    kernels = {
        id(each.kernel): kernel(each.drawn_by, tuple(each.kernel.shape), seed=seed, number=number)
        for number, each in enumerate(affine)
    }
    streams = {
        id(state): np.random.default_rng([seed, _DROPOUT_STREAM + number]).integers(0, 2**31, 2)
        for number, state in enumerate(dropped)
    }
    return {**kernels, **streams}


def values(variables: Sequence[Variable], starts_of_seed: Starts) -> list[NDArray[Any]]:
    """The first value of each Keras variable, in the variable's own type: the seed's, or what Keras built it with."""
    built = ((variable, np.asarray(variable.numpy())) for variable in variables)
    return [starts_of_seed.get(id(variable), value).astype(value.dtype) for variable, value in built]


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """How many numbers go into one output, and how many outputs one input goes into."""
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


def _truncated(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Standard normal numbers; those beyond two are drawn again."""
    drawn = rng.standard_normal(shape)
    while (beyond := np.abs(drawn) > 2).any():
        drawn[beyond] = rng.standard_normal(int(beyond.sum()))
    return drawn


def _scaled(scale: float, *, mean_of_fans: bool = False, normal: bool = False) -> Draw:
    """Variance ``scale / fan``, as in Keras' ``VarianceScaling``."""

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
        into, out = _fans(shape)
        variance = scale / max(1.0, (into + out) / 2 if mean_of_fans else into)
        if normal:
            return _truncated(rng, shape) * (math.sqrt(variance) / _TRUNCATED)
        limit = math.sqrt(3 * variance)
        return rng.uniform(-limit, limit, shape)

    return draw


_DRAWS: Mapping[str, Draw] = {
    "GlorotUniform": _scaled(1, mean_of_fans=True),
    "GlorotNormal": _scaled(1, mean_of_fans=True, normal=True),
    "HeUniform": _scaled(2),
    "HeNormal": _scaled(2, normal=True),
    "LecunUniform": _scaled(1),
    "LecunNormal": _scaled(1, normal=True),
    "RandomNormal": lambda rng, shape: rng.normal(0, _SPREAD, shape),
    "RandomUniform": lambda rng, shape: rng.uniform(-_SPREAD, _SPREAD, shape),
    "TruncatedNormal": lambda rng, shape: _truncated(rng, shape) * _SPREAD,
}
