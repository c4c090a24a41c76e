"""What trains where, how many at once, and what is said when libraries are missing."""

import sys

import pytest

from grader.baseline.trainer.batches import batches
from grader.baseline.trainer.devices import Place, choose, cores
from grader.baseline.trainer.messages import Backend, Device
from grader.baseline.trainer.sizes import at_once
from grader.errors import BaselineError
from tests.baseline.learnable import specification

CPU = Place(backend=Backend.JAX, device=Device.CPU)


@pytest.fixture
def bare(monkeypatch):
    """A Python without frameworks."""
    monkeypatch.setattr(sys, "path", [])
    for name in ("keras", "jax", "tensorflow"):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.fixture
def with_keras(bare, tmp_path, monkeypatch):
    (tmp_path / "keras.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])


def test_without_keras_the_extra_is_named(bare):
    with pytest.raises(BaselineError, match=r"Keras is not installed\. .*grader\[keras\]"):
        choose(Backend.AUTO, Device.CPU)


@pytest.mark.parametrize(
    ("backend", "sentence"),
    [
        (Backend.AUTO, r"Neither JAX nor TensorFlow is installed\. .*grader\[jax\]"),
        (Backend.JAX, r"^JAX is not installed\. .*grader\[jax\]"),
        (Backend.TENSORFLOW, r"^TensorFlow is not installed\. .*grader\[keras\]"),
    ],
)
def test_without_a_backend_the_extra_is_named(backend, sentence, with_keras):
    with pytest.raises(BaselineError, match=sentence):
        choose(backend, Device.CPU)


def test_seeds_are_dealt_out_evenly():
    assert list(batches(range(7), 3)) == [(0, 1, 2), (3, 4), (5, 6)]


def test_convolutional_networks_are_trained_one_for_each_core():
    assert at_once(specification("cnn-4-8-16"), CPU, seeds=1000, wanted=None) == cores()


def test_no_more_are_trained_at_once_than_there_are_seeds():
    assert at_once(specification(), CPU, seeds=1, wanted=None) == 1
    assert at_once(specification(), CPU, seeds=3, wanted=16) == 3


def test_tensorflow_trains_one_after_another():
    place = Place(backend=Backend.TENSORFLOW, device=Device.CPU)
    assert at_once(specification(), place, seeds=8, wanted=8) == 1
