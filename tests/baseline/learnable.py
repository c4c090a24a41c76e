"""A small data set that networks learn in a second: scikit-learn's digits, enlarged to 28 × 28."""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

from grader.architecture.named import architecture
from grader.baseline.training import Backend, Device, train
from grader.graph import Placement
from grader.reference import SeedRun
from grader.specification import LayerSpecification, Specification

TRAIN = 1400


def save(path: Path) -> Path:
    digits = load_digits()
    large = np.kron(digits.images, np.ones((3, 3))) * (255 / 16)
    images = np.pad(large, ((0, 0), (2, 2), (2, 2))).astype(np.uint8)
    classes = digits.target.astype(np.uint8)
    np.savez(path, x_train=images[:TRAIN], y_train=classes[:TRAIN], x_test=images[TRAIN:], y_test=classes[TRAIN:])
    return path


def specification(name: str = "mlp-32", *, norm: bool = False, **changes: object) -> Specification:
    layers = architecture(name, Placement.PRE_ACTIVATION if norm else None)
    shape = (28, 28, 1) if name.startswith("cnn") else (28, 28)
    settings = {"samples": 1000, "epochs": 2, **changes}
    return Specification(dataset="digits", digest="0" * 64, input_shape=shape, layers=layers, **settings)


def with_dropout(plain: Specification, rate: float = 0.3) -> tuple[LayerSpecification, ...]:
    dropout = LayerSpecification(layer="Dropout", settings={"rate": rate})
    return (*plain.layers[:-2], dropout, *plain.layers[-2:])


def trained(asked: Specification, data: Path, *, seeds=(0, 1), **how: object) -> dict[int, SeedRun]:
    how = {"device": Device.CPU, "backend": Backend.JAX, **how}
    return {run.seed: run for batch in train(asked, data=data, seeds=seeds, **how) for run in batch.runs}
