"""What a submission is compared with: the assignment's own questions, and baselines, which are distributions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from grader.specification import Specification

Number = float | None
"""A finite number, or ``None`` where training gave NaN or infinity."""

ACCURACY, LOSS, VAL_ACCURACY, VAL_LOSS = "accuracy", "loss", "val_accuracy", "val_loss"
CURVES = (ACCURACY, LOSS, VAL_ACCURACY, VAL_LOSS)
"""What is kept of each training, by epoch, under the names of Keras' histories. Accuracies are shares from 0 to 1."""

TRAINER = 1
"""Raise it when training gives other numbers for the same specification: stored baselines are stale then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRun:
    """One training of a specification.

    Attributes:
        seed: of weights, order of images and dropout; two networks that differ in BN alone share all three.
        curves: by name (`CURVES`), one number an epoch; training numbers are means over the epoch, as in Keras.
    """

    seed: int
    curves: Mapping[str, tuple[Number, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How some of a baseline's trainings were made.

    Attributes:
        backend: of Keras: ``jax`` or ``tensorflow``.
        device: ``cpu`` or ``gpu``; ``device_name`` is what it calls itself.
        at_once: number of seeds trained side by side.
        seeds: which trainings these were.
        seconds: wall time of training and validation, without start and compilation.
        compile_seconds: wall time of compilation, as far as it can be told apart; 0.0 where it cannot.
        samples_per_second: images trained on, summed over seeds, for each second of ``seconds``.
        versions: of Python and the libraries, by distribution name.
        trainer: the version of the training program (`TRAINER`).
    """

    backend: str
    device: str
    device_name: str = ""
    at_once: int = 1
    seeds: tuple[int, ...] = ()
    seconds: float = 0.0
    compile_seconds: float = 0.0
    samples_per_second: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)
    trainer: int = TRAINER


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What a specification reaches when it is trained many times."""

    specification: Specification
    runs: tuple[SeedRun, ...]
    makings: tuple[Making, ...] = ()

    @property
    def epochs(self) -> int:
        """Epochs that every run went through."""
        return min((len(run.curves.get(ACCURACY, ())) for run in self.runs), default=0)

    def at(self, epochs: int) -> "Baseline":
        """The same trainings, stopped earlier.

        Raises:
            ValueError: they did not go that far.
        """
        if not 1 <= epochs <= self.epochs:
            raise ValueError(f"This baseline has {self.epochs} epochs, not {epochs}.")
        runs = tuple(
            replace(run, curves={name: values[:epochs] for name, values in run.curves.items()}) for run in self.runs
        )
        return replace(self, specification=self.specification.for_epochs(epochs), runs=runs)

    def finals(self, curve: str) -> tuple[float, ...]:
        """The last number of each run's curve, in order of seeds; runs whose number is not finite are left out."""
        ordered = sorted(self.runs, key=lambda run: run.seed)
        lasts = [run.curves[curve][-1] for run in ordered if run.curves.get(curve)]
        return tuple(value for value in lasts if value is not None)


class Validated(StrEnum):
    """What a training of a submission was validated on, seen from its baseline."""

    SAME = "the very images of the baseline"
    OTHER = "other images"
    TRAINED_ON = "images that it was trained on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The baseline of one training of a submission, or why there is none.

    Attributes:
        fit: id of the submission's training; ``None`` for the network that it lacks: its own with BN put in, or out.
        model: id of the network that it trained.
        specification: the training as it was rebuilt from the records; ``None`` where it could not be.
        baseline: cut to the epochs that the training did; ``None`` where there is none.
        exact: whether the baseline is of this very specification, and not of the nearest one that is stored.
        note: what differs from the nearest, or why there is no baseline, in a sentence; ``""`` for an exact one.
        validated: on which images the submission measured its validation accuracy.
        same_images: the baseline was trained on the very images of the submission, in whatever order.
    """

    fit: int | None
    model: int | None
    specification: Specification | None = None
    baseline: Baseline | None = None
    exact: bool = False
    note: str = ""
    validated: Validated = Validated.OTHER
    same_images: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What the assignment says and what its networks reach, for checks to compare with.

    Attributes:
        questions: the text of each question by its label (``Q1.1``): a pasted question is not an answer.
        plain: the match of the network without BN that the submission compares; ``None`` where it trained none.
        normalized: that of the network with BN.
    """

    questions: Mapping[str, str] = field(default_factory=dict)
    plain: Match | None = None
    normalized: Match | None = None
