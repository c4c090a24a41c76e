"""Baselines for the pages: 16 trainings of either network, with noise that is drawn once and for all."""

from dataclasses import replace

import numpy as np

from grader.architecture.named import mlp
from grader.evidence import Evidence
from grader.graph import Placement
from grader.reference import Baseline, Making, Match, Reference, SeedRun
from grader.specification import Specification
from tests.reports import samples

Curve = tuple[float | None, ...]


def seed_run(seed: int, epochs: int = 10, *, batch_norm: bool = False) -> SeedRun:
    """One training: about 0.975 at the end, 0.0015 better with BN, one seed like the other to 0.002."""
    drawn = np.random.default_rng([seed, batch_norm]).normal(0.0, 0.002, (4, epochs))
    n = np.arange(1, epochs + 1)
    curves = {
        "accuracy": 0.995 - 0.08 / n + drawn[0] / 4,
        "val_accuracy": 0.9755 + 0.0015 * batch_norm - 0.02 / n + drawn[1],
        "loss": 0.02 + 0.25 / n + drawn[2],
        "val_loss": 0.09 + 0.1 / n + drawn[3],
    }
    return SeedRun(seed=seed, curves={name: tuple(map(float, values)) for name, values in curves.items()})


def constant(seed: int, value: float | None, epochs: int = 10) -> SeedRun:
    """A training that gave the same number in every epoch, or none."""
    return SeedRun(seed=seed, curves=dict.fromkeys(("accuracy", "val_accuracy", "loss", "val_loss"), (value,) * epochs))


def baseline(*, batch_norm: bool, seeds: int = 16, epochs: int = 10, odd: tuple[SeedRun, ...] = ()) -> Baseline:
    """A baseline whose last seeds are the ``odd`` ones."""
    spec = Specification(
        dataset="mnist",
        digest="0" * 64,
        samples=60_000,
        input_shape=(28, 28),
        layers=mlp(placement=Placement.PRE_ACTIVATION if batch_norm else None),
        epochs=epochs,
    )
    usual = tuple(seed_run(seed, epochs, batch_norm=batch_norm) for seed in range(seeds - len(odd)))
    making = Making(
        backend="jax",
        device="cpu",
        device_name="Some CPU",
        at_once=seeds,
        seeds=tuple(range(seeds)),
        seconds=84.0,
        versions={"keras": "3.15.1", "jax": "0.10.2"},
    )
    return Baseline(specification=spec, runs=usual + odd, makings=(making,))


def match(number: int, made: Baseline | None, *, exact: bool = True, note: str = "") -> Match:
    """Of the training and the network with this id."""
    return Match(fit=number, model=number, baseline=made, exact=exact, note=note)


def reference(*, exact: bool = True, note: str = "") -> Reference:
    """Baselines of both networks."""
    return Reference(
        plain=match(0, baseline(batch_norm=False), exact=exact, note=note),
        normalized=match(1, baseline(batch_norm=True), exact=exact, note=note),
    )


def evidence(plain: dict[str, Curve] | None = None, normalized: dict[str, Curve] | None = None) -> Evidence:
    """The believable student, whose two networks trained like this: by default like two more seeds."""
    made = samples.evidence()
    one = plain if plain is not None else dict(seed_run(90).curves)
    other = normalized if normalized is not None else dict(seed_run(91, batch_norm=True).curves)
    histories = {0: one, 1: other}
    fits = tuple(replace(fit, history=histories.get(fit.id, fit.history)) for fit in made.run.fits)
    return replace(made, run=replace(made.run, fits=fits))


def only_plain(made: Baseline, *, exact: bool = True) -> Reference:
    """A baseline of the network without BN alone."""
    return Reference(plain=match(0, made, exact=exact))


DIVERGED = tuple(constant(seed, None) for seed in (14, 15))
"""Two trainings that gave no number."""
