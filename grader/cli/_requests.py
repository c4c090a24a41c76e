"""From what somebody asks for to specifications: a network by name, a file, or what a grading run lacked."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.architecture.named import PLACEMENTS, architecture
from grader.architecture.sound import sound
from grader.baseline.store import Store
from grader.cli._publish import stored
from grader.cli._reference_data import ReferenceData
from grader.cli._references import most_shared
from grader.datasets.catalogue import Entry
from grader.errors import GraderError, SpecificationError
from grader.gradebook.folder import RunFolder
from grader.graph import Placement
from grader.loaders import specification_yaml
from grader.matching.matches import wanted, with_baselines
from grader.reference import Reference
from grader.specification import UNKNOWN, Specification, SpecificationPair

RATES = {"SGD": 0.01}
"""Keras' learning rate where none is set, if it is not 0.001."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options of `grader baseline` that say what is to be trained."""

    network: str
    dataset: str
    samples: int | None
    validation: int
    epochs: int
    optimizer: str
    learning_rate: float | None
    batch_size: int
    placement: str


def claimed(option: str, value: float | None) -> float | None:
    """An accuracy that somebody claims, or ``None`` where nobody does.

    Raises:
        GraderError: it is none: a per cent value, most often.
    """
    if value is None or 0.0 <= value <= 1.0:
        return value
    raise GraderError(f"{option} is {value:g}; an accuracy is a number from 0 to 1: 0.977, not 97.7.")


def refuse_beside_run(given: Iterable[str]) -> None:
    """Say that options about one network mean nothing where a grading run says which networks are trained.

    Raises:
        GraderError: any of them is given.
    """
    named = ", ".join(given)
    if named:
        raise GraderError(
            f"--for takes networks, data and settings from the grading run; these do not go with it: {named}.",
            advice="Leave them out, or leave out --for.",
        )


def requested(request: Request, data: ReferenceData) -> SpecificationPair:
    """The two networks that were asked for. What cannot be trained is refused before any data are looked for.

    Raises:
        SpecificationError: there is no such network or data set, or something about it is not allowed.
        DatasetError: nobody has its data.
    """
    is_file = request.network.endswith((".yaml", ".yml"))
    pair = specification_yaml.load(Path(request.network)) if is_file else _named(request, data)
    return pair.on(data.served(pair.plain.dataset).digest)


def _named(request: Request, data: ReferenceData) -> SpecificationPair:
    entry = data.entry(request.dataset)
    placement = next((each for each in PLACEMENTS if each == request.placement), None)
    if placement is None:
        raise SpecificationError(f"--placement is {request.placement!r}; it is one of {', '.join(PLACEMENTS)}.")
    plain, normalized = (_specification(request, entry, where) for where in (None, placement))
    return SpecificationPair(plain=plain, normalized=normalized)


def _specification(request: Request, entry: Entry, placement: Placement | None) -> Specification:
    rate = RATES.get(request.optimizer, 0.001) if request.learning_rate is None else request.learning_rate
    made = Specification(
        dataset=request.dataset,
        digest=UNKNOWN,
        samples=request.samples if request.samples is not None else entry.train - request.validation,
        validation=request.validation,
        input_shape=entry.image if len(entry.image) == 3 else (*entry.image, 1),
        layers=architecture(request.network, placement),
        optimizer=request.optimizer,
        learning_rate=rate,
        batch_size=request.batch_size,
        epochs=request.epochs,
    )
    return sound(made)


def lacking(run: Path, store: Store) -> list[tuple[Specification, ...]]:
    """The networks of a grading run's submissions for which no baseline is stored, the most shared first.

    Those that one submission compares stay together.

    Raises:
        GraderError: there is no grading run in that folder.
    """
    folder = RunFolder.open(run)
    baselines = store.usable()
    return most_shared(
        tuple(wanted(with_baselines(Reference(), evidence.run, baselines))) for evidence in stored(folder)
    )
