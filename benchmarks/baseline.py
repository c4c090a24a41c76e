"""Models per minute: a plain Keras loop on TensorFlow, our TensorFlow trainer, our JAX trainer; side by side.

    python benchmarks/baseline.py [--seeds 32] [--plain 2] [--samples 60000] [--epochs 5] [--batch 32] [--data FOLDER]

The network is the MLP 784-128-64-10, without and with batch normalization. Times are of training and validation, on
one machine: read the ratios. What starting and compiling takes is told apart: it is paid once, whatever the number of
seeds. The plain loop is ``model.fit`` as students write it, in one process for all its models, its first epoch (which
traces) included. TensorFlow of ours is measured on as many seeds as the plain loop.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.architecture.named import architecture
from grader.baseline.training import Backend, Batch, Device, train
from grader.datasets.provide import provide
from grader.graph import Placement
from grader.reference import VAL_ACCURACY
from grader.specification import Specification

UNITS = (128, 64)

PLAIN = """
import json, sys, time
import keras, numpy as np
import tensorflow as tf
path, models, samples, epochs, batch, norm = json.loads(sys.argv[1])
with np.load(path) as stored:
    x, y, x_test, y_test = (stored[name] for name in ("x_train", "y_train", "x_test", "y_test"))
x, x_test = ((each.reshape(len(each), -1) / 255.0).astype("float32") for each in (x[:samples], x_test))
for _ in range(models):
    model = keras.Sequential([keras.Input((x.shape[1],))])
    for units in (128, 64):
        model.add(keras.layers.Dense(units))
        if norm:
            model.add(keras.layers.BatchNormalization())
        model.add(keras.layers.Activation("relu"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    began = time.perf_counter()
    fitted = model.fit(x, y[:samples], batch_size=batch, epochs=epochs, validation_data=(x_test, y_test), verbose=0)
    seconds = time.perf_counter() - began
    device = "gpu" if tf.config.list_physical_devices("GPU") else "cpu"
    print(json.dumps([seconds, fitted.history["val_accuracy"][-1], device]), flush=True)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One way of training: models per minute, the accuracies reached, where, and seconds of starting and compiling."""

    way: str
    rate: float
    accuracies: Sequence[float]
    device: str
    beside: float = 0.0

    def line(self, against: "Measured") -> str:
        """A row of the table."""
        mean = statistics.mean(self.accuracies)
        spread = f"± {statistics.stdev(self.accuracies):.4f}" if len(self.accuracies) > 1 else ""
        return (
            f"  {self.way:<33} {self.device:<4} {self.rate:8.2f} a minute  {self.rate / against.rate:6.2f} x  "
            f"{mean:.4f} {spread:<8} ({len(self.accuracies)} models)  +{self.beside:5.1f} s once"
        )


def plain(specification: Specification, path: Path, models: int, device: Device) -> Measured:
    """Keras' own loop on TensorFlow, with its defaults."""
    job = [
        str(path), models, specification.samples, specification.epochs, specification.batch_size,
        specification.has_batch_norm,
    ]  # fmt: skip
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    if device is Device.CPU:
        environment["CUDA_VISIBLE_DEVICES"] = "-1"
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, json.dumps(job)], env=environment, capture_output=True, check=False
    )
    wall = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(done.stderr.decode(errors="replace"))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    seconds = sum(row[0] for row in rows)
    return Measured(
        way="plain model.fit", rate=60 * len(rows) / seconds, accuracies=[row[1] for row in rows],
        device=rows[0][2], beside=wall - seconds,
    )  # fmt: skip


def ours(
    specification: Specification, path: Path, seeds: int, backend: Backend, device: Device, at_once: int | None
) -> Measured:
    """The grader's trainer."""
    began = time.perf_counter()
    batches: list[Batch] = list(
        train(specification, data=path, seeds=range(seeds), device=device, backend=backend, at_once=at_once)
    )
    wall = time.perf_counter() - began
    seconds = sum(batch.making.seconds for batch in batches)
    finals = [run.curves[VAL_ACCURACY][-1] or 0.0 for batch in batches for run in batch.runs]
    making = batches[0].making
    return Measured(
        way=f"grader, {backend}, {making.at_once} at once", rate=60 * seeds / seconds, accuracies=finals,
        device=making.device, beside=wall - seconds,
    )  # fmt: skip


def specified(options: argparse.Namespace, placement: Placement | None) -> Specification:
    """The network with its budget."""
    return Specification(
        dataset="mnist", digest="0" * 64, samples=options.samples, input_shape=(784,), batch_size=options.batch,
        epochs=options.epochs, layers=architecture("mlp-" + "-".join(map(str, UNITS)), placement),
    )  # fmt: skip


def asked() -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=32, help="models of each network on JAX")
    parser.add_argument("--plain", type=int, default=2, help="models of each network in the plain loop")
    parser.add_argument("--samples", type=int, default=60_000)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--at-once", type=int, default=None, help="seeds side by side on JAX")
    parser.add_argument("--device", type=Device, choices=list(Device), default=Device.AUTO)
    parser.add_argument("--data", type=Path, default=None, help="folder with mnist.npz; else what the grader has")
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    options = asked()
    with tempfile.TemporaryDirectory() as folder:
        served = provide(["mnist"], folder=Path(folder), data=options.data, download=False)["mnist"]
        print(f"784-128-64-10 on {served.description}")  # noqa: T201
        print(f"{options.samples:,} images, {options.epochs} epochs, batch {options.batch}; accuracy: validation, last")  # noqa: T201
        for placement, title in ((None, "without BN"), (Placement.PRE_ACTIVATION, "with BN")):
            print(title)  # noqa: T201
            network, device = specified(options, placement), options.device
            base = plain(network, served.path, options.plain, device)
            print(base.line(base), flush=True)  # noqa: T201
            for backend, seeds in ((Backend.TENSORFLOW, options.plain), (Backend.JAX, options.seeds)):
                found = ours(network, served.path, seeds, backend, device, options.at_once)
                print(found.line(base), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
