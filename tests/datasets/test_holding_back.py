"""Held-back images are not in the served file, and nothing else about it changes."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from grader.datasets.arrays import Arrays, write_npz
from grader.datasets.catalogue import Entry
from grader.datasets.holding_back import NOISE, hold_back
from grader.errors import DatasetError
from grader.holdout import Holdout
from tests.datasets.conftest import random_arrays

SMALL = Entry(name="mnist", title="Small", train=400, test=40, image=(6, 5))
COLOURED = Entry(name="cifar10", title="Coloured", train=400, test=40, image=(6, 5, 3), label=(1,))


def prepared(folder: Path, arrays: Arrays, name: str = "mnist") -> Path:
    write_npz(folder / f"{name}.npz", arrays)
    return folder / f"{name}.npz"


def read(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def images(holdout: Holdout) -> np.ndarray:
    return np.frombuffer(holdout.pixels, np.uint8).reshape(-1, *holdout.shape)


def rows(images: np.ndarray) -> set[bytes]:
    return {image.tobytes() for image in images}


@pytest.mark.parametrize("entry", [SMALL, COLOURED], ids=["grey", "coloured"])
def test_shapes_and_types_stay_as_published(tmp_path, entry):
    arrays = random_arrays(entry)
    path = prepared(tmp_path, arrays, entry.name)
    hold_back(entry.name, path)
    assert {n: (a.shape, a.dtype) for n, a in read(path).items()} == {
        n: (a.shape, a.dtype) for n, a in arrays.parts().items()
    }


def test_a_twentieth_of_the_images_is_taken_out_of_the_file(tmp_path):
    arrays = random_arrays(SMALL)
    path = prepared(tmp_path, arrays)
    holdout = hold_back("mnist", path)
    gone = rows(arrays.x_train) - rows(read(path)["x_train"])
    assert len(gone) == len(holdout.labels) == 20
    unaltered = [
        image.tobytes() for image, changed in zip(images(holdout), holdout.altered, strict=True) if not changed
    ]
    assert set(unaltered) <= gone


def test_every_label_that_is_served_and_every_label_that_is_kept_belongs_to_its_image(tmp_path):
    arrays = random_arrays(SMALL)
    label = {image.tobytes(): int(y) for image, y in zip(arrays.x_train, arrays.y_train, strict=True)}
    path = prepared(tmp_path, arrays)
    holdout = hold_back("mnist", path)
    served = read(path)
    assert all(label[x.tobytes()] == y for x, y in zip(served["x_train"], served["y_train"], strict=True))
    kept = zip(images(holdout), holdout.labels, holdout.altered, strict=True)
    assert all(label[image.tobytes()] == y for image, y, altered in kept if not altered)


def test_the_test_images_stay_as_they_are(tmp_path):
    arrays = random_arrays(SMALL)
    path = prepared(tmp_path, arrays)
    hold_back("mnist", path)
    assert np.array_equal(read(path)["x_test"], arrays.x_test)
    assert np.array_equal(read(path)["y_test"], arrays.y_test)


def test_an_image_with_a_twin_is_never_held_back(tmp_path):
    arrays = random_arrays(SMALL)
    arrays.x_train[:200] = arrays.x_train[200:]
    arrays.x_train[200:230] = arrays.x_train[:30] = arrays.x_test[:30]
    path = prepared(tmp_path, arrays)
    assert hold_back("mnist", path).labels == ()
    assert rows(read(path)["x_train"]) == rows(arrays.x_train)


def test_a_cache_that_shares_the_file_keeps_its_own(tmp_path):
    cached = prepared(tmp_path / "cache", random_arrays(SMALL))
    before = cached.read_bytes()
    os.link(cached, tmp_path / "mnist.npz")
    hold_back("mnist", tmp_path / "mnist.npz")
    assert cached.read_bytes() == before
    assert (tmp_path / "mnist.npz").read_bytes() != before


def test_everybody_may_read_the_file_that_is_served(tmp_path):
    path = prepared(tmp_path, random_arrays(SMALL))
    hold_back("mnist", path)
    assert path.stat().st_mode & 0o777 == 0o644


def test_the_choice_is_another_one_each_time(tmp_path):
    one = hold_back("mnist", prepared(tmp_path / "one", random_arrays(SMALL)))
    other = hold_back("mnist", prepared(tmp_path / "other", random_arrays(SMALL)))
    assert one.pixels != other.pixels


def test_the_same_seed_makes_the_same_choice(tmp_path):
    one = hold_back("mnist", prepared(tmp_path / "one", random_arrays(SMALL)), seed=b"seed")
    other = hold_back("mnist", prepared(tmp_path / "other", random_arrays(SMALL)), seed=b"seed")
    assert one == other


def test_altered_images_differ_from_the_published_ones_by_little(tmp_path):
    arrays = random_arrays(SMALL)
    holdout = hold_back("mnist", prepared(tmp_path, arrays), seed=1)
    published = arrays.x_train.astype(int)
    altered = [image for image, changed in zip(images(holdout), holdout.altered, strict=True) if changed]
    nearest = [int(np.abs(published - image).max(axis=(1, 2)).min()) for image in altered]
    assert min(nearest) > 0
    assert max(nearest) <= 0.04 * 255 + NOISE + 1


def test_pixels_that_never_vary_get_no_noise(tmp_path):
    arrays = random_arrays(SMALL)
    arrays.x_train[:, 0, :] = 0
    holdout = hold_back("mnist", prepared(tmp_path, arrays), seed=1)
    assert any(holdout.altered)
    assert not images(holdout)[:, 0, :].any()


def test_the_description_that_reports_print_says_how_many_images_are_missing(tmp_path):
    path = prepared(tmp_path, random_arrays(SMALL))
    (tmp_path / "manifest.json").write_text('{"mnist": {"served": "original", "description": "MNIST"}}')
    hold_back("mnist", path)
    told = json.loads((tmp_path / "manifest.json").read_text())["mnist"]
    assert told["served"] == "original"
    assert told["description"].startswith("MNIST; 20 of its 400 training images are held back")


def test_a_file_that_is_no_data_set_is_refused(tmp_path):
    (tmp_path / "mnist.npz").write_bytes(b"not an archive")
    with pytest.raises(DatasetError, match="cannot be read"):
        hold_back("mnist", tmp_path / "mnist.npz")
