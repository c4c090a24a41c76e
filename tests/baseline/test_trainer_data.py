"""Images and their order as the trainer hands them to a backend."""

from dataclasses import replace

import numpy as np
import pytest

from grader.baseline.trainer.data import load, order
from grader.errors import BaselineError
from tests.baseline.learnable import TRAIN, save, specification


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return save(tmp_path_factory.mktemp("data") / "digits.npz")


def test_black_and_white_become_low_and_high(data):
    images = load(data, specification(low=-1.0, high=1.0))
    assert (images.x.min(), images.x.max()) == (-1.0, 1.0)
    assert images.x.shape == (1000, 28, 28)


def test_the_test_images_are_validated_on_where_nothing_is_held_back(data):
    with np.load(data) as stored:
        assert np.array_equal(load(data, specification()).y_validation, stored["y_test"])


def test_what_is_held_back_comes_from_the_end_of_the_training_images(data):
    images = load(data, specification(validation=100))
    with np.load(data) as stored:
        assert np.array_equal(images.y_validation, stored["y_train"][-100:])
        assert np.array_equal(images.y, stored["y_train"][:1000])


def test_more_images_than_there_are_is_refused(data):
    with pytest.raises(BaselineError, match=r"1,000 images to train on and 500 to validate on are more than the 1,400"):
        load(data, specification(validation=TRAIN - 900))


def test_images_of_another_size_are_refused(data):
    with pytest.raises(BaselineError, match="are 28×28; the network takes 32×32×3"):
        load(data, replace(specification(), input_shape=(32, 32, 3)))


def test_a_file_that_is_no_data_set_is_refused(tmp_path):
    path = tmp_path / "notes.npz"
    path.write_text("hello")
    with pytest.raises(BaselineError, match="holds no data set"):
        load(path, specification())


def test_pickled_objects_are_refused(tmp_path):
    path = tmp_path / "pickled.npz"
    things = np.asarray([{"a": 1}], dtype=object)
    np.savez(path, x_train=things, y_train=things, x_test=things, y_test=things)
    with pytest.raises(BaselineError, match="holds no data set"):
        load(path, specification())


def test_each_epoch_and_each_seed_has_an_order_of_its_own():
    orders = [order(specification(), seed, epoch) for seed in (0, 1) for epoch in (0, 1)]
    assert len({tuple(each) for each in orders}) == 4
    assert all(sorted(each) == list(range(1000)) for each in orders)


def test_every_epoch_has_the_same_order_where_the_specification_says_so():
    fixed = specification(same_order=True)
    assert np.array_equal(order(fixed, 0, 0), order(fixed, 0, 7))


def test_a_network_with_batch_norm_sees_the_images_in_the_order_of_the_one_without():
    assert np.array_equal(order(specification(), 3, 1), order(specification(norm=True), 3, 1))
