"""Networks that the source spells out are recorded with their layers, however they are built."""

import textwrap

import pytest

from grader.evidence import Where
from grader.graph import LayerKind
from grader.reading.read import MOST_RECORDS
from tests.reading.source import classes, markdown, placed, raw, reading

KERAS = """
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.layers import *
from tensorflow.keras.models import Model, Sequential
"""
TORCH = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"


def written(prelude, *cells):
    return reading(prelude, *[textwrap.dedent(cell) for cell in cells]).models


def test_a_sequential_list_gives_layers_with_their_facts():
    (model,) = written(
        KERAS,
        """
        UNITS = 2 * 64
        net = keras.Sequential([
            layers.Conv2D(filters=32, kernel_size=3, activation="ReLU", kernel_initializer="he_normal"),
            layers.BatchNormalization(momentum=0.9, axis=-1),
            layers.Dense(UNITS, activation=tf.nn.relu, use_bias=False),
            layers.Dropout(0.2),
            layers.LeakyReLU(0.1),
            Dense(10, kernel_initializer=keras.initializers.HeUniform(), activation=layers.LeakyReLU()),
        ])
        """,
    )
    conv, norm, dense, dropout, leaky, last = model.graph.layers
    assert (model.name, model.framework, model.style) == ("net", "keras", "sequential")
    assert (model.place.cell, model.place.line) == (1, 3)
    assert (conv.kind, conv.units, conv.kernel_size) == (LayerKind.CONV, 32, (3, 3))
    assert (conv.activation, conv.initializer) == ("relu", "HeNormal")
    assert (norm.kind, norm.momentum, norm.axis) == (LayerKind.NORMALIZATION, 0.9, (-1,))
    assert (dense.units, dense.activation, dense.use_bias) == (128, "relu", False)
    assert (dropout.kind, dropout.rate) == (LayerKind.DROPOUT, 0.2)
    assert (leaky.kind, leaky.activation) == (LayerKind.ACTIVATION, "leaky_relu")
    assert (last.activation, last.initializer) == ("leaky_relu", "HeUniform")
    assert len(model.graph.edges) == 5


def test_layers_added_in_later_cells_and_loops_belong_to_the_network():
    (model,) = written(
        KERAS,
        "m = Sequential([Flatten()])\nfor units in [128, 64]:\n    m.add(Dense(units))\n    m.add(BatchNormalization())",
        "m.add(Activation('relu'))\nm.add(Dense(10))",
    )
    assert [layer.units for layer in model.graph.layers] == [None, 128, None, 64, None, None, 10]
    assert placed(model) == ["no-activation", "pre-activation"]


def test_a_list_under_a_name_may_be_changed_before_it_is_used():
    (model,) = written(
        KERAS, "LAYERS = [Flatten()] + [Dense(3)] * 2\nLAYERS.insert(1, BatchNormalization())", "m = Sequential(LAYERS)"
    )
    assert classes(model) == ["Flatten", "BatchNormalization", "Dense", "Dense"]
    assert placed(model) == ["input"]


def test_one_name_for_two_networks_gives_two_records():
    models = written(
        KERAS, "model = Sequential([Dense(3)])", "del model\nmodel = Sequential([BatchNormalization(), Dense(3)])"
    )
    assert [(model.name, model.place.cell) for model in models] == [("model", 1), ("model", 2)]


def test_a_functional_network_is_followed_from_input_to_output():
    (model,) = written(
        KERAS,
        """
        inputs = keras.Input(shape=(784,))
        x = layers.Dense(64)(inputs)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
        BatchNormalization()(x)
        y = layers.Dense(64, activation="relu")(x)
        x = x + y
        model = keras.Model(inputs=inputs, outputs=layers.Dense(10, activation="softmax")(x))
        """,
    )
    assert model.style == "functional"
    assert placed(model) == ["pre-activation", "unattached"]
    assert next(layer.kind for layer in model.graph.layers) is LayerKind.INPUT
    add = next(layer for layer in model.graph.layers if layer.kind is LayerKind.ADD)
    assert {layer.class_name for layer in model.graph.before(add.id)} == {"ReLU", "Dense"}


def test_a_flag_of_a_function_gives_both_networks_under_the_functions_name():
    models = written(
        KERAS,
        """
        def build(units=64, use_batch_norm=False):
            model = Sequential()
            model.add(Dense(units))
            if use_batch_norm:
                model.add(BatchNormalization())
            model.add(Activation("relu"))
            return model
        without = build()
        with_bn = build(use_batch_norm=True)
        """,
    )
    assert [(model.name, placed(model)) for model in models] == [("build", ["pre-activation"]), ("build", [])]
    assert [model.graph.layers[0].units for model in models] == [64, 64]


def test_what_a_call_tells_beyond_the_function_is_used():
    (model,) = written(KERAS, "def build(units):\n    return Sequential([Dense(units)])\n", "m = build(32)")
    assert (model.name, model.graph.layers[0].units) == ("build", 32)
    assert (model.place.cell, model.place.line) == (1, 2)


