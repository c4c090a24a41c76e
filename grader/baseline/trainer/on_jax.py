"""Training on JAX: many seeds side by side, one compiled program for each epoch.

On a CPU the seeds are dealt out to lanes, one thread for each core: a step of so small a network leaves one core idle
where a program is given all of them (two lanes of two seeds are a third faster than one of four, on two cores).
"""

import math
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import jax
import numpy as np
from jax import numpy as jnp

from grader.baseline.trainer.batches import Epoch, Numbers, Trained, batches
from grader.baseline.trainer.data import Images, order
from grader.baseline.trainer.devices import Place, cores
from grader.baseline.trainer.messages import Device
from grader.baseline.trainer.networks import network, optimizer
from grader.baseline.trainer.steps import State, Steps
from grader.baseline.trainer.untyped import Compiled, Tensor
from grader.specification import Specification


def train(
    specification: Specification, images: Images, seeds: Sequence[int], *, place: Place, at_once: int
) -> Iterator[Epoch | Trained]:
    """Train some seeds at a time, through all epochs.

    Yields:
        what each epoch gave, and after the last one the batch's times.
    """
    is_cpu = place.device is Device.CPU
    built = network(specification, by_matrices=is_cpu)
    programs = Programs(specification, Steps(built, optimizer(specification), specification.batch_size), images)
    with ThreadPoolExecutor(cores() if is_cpu else 1) as threads:
        for some in batches(seeds, at_once):
            spent = programs.seconds
            groups = batches(some, math.ceil(len(some) / (cores() if is_cpu else 1)))
            lanes = [Lane(programs, group) for group in groups]
            seconds = 0.0
            for number in range(specification.epochs):
                epoch = _epoch(threads, lanes, number)
                seconds += epoch.seconds
                yield epoch
            yield Trained(seeds=some, seconds=seconds, compile_seconds=programs.seconds - spent)


def _epoch(threads: ThreadPoolExecutor, lanes: Sequence["Lane"], number: int) -> Epoch:
    began = time.perf_counter()
    parts = list(threads.map(lambda lane: lane.epoch(number), lanes))
    loss, accuracy, val_loss, val_accuracy = np.concatenate(parts, axis=1)
    return Epoch(
        seeds=tuple(seed for lane in lanes for seed in lane.seeds), number=number,
        seconds=time.perf_counter() - began,
        accuracy=accuracy, loss=loss, val_accuracy=val_accuracy, val_loss=val_loss,
    )  # fmt: skip


class Programs:
    """Compiled once for each number of seeds; `seconds` is what compiling took so far."""

    def __init__(self, specification: Specification, steps: Steps, images: Images) -> None:
        self.specification, self.steps = specification, steps
        self.data = jnp.asarray(images.x), jnp.asarray(images.y)
        self.held = jnp.asarray(images.x_validation), jnp.asarray(images.y_validation)
        self.seconds = 0.0
        self._compiled: dict[int, tuple[Compiled, Compiled]] = {}

    def orders(self, seeds: Sequence[int], number: int) -> Tensor:
        """The images of one epoch by number, a row for each seed."""
        return jnp.asarray(np.stack([order(self.specification, seed, number) for seed in seeds]))

    def compiled(self, state: State, seeds: Sequence[int]) -> tuple[Compiled, Compiled]:
        """An epoch's program, which overwrites its state, and validation's."""
        if len(seeds) not in self._compiled:
            began = time.perf_counter()
            epoch = jax.jit(self.steps.epoch, donate_argnums=0)
            self._compiled[len(seeds)] = (
                epoch.lower(state, *self.data, self.orders(seeds, 0)).compile(),
                jax.jit(self.steps.validation).lower(state, *self.held).compile(),
            )
            self.seconds += time.perf_counter() - began
        return self._compiled[len(seeds)]


class Lane:
    """Some seeds that are stepped together, with their state."""

    def __init__(self, programs: Programs, seeds: tuple[int, ...]) -> None:
        self.seeds = seeds
        self._programs = programs
        self._state = programs.steps.state(seeds)
        self._training, self._validation = programs.compiled(self._state, seeds)

    def epoch(self, number: int) -> Numbers:
        """Train for one epoch and validate: loss, accuracy, val_loss, val_accuracy; a column for each seed."""
        programs = self._programs
        self._state, sums = self._training(self._state, *programs.data, programs.orders(self.seeds, number))
        measured = self._validation(self._state, *programs.held)
        return np.concatenate([_means(sums, len(programs.data[0])), _means(measured, len(programs.held[0]))])


def _means(sums: Tensor, images: int) -> Numbers:
    """Sums over images as means; waits for the device."""
    return np.asarray([np.asarray(each, np.float64) for each in sums]) / images
