"""Where the images of a training come from: looked up among those that were served."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy
import pytest

from grader.adapters._arrays import describe
from grader.adapters._origin import Origins
from grader.evidence import FitRecord, OriginRecord
from grader.sandbox.observations import Observations
from tests.kernels import execute, toy_data

TRAIN, TEST = 900, 300


@pytest.fixture(scope="module")
def arrays() -> Mapping[str, Any]:
    generator = numpy.random.default_rng(1)
    images = generator.integers(0, 256, (TRAIN + TEST, 6, 6)).astype("uint8")
    labels = generator.integers(0, 10, TRAIN + TEST).astype("uint8")
    return {
        "x_train": images[:TRAIN],
        "y_train": labels[:TRAIN],
        "x_test": images[TRAIN:],
        "y_test": labels[TRAIN:],
    }


@pytest.fixture(scope="module")
def origins(arrays: Mapping[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Origins:
    folder = tmp_path_factory.mktemp("data")
    numpy.savez(folder / "mnist.npz", **arrays)
    return looking_in(folder, "mnist")


def looking_in(folder: Path, *requested: str) -> Origins:
    def watched(function: Callable[..., Any]) -> Callable[..., Any]:
        return function

    observer: Any = SimpleNamespace(requested=set(requested), data=str(folder), watched=watched)
    return Origins(observer)


SCALINGS: Mapping[str, Callable[[Any], Any]] = {
    "bytes": lambda x: x,
    "float64": lambda x: x / 255.0,
    "float32": lambda x: x.astype("float32") / 255,
    "both signs": lambda x: x / 127.5 - 1,
    "standardised": lambda x: ((x - x.mean()) / x.std()).astype("float32"),
    "flat": lambda x: x.reshape(len(x), -1) / 255.0,
    "with channel": lambda x: x[..., None] / 255.0,
}


@pytest.mark.parametrize("scaling", SCALINGS)
def test_a_whole_part_is_found_however_it_was_scaled(origins: Origins, arrays: Mapping[str, Any], scaling: str) -> None:
    origin = origins.described(SCALINGS[scaling](arrays["x_train"]), arrays["y_train"])["origin"]
    assert origin == {"part": "train", "rows": 200, "found": 200, "distinct": 200, "first": 0, "classes": 10}


def test_few_images_are_found_even_where_their_range_is_not_that_of_the_whole(
    origins: Origins, arrays: Mapping[str, Any]
) -> None:
    dark = arrays["x_test"][5:6] / 255.0
    assert dark.max() < 1.0 or dark.min() > 0.0
    origin = origins.validation((dark, arrays["y_test"][5:6]))["origin"]
    assert origin == {"part": "test", "rows": 1, "found": 1, "distinct": 1, "first": 5, "classes": 1}


def test_images_with_copies_still_stand_one_behind_the_other(arrays: Mapping[str, Any], tmp_path: Path) -> None:
    images = arrays["x_train"].copy()
    images[[0, 301, 899]] = images[[500, 17, 3]]
    numpy.savez(tmp_path / "mnist.npz", **{**arrays, "x_train": images})
    origin = looking_in(tmp_path, "mnist").described(images / 255.0, None)["origin"]
    assert (origin["found"], origin["first"]) == (200, 0)


def test_a_roll_by_a_single_image_is_no_run(origins: Origins, arrays: Mapping[str, Any]) -> None:
    origin = origins.described(numpy.roll(arrays["x_train"], 1, axis=0), None)["origin"]
    assert (origin["found"], origin["first"]) == (200, None)


def test_changed_images_are_not_found(origins: Origins, arrays: Mapping[str, Any]) -> None:
    shifted = numpy.roll(arrays["x_train"], 1, axis=2)
    noisy = arrays["x_train"] / 255.0 + numpy.random.default_rng(0).normal(0, 0.01, arrays["x_train"].shape)
    for images in (shifted, noisy):
        origin = origins.described(images, None)["origin"]
        assert (origin["rows"], origin["found"], origin["part"], origin["first"]) == (200, 0, "", None)


def test_labels_are_counted_over_the_whole(origins: Origins, arrays: Mapping[str, Any]) -> None:
    labels = numpy.zeros(TRAIN, dtype=int)
    labels[1] = 7  # a row that is not looked at
    one_hot = numpy.eye(10)[labels]
    for told in (labels, labels[:, None], one_hot, labels.tolist()):
        assert origins.described(arrays["x_train"], told)["origin"]["classes"] == 2
    assert origins.described(arrays["x_train"], arrays["x_train"].reshape(TRAIN, -1))["origin"]["classes"] is None


STRANGE: Mapping[str, Any] = {
    "nothing": None,
    "words": [["a"]],
    "not a number": numpy.full((5, 36), numpy.nan),
    "infinite": numpy.full((5, 36), numpy.inf),
    "empty": numpy.zeros((0, 36)),
    "constant": numpy.ones((5, 36)),
    "one dimension": numpy.arange(50.0),
    "truth values": numpy.ones((5, 36), dtype=bool),
    "large images": numpy.broadcast_to(numpy.float32(0.5), (3, 200_001)),
}


@pytest.mark.parametrize("data", STRANGE)
def test_strange_data_are_not_found_and_raise_nothing(origins: Origins, data: str) -> None:
    origin = origins.described(STRANGE[data], STRANGE["words"]).get("origin")
    assert origin is None or origin.get("found", 0) == 0


def test_nothing_is_told_where_no_data_set_of_images_was_requested(arrays: Mapping[str, Any], tmp_path: Path) -> None:
    numpy.savez(tmp_path / "imdb.npz", x_train=numpy.array(["a text"]), x_test=numpy.array(["a text"]))
    for requested in ((), ("mnist",), ("imdb",)):
        assert looking_in(tmp_path, *requested).described(arrays["x_train"], arrays["y_train"])["origin"] is None


def test_looking_moves_no_random_state_and_changes_no_image(origins: Origins, arrays: Mapping[str, Any]) -> None:
    before, images = numpy.random.get_state()[1].copy(), arrays["x_train"] / 255.0  # type: ignore[union-attr,index]
    kept = images.copy()
    origins.described(images, arrays["y_train"])
    assert (numpy.random.get_state()[1] == before).all()  # type: ignore[index]
    assert (images == kept).all()


@pytest.mark.parametrize("amount", [40_000, 50_000, 60_000])
def test_the_mean_of_alternating_sources_is_that_of_both(amount: int) -> None:
    alternating = numpy.tile(numpy.array([[0.0], [1.0]]), (amount // 2, 1))
    assert describe(alternating)["mean"] == pytest.approx(0.5)


def taken(origin: Any) -> FitRecord:
    seen = Observations()
    seen.take({"event": "fit", "fit": 0, "model": 0, "data": {"samples": 1, "origin": origin}}, {1: 0})
    (fit,) = seen.fits
    return fit


@pytest.mark.parametrize(
    "origin",
    [
        7,
        "train",
        {"part": "elsewhere"},
        {"part": ["train"]},
        {"rows": -1},
        {"rows": 10**9 + 1},
        {"rows": 2, "found": 3},
        {"rows": 2, "found": 1, "distinct": 2},
        {"rows": True},
        {"rows": 1.0},
    ],
)
def test_an_origin_that_cannot_be_is_left_out(origin: Any) -> None:
    assert taken(origin).data.origin is None


def test_numbers_of_an_origin_are_bounded_and_other_words_left_out() -> None:
    told = {"part": "test", "rows": 9, "found": 8, "distinct": 7, "first": 10**9 + 1, "classes": -1, "more": "x"}
    assert taken(told).data.origin == OriginRecord(part="test", rows=9, found=8, distinct=7)


# --- in a kernel --------------------------------------------------------------------------------------------------

CELL = """
from tensorflow import keras
from tensorflow.keras import layers
import numpy as np, tensorflow as tf
(x, y), (xt, yt) = keras.datasets.mnist.load_data()
m = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(2, activation="softmax")])
m.compile("sgd", "sparse_categorical_crossentropy")
o = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(2, activation="softmax")])
o.compile("sgd", "categorical_crossentropy")
s, st = x / 255.0, xt / 255.0
def fit(x, y, model=m, **more):
    model.fit(x, y, batch_size=500, verbose=0, **more)