def test_blocks_that_functions_add_to_a_chain_are_part_of_it():
    models = written(
        KERAS,
        """
        def block(x, filters, bn=True):
            x = Conv2D(filters, 3)(x)
            x = BatchNormalization()(x) if bn else x
            return Activation("relu")(x)
        def build(bn):
            start = Input((28, 28, 1))
            return Model(start, Dense(10)(Flatten()(block(block(start, 8, bn), 16, bn))))
        """,
    )
    assert [placed(model) for model in models] == [["pre-activation", "pre-activation"], []]


def test_a_subclassed_network_follows_its_call_method():
    models = written(
        KERAS,
        """
        class Net(tf.keras.Model):
            def __init__(self, use_bn=False):
                super().__init__()
                self.first = Dense(128)
                self.bn = BatchNormalization() if use_bn else None
                self.forgotten = BatchNormalization()
                self.last = Dense(10)
            def call(self, inputs, training=False):
                x = tf.nn.relu(self.first(inputs))
                if self.bn is not None:
                    x = self.bn(x, training=training)
                return self.last(x)
        net = Net(use_bn=True)
        plain = Net()
        """,
    )
    assert [(model.name, model.style, model.place.line) for model in models] == [("Net", "subclassed", 2)] * 2
    assert sorted(placed(model) for model in models) == [["post-activation", "unattached"], ["unattached"]]


def test_torch_modules_are_read_in_the_order_of_forward():
    models = written(
        TORCH,
        """
        class Block(nn.Module):
            def __init__(self, i, o):
                super().__init__()
                self.conv = nn.Conv2d(i, o, kernel_size=3)
                self.bn = nn.BatchNorm2d(o)
            def forward(self, x):
                return F.relu(self.bn(self.conv(x)))
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.blocks = nn.ModuleList([Block(1, 16), Block(16, 32)])
                self.head = nn.Sequential(nn.Flatten(), nn.Linear(32 * 5 * 5, 10))
                self.lost = nn.BatchNorm1d(10)
            def forward(self, x):
                for block in self.blocks:
                    x = block(x)
                return F.log_softmax(self.head(F.max_pool2d(x, 2)), dim=1)
        model = Net().to("cuda")
        """,
    )
    (model,) = models
    assert (model.name, model.framework) == ("Net", "torch")
    assert placed(model) == ["pre-activation", "pre-activation", "unattached"]
    assert [layer.units for layer in model.graph.layers if layer.kind is LayerKind.CONV] == [16, 32]


def test_a_torch_sequential_may_name_its_layers():
    (model,) = written(
        TORCH,
        "from collections import OrderedDict\nm = nn.Sequential(OrderedDict([('a', nn.Linear(4, 3)), ('r', nn.Tanh())]))",
    )
    assert (model.framework, classes(model)) == ("torch", ["Linear", "Tanh"])
    assert model.graph.layers[0].units == 3


def test_other_names_for_layers_are_followed():
    (model,) = written(
        KERAS,
        """
        from functools import partial
        from tensorflow.keras.layers import BatchNormalization as BN
        L = tf.keras.layers
        Wide = partial(L.Dense, activation="elu")
        m = tf.keras.models.Sequential([Wide(30), BN(), L.Dense(3)])
        """,
    )
    assert classes(model) == ["Dense", "BatchNormalization", "Dense"]
    assert placed(model) == ["post-activation"]


def test_a_loop_over_batch_sizes_is_one_network():
    (model,) = written(
        KERAS, "for size in [16, 32, 64]:\n    m = Sequential([Dense(3)])\n    m.fit(x, batch_size=size)"
    )
    assert model.place.line == 2


def test_a_function_that_changes_a_global_network_counts_once():
    (model,) = written(KERAS, "m = Sequential()\ndef grow():\n    m.add(Dense(3))\ngrow()")
    assert classes(model) == ["Dense"]


@pytest.mark.parametrize(("kind", "where"), [(markdown, Where.MARKDOWN), (raw, Where.RAW)])
def test_a_network_in_a_fence_is_written_and_not_executed(kind, where):
    source = reading("from keras.layers import Dense", kind("Text.\n```python\nm = Sequential([Dense(3)])\n```\n"))
    (model,) = source.models
    assert (model.where, model.place.cell, model.place.line) == (where, 1, 3)


@pytest.mark.parametrize(
    "source",
    [
        "m = Sequential()\nm.add(m)",
        "def f(): return f()\nf()",
        "f = lambda: f()\nf()",
        "a = [1]\nfor i in range(10**12):\n    a += a\nx = 9 ** 9 ** 9",
        "m0 = Sequential([Dense(1)])\n" + "".join(f"m{n + 1} = Sequential([m{n}, m{n}])\n" for n in range(60)),
        "class A(Model):\n    def __init__(self):\n        self.a = A()\n    def call(self, x):\n        return self.a(self(x))",
        "for i in range(200):\n for j in range(200):\n  for k in range(200):\n   m = Sequential([Dense(k)])",
        "x = Input((3,))\n" + "x = Dense(3)(x)\nBatchNormalization()(x)\nm = Model(x, x)\n" * 2000,
        "def f(a):\n    f(a); f(a)\n    return f(a)\nf(1)",
        "return 1\nbreak\nx = yield",
    ],
)
def test_source_that_never_ends_is_left_at_a_limit(source):
    assert len(reading(KERAS, source).models) <= MOST_RECORDS
