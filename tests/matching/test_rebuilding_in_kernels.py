"""Networks trained in a real kernel are rebuilt from their records, or refused with the reason."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy
import pytest

from grader.architecture.named import PLACEMENTS, architecture, layer
from grader.architecture.sound import sound
from grader.evidence import RunRecord
from grader.matching.rebuilding import rebuilt
from grader.specification import LayerSpecification, Setting, Specification
from tests.kernels import execute

pytestmark = [pytest.mark.slow, pytest.mark.kernel]

DIGEST = "d" * 64
START = """
from tensorflow import keras
from tensorflow.keras import layers
import tensorflow as tf
(x, y), (xt, yt) = keras.datasets.mnist.load_data()
raw, x, xt = x, x / 255.0, xt / 255.0
LOSS = "sparse_categorical_crossentropy"
def train(m, *data, loss=LOSS, optimizer="adam", **more):
    m.compile(optimizer, loss, metrics=["accuracy"])
    m.fit(*(data or (x, y)), **{"epochs": 1, "verbose": 0, "batch_size": 64} | more)
    return m
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.flat, self.drop, self.norm = layers.Flatten(), layers.Dropout(0.5), layers.BatchNormalization()
        self.out = layers.Dense(10, activation="softmax")
def mlp(*hidden, out="softmax", **more):
    return keras.Sequential([keras.Input((28, 28)), layers.Flatten(), *hidden,
        layers.Dense(10, activation=out, **more)])
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny ``mnist`` of ten classes whose contents are known by a digest."""
    folder = tmp_path_factory.mktemp("data")
    generator = numpy.random.default_rng(0)
    labels = (numpy.arange(600) % 10).astype("uint8")
    noise = generator.integers(0, 256, (600, 28, 28)) * (generator.random((600, 28, 28)) < 0.25)
    images = noise.clip(0, 255).astype("uint8")
    numpy.savez(
        folder / "mnist.npz", x_train=images[:500], y_train=labels[:500], x_test=images[500:], y_test=labels[500:]
    )
    (folder / "manifest.json").write_text(json.dumps({"mnist": {"served": "stand-in", "digest": DIGEST}}))
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def made_of(data: Path) -> Callable[..., list[Specification | str]]:
    """What the trainings of some cells, in order, are rebuilt to."""

    def run(*cells: str) -> list[Specification | str]:
        record = execute(START, *cells, data=data)
        assert [(c.cell, c.error) for c in record.cells if c.error] == []
        assert record.notes == ()
        return list(each_rebuilt(record))

    return run


def each_rebuilt(record: RunRecord) -> Iterator[Specification | str]:
    return (rebuilt(record, fit) for fit in record.fits)


def relu() -> LayerSpecification:
    return layer("Activation", activation="relu")


def expected(*layers: LayerSpecification, shape: tuple[int, ...] = (784,), **facts: object) -> Specification:
    """The specification of ``train`` with nothing said."""
    softmax = layer("Dense", units=10), layer("Activation", activation="softmax")
    given = {"samples": 500, "batch_size": 64, "epochs": 1, "layers": (*layers, *softmax)}
    return sound(Specification(dataset="mnist", digest=DIGEST, input_shape=shape, **given | facts))  # type: ignore[arg-type]


def written(specification: Specification) -> str:
    """Keras code that builds the layers of a specification."""

    def call(each: LayerSpecification) -> str:
        settings: dict[str, Setting] = dict(each.settings)
        return f"layers.{each.layer}({', '.join(f'{key}={value!r}' for key, value in settings.items())})"

    inner = ", ".join(call(each) for each in specification.layers)
    return f"keras.Sequential([keras.Input({specification.input_shape}), {inner}])"


def test_the_records_of_a_named_network_give_its_specification_back(
    made_of: Callable[..., list[Specification | str]],
) -> None:
    wanted = [
        sound(
            Specification(
                dataset="mnist",
                digest=DIGEST,
                samples=500,
                input_shape=(784,) if name.startswith("mlp") else (28, 28, 1),
                layers=architecture(name, placement),
                epochs=1,
                batch_size=128,
            )
        )
        for name in ("mlp-16-8", "cnn-4-6-8")
        for placement in (None, *PLACEMENTS)
    ]
    cells = [
        f"train({written(each)}, x.reshape({(-1, *each.input_shape)}), y, validation_data=(xt, yt), batch_size=128)".replace(
            "(xt,", f"(xt.reshape({(-1, *each.input_shape)}),"
        )
        for each in wanted
    ]
    assert made_of(*cells) == wanted


def test_every_style_gives_the_same_specification(made_of: Callable[..., list[Specification | str]]) -> None:
    found = made_of(
        "train(mlp(layers.Dense(8), layers.BatchNormalization(), layers.ReLU(), layers.Dropout(0.25)))",
        "m = keras.Sequential()\nm.add(layers.Flatten())\nm.add(layers.Dense(8))\nm.add(layers.BatchNormalization())\n"
        "m.add(layers.Activation('relu'))\nm.add(layers.Dropout(0.25))\nm.add(layers.Dense(10))\n"
        "m.add(layers.Softmax())\ntrain(m)",
        "i = keras.Input((28, 28))\nz = layers.Flatten()(i)\nz = layers.BatchNormalization()(layers.Dense(8)(z))\n"
        "z = layers.Dropout(0.25)(keras.activations.relu(z))\n"
        "train(keras.Model(i, layers.Dense(10, activation='softmax')(z)))",
        "class Net(keras.Model):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.drop, self.out = layers.Dropout(0.25), layers.Dense(10, activation='softmax')\n"
        "        self.flat, self.hidden, self.norm = layers.Flatten(), layers.Dense(8), layers.BatchNormalization()\n"
        "    def call(self, x, training=False):\n"
        "        x = tf.nn.relu(self.norm(self.hidden(self.flat(x)), training=training))\n"
        "        return self.out(self.drop(x, training=training))\n"
        "train(Net())",
    )
    wanted = expected(layer("Dense", units=8), layer("BatchNormalization"), relu(), layer("Dropout", rate=0.25))
    assert found == [wanted] * 4


def test_settings_of_layers_are_rebuilt(made_of: Callable[..., list[Specification | str]]) -> None:
    found = made_of(
        "m = keras.Sequential([keras.Input((28, 28, 1)),\n"
        "    layers.Conv2D(4, 5, strides=2, padding='same', use_bias=False, kernel_initializer='he_normal'),\n"
        "    layers.BatchNormalization(momentum=0.9, epsilon=1e-5, scale=False), layers.LeakyReLU(0.1),\n"
        "    layers.MaxPool2D(3, strides=2), layers.Conv2D(6, 3, activation=layers.LeakyReLU(0.2)),\n"
        "    layers.AveragePooling2D(2), layers.GlobalAveragePooling2D(), layers.Dense(10, activation='softmax')])\n"
        "train(m)",
        "train(keras.Sequential([layers.Rescaling(1 / 255.0), layers.Flatten(),\n"
        "    layers.Dense(8, activation=tf.nn.swish), layers.Dense(10, activation='softmax')]), raw, y)",
    )
    conv = layer(
        "Conv2D", filters=4, kernel_size=(5, 5), strides=(2, 2), padding="same", use_bias=False,
        kernel_initializer="HeNormal",
    )  # fmt: skip
    first = expected(
        conv,
        layer("BatchNormalization", momentum=0.9, epsilon=1e-5, scale=False),
        layer("LeakyReLU", negative_slope=0.1),
        layer("MaxPooling2D", pool_size=(3, 3), strides=(2, 2)),
        layer("Conv2D", filters=6, kernel_size=(3, 3)),
        layer("LeakyReLU", negative_slope=0.2),
        layer("AveragePooling2D", pool_size=(2, 2)),
        layer("GlobalAveragePooling2D"),
        shape=(28, 28, 1),
    )
    assert found == [first, expected(layer("Dense", units=8), layer("Activation", activation="silu"))]


def test_the_budget_is_rebuilt(made_of: Callable[..., list[Specification | str]]) -> None:
    found = made_of(
        "train(mlp(out=None), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), validation_split=0.3,\n"
        "    optimizer=keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True))",
        "train(mlp(), (x - x.mean()) / x.std(), keras.utils.to_categorical(y), loss='categorical_crossentropy',\n"
        "    epochs=9, callbacks=[keras.callbacks.EarlyStopping('loss', patience=0, min_delta=9.0)])",
        "train(mlp(), x[:400], y[:400], validation_data=(x[400:], y[400:]), optimizer=keras.optimizers.AdamW(0.002))",
        "train(mlp(), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))",
        "keras.utils.set_random_seed(3)\ntrain(mlp())",
    )
    sgd = {"momentum": 0.9, "nesterov": True}
    logits = expected(
        samples=350, validation=150, optimizer="SGD", learning_rate=0.05, optimizer_settings=sgd, from_logits=True,
        layers=(layer("Dense", units=10),),
    )  # fmt: skip
    assert found[0] == logits
    standard = found[1]
    assert isinstance(standard, Specification)
    assert standard.low == pytest.approx(-0.47, abs=0.1)
    assert standard.high == pytest.approx(3.5, abs=0.7)
    assert standard == expected(low=standard.low, high=standard.high, epochs=2)
    assert found[2] == expected(samples=400, validation=100, optimizer="AdamW", learning_rate=0.002)
    assert found[3] == expected()
    assert found[4] == expected(same_order=True)


def test_a_layer_that_takes_part_in_training_only_is_part_of_the_network(
    made_of: Callable[..., list[Specification | str]],
) -> None:
    found = made_of(
        "class Net(Net):\n    def call(self, x, training=None):\n        x = self.flat(x)\n"
        "        return self.out(self.drop(x, training=training) if training else x)\n"
        "train(Net(), validation_data=(xt, yt))",
        "m = Net()\nm(x[:2])\nm(x[:2], training=False)\nm(x[:2])\nm(x[:2])\ntrain(m)",
    )
    assert found == [expected(layer("Dropout", rate=0.5))] * 2


def test_weights_that_are_put_back_are_those_that_keras_drew(
    made_of: Callable[..., list[Specification | str]],
) -> None:
    found = made_of(
        "m = mlp(layers.Dense(8), layers.BatchNormalization())\nw = m.get_weights()\ntrain(m)\n"
        "m.set_weights(w)\ntrain(m)",
        "keras.utils.set_random_seed(3)\n"
        "m = mlp(layers.Dense(8, kernel_initializer=keras.initializers.HeNormal(seed=3)), layers.BatchNormalization())\n"
        "m.set_weights(m.get_weights())\ntrain(m)",
    )
    assert [type(each) for each in found] == [Specification] * 3


def test_only_shares_of_right_answers_count_as_accuracies(data: Path) -> None:
    metrics = {
        "'accuracy'": ("accuracy",),
        "'acc', keras.metrics.SparseCategoricalAccuracy(name='right')": ("acc", "right"),
        "keras.metrics.sparse_categorical_accuracy": ("sparse_categorical_accuracy",),
        "keras.metrics.BinaryAccuracy(name='acc')": (),
        "keras.metrics.SparseTopKCategoricalAccuracy(name='accuracy'), 'acc'": ("acc",),
        "keras.metrics.CategoricalAccuracy(name='accuracy')": (),
        "keras.metrics.MeanMetricWrapper(lambda a, b: b[:, 0], name='accuracy'), 'accuracy'": (),
    }
    cells = [f"m = mlp()\nm.compile('adam', LOSS, metrics=[{given}])\nm.fit(x, y, verbose=0)" for given in metrics]
    record = execute(START, *cells, data=data)
    assert [fit.accuracies for fit in record.fits] == list(metrics.values())
    assert all(set(fit.accuracies or ()) <= set(fit.history) for fit in record.fits)


REASONS = {
    "class Evil(layers.Flatten):\n    @property\n    def lora_enabled(self):\n        raise ValueError\n"
    "train(mlp(Evil()))": "cannot be read",
    "train(mlp(layers.Dense(8)), sample_weight=x[:, 0, 0] + 1.0)": "sample_weight",
    "class Own(keras.callbacks.Callback):\n    pass\ntrain(mlp(), callbacks=Own())": "callback Own",
    "train(mlp(), loss=lambda a, b: keras.losses.sparse_categorical_crossentropy(a, b))": "a loss of the notebook's own",
    "m = mlp()\nm.compile('adam', LOSS)\nw = m.get_weights()\nm.fit(x, y, verbose=0)\nm.set_weights(w)\n"
    "m.fit(x, y, verbose=0)": "an optimizer used before",
    "train(mlp(layers.Dense(8, kernel_regularizer='l2')))": "kernel_regularizer",
    "train(mlp(layers.Dense(8, kernel_initializer=keras.initializers.RandomNormal(stddev=0.5))))": "kernel_initializer",
    "train(mlp(layers.Dense(8, activation=lambda z: z * 2)))": "an activation of the notebook's own",
    "f = layers.Dense(8)\nf.trainable = False\ntrain(mlp(f))": "does not learn",
    "train(mlp(layers.ReLU(max_value=3.0)))": "max_value",
    "train(mlp(layers.PReLU()))": "prelu",
    "train(mlp(layers.GaussianNoise(0.1)))": "GaussianNoise",
    "train(mlp(), optimizer=keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.01, 9, 0.9)))": (
        "learning rate schedule ExponentialDecay"
    ),
    "train(mlp(), optimizer=keras.optimizers.Adam(clipnorm=1.0))": "clipnorm",
    "train(mlp(), optimizer=keras.optimizers.Adam(weight_decay=0.01))": "weight_decay",
    "train(mlp(), optimizer='lion')": "Lion",
    "train(mlp(), callbacks=[keras.callbacks.ReduceLROnPlateau()])": "callback ReduceLROnPlateau",
    "train(mlp(), class_weight={n: 1.0 + n for n in range(10)})": "class_weight",
    "train(mlp(), shuffle=False)": "shuffle=False",
    "train(mlp(), steps_per_epoch=3)": "steps_per_epoch",
    "train(mlp(), tf.data.Dataset.from_tensor_slices((x, y)).batch(8), batch_size=None)": "arrays",
    "train(mlp(), loss='kl_divergence', *(x, keras.utils.to_categorical(y)))": "not crossentropy",
    "train(mlp(), keras.utils.normalize(x, axis=1), y)": "the others were changed",
    "train(train(mlp()), x, y)": "fresh weights",
    "train(keras.Sequential([layers.Flatten(), layers.Dense(10)]), x[:, :14], y)": "not those of mnist",
    "class Net(Net):\n    def call(self, x, training=False):\n"
    "        return self.out(self.drop(self.flat(x), training=True))\ntrain(Net(), validation_data=(xt, yt))": "training told",
    "class Net(Net):\n    def call(self, x, training=False):\n"
    "        return self.out(self.norm(self.flat(x), training=False))\nm = Net()\nm(x[:2])\ntrain(m)": "training told",
    "class Net(Net):\n    def call(self, x):\n        return self.out(self.norm(self.flat(x)))\ntrain(Net())": (
        "training not told"
    ),
    "i = keras.Input((28, 28))\nz = layers.Dropout(0.5)(layers.Flatten()(i), training=True)\n"
    "train(keras.Model(i, layers.Dense(10, activation='softmax')(z)))": "training told",
    "class Net(Net):\n    def call(self, x, training=False):\n        x = self.flat(x)\n"
    "        return self.out(self.norm(x, training=training) if training else x)\ntrain(Net(), validation_data=(xt, yt))": "another network",
    "class Net(Net):\n    def call(self, x):\n        self.add_loss(tf.reduce_sum(self.out.kernel ** 2)"
    " if self.out.built else tf.constant(0.0))\n        return self.out(self.flat(x))\ntrain(Net())": "added loss",
    "m = mlp()\nm.set_weights([w * 2 for w in m.get_weights()])\ntrain(m)": "set by hand",
    "m = mlp(layers.Dense(8))\nm.layers[-1].bias.assign(tf.ones(10))\ntrain(m)": "set by hand",
    "m = mlp()\nk = keras.models.clone_model(m)\nk.set_weights(m.get_weights())\ntrain(k)": "set by hand",
    "i = keras.Input((28, 28))\nf = layers.Flatten()(i)\nz = layers.Dense(8)(f) + layers.Dense(8)(f)\n"
    "train(keras.Model(i, layers.Dense(10, 'softmax')(z)))": "not a chain",
    "class Net(keras.Model):\n    def __init__(self):\n        super().__init__()\n"
    "        self.flat, self.out = layers.Flatten(), layers.Dense(10, activation='softmax')\n"
    "    def call(self, x):\n        return self.out(self.flat(x) * 2.0 - 1.0)\ntrain(Net())": "operation",
}


def test_what_references_do_not_have_is_a_reason(made_of: Callable[..., list[Specification | str]]) -> None:
    found = made_of(*(f"keras.utils.clear_session()\n{code}" for code in REASONS))
    for again in (code for code in REASONS if code.count("train(") > 1 or code.count(".fit(") > 1):
        assert isinstance(found.pop(list(REASONS).index(again)), Specification)  # its first training
    told = dict(zip(REASONS, found, strict=True))
    assert {code: why for code, why in told.items() if not isinstance(why, str) or REASONS[code] not in why} == {}
