"""What the grader and its trainer say to each other: one line of JSON for each message."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from grader.reference import Making, SeedRun
from grader.serializing import structure
from grader.specification import Specification


class Device(StrEnum):
    """Where to train."""

    AUTO = "auto"
    GPU = "gpu"
    CPU = "cpu"


class Backend(StrEnum):
    """Which library Keras trains with."""

    AUTO = "auto"
    JAX = "jax"
    TENSORFLOW = "tensorflow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to train on which data (the path of an ``.npz``); how many seeds at once may be left open."""

    specification: Specification
    data: str
    seeds: tuple[int, ...]
    device: Device = Device.AUTO
    backend: Backend = Backend.AUTO
    at_once: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One epoch of one batch of seeds is done.

    Attributes:
        epoch: counted from 1.
        samples_per_second: images trained on in this epoch, summed over seeds.
    """

    seeds: tuple[int, ...]
    epoch: int
    epochs: int
    samples_per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One batch of seeds, trained through all epochs."""

    runs: tuple[SeedRun, ...]
    making: Making


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why nothing more is trained: a sentence, and what to do about it."""

    message: str
    advice: str = ""


Message = Step | Batch | Refusal
_KINDS: Mapping[str, type[Message]] = {"step": Step, "batch": Batch, "refusal": Refusal}


def spoken(message: Message) -> str:
    """A message as one line, without the line's end."""
    kind = next(name for name, each in _KINDS.items() if isinstance(message, each))
    return json.dumps({"kind": kind, "is": asdict(message)}, allow_nan=False)


def heard(line: str | bytes) -> Message:
    """A line as a message.

    Raises:
        EvidenceError: the fields do not fit.
        ValueError: the line is not JSON.
        KeyError: it is not a message.
        TypeError: likewise.
    """
    said = json.loads(line)
    return structure(_KINDS[said["kind"]], said["is"])


def job_line(job: Job) -> str:
    """A job as one line, with the line's end."""
    return json.dumps(asdict(job), allow_nan=False) + "\n"
