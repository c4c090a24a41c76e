"""What is not trained is refused with a sentence."""

from dataclasses import replace

import pytest

from grader.baseline.training import Device, train
from grader.errors import BaselineError, SpecificationError
from grader.specification import LayerSpecification
from tests.baseline.learnable import save, specification, trained


def layered(**settings):
    return replace(specification(), layers=(LayerSpecification(layer="Dense", settings=settings),))


@pytest.mark.parametrize(
    ("hostile", "sentence"),
    [
        (layered(units=10**9), "units is 1000000000"),
        (replace(specification(), learning_rate=float("nan")), "learning_rate is nan"),
        (replace(specification(), layers=(LayerSpecification(layer="Lambda"),)), "'Lambda' is not among the layers"),
        (specification(epochs=0), "epochs is 0"),
        (replace(specification(), optimizer="__class__"), "is not among the optimizers"),
    ],
)
def test_a_hostile_specification_starts_nothing(hostile, sentence, tmp_path):
    with pytest.raises(SpecificationError, match=sentence):
        next(train(hostile, data=tmp_path / "never.npz", seeds=(0,)))


@pytest.mark.parametrize("seeds", [(), (-1,), (2, 2)])
def test_seeds_that_are_none_negative_or_double_are_refused(seeds, tmp_path):
    with pytest.raises(SpecificationError, match="Seeds are whole numbers"):
        next(train(specification(), data=tmp_path / "never.npz", seeds=seeds))


def test_data_that_are_not_there_are_told(tmp_path):
    with pytest.raises(BaselineError, match="holds no data set"):
        next(train(specification(), data=tmp_path / "never.npz", seeds=(0,)))


def test_a_training_that_takes_longer_than_allowed_is_ended(tmp_path):
    with pytest.raises(BaselineError, match="not done in the time allowed"):
        list(train(specification(), data=save(tmp_path / "digits.npz"), seeds=(0,), deadline=0.0))


@pytest.mark.slow
def test_a_gpu_that_is_not_there_is_refused_with_a_sentence(tmp_path, monkeypatch):
    pytest.importorskip("jax")
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    with pytest.raises(BaselineError, match=r"There is no GPU here that .* can use"):
        trained(specification(), save(tmp_path / "digits.npz"), device=Device.GPU)
