"""Training on JAX: a batch of seeds side by side, one compiled program for each epoch."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import jax
import numpy as np
from jax import numpy as jnp

from grader.baseline.trainer import weights
from grader.baseline.trainer.batches import Epoch, Numbers, Trained, batches
from grader.baseline.trainer.data import Images, order
from grader.baseline.trainer.devices import Place
from grader.baseline.trainer.messages import Device
from grader.baseline.trainer.networks import Network, network, optimizer
from grader.baseline.trainer.untyped import Compiled, Optimizer, Tensor
from grader.specification import Specification

State = tuple[list[Tensor], list[Tensor], list[Tensor]]
"""Trainable variables, others (moving statistics, streams of dropout), the optimiser's: each stacked over seeds."""

_VALIDATED = 1000
"""Images validated on at a time, by each seed: memory, not numbers, depends on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """What is compiled for a number of seeds."""

    epoch: Compiled
    validation: Compiled
    seconds: float


def train(
    specification: Specification, images: Images, seeds: Sequence[int], *, place: Place, at_once: int
) -> Iterator[Epoch | Trained]:
    """Train some seeds at a time, through all epochs.

    Yields:
        what each epoch gave, and after the last one the batch's times.
    """
    built = network(specification, by_matrices=place.device is Device.CPU)
    steps = Steps(built, optimizer(specification), specification.batch_size)
    data = tuple(jnp.asarray(each) for each in (images.x, images.y, images.x_validation, images.y_validation))
    compiled: dict[int, Programs] = {}
    for some in batches(seeds, at_once):
        state = steps.state(some)
        if fresh := len(some) not in compiled:
            compiled[len(some)] = _compiled(steps, state, data, _orders(specification, some, 0))
        programs = compiled[len(some)]
        seconds = 0.0
        for epoch in _epochs(specification, some, programs, state, data):
            seconds += epoch.seconds
            yield epoch
        yield Trained(seeds=some, seconds=seconds, compile_seconds=programs.seconds if fresh else 0.0)


def _epochs(
    specification: Specification, seeds: tuple[int, ...], programs: Programs, state: State, data: tuple[Tensor, ...]
) -> Iterator[Epoch]:
    x, y, *held = data
    for number in range(specification.epochs):
        began = time.perf_counter()
        state, sums = programs.epoch(state, x, y, _orders(specification, seeds, number))
        measured = programs.validation(state, *held)
        loss, accuracy = _means(sums, len(x))
        val_loss, val_accuracy = _means(measured, len(held[0]))
        yield Epoch(
            seeds=seeds, number=number, seconds=time.perf_counter() - began,
            accuracy=accuracy, loss=loss, val_accuracy=val_accuracy, val_loss=val_loss,
        )  # fmt: skip


def _means(sums: Tensor, images: int) -> tuple[Numbers, Numbers]:
    """Sums over images as means; waits for the device."""
    loss, hits = (np.asarray(each, np.float64) / images for each in sums)
    return loss, hits


def _orders(specification: Specification, seeds: Sequence[int], epoch: int) -> Tensor:
    return jnp.asarray(np.stack([order(specification, seed, epoch) for seed in seeds]))


def _compiled(steps: "Steps", state: State, data: tuple[Tensor, ...], orders: Tensor) -> Programs:
    began = time.perf_counter()
    epoch = jax.jit(steps.epoch, donate_argnums=0).lower(state, data[0], data[1], orders).compile()
    validation = jax.jit(steps.validation).lower(state, data[2], data[3]).compile()
    return Programs(epoch=epoch, validation=validation, seconds=time.perf_counter() - began)


class Steps:
    """The arithmetic of training as pure functions of a state, for JAX to trace."""

    def __init__(self, built: Network, chosen: Optimizer, batch_size: int) -> None:
        self._network, self._optimizer, self._batch_size = built, chosen, batch_size
        chosen.build(built.model.trainable_variables)

    def state(self, seeds: Sequence[int]) -> State:
        """Where training begins, for each seed."""
        model = self._network.model
        kinds = (model.trainable_variables, model.non_trainable_variables, self._optimizer.variables)
        drawn = [weights.starts(model.layers, seed) for seed in seeds]
        trainable, others, slots = (
            [jnp.asarray(np.stack(each)) for each in zip(*(weights.values(kind, one) for one in drawn), strict=True)]
            for kind in kinds
        )
        return trainable, others, slots

    def epoch(self, state: State, x: Tensor, y: Tensor, orders: Tensor) -> tuple[State, Tensor]:
        """One pass over the images in the orders given (seeds, images); sums of losses and hits by seed."""

        def step(state: State, numbers: Tensor) -> tuple[State, Tensor]:
            return jax.vmap(lambda one, which: self._step(one, x[which], y[which]))(state, numbers)

        seeds, images = orders.shape
        whole = images // self._batch_size * self._batch_size
        numbers = orders[:, :whole].reshape(seeds, -1, self._batch_size).swapaxes(0, 1)
        state, sums = jax.lax.scan(step, state, numbers)
        totals = [each.sum(axis=0) for each in sums]
        if whole < images:
            state, last = step(state, orders[:, whole:])
            totals = [total + each for total, each in zip(totals, last, strict=True)]
        return state, totals

    def validation(self, state: State, x: Tensor, y: Tensor) -> Tensor:
        """Sums of losses and hits over images, by seed."""

        def measured(part: tuple[Tensor, Tensor]) -> Tensor:
            return jax.vmap(lambda one: self._sums(one[0], one[1], *part, training=False)[0])(state)

        whole = len(x) // _VALIDATED * _VALIDATED
        parts = tuple(each[:whole].reshape(-1, _VALIDATED, *each.shape[1:]) for each in (x, y))
        totals = [each.sum(axis=0) for each in jax.lax.map(measured, parts)]
        if whole < len(x):
            totals = [total + each for total, each in zip(totals, measured((x[whole:], y[whole:])), strict=True)]
        return totals

    def _step(self, state: State, x: Tensor, y: Tensor) -> tuple[State, Tensor]:
        trainable, others, slots = state

        def loss(trainable: list[Tensor]) -> Tensor:
            sums, new = self._sums(trainable, others, x, y, training=True)
            return sums[0] / len(x), (sums, new)

        (_, (sums, others)), gradients = jax.value_and_grad(loss, has_aux=True)(trainable)
        trainable, slots = self._optimizer.stateless_apply(slots, gradients, trainable)
        return (list(trainable), list(others), list(slots)), sums

    def _sums(
        self, trainable: list[Tensor], others: list[Tensor], x: Tensor, y: Tensor, *, training: bool
    ) -> tuple[Tensor, Tensor]:
        outputs, new = self._network.model.stateless_call(trainable, others, x, training=training)
        return (self._network.losses(y, outputs).sum(), self._network.hits(y, outputs).sum()), new
