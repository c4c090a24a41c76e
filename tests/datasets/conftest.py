"""A small data set to lay out in every way, and a machine on which nobody has any data."""

from pathlib import Path

import numpy as np
import pytest

from grader.datasets.arrays import Arrays
from grader.datasets.catalogue import CIFAR10, MNIST, Entry
from grader.datasets.found import Places


@pytest.fixture(autouse=True)
def _nobody_has_data(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "no-keras"))
    monkeypatch.delenv("GRADER_DATA", raising=False)


@pytest.fixture(scope="session")
def cache(tmp_path_factory) -> Path:
    """One cache for all tests, so that the stand-in is drawn once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def places(tmp_path) -> Places:
    return Places(data=tmp_path, keras=tmp_path / "keras", cache=tmp_path / "cache", download=False)


@pytest.fixture
def tiny() -> Entry:
    return Entry(name="mnist", title="Tiny", train=6, test=3, image=(4, 5))


def random_arrays(entry: Entry) -> Arrays:
    random = np.random.default_rng(7)
    return Arrays(
        x_train=random.integers(0, 256, entry.shape("x_train"), dtype=np.uint8),
        y_train=random.integers(0, 10, entry.shape("y_train"), dtype=np.uint8),
        x_test=random.integers(0, 256, entry.shape("x_test"), dtype=np.uint8),
        y_test=random.integers(0, 10, entry.shape("y_test"), dtype=np.uint8),
    )


@pytest.fixture
def arrays(tiny) -> Arrays:
    return random_arrays(tiny)


@pytest.fixture(scope="session")
def full_mnist() -> Arrays:
    """The shapes of MNIST, with nothing in them."""
    return Arrays(
        **{part: np.zeros(MNIST.shape(part), np.uint8) for part in ("x_train", "y_train", "x_test", "y_test")}
    )


@pytest.fixture(scope="session")
def full_cifar() -> Arrays:
    return random_arrays(CIFAR10)
