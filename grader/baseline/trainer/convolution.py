"""Convolution and max pooling out of slices, matrix products and maxima, for JAX on a CPU.

XLA's own convolution is many times slower there when it is trained. Here every offset of the window is one slice of
the image; the slices side by side are the patches (im2col: Chellapilla, Puri & Simard 2006), and one matrix product
does the rest. The numbers are those of ``keras.layers`` up to rounding.
"""

from collections.abc import Iterator
from functools import partial

import jax
from jax import numpy as jnp
from keras import layers

from grader.baseline.trainer.untyped import Tensor

Pair = tuple[int, int]

_THIN = 32
"""Windows of fewer numbers are summed slice by slice: the compiler fuses that, and a matrix product would be so thin
that it takes five times as long (measured for 3 × 3 windows of one channel)."""


def _places(images: Tensor, window: Pair, strides: Pair) -> Iterator[tuple[slice, ...]]:
    """For each offset in a window, row by row, where all windows have a pixel there."""
    reach = [length - size + 1 for length, size in zip(images.shape[1:3], window, strict=True)]
    for i in range(window[0]):
        for j in range(window[1]):
            yield slice(None), slice(i, i + reach[0], strides[0]), slice(j, j + reach[1], strides[1])


def _windows(images: Tensor, window: Pair, strides: Pair) -> Iterator[Tensor]:
    """Those pixels."""
    return (images[place] for place in _places(images, window, strides))


def _around(length: int, size: int, step: int) -> Pair:
    """How many pixels padding ``same`` adds before and after, as TensorFlow does it: the odd one comes after."""
    missing = max((-(-length // step) - 1) * step + size - length, 0)
    return missing // 2, missing - missing // 2


def _padded(images: Tensor, window: Pair, strides: Pair, value: float) -> Tensor:
    added = [_around(*each) for each in zip(images.shape[1:3], window, strides, strict=True)]
    return jnp.pad(images, [(0, 0), *added, (0, 0)], constant_values=value)


def _patches(strides: Pair, images: Tensor, kernel: Tensor) -> Tensor:
    """What each window covers, a row each."""
    side_by_side = jnp.concatenate(list(_windows(images, kernel.shape[:2], strides)), axis=-1)
    return side_by_side.reshape(-1, side_by_side.shape[-1])


def _slopes(strides: Pair, images: Tensor, kernel: Tensor, patches: Tensor, slope: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients by images and kernel.

    Written out because the compiler, left to itself, adds the windows' pixels up anew wherever the sum is used.
    """
    flat = slope.reshape(-1, slope.shape[-1])
    shares = (flat @ kernel.reshape(-1, kernel.shape[-1]).T).reshape(*slope.shape[:-1], -1, kernel.shape[2])
    total = jnp.zeros_like(images)
    for number, place in enumerate(_places(images, kernel.shape[:2], strides)):
        total = total.at[place].add(shares[..., number, :])
    return total, (patches.T @ flat).reshape(kernel.shape)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _by_product(strides: Pair, images: Tensor, kernel: Tensor) -> Tensor:
    """One matrix product of patches and kernel."""
    return _product(strides, images, kernel)[0]


def _product(strides: Pair, images: Tensor, kernel: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor, Tensor]]:
    patches = _patches(strides, images, kernel)
    height, width = (
        (length - size) // step + 1
        for length, size, step in zip(images.shape[1:3], kernel.shape[:2], strides, strict=True)
    )
    given = patches @ kernel.reshape(-1, kernel.shape[-1])
    return given.reshape(-1, height, width, kernel.shape[-1]), (images, kernel, patches)


def _product_back(strides: Pair, kept: tuple[Tensor, Tensor, Tensor], slope: Tensor) -> tuple[Tensor, Tensor]:
    images, kernel, patches = kept
    return _slopes(strides, images, kernel, patches, slope)


_by_product.defvjp(_product, _product_back)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _by_sum(strides: Pair, images: Tensor, kernel: Tensor) -> Tensor:
    """Slice by slice."""
    slices = _windows(images, kernel.shape[:2], strides)
    offsets = kernel.reshape(-1, *kernel.shape[2:])
    terms = (
        each[..., channel, None] * offset[channel]
        for each, offset in zip(slices, offsets, strict=True)
        for channel in range(kernel.shape[2])
    )
    return sum(terms, start=jnp.zeros((), images.dtype))


def _sum(strides: Pair, images: Tensor, kernel: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    return _by_sum(strides, images, kernel), (images, kernel)


def _sum_back(strides: Pair, kept: tuple[Tensor, Tensor], slope: Tensor) -> tuple[Tensor, Tensor]:
    images, kernel = kept
    return _slopes(strides, images, kernel, _patches(strides, images, kernel), slope)


_by_sum.defvjp(_sum, _sum_back)


class Conv2D(layers.Conv2D):  # type: ignore[misc]
    """``keras.layers.Conv2D`` for one group of channels, undilated, channels last."""

    def convolution_op(self, inputs: Tensor, kernel: Tensor) -> Tensor:
        """Images (batch, height, width, in) and a kernel (height, width, in, out) give (batch, height, width, out)."""
        weights = jnp.asarray(kernel)
        strides = tuple(self.strides)
        if self.padding == "same":
            inputs = _padded(inputs, (weights.shape[0], weights.shape[1]), strides, 0.0)
        is_thin = weights[..., 0].size < _THIN
        return (_by_sum if is_thin else _by_product)(strides, inputs, weights)


class MaxPooling2D(layers.MaxPooling2D):  # type: ignore[misc]
    """``keras.layers.MaxPooling2D``, channels last."""

    def call(self, inputs: Tensor) -> Tensor:
        """Images (batch, height, width, channels), smaller by the strides."""
        window, strides = tuple(self.pool_size), tuple(self.strides)
        if self.padding == "same":
            inputs = _padded(inputs, window, strides, float("-inf"))
        slices = _windows(inputs, window, strides)
        highest = next(slices)
        for each in slices:
            highest = jnp.maximum(highest, each)
        return highest
