"""Reads one job on standard input, trains, answers on standard output; ends when its standard input does."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.architecture.sound import sound
from grader.baseline.trainer import devices
from grader.baseline.trainer.batches import Epoch, Trained, runs
from grader.baseline.trainer.data import Images, load
from grader.baseline.trainer.messages import Backend, Batch, Job, Message, Refusal, Step, spoken
from grader.baseline.trainer.sizes import at_once
from grader.errors import GraderError
from grader.reference import Making
from grader.serializing import from_json


def main() -> None:
    """Do the job that standard input holds."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # what libraries print goes to standard error, not between our lines

        def tell(message: Message) -> None:
            print(spoken(message), file=answers, flush=True)

        try:
            job = from_json(Job, sys.stdin.readline())
            threading.Thread(target=_end_with_parent, daemon=True).start()
            _train(job, tell)
        except GraderError as error:
            tell(Refusal(message=error.message, advice=error.advice))
        except Exception as error:
            if not _is_lack_of_memory(error):
                raise
            tell(Refusal(message="The device's memory does not suffice.", advice="Train fewer seeds at once."))


def _end_with_parent() -> None:
    """The grader keeps our standard input open as long as it lives."""
    while os.read(0, 1024):
        pass
    os._exit(1)


def _train(job: Job, tell: Callable[[Message], None]) -> None:
    specification = sound(job.specification)
    images = load(Path(job.data), specification)
    place = devices.choose(job.backend, job.device)
    os.environ["KERAS_BACKEND"] = place.backend.value
    count = at_once(specification, place, seeds=len(job.seeds), wanted=job.at_once)
    epochs: list[Epoch] = []
    for each in _trained(job, images, place, count):
        if isinstance(each, Epoch):
            epochs.append(each)
            speed = len(images.x) * len(each.seeds) / max(each.seconds, 1e-9)
            total = specification.epochs
            tell(Step(seeds=each.seeds, epoch=each.number + 1, epochs=total, samples_per_second=speed))
        else:
            trained_on = len(images.x) * specification.epochs
            tell(Batch(runs=runs(epochs), making=_making(each, place, trained_on)))
            epochs = []


def _trained(job: Job, images: Images, place: devices.Place, count: int) -> Iterator[Epoch | Trained]:
    _settle_keras()
    if place.backend is Backend.JAX:
        from grader.baseline.trainer import on_jax

        return on_jax.train(sound(job.specification), images, job.seeds, place=place, at_once=count)
    from grader.baseline.trainer import on_tensorflow

    return on_tensorflow.train(sound(job.specification), images, job.seeds)


def _settle_keras() -> None:
    """Whatever this user's ``keras.json`` says."""
    import keras

    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")


def _making(trained: Trained, place: devices.Place, samples: int) -> Making:
    return Making(
        backend=place.backend.value,
        device=place.device.value,
        device_name=place.name,
        at_once=len(trained.seeds) if place.backend is Backend.JAX else 1,
        seeds=trained.seeds,
        seconds=round(trained.seconds, 3),
        compile_seconds=round(trained.compile_seconds, 3),
        samples_per_second=round(samples * len(trained.seeds) / max(trained.seconds, 1e-9), 1),
        versions=devices.versions(),
    )


def _is_lack_of_memory(error: Exception) -> bool:
    """Python's own error, and how XLA and TensorFlow name theirs."""
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error) or "OOM when" in str(error)


if __name__ == "__main__":
    main()
