"""The arithmetic of training many seeds, as pure functions of their state, for JAX to trace."""

from collections.abc import Sequence

import jax
import numpy as np
from jax import numpy as jnp

from grader.baseline.trainer import weights
from grader.baseline.trainer.networks import Network
from grader.baseline.trainer.sizes import VALIDATED
from grader.baseline.trainer.untyped import Optimizer, Tensor

State = tuple[list[Tensor], list[Tensor], list[Tensor]]
"""Trainable variables, others (moving statistics, streams of dropout), the optimiser's: each stacked over seeds."""


class Steps:
    """One training step, an epoch of them, and validation; `state` is where they begin."""

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

        whole = len(x) // VALIDATED * VALIDATED
        parts = tuple(each[:whole].reshape(-1, VALIDATED, *each.shape[1:]) for each in (x, y))
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
