"""What is recorded of Keras in a real kernel: every way in which students build and train."""

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.evidence import RunRecord, Served, ValidationSource, Weights
from grader.graph import LayerKind, Placement, backbone, placements
from tests.kernels import execute, toy_data

pytestmark = [pytest.mark.slow, pytest.mark.kernel]

START = """
from tensorflow import keras
from tensorflow.keras import layers
import tensorflow as tf
(x, y), (xt, yt) = keras.datasets.mnist.load_data()
x, xt = x / 255.0, xt / 255.0
def ready(m, rate=0.01):
    m.compile(keras.optimizers.SGD(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return m
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., RunRecord]:
    data = toy_data(tmp_path_factory.mktemp("data"))

    def after_start(*cells: str) -> RunRecord:
        record = execute(START, *cells, data=data)
        assert [(c.cell, c.error) for c in record.cells if c.error] == []
        assert record.notes == ()
        return record

    return after_start


def kinds(record: RunRecord, model: int) -> list[str]:
    graph = record.models[model].graph
    assert graph is not None
    return [f"{layer.kind}:{layer.activation}" if layer.activation else str(layer.kind) for layer in graph.layers]


def where(record: RunRecord, model: int) -> list[Placement]:
    graph = record.models[model].graph
    assert graph is not None
    return [found for _, found in placements(graph)]


def test_every_way_to_build_the_same_network_gives_the_same_backbone_and_placement(
    run: Callable[..., RunRecord],
) -> None:
    record = run(
        "a = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(8), layers.BatchNormalization(),"
        " layers.ReLU(), layers.Dense(2, activation='softmax')])",
        "b = keras.Sequential()\nb.add(layers.Flatten())\nb.add(layers.Dense(8))\nb.add(layers.BatchNormalization())\n"
        "b.add(layers.Activation('relu'))\nb.add(layers.Dense(2, activation='softmax'))",
        "i = keras.Input((28, 28))\nz = layers.Flatten()(i)\nz = layers.Dense(8)(z)\nz = layers.BatchNormalization()(z)\n"
        "z = keras.activations.relu(z)\nc = keras.Model(i, layers.Dense(2, activation='softmax')(z))",
        "class Net(keras.Model):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.out = layers.Dense(2)\n"
        "        self.flat, self.hidden, self.norm = layers.Flatten(), layers.Dense(8), layers.BatchNormalization()\n"
        "    def call(self, x, training=False):\n"
        "        x = tf.nn.relu(self.norm(self.hidden(self.flat(x)), training=training))\n"
        "        return tf.nn.softmax(self.out(x))\n"
        "d = ready(Net())\nd.fit(x, y, epochs=1, verbose=0)",
    )
    assert [model.variables for model in record.models] == [("a",), ("b",), ("c",), ("d",)]
    assert [model.style for model in record.models] == ["sequential", "sequential", "functional", "subclassed"]
    expected = backbone(record.models[0].graph)  # type: ignore[arg-type]
    assert [step for _, step in expected] == ["Dense 8", "relu", "Dense 2", "softmax"]
    for number, model in enumerate(record.models):
        assert model.graph is not None
        assert backbone(model.graph) == expected, model.variables
        assert where(record, number) == [Placement.PRE_ACTIVATION], model.variables


def test_models_that_are_deleted_rebound_or_built_in_loops_are_all_recorded(run: Callable[..., RunRecord]) -> None:
    record = run(
        "m = keras.Sequential([layers.Dense(2)])\ndel m",
        "m = keras.Sequential([layers.Dense(3)])\nm = keras.Sequential([layers.Dense(4)])",
        "def make(n):\n    return keras.Sequential([layers.Dense(n)])\nfor n in (5, 6):\n    m = make(n)",
    )
    found = [model.graph.layers[0].units for model in record.models if model.graph]
    assert found == [2, 3, 4, 5, 6]
    places = [(model.place.cell, model.place.line) for model in record.models if model.place]
    assert places == [(1, 1), (2, 1), (2, 2), (3, 4), (3, 4)]


def test_a_training_run_is_recorded_with_what_was_asked_and_done(run: Callable[..., RunRecord]) -> None:
    record = run(
        "m = ready(keras.Sequential([layers.Flatten(), layers.Dense(2, activation='softmax')]), 0.25)",
        "h = m.fit(x, y, epochs=3, batch_size=50, validation_split=0.2, verbose=0)\nprint(len(h.history['loss']))",
        "print(m.evaluate(xt, yt, verbose=0)[1])\n_ = m.predict(xt, verbose=0)",
    )
    (fit,) = record.fits
    assert (fit.optimizer, fit.learning_rate, fit.loss) == ("SGD", 0.25, "sparse_categorical_crossentropy")
    assert (fit.epochs_asked, fit.epochs_done, fit.batch_size, fit.finished) == (3, 3, 50, True)
    assert (fit.data.samples, fit.data.shape, fit.data.minimum) == (500, (28, 28), 0.0)
    assert fit.data.maximum == pytest.approx(249 / 255)
    assert (fit.validation_source, fit.validation_split) == (ValidationSource.SPLIT, 0.2)
    assert sorted(fit.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert {len(series) for series in fit.history.values()} == {3}
    assert fit.weights is Weights.FRESH
    (evaluation,) = record.evaluations
    assert float(record.cells[3].outputs[0].text) == pytest.approx(evaluation.results["accuracy"], abs=1e-6)
    assert len(record.predictions) == 1
    (dataset,) = record.datasets
    assert (dataset.name, dataset.served) == ("mnist", Served.STAND_IN)


def test_training_on_is_told_from_training_anew(run: Callable[..., RunRecord]) -> None:
    record = run(
        "m = ready(keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(2, activation='softmax')]))\n"
        "start = m.get_weights()\nm.fit(x, y, verbose=0)",
        "m.fit(x, y, verbose=0)",
        "m.set_weights(start)\nm.fit(x, y, verbose=0)",
        "c = ready(keras.models.clone_model(m))\nc.fit(x, y, verbose=0)",
        "c = ready(keras.models.clone_model(m))\nc.set_weights(m.get_weights())\nc.fit(x, y, verbose=0)",
        "shared = ready(keras.Sequential(m.layers))\nshared.fit(x, y, verbose=0)",
    )
    assert [fit.weights.value for fit in record.fits] == ["fresh", "trained", "fresh", "fresh", "trained", "trained"]


def test_an_interrupted_training_keeps_its_epochs(run: Callable[..., RunRecord]) -> None:
    record = run(
        "class Stop(keras.callbacks.Callback):\n"
        "    def on_epoch_begin(self, epoch, logs=None):\n"
        "        if epoch == 2: raise KeyboardInterrupt\n"
        "m = ready(keras.Sequential([layers.Flatten(), layers.Dense(2, activation='softmax')]))\n"
        "try:\n    m.fit(x, y, epochs=9, verbose=0, callbacks=[Stop()])\nexcept KeyboardInterrupt: pass",
    )
    (fit,) = record.fits
    assert (fit.epochs_asked, fit.epochs_done, fit.finished) == (9, 2, False)
    assert len(fit.history["loss"]) == 2


def test_loops_of_the_students_own_are_recorded(run: Callable[..., RunRecord]) -> None:
    record = run(
        "m = keras.Sequential([layers.Flatten(), layers.Dense(2)])\n"
        "opt = keras.optimizers.Adam(0.002)\n"
        "loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)\n"
        "for i in range(4):\n"
        "    with tf.GradientTape() as tape:\n"
        "        value = loss(y[:32], m(x[:32]))\n"
        "    opt.apply_gradients(zip(tape.gradient(value, m.trainable_variables), m.trainable_variables))",
        "n = ready(keras.Sequential([layers.Flatten(), layers.Dense(2, activation='softmax')]))\n"
        "for i in range(3): n.train_on_batch(x[:16], y[:16])",
    )
    tape, batches = record.fits
    assert (tape.loop, tape.steps, tape.optimizer, tape.learning_rate) == ("custom", 4, "Adam", 0.002)
    assert (batches.loop, batches.steps, batches.batch_size) == ("custom", 3, 16)


def test_residual_networks_and_nested_models_are_unfolded(run: Callable[..., RunRecord]) -> None:
    record = run(
        "i = keras.Input((28, 28))\nf = layers.Flatten()(i)\na = layers.Dense(8, activation='relu')(f)\n"
        "b = layers.BatchNormalization()(layers.Dense(8)(a))\n"
        "m = keras.Model(i, layers.Dense(2)(layers.ReLU()(layers.Add()([a, b]))))",
        "block = keras.Sequential([layers.Dense(8), layers.BatchNormalization(), layers.ReLU()])\n"
        "n = keras.Sequential([layers.Flatten(), block, layers.Dense(2, activation='softmax')])\n"
        "ready(n).fit(x, y, verbose=0)",
        "class Block(layers.Layer):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.dense, self.norm, self.relu = layers.Dense(8), layers.BatchNormalization(), layers.ReLU()\n"
        "    def call(self, x): return self.relu(self.norm(self.dense(x)))\n"
        "o = keras.Sequential([layers.Flatten(), Block(), layers.Dense(2, activation='softmax')])\n"
        "ready(o).fit(x, y, verbose=0)",
    )
    residual, block, nested, own = record.models
    assert residual.graph is not None
    (add,) = [layer for layer in residual.graph.layers if layer.kind is LayerKind.ADD]
    assert len(residual.graph.before(add.id)) == 2
    assert block.variables == ("block",)
    for model in (nested, own):
        assert model.graph is not None
        assert [found for _, found in placements(model.graph)] == [Placement.PRE_ACTIVATION]
        assert [step for _, step in backbone(model.graph)] == ["Dense 8", "relu", "Dense 2", "softmax"]


def test_a_bn_layer_that_belongs_to_no_network_is_told(run: Callable[..., RunRecord]) -> None:
    record = run(
        "i = keras.Input((28, 28))\nz = layers.Dense(8)(layers.Flatten()(i))\nlayers.BatchNormalization()(z)\n"
        "m = keras.Model(i, layers.Dense(2)(z))\nlayers.BatchNormalization()",
        "class Net(keras.Model):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.flat, self.hidden, self.norm = layers.Flatten(), layers.Dense(2), layers.BatchNormalization()\n"
        "    def call(self, x): return self.hidden(self.flat(x))\n"
        "n = ready(Net())\nn.fit(x, y, verbose=0)",
    )
    assert [layer.place.line for layer in record.unattached if layer.place] == [3, 5]
    assert where(record, 1) == [Placement.UNATTACHED]


def test_a_pipeline_is_described_without_being_drawn_from(run: Callable[..., RunRecord]) -> None:
    record = run(
        "seen = []\n"
        "def rows():\n"
        "    seen.append(1)\n"
        "    for a, b in zip(x[:64], y[:64]): yield a, b\n"
        "spec = (tf.TensorSpec((28, 28)), tf.TensorSpec((), tf.uint8))\n"
        "ds = tf.data.Dataset.from_generator(rows, output_signature=spec).batch(16)\n"
        "m = ready(keras.Sequential([layers.Flatten(), layers.Dense(2, activation='softmax')]))\n"
        "m.fit(ds, epochs=2, verbose=0)\nprint(len(seen))",
    )
    (fit,) = record.fits
    assert (fit.batch_size, fit.data.minimum, fit.data.shape) == (16, None, (28, 28))
    assert record.cells[1].outputs[0].text == "2\n"


def test_seeded_training_gives_the_same_numbers_watched_or_not(run: Callable[..., RunRecord], tmp_path: Path) -> None:
    cell = (
        "keras.utils.set_random_seed(1)\n"
        "m = ready(keras.Sequential([layers.Flatten(), layers.Dense(16, activation='relu'), layers.BatchNormalization(),"
        " layers.Dense(2, activation='softmax')]))\n"
        "h = m.fit(x, y, epochs=2, validation_data=(xt, yt), verbose=0)\nprint(h.history)"
    )
    first, second = run(cell), run(cell)
    data = toy_data(tmp_path)
    from grader.sandbox.session import run as run_session
    from tests.kernels import QUICK, best_box, submission

    served = registry_without_training()
    unwatched = run_session(submission(START, cell), box=best_box(), guests=served, data=data, limits=QUICK)
    assert unwatched.fits == ()
    texts = [record.cells[1].outputs[0].text for record in (first, second, unwatched)]
    assert texts[0] == texts[1] == texts[2]
    assert [fit.history for fit in first.fits] == [fit.history for fit in second.fits]


def registry_without_training() -> dict[str, str]:
    """The guests, with one in the place of the Keras adapter that only serves the data."""
    from grader import registry

    only_data = (
        "from . import _keras_datasets\n"
        "def install(observer):\n"
        "    observer.on_import('keras', lambda keras: _keras_datasets.install(observer))\n"
    )
    return {**registry.guests(), "keras": only_data}


def test_a_data_set_that_nobody_has_is_an_environment_matter(tmp_path: Path) -> None:
    data = toy_data(tmp_path)
    record = execute("from keras.datasets import cifar100\ncifar100.load_data()", data=data)
    assert record.outcome == "environment"
    assert "cifar100" in record.reason
    assert [dataset.served for dataset in record.datasets] == [Served.MISSING]


def test_recording_keeps_within_its_bounds_in_a_loop(tmp_path: Path) -> None:
    record = execute(
        START, "for i in range(300): keras.Sequential([layers.Dense(1)])", data=toy_data(tmp_path), events=100
    )
    assert len(record.models) <= 100
    assert any("beyond the limit" in note for note in record.notes)


def test_a_training_of_hours_ends_at_the_limit_with_all_it_did(tmp_path: Path) -> None:
    record = execute(
        START,
        "m = ready(keras.Sequential([layers.Flatten(), layers.Dense(2, activation='softmax')]))\n"
        "m.fit(x, y, epochs=1_000_000, verbose=0)",
        "print('still here')",
        data=toy_data(tmp_path),
        cell_seconds=8.0,
    )
    (fit,) = record.fits
    assert (record.outcome, record.cell) == ("time limit", 1)
    assert (fit.epochs_asked, fit.finished) == (1_000_000, False)
    assert 0 < fit.epochs_done == len(fit.history["loss"])
    assert record.cells[2].outputs[0].text == "still here\n"


def test_a_kernel_that_dies_while_it_trains_leaves_its_epochs_and_its_network(tmp_path: Path) -> None:
    record = execute(
        START,
        "import os\n"
        "class Die(keras.callbacks.Callback):\n"
        "    def on_epoch_begin(self, epoch, logs=None):\n"
        "        if epoch == 2: os._exit(9)\n"
        "m = ready(keras.Sequential([layers.Flatten(), layers.Dense(2, activation='softmax')]))\n"
        "m.fit(x, y, epochs=9, verbose=0, callbacks=[Die()])",
        data=toy_data(tmp_path),
    )
    (fit,) = record.fits
    assert record.outcome == "killed"
    assert (fit.epochs_done, fit.finished) == (2, False)
    assert record.models[0].graph is not None


def test_a_model_can_be_saved_loaded_and_copied_as_without_the_grader(run: Callable[..., RunRecord]) -> None:
    record = run(
        "import copy\n"
        "m = ready(keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(2, activation='softmax')]))\n"
        "m.fit(x, y, verbose=0)\nm.save('a.keras')",
        "l = keras.models.load_model('a.keras')\nprint(len(l.evaluate(xt, yt, verbose=0)))",
        "c = copy.deepcopy(m)\nc.fit(x, y, verbose=0)",
    )
    assert record.cells[2].outputs[0].text == "2\n"
    assert len(record.evaluations) == 1


@pytest.mark.parametrize("relu", ["tf.nn.relu", "keras.activations.relu", "keras.ops.relu"])
def test_a_subclassed_model_that_is_called_before_it_is_trained_is_seen_once(
    run: Callable[..., RunRecord], relu: str
) -> None:
    record = run(
        "import numpy as np\n"
        "class Net(keras.Model):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.flat, self.hidden = layers.Flatten(), layers.Dense(8)\n"
        "        self.norm, self.out = layers.BatchNormalization(), layers.Dense(2, activation='softmax')\n"
        f"    def call(self, x): return self.out({relu}(self.norm(self.hidden(self.flat(x)))))\n"
        "n = Net()\nn(np.zeros((1, 28, 28), 'float32'))",
        "ready(n).fit(x, y, verbose=0)",
    )
    (model,) = record.models
    assert model.graph is not None
    assert [step for _, step in backbone(model.graph)] == ["Dense 8", "relu", "Dense 2", "softmax"]
    assert where(record, 0) == [Placement.PRE_ACTIVATION]


def test_a_model_that_is_given_other_layers_after_training_counts_as_another(run: Callable[..., RunRecord]) -> None:
    record = run(
        "m = keras.Sequential([layers.Flatten(), layers.Dense(8, activation='relu'), layers.Dense(2, activation='softmax')])\n"
        "ready(m).fit(x, y, verbose=0)",
        "m.pop()\nm.add(layers.BatchNormalization())\nm.add(layers.Dense(2, activation='softmax'))\n"
        "ready(m).fit(x, y, verbose=0)",
    )
    assert [where(record, fit.model) for fit in record.fits] == [[], [Placement.POST_ACTIVATION]]
    assert [fit.weights for fit in record.fits] == [Weights.FRESH, Weights.TRAINED]


def test_epochs_that_were_asked_for_are_counted_from_where_training_goes_on(run: Callable[..., RunRecord]) -> None:
    record = run(
        "m = ready(keras.Sequential([layers.Flatten(), layers.Dense(2, activation='softmax')]))\n"
        "m.fit(x, y, epochs=2, verbose=0)\nm.fit(x, y, epochs=5, initial_epoch=2, verbose=0)",
    )
    assert [(fit.epochs_asked, fit.epochs_done) for fit in record.fits] == [(2, 2), (3, 3)]
