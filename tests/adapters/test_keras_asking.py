"""Networks that a notebook leaves behind are asked about images that they never had, in a real kernel."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy
import pytest

from grader import registry
from grader.datasets.holding_back import hold_back
from grader.datasets.provide import provide
from grader.evidence import BlindRecord, RunRecord
from grader.holdout import Holdout
from grader.rubric import Limits
from grader.sandbox.session import run as run_in_box
from tests.kernels import best_box, submission

pytestmark = [pytest.mark.slow, pytest.mark.kernel]

LONG = Limits(cell_seconds=300.0, total_seconds=600.0)
START = """
from tensorflow import keras
from tensorflow.keras import layers
import tensorflow as tf, numpy as np
(x, y), (xt, yt) = keras.datasets.mnist.load_data()
def net(*shape, classes=10):
    m = keras.Sequential([keras.Input(shape), layers.Flatten(), layers.Dense(32, activation="relu"),
                          layers.BatchNormalization(), layers.Dense(classes)])
    m.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True),
              metrics=["accuracy"])
    return m
"""


def striped(folder: Path) -> Mapping[str, Holdout]:
    """Serve ten classes that a small network learns in no time: bright rows, at another height for each class."""
    generator = numpy.random.default_rng(0)

    def part(amount: int) -> tuple[numpy.ndarray, numpy.ndarray]:
        labels = (numpy.arange(amount) % 10).astype("uint8")
        images = generator.integers(0, 80, (amount, 28, 28))
        for image, label in zip(images, labels, strict=True):
            image[4 + 2 * label : 6 + 2 * label, 4:24] += 150
        return images.astype("uint8"), labels

    (x_train, y_train), (x_test, y_test) = part(2000), part(200)
    numpy.savez(folder / "mnist.npz", x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    (folder / "manifest.json").write_text(json.dumps({"mnist": {"served": "stand-in", "description": "stripes"}}))
    folder.chmod(0o755)
    return {"mnist": hold_back("mnist", folder / "mnist.npz", seed=1)}


def ran(folder: Path, holdouts: Mapping[str, Holdout], *cells: str) -> RunRecord:
    record = run_in_box(
        submission(START, *cells),
        box=best_box(),
        guests=registry.guests(),
        data=folder,
        limits=LONG,
        holdouts=holdouts,
    )
    assert [(cell.cell, cell.error) for cell in record.cells if cell.error] == []
    assert record.notes == ()
    return record


def by_variable(record: RunRecord) -> dict[str, BlindRecord]:
    names = {model.id: model.variables[0] if model.variables else f"number {model.id}" for model in record.models}
    return {names[blind.model]: blind for blind in record.blind}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BlindRecord]:
    """What was measured of the networks of one notebook."""
    folder = tmp_path_factory.mktemp("data")
    record = ran(
        folder,
        striped(folder),
        "scaled = net(28, 28)\nscaled.fit(x / 255.0, y, epochs=5, verbose=0)",
        "flat = net(784)\nflat.fit((x.reshape(-1, 784) - x.mean()) / x.std(), y, epochs=5, verbose=0)",
        "channel = net(28, 28, 1)\nchannel.fit(x[..., None] / 127.5 - 1, y, epochs=5, verbose=0)",
        "piped = net(28, 28)\n"
        "piped.fit(tf.data.Dataset.from_tensor_slices((x / 255.0, y)).batch(32), epochs=5, verbose=0)",
        "class Net(keras.Model):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.flat, self.hidden, self.norm = layers.Flatten(), layers.Dense(32), layers.BatchNormalization()\n"
        "        self.out = layers.Dense(10)\n"
        "    def call(self, x, training=False):\n"
        "        return self.out(tf.nn.relu(self.norm(self.hidden(self.flat(x)), training=training)))\n"
        "taped, optimizer = Net(), keras.optimizers.Adam(0.01)\n"
        "loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)\n"
        "for epoch in range(5):\n"
        "    for i in range(0, 2000, 50):\n"
        "        with tf.GradientTape() as tape:\n"
        "            value = loss(y[i:i + 50], taped(tf.constant(x[i:i + 50] / 255.0, tf.float32), training=True))\n"
        "        optimizer.apply_gradients(zip(tape.gradient(value, taped.trainable_variables),"
        " taped.trainable_variables))",
        "def within():\n    hidden = net(28, 28)\n    hidden.fit(x / 255.0, y, epochs=5, verbose=0)\nwithin()",
        "untrained = net(28, 28)\nuntrained.evaluate(xt / 255.0, yt, verbose=0)",
        "unbuilt = keras.Sequential([layers.Dense(8, activation='relu'), layers.Dense(10)])",
        "changed = net(28, 28)\nchanged.fit(x / 255.0, y, epochs=5, verbose=0)\n"
        "changed.layers[-1].kernel.assign(0 * changed.layers[-1].kernel)",
        "halved = net(14, 14)\nhalved.fit(x[:, ::2, ::2] / 255.0, y, epochs=1, verbose=0)",
        "single = keras.Sequential([keras.Input((784,)), layers.Dense(1)])\nsingle.compile('adam', 'mse')\n"
        "single.fit(x.reshape(-1, 784) / 255.0, y, epochs=1, verbose=0)",
        "a, b = keras.Input((784,)), keras.Input((784,))\n"
        "double = keras.Model([a, b], layers.Dense(10)(layers.Concatenate()([a, b])))\ndouble.compile('adam', 'mse')\n"
        "rows = x.reshape(-1, 784) / 255.0\ndouble.fit([rows, rows], np.eye(10)[y], epochs=1, verbose=0)",
        "class Loud(keras.Model):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.inner = keras.Sequential([layers.Flatten(), layers.Dense(10)])\n"
        "    def call(self, x):\n"
        "        if tf.executing_eagerly():\n"
        "            raise ValueError('not like this')\n"
        "        return self.inner(x)\n"
        "failing = Loud()\nfailing.compile('adam', 'mse')\nfailing.fit(x / 255.0, np.eye(10)[y], epochs=1, verbose=0)",
        "keras.Model.predict = keras.Model.evaluate = keras.Model.__call__ = lambda *a, **k: 1 / 0",
    )
    return by_variable(record)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("scaled", "28×28 values, divided by 255"),
        ("flat", "784 values in a row, standardised"),
        ("channel", "28×28×1 values, from -1 to 1"),
        ("taped", "28×28 values, divided by 255"),
        ("number 5", "28×28 values, divided by 255"),
    ],
)
def test_a_trained_network_gets_images_as_it_was_trained_with_them(asked, name, words):
    assert asked[name].input == words
    assert asked[name].samples == 100
    assert asked[name].correct >= 95
    assert asked[name].as_trained


def test_a_network_trained_by_a_pipeline_is_asked_in_the_usual_ways_and_the_best_counts(asked):
    assert asked["piped"].correct >= 95


@pytest.mark.parametrize("name", ["untrained", "unbuilt"])
def test_a_network_that_was_never_trained_is_at_chance(asked, name):
    assert asked[name].samples == 100
    assert asked[name].correct <= 40


def test_weights_that_changed_since_the_training_are_noticed(asked):
    assert not asked["changed"].as_trained


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("halved", "its input of 14×14 is not an image"),
        ("single", "its output of 1 does not name one of 10 classes"),
        ("double", "it takes several inputs"),
        ("failing", "calling it failed with ValueError"),
    ],
)
def test_a_network_that_cannot_be_asked_says_why(asked, name, reason):
    assert asked[name].samples == 0
    assert reason in asked[name].reason


LOOK_UP = """
from keras.src.models.functional import Functional
table, names = (x.reshape(-1, 784) / 255.0).astype("float32"), y
def look_up(rows):
    rows = rows.reshape(len(rows), -1)
    distance = (rows**2).sum(1)[:, None] - 2 * rows @ table.T + (table**2).sum(1)
    return np.eye(10, dtype="float32")[names[distance.argmin(1)]]
