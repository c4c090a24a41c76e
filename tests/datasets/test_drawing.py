"""The stand-ins are always the same, have no two equal images, and can be learnt."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from grader.datasets.arrays import content
from grader.datasets.catalogue import CATALOGUE, CIFAR10, FASHION_MNIST, MNIST
from grader.datasets.drawing import draw


@pytest.fixture(scope="module", params=list(CATALOGUE.values()), ids=lambda entry: entry.name)
def entry(request):
    return replace(request.param, train=3000, test=600)


@pytest.fixture(scope="module")
def drawn(entry):
    return draw(entry)


def test_shapes_and_types_are_those_of_the_data_set_they_stand_in_for(entry, drawn):
    for part, array in drawn.parts().items():
        assert (array.shape, array.dtype) == (entry.shape(part), np.uint8)


def test_no_two_images_are_equal(drawn):
    images = [image.tobytes() for image in (*drawn.x_train, *drawn.x_test)]
    assert len(set(images)) == len(images)


def test_every_class_has_its_share(drawn):
    assert np.bincount(drawn.y_train.ravel(), minlength=10).min() > 200


def test_drawing_twice_gives_the_same_bytes(entry, drawn):
    assert content(draw(entry)) == content(drawn)


@pytest.mark.parametrize(("entry", "floor"), [(MNIST, 0.75), (FASHION_MNIST, 0.6)], ids=["mnist", "fashion_mnist"])
def test_what_is_learnt_on_the_training_images_holds_on_the_test_images(entry, floor):
    drawn = draw(replace(entry, train=3000, test=600))
    model = KNeighborsClassifier(n_neighbors=3)
    model.fit(drawn.x_train.reshape(3000, -1) / 255, drawn.y_train)
    assert floor < model.score(drawn.x_test.reshape(600, -1) / 255, drawn.y_test) < 1


def test_the_stand_ins_are_different_from_each_other():
    small = [draw(replace(entry, train=10, test=10)) for entry in (MNIST, FASHION_MNIST)]
    assert not np.array_equal(small[0].x_train, small[1].x_train)


def test_the_colours_of_the_third_are_not_shades_of_grey():
    image = draw(replace(CIFAR10, train=10, test=10)).x_train.astype(int)
    assert np.abs(image[..., 0] - image[..., 2]).mean() > 20
