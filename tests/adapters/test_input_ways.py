"""How a network's inputs were made from images is found out from their statistics."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.adapters._input_profiles import Profile, Profiles
from grader.adapters._input_ways import ALIKE, CLOSE, Served, guessed, layouts, ranked

GENERATOR = np.random.default_rng(5)
SPOTS = GENERATOR.random((28, 28)) ** 3


def drawn(amount: int) -> np.ndarray:
    """Images that vary more in some places than in others, and not at all at the rim."""
    images = (GENERATOR.random((amount, 28, 28)) < SPOTS) * GENERATOR.integers(60, 256, (amount, 28, 28))
    images = images * GENERATOR.uniform(0.4, 1.0, (amount, 1, 1))  # some images are darker than others
    images[:, :3, :] = 0
    images[:5, 10, 10] = 255
    return images.astype(np.uint8)


IMAGES = drawn(3000)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    path: Path = tmp_path_factory.mktemp("served") / "mnist.npz"
    np.savez(path, x_train=IMAGES, y_train=np.arange(3000) % 10)
    return Served(path)


def profile(inputs: Any) -> Profile:
    profiles, network = Profiles(), Network()
    profiles.trained_on(network, inputs)
    found = profiles.of(network)
    assert found is not None
    return found


class Network:
    """Stands where a model does, which profiles only tell apart."""


def found(served: Served, inputs: np.ndarray) -> tuple[float, str, Callable[[Any], Any]]:
    """The best way and its distance."""
    (layout,) = layouts(served.shape, inputs.shape[1:])
    distance, (words, change) = ranked(served, layout, profile(inputs))[0]
    return distance, words, change


def standardised(images: np.ndarray) -> np.ndarray:
    deviation = images.std(axis=0)
    return (images - images.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)


SCALES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "divided by 255": lambda x: x / 255.0,
    "as they are": lambda x: x,
    "from -1 to 1": lambda x: x / 127.5 - 1.0,
    "standardised": lambda x: (x - x.mean()) / x.std(),
    "standardised for each pixel": standardised,
    "divided by 255, less the mean image": lambda x: (x - x.mean(axis=0)) / 255.0,
    "black and white": lambda x: (x > 127).astype(np.float32),
    "inverted and divided by 255": lambda x: 1.0 - x / 255.0,
    "normalised along their rows": lambda x: x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9),
    "each image standardised": lambda x: (x - x.mean(axis=(1, 2), keepdims=True)) / x.std(axis=(1, 2), keepdims=True),
}


@pytest.mark.parametrize("words", SCALES)
def test_a_scale_is_recognised_when_a_network_is_trained_on_all_images(served: Served, words: str):
    inputs = SCALES[words](IMAGES.astype(np.float64))
    distance, told, change = found(served, inputs)
    assert told == f"28×28 values, {words}"
    assert distance < 0.02
    assert np.allclose(change(IMAGES.astype(np.float32)), inputs, atol=1e-3)


@pytest.mark.parametrize("words", SCALES)
def test_a_scale_is_recognised_when_it_is_trained_on_a_part_of_them(served: Served, words: str):
    distance, told, _ = found(served, SCALES[words](IMAGES[:1200].astype(np.float64)))
    assert told == f"28×28 values, {words}"
    assert distance < CLOSE


def test_a_scale_that_has_no_name_is_fitted(served: Served):
    distance, told, _ = found(served, 3.0 * IMAGES + 7.0)
    assert told == "28×28 values, times 3, plus 7"
    assert distance < 0.02


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((784,), "784 values in a row"),
        ((28, 28, 1), "28×28×1 values"),
        ((1, 28, 28), "1×28×28 values"),
        ((14, 56), "14×56 values"),
    ],
)
def test_a_layout_follows_from_the_shape(served: Served, shape: tuple[int, ...], words: str):
    inputs = (IMAGES / 255.0).reshape(-1, *shape)
    assert found(served, inputs)[1] == f"{words}, divided by 255"
    (layout,) = layouts(served.shape, shape)
    assert np.array_equal(layout[1](IMAGES / 255.0), inputs)


def test_colours_may_come_first():
    (layout,) = layouts((32, 32, 3), (3, 32, 32))
    images = GENERATOR.random((4, 32, 32, 3))
    assert np.array_equal(layout[1](images), np.moveaxis(images, -1, 1))


def test_lengths_that_a_network_leaves_open_fit():
    assert [words for words, _ in layouts((28, 28), (None, None, 1))] == ["28×28×1 values"]


def test_what_is_no_image_has_no_layout():
    assert layouts((28, 28), (50,)) == []


def test_shuffled_pixels_are_like_nothing(served: Served):
    shuffled = (IMAGES / 255.0).reshape(3000, -1)[:, GENERATOR.permutation(784)]
    assert found(served, shuffled)[0] > ALIKE


def test_where_nothing_is_known_the_usual_scales_are_tried(served: Served):
    (layout,) = layouts((28, 28), (784,))
    assert [words.partition(", ")[2] for words, _ in guessed(served, layout)][:2] == ["divided by 255", "as they are"]


def test_pipelines_and_generators_are_not_drawn_from():
    drawn_from = []

    def pipeline():
        drawn_from.append(1)
        yield np.zeros((8, 28, 28))

    profiles, network = Profiles(), Network()
    profiles.trained_on(network, pipeline())
    assert profiles.of(network) is None
    assert drawn_from == []


def test_batches_of_a_loop_add_up():
    profiles, network = Profiles(), Network()
    for start in range(0, 300, 30):
        profiles.called_with(network, IMAGES[start : start + 30], look=True)
    known = profiles.of(network)
    assert known is not None
    assert known.tells
    assert np.allclose(known.mean, IMAGES[:300].reshape(300, -1).mean(axis=0))
    assert np.allclose(known.deviation, IMAGES[:300].reshape(300, -1).std(axis=0))


def test_a_few_predictions_do_not_stand_for_the_data():
    profiles, network = Profiles(), Network()
    profiles.used_on(network, IMAGES[:5])
    assert profiles.of(network) is None