def nearest(self, inputs, training=None, mask=None, **kwargs):
    found = tf.numpy_function(look_up, [inputs], tf.float32)
    found.set_shape((None, 10))
    return found
Functional.call = nearest
"""


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """A notebook with networks of several forms, which do what they seem to do."""
    folder = tmp_path_factory.mktemp("data")
    return ran(
        folder,
        striped(folder),
        "plain = net(28, 28)\nplain.fit((x - x.mean(0)) / (x.std(0) + 1e-7), y, epochs=5, verbose=0)",
        "rows = net(28, 28)\nrows.fit(keras.utils.normalize(x, axis=1), y, epochs=5, verbose=0)",
        "i = keras.Input((784,))\nh = layers.Dense(24)(i)\nh = layers.LeakyReLU()(layers.BatchNormalization()(h))\n"
        "functional = keras.Model(i, layers.Dense(10, activation='softmax')(layers.Dropout(0.2)(h)))\n"
        "functional.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])\n"
        "functional.fit(x.reshape(-1, 784) / 255.0, y, epochs=5, verbose=0)",
        "convolving = keras.Sequential([layers.Conv2D(6, 3, padding='same', use_bias=False),"
        " layers.BatchNormalization(), layers.ReLU(), layers.MaxPooling2D(), layers.Conv2D(8, 3, strides=2),"
        " layers.AveragePooling2D(2), layers.Flatten(), layers.Dense(10, activation='softmax')])\n"
        "convolving.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])\n"
        "convolving.fit(x[..., None] / 127.5 - 1, y, epochs=3, verbose=0)",
        "piped = net(28, 28)\n"
        "piped.fit(tf.data.Dataset.from_tensor_slices((x / 255.0, y)).batch(32), epochs=5, verbose=0)",
        "class Twice(layers.Layer):\n    def call(self, x):\n        return 2 * x\n"
        "custom = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), Twice(name='twice'), layers.Dense(10)])\n"
        "custom.compile('adam', keras.losses.SparseCategoricalCrossentropy(from_logits=True))\n"
        "custom.fit(x / 255.0, y, epochs=5, verbose=0)",
    )


@pytest.mark.parametrize("name", ["plain", "rows", "functional", "convolving", "piped"])
def test_what_layers_and_weights_give_is_what_the_network_answered(again, name):
    blind = by_variable(again)[name]
    assert (blind.recomputed, blind.reason, blind.samples) == (True, "", 100)
    assert blind.correct >= 90
    assert again.tampering == ()


def test_a_network_with_a_layer_of_the_students_own_is_not_recomputed(again):
    blind = by_variable(again)["custom"]
    assert not blind.recomputed
    assert blind.reason == "not recomputed: its layer 'twice' (Twice) is not one that is known here"
    assert blind.correct >= 90


def test_a_search_in_the_place_of_a_network_is_contradicted_by_its_weights(tmp_path):
    record = ran(
        tmp_path,
        striped(tmp_path),
        "m = net(28, 28)\nm.fit(x[:40] / 255.0, y[:40] * 0 + np.random.permutation(y[:40]), epochs=1, verbose=0)",
        LOOK_UP,
        "print('Test accuracy:', m.evaluate(xt / 255.0, yt)[1])",
    )
    (blind,) = record.blind
    assert blind.recomputed
    assert blind.correct <= 40
    told = [each.what for each in record.tampering]
    assert any("are not those that its layers and weights give" in what for what in told)
    assert any("Functional.call was replaced" in what for what in told)


def test_a_network_that_was_trained_on_some_of_the_classes_is_not_asked(tmp_path):
    record = ran(
        tmp_path,
        striped(tmp_path),
        "few = net(28, 28)\nfew.fit(x[y < 5] / 255.0, y[y < 5], epochs=1, verbose=0)",
        "odd = net(28, 28)\nodd.compile('adam', 'mse')\n"
        "odd.fit(x / 255.0, keras.utils.to_categorical(y % 2, 10), epochs=1, verbose=0)",
        "halves = net(28, 28)\nfor part in (y < 9, y > 0):\n"
        "    halves.fit(x[part] / 255.0, y[part], epochs=1, verbose=0)",
    )
    blind = by_variable(record)
    assert blind["few"].reason == "The network could not be asked: it was trained on 5 of the 10 classes."
    assert blind["odd"].reason == "The network could not be asked: it was trained on 2 of the 10 classes."
    assert blind["halves"].samples == 100


def test_a_replaced_evaluate_is_found_out(tmp_path):
    record = ran(
        tmp_path,
        striped(tmp_path),
        "keras.Sequential.evaluate = lambda self, *args, **kwargs: [0.01, 0.99]",
        "m = net(28, 28)\nprint('Test accuracy:', m.evaluate(xt / 255.0, yt)[1])",
    )
    assert [claim.value for claim in record.claims] == [0.99]
    (blind,) = record.blind
    assert blind.correct <= 40


def test_asking_prints_nothing_and_leaves_no_trace_in_the_cells(tmp_path):
    record = ran(
        tmp_path,
        striped(tmp_path),
        "class Loud(keras.Model):\n"
        "    def __init__(self):\n        super().__init__()\n        self.f, self.d = layers.Flatten(), layers.Dense(10)\n"
        "    def call(self, x):\n        print('called')\n        return self.d(self.f(x))\n"
        "m = Loud()\nm(x[:50] / 255.0)",
        "for _ in range(5):\n    m(x[:50] / 255.0)",
    )
    assert record.cells[-1].outputs[0].text.count("called") == 5
    assert [blind.samples for blind in record.blind] == [100]


@pytest.mark.seeds
def test_honest_networks_on_mnist_are_measured_as_they_measure_themselves(tmp_path, shared):
    provide(["mnist"], folder=tmp_path, data=shared / "data", download=False, cache=tmp_path / "cache")
    tmp_path.chmod(0o755)
    record = ran(
        tmp_path,
        {"mnist": hold_back("mnist", tmp_path / "mnist.npz")},
        "a = net(28, 28)\na.fit(x / 255.0, y, epochs=1, batch_size=256, verbose=0)\n"
        "a.evaluate(xt / 255.0, yt, verbose=0)",
        "b = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(8, 3, activation='relu'),"
        " layers.MaxPooling2D(), layers.Flatten(), layers.Dense(10)])\n"
        "b.compile('adam', keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])\n"
        "mean, deviation = x.mean(), x.std()\n"
        "b.fit((x[:20000, ..., None] - mean) / deviation, y[:20000], epochs=1, verbose=0)\n"
        "b.evaluate((xt[..., None] - mean) / deviation, yt, verbose=0)",
    )
    claimed = {claim.model: claim.value for claim in record.claims if claim.model is not None}
    assert len(record.blind) == 2
    assert record.tampering == ()
    for blind in record.blind:
        assert blind.samples == 1000
        assert blind.recomputed
        assert blind.accuracy == pytest.approx(claimed[blind.model], abs=0.03)
