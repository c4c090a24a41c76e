"""Baselines for tests, made from given last accuracies."""

from collections.abc import Sequence

from grader.reference import Baseline, Number, SeedRun
from grader.specification import LayerSpecification, Specification

SPREAD = (0.9775, 0.9752, 0.9781, 0.9766, 0.9779, 0.9790, 0.9761, 0.9770)
"""Where eight seeds of a small network on MNIST may end."""


def specification(*, batch_norm: bool = False, epochs: int = 3) -> Specification:
    normalization = (LayerSpecification(layer="BatchNormalization"),) if batch_norm else ()
    return Specification(
        dataset="mnist",
        digest="d" * 64,
        samples=60_000,
        input_shape=(784,),
        layers=(
            LayerSpecification(layer="Dense", settings={"units": 64}),
            *normalization,
            LayerSpecification(layer="Activation", settings={"activation": "relu"}),
            LayerSpecification(layer="Dense", settings={"units": 10}),
        ),
        epochs=epochs,
    )


def course(last: Number, epochs: int = 3) -> tuple[Number, ...]:
    """A curve that rises to its last number."""
    return tuple(None if last is None else last - 0.01 * (epochs - 1 - epoch) for epoch in range(epochs))


def baseline(*lasts: Number, batch_norm: bool = False, epochs: int = 3, first_seed: int = 0) -> Baseline:
    """Trainings of one network that ended at these validation accuracies, and 0.01 higher on the training images."""
    runs = tuple(
        SeedRun(
            seed=first_seed + number,
            curves={
                "accuracy": course(None if last is None else min(last + 0.01, 1.0), epochs),
                "val_accuracy": course(last, epochs),
            },
        )
        for number, last in enumerate(lasts)
    )
    return Baseline(specification=specification(batch_norm=batch_norm, epochs=epochs), runs=runs)


def moved(by: float, lasts: Sequence[float] = SPREAD) -> Baseline:
    """A network with BN whose every seed ends so much higher, give or take a little."""
    return baseline(*(value + by + 0.0002 * (-1) ** n for n, value in enumerate(lasts)), batch_norm=True)
