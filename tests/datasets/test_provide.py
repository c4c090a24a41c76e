"""The prepared folder holds the best data set that anybody has, and says what it is."""

import json

import numpy as np
import pytest

from grader.datasets.arrays import write_npz
from grader.datasets.catalogue import MNIST
from grader.datasets.provide import available, provide
from grader.errors import DatasetError
from grader.evidence import Served


def offline(names, folder, cache, **options):
    return provide(names, folder=folder, cache=cache, download=False, **options)


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory, cache):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("no-keras")))
        patch.delenv("GRADER_DATA", raising=False)
        return offline(["mnist"], tmp_path_factory.mktemp("served"), cache)["mnist"]


def test_a_machine_with_nothing_serves_a_stand_in_and_says_so(stand_in):
    manifest = json.loads((stand_in.path.parent / "manifest.json").read_text())
    assert stand_in.served is Served.STAND_IN
    assert manifest == {"mnist": {"served": "stand-in", "description": stand_in.description, "digest": stand_in.digest}}
    assert "stand-in for MNIST" in stand_in.description


def test_the_served_file_has_the_shapes_that_keras_gives(stand_in):
    with np.load(stand_in.path, allow_pickle=False) as file:
        assert {name: file[name].shape for name in file.files} == {
            "x_train": (60_000, 28, 28),
            "y_train": (60_000,),
            "x_test": (10_000, 28, 28),
            "y_test": (10_000,),
        }


def test_a_second_run_serves_what_the_first_prepared(stand_in, tmp_path, cache):
    again = offline(["mnist"], tmp_path, cache)["mnist"]
    assert again.path.samefile(stand_in.path)


def test_a_name_that_nobody_has_is_left_out(tmp_path, cache):
    assert offline(["imdb", "cifar100"], tmp_path, cache) == {}
    assert json.loads((tmp_path / "manifest.json").read_text()) == {}


def test_an_instructors_own_data_are_served_but_not_called_the_published_ones(tmp_path, full_mnist):
    write_npz(tmp_path / "data/mnist.npz", full_mnist)
    served = offline(["mnist"], tmp_path / "box", tmp_path / "cache", data=tmp_path / "data")["mnist"]
    assert served.served is Served.STAND_IN
    assert "given by the instructor, not the published file" in served.description


def test_the_environment_variable_names_the_folder_too(tmp_path, full_mnist, monkeypatch):
    write_npz(tmp_path / "data/mnist.npz", full_mnist)
    monkeypatch.setenv("GRADER_DATA", str(tmp_path / "data"))
    assert "instructor" in offline(["mnist"], tmp_path / "box", tmp_path / "cache")["mnist"].description


def test_a_bad_file_is_reported_and_the_next_source_serves(tmp_path, stand_in, cache):
    (tmp_path / "mnist.npz").write_bytes(b"not an archive")
    served = offline(["mnist"], tmp_path / "box", cache, data=tmp_path)["mnist"]
    assert served.served is Served.STAND_IN
    assert str(tmp_path / "mnist.npz") in served.notes[0]


def test_a_folder_that_does_not_exist_is_the_instructors_mistake_and_stops_the_run(tmp_path, cache):
    with pytest.raises(DatasetError, match="--data names"):
        offline(["mnist"], tmp_path, cache, data=tmp_path / "nowhere")


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path, full_mnist):
    write_npz(tmp_path / "data/mnist.npz", full_mnist)
    (tmp_path / "cache").write_text("a file where a folder should be")
    served = offline(["mnist"], tmp_path / "box", tmp_path / "cache", data=tmp_path / "data")["mnist"]
    assert np.load(served.path)["x_train"].shape == MNIST.shape("x_train")


def test_what_is_available_is_listed_best_first_without_preparing_anything(tmp_path):
    listed = available(cache=tmp_path / "cache", download=True)
    assert [(each.served.value, each.where.split()[0]) for each in listed if each.name == "mnist"] == [
        ("original", "a"),
        ("stand-in", "drawn"),
    ]
    assert not (tmp_path / "cache").exists()


@pytest.mark.seeds
def test_the_published_files_are_recognised(tmp_path, shared, cache):
    served = offline(["mnist", "fashion_mnist"], tmp_path, cache, data=shared / "data")
    assert {each.served for each in served.values()} == {Served.ORIGINAL}


@pytest.mark.seeds
def test_the_published_images_are_recognised_in_another_archive(tmp_path, shared):
    with np.load(shared / "data/mnist.npz") as file:
        np.savez(tmp_path / "mnist.npz", **file)
    served = offline(["mnist"], tmp_path / "box", tmp_path / "cache", data=tmp_path)
    assert served["mnist"].served is Served.ORIGINAL


@pytest.mark.seeds
def test_jpeg_images_are_served_as_lossy(tmp_path, shared):
    served = offline(["cifar10"], tmp_path / "box", tmp_path / "cache", data=shared / "data")["cifar10"]
    assert served.served is Served.LOSSY
    assert "lossy" in served.description
