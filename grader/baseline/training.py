"""Trains a specification for several seeds in a process of its own, and gives each batch of seeds as it is done."""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from grader.architecture.sound import sound
from grader.baseline.process import Process
from grader.baseline.trainer.messages import Backend, Batch, Device, Job, Refusal, Step, heard, job_line
from grader.errors import BaselineError, EvidenceError, SpecificationError
from grader.specification import Specification

__all__ = ["Backend", "Batch", "Device", "Step", "train"]

_TRAINER = "grader.baseline.trainer"
_LAST_LINES = 5


def train(
    specification: Specification,
    *,
    data: Path,
    seeds: Sequence[int],
    device: Device = Device.AUTO,
    backend: Backend = Backend.AUTO,
    at_once: int | None = None,
    progress: Callable[[Step], None] = lambda _step: None,
    cancelled: threading.Event | None = None,
    deadline: float | None = None,
) -> Iterator[Batch]:
    """Train one network for each seed. The trainer ends with the iterator, and with this process.

    Args:
        specification: made sound first (`grader.architecture.sound`).
        data: an ``.npz`` with ``x_train``, ``y_train``, ``x_test``, ``y_test``, all uint8.
        seeds: each once, from 0 on.
        device: by default a GPU where there is one.
        backend: by default JAX, unless it is not installed or only TensorFlow has a GPU.
        at_once: seeds side by side on JAX; by default as many as suit the device.
        progress: is told of each epoch.
        cancelled: ends the iteration early, without an error, once it is set.
        deadline: seconds that all may take.

    Yields:
        batches of seeds that are through all epochs, in the order of seeds; store each at once.

    Raises:
        SpecificationError: the specification is not allowed; nothing was started.
        BaselineError: libraries or a GPU are missing, the data do not suit, memory or time ran out, or it crashed.
    """
    job = _job(specification, data, seeds, device, backend, at_once)
    ends = None if deadline is None else time.monotonic() + deadline
    with tempfile.TemporaryDirectory(prefix="grader-training-") as folder:
        argv = [sys.executable, "-P", "-m", _TRAINER]
        with Process(argv, job_line(job), folder=Path(folder), environment=_environment(device, folder)) as trainer:
            for line in trainer.lines(until=ends, cancelled=cancelled or threading.Event()):
                match _heard(line, trainer):
                    case Batch() as batch:
                        yield batch
                    case Step() as step:
                        progress(step)
                    case Refusal(message=message, advice=advice):
                        raise BaselineError(message, advice=advice)
            if cancelled is None or not cancelled.is_set():
                _check_end(trainer)


def _job(
    specification: Specification,
    data: Path,
    seeds: Sequence[int],
    device: Device,
    backend: Backend,
    at_once: int | None,
) -> Job:
    whole = sound(specification)
    if not seeds or min(seeds) < 0 or len(set(seeds)) < len(seeds):
        raise SpecificationError("Seeds are whole numbers from 0 on, each once, and at least one.")
    if at_once is not None and at_once < 1:
        raise SpecificationError(f"{at_once} seeds at once cannot be trained; 1 is the least.")
    path = str(data.resolve())
    return Job(
        specification=whole, data=path, seeds=tuple(seeds), device=device, backend=backend, at_once=at_once
    )  # fmt: skip


def _environment(device: Device, folder: str) -> dict[str, str]:
    """Ours, with quiet libraries, no settings of this user's Keras, and no GPU where none is wanted."""
    environment = {
        **os.environ,
        "KERAS_HOME": folder,
        "PYTHONHASHSEED": "0",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    }
    if device is Device.CPU:
        environment |= {"JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "-1"}
    return environment


def _heard(line: bytes, trainer: Process) -> Batch | Step | Refusal:
    try:
        return heard(line)
    except (ValueError, KeyError, TypeError, EvidenceError):
        raise BaselineError(
            f"The trainer said something strange: {line[:80]!r}.", advice=_last_words(trainer)
        ) from None


def _check_end(trainer: Process) -> None:
    """Raise where the trainer ended by itself in any other way than done."""
    status = trainer.status()
    if status == 0:
        return
    if status == -9 or "bad_alloc" in trainer.complaints():  # the kernel's signal, or C++'s own way to say it
        raise BaselineError(
            "The trainer was killed, most likely for lack of memory.", advice="Train fewer seeds at once."
        )
    raise BaselineError(f"The trainer crashed (exit status {status}).", advice=_last_words(trainer))


def _last_words(trainer: Process) -> str:
    lines = [line for line in trainer.complaints().splitlines() if line.strip()]
    return "Its last lines were: " + " / ".join(lines[-_LAST_LINES:]) if lines else "It said nothing."