order = np.random.default_rng(0).permutation(len(x))
fit(x.astype("float32") / 255, y, validation_data=(st[20:], yt[20:]))
fit(s, y, validation_data=(s, y))
fit(x / 127.5 - 1, y, validation_data=[st[order[:100] % 10], yt[order[:100] % 10]])
fit(s[100:], y[100:])
fit(s[order], y[order])
fit(np.roll(s, 3, axis=0), np.roll(y, 3))
fit(s[order % 20], y[order % 20])
fit(s[y == 1], y[y == 1])
fit(s, keras.utils.to_categorical(y, 2), model=o)
fit(tf.constant(s), tf.constant(y))
fit(s, y, validation_split=0.2)
m.fit(tf.data.Dataset.from_tensor_slices((s, y)).batch(500), verbose=0)
"""


@pytest.fixture(scope="module")
def fits(tmp_path_factory: pytest.TempPathFactory) -> tuple[FitRecord, ...]:
    record = execute(CELL, data=toy_data(tmp_path_factory.mktemp("data")))
    assert [cell.error for cell in record.cells] == [None]
    assert record.notes == ()
    return record.fits


def whole(**changed: Any) -> OriginRecord:
    facts = {"part": "train", "rows": 200, "found": 200, "distinct": 200, "first": 0, "classes": 2}
    return OriginRecord(**(facts | changed))


EXPECTED: Mapping[str, tuple[int, OriginRecord | None]] = {
    "divided by 255 in 32 bits": (0, whole()),
    "divided by 255 in 64 bits": (1, whole()),
    "scaled to both signs": (2, whole()),
    "a slice": (3, whole(first=100)),
    "shuffled": (4, whole(first=None)),
    "rolled": (5, whole(first=None)),
    "few images many times": (6, whole(first=None, distinct=20)),
    "a class left out": (7, whole(first=None, classes=1)),
    "one-hot labels": (8, whole()),
    "tensors": (9, whole()),
    "with a split": (10, whole()),
    "a pipeline": (11, None),
}


@pytest.mark.slow
@pytest.mark.kernel
@pytest.mark.parametrize("case", EXPECTED)
def test_a_training_is_recorded_with_where_its_images_come_from(fits: tuple[FitRecord, ...], case: str) -> None:
    number, expected = EXPECTED[case]
    assert fits[number].data.origin == expected


@pytest.mark.slow
@pytest.mark.kernel
def test_validation_images_are_recorded_with_where_they_come_from(fits: tuple[FitRecord, ...]) -> None:
    assert [None if fit.validation is None else fit.validation.origin for fit in fits[:4]] == [
        whole(part="test", rows=80, found=80, distinct=80, first=20),
        whole(),
        whole(part="test", rows=100, found=100, distinct=10, first=None),
        None,
    ]
