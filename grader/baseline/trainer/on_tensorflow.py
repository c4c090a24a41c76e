"""Training on TensorFlow: one seed after another; each epoch is one run of one compiled graph.

The graph loops over the steps itself, as Keras' ``steps_per_execution`` does for some of them. It is traced once and
serves all seeds, whose values are put into the same variables. XLA (``jit_compile``) stays off, as in Keras on a CPU.
"""

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import tensorflow as tf

from grader.baseline.trainer import weights
from grader.baseline.trainer.batches import Epoch, Numbers, Trained
from grader.baseline.trainer.data import Images, order
from grader.baseline.trainer.networks import Network, network, optimizer
from grader.baseline.trainer.sizes import VALIDATED
from grader.baseline.trainer.untyped import Optimizer, Tensor, Variable
from grader.specification import Specification

Pass = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Goes through the images with the numbers given; sums of losses and hits."""


def train(specification: Specification, images: Images, seeds: Sequence[int]) -> Iterator[Epoch | Trained]:
    """Train one seed after another, through all epochs.

    Yields:
        what each epoch gave, and after the last one the seed's times; tracing is within the first epoch's.
    """
    built, chosen = network(specification), optimizer(specification)
    chosen.build(built.model.trainable_variables)
    variables = [*built.model.trainable_variables, *built.model.non_trainable_variables, *chosen.variables]
    firsts = [np.asarray(each.numpy()) for each in variables]
    training = _training(built, chosen, images, specification.batch_size)
    validation = _validation(built, images)
    for seed in seeds:
        _place(variables, firsts, weights.starts(built.model.layers, seed))
        seconds = 0.0
        for number in range(specification.epochs):
            epoch = _epoch(specification, images, seed, number, training, validation)
            seconds += epoch.seconds
            yield epoch
        yield Trained(seeds=(seed,), seconds=seconds, compile_seconds=0.0)


def _epoch(
    specification: Specification, images: Images, seed: int, number: int, training: Pass, validation: Pass
) -> Epoch:
    began = time.perf_counter()
    loss, accuracy = _means(training(tf.constant(order(specification, seed, number))), len(images.x))
    held = len(images.x_validation)
    val_loss, val_accuracy = _means(validation(tf.range(held)), held)
    return Epoch(
        seeds=(seed,), number=number, seconds=time.perf_counter() - began,
        accuracy=accuracy, loss=loss, val_accuracy=val_accuracy, val_loss=val_loss,
    )  # fmt: skip


def _means(sums: tuple[Tensor, Tensor], images: int) -> tuple[Numbers, Numbers]:
    loss, hits = (np.asarray([each.numpy()], np.float64) / images for each in sums)
    return loss, hits


def _place(variables: Sequence[Variable], firsts: Sequence[np.ndarray], starts: weights.Starts) -> None:
    """Put a seed's first values, or those that Keras built the network with, into the variables."""
    for variable, first in zip(variables, firsts, strict=True):
        variable.assign(starts.get(id(variable), first).astype(first.dtype))


def _training(built: Network, chosen: Optimizer, images: Images, batch_size: int) -> Pass:
    x, y, model = tf.constant(images.x), tf.constant(images.y), built.model

    def step(numbers: Tensor) -> tuple[Tensor, Tensor]:
        classes = tf.gather(y, numbers)
        with tf.GradientTape() as tape:
            outputs = model(tf.gather(x, numbers), training=True)
            losses = built.losses(classes, outputs)
            loss = tf.reduce_mean(losses)
        chosen.apply(tape.gradient(loss, model.trainable_weights), model.trainable_weights)
        return tf.reduce_sum(losses), tf.reduce_sum(built.hits(classes, outputs))

    return _pass(step, batch_size)


def _validation(built: Network, images: Images) -> Pass:
    x, y, model = tf.constant(images.x_validation), tf.constant(images.y_validation), built.model

    def step(numbers: Tensor) -> tuple[Tensor, Tensor]:
        classes, outputs = tf.gather(y, numbers), model(tf.gather(x, numbers), training=False)
        return tf.reduce_sum(built.losses(classes, outputs)), tf.reduce_sum(built.hits(classes, outputs))

    return _pass(step, VALIDATED)


def _pass(step: Callable[[Tensor], tuple[Tensor, Tensor]], size: int) -> Pass:
    """A compiled graph that goes through all numbers by `size`, the last ones too where they are fewer."""

    def whole(numbers: Tensor) -> tuple[Tensor, Tensor]:
        images = numbers.shape[0]
        full = images // size * size
        parts = tf.reshape(numbers[:full], (-1, size))
        sums = (tf.constant(0.0), tf.constant(0.0))
        if full:
            sums = tf.while_loop(
                lambda i, *_sums: i < full // size,
                lambda i, *sums: (i + 1, *_added(sums, step(parts[i]))),
                (0, *sums),
                parallel_iterations=1,
            )[1:]
        return _added(sums, step(numbers[full:])) if full < images else sums

    compiled: Pass = tf.function(whole, jit_compile=False, autograph=False)
    return compiled


def _added(one: Sequence[Tensor], other: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    return one[0] + other[0], one[1] + other[1]
