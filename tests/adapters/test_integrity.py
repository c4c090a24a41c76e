"""Signs of tampering in a real kernel: found where there is some, and none in what ordinary notebooks do."""

from pathlib import Path

import pytest

from grader.evidence import RunOutcome, RunRecord, TamperKind
from tests.kernels import execute, toy_data

pytestmark = pytest.mark.kernel
slow = pytest.mark.slow

KERAS = """
from tensorflow import keras
from tensorflow.keras import layers
import tensorflow as tf
(x, y), (xt, yt) = keras.datasets.mnist.load_data()
x, xt = x / 255.0, xt / 255.0
def ready(m):
    m.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return m
def net():
    return ready(keras.Sequential([layers.Flatten(), layers.Dense(2, activation="softmax")]))
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy_data(tmp_path_factory.mktemp("data"))


def found(record: RunRecord) -> list[tuple[TamperKind, str, int | None]]:
    assert record.outcome is not RunOutcome.HARNESS_FAILURE, record.reason
    return [(each.kind, each.what, each.place.cell if each.place else None) for each in record.tampering]


def test_ordinary_notebooks_give_no_sign_of_tampering(data: Path) -> None:
    record = execute(
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.style.use('ggplot')\nplt.plot([1, 2])\nplt.show()",
        "%load_ext autoreload\n%autoreload 2\n%config InlineBackend.figure_format = 'retina'",
        "%%time\nimport numpy as np\nnp.random.seed(0)\nnp.mean([1, 2])",
        "%%capture kept\nprint('hidden')",
        "import warnings, random, os, logging\nwarnings.filterwarnings('ignore')\nwarnings.showwarning = lambda *a: None",
        "from sklearn.datasets import load_digits\nfrom sklearn.linear_model import LogisticRegression\n"
        "from sklearn.metrics import accuracy_score\nX, t = load_digits(return_X_y=True)\n"
        "print(accuracy_score(t, LogisticRegression(max_iter=20).fit(X, t).predict(X)))",
        "def print_all(*values):\n    for value in values:\n        print(value)\nprint_all(1)\nopen = open\nsum = 3",
        "%timeit -n 1 -r 1 1 + 1\nfrom IPython.display import display, HTML\ndisplay(HTML('<b>x</b>'))",
        "from unittest import mock\nwith mock.patch('os.getcwd'):\n    pass\n%prun -q 1 + 1",
        "raise ValueError('stop')",
        "import asyncio\nawait asyncio.sleep(0)\nfrom threading import Thread\nThread(target=print).start()",
        data=data,
    )
    assert found(record) == []


@pytest.mark.parametrize(
    ("cell", "kind", "words"),
    [
        ("get_ipython().events.register('pre_run_cell', lambda info: None)", TamperKind.HOOK, "pre_run_cell"),
        ("get_ipython().input_transformers_cleanup.append(lambda lines: lines)", TamperKind.HOOK, "source of cells"),
        ("get_ipython().input_transformers_post.append(lambda lines: lines)", TamperKind.HOOK, "source of cells"),
        (
            "import ast\nclass T(ast.NodeTransformer): pass\nget_ipython().ast_transformers.append(T())",
            TamperKind.HOOK,
            "code of cells",
        ),
        (
            "k = get_ipython().kernel\nk.do_execute = (lambda old: lambda *a, **k: old(*a, **k))(k.do_execute)",
            TamperKind.HOOK,
            "kernel.do_execute",
        ),
        ("k = get_ipython().kernel\nk.shell_handlers['x'] = lambda *a: None", TamperKind.HOOK, "kernel's messages"),
        (
            "s = type(get_ipython())\ns.run_code = (lambda old: lambda *a, **k: old(*a, **k))(s.run_code)",
            TamperKind.HOOK,
            "shell.run_code",
        ),
        (
            "s = get_ipython().kernel.session\ns.send = (lambda old: lambda *a, **k: old(*a, **k))(s.send)",
            TamperKind.HOOK,
            "session.send",
        ),
        ("import builtins\nbuiltins.round = lambda *a: 0.99", TamperKind.REPLACED, "function round"),
        ("import sys\nsys.setprofile(lambda *a: None)", TamperKind.HOOK, "setprofile"),
        ("import sys\nclass Finder: pass\nsys.meta_path.append(Finder())", TamperKind.HOOK, "imports"),
        ("import numpy\nnumpy.mean = lambda *a, **k: 0.99", TamperKind.REPLACED, "numpy.mean"),
        ("import numpy\nnumpy.argmax = max", TamperKind.REPLACED, "numpy.argmax"),
        (
            "import sklearn.metrics\nsklearn.metrics.accuracy_score = lambda *a: 0.99",
            TamperKind.REPLACED,
            "accuracy_score",
        ),
        (
            "h = get_ipython().events.callbacks['pre_run_cell']\nh[:] = []",
            TamperKind.CONTRADICTION,
            "hook on cells (pre_run_cell) was taken away",
        ),
        (
            "o = get_ipython().events.callbacks['pre_run_cell'][0].__self__\no.emit('built', model=9)",
            TamperKind.CONTRADICTION,
            "not the grader's",
        ),
        (
            "import os\no = get_ipython().events.callbacks['pre_run_cell'][0].__self__\n"
            '_ = os.write(o.descriptor, b\'{"event": "epoch", "fit": 3}\\n\')',
            TamperKind.CONTRADICTION,
            "more than the grader wrote",
        ),
        (
            "o = get_ipython().events.callbacks['pre_run_cell'][0].__self__\ntype(o).emit = lambda *a, **k: None",
            TamperKind.CONTRADICTION,
            "its function emit",
        ),
        (
            "o = get_ipython().events.callbacks['pre_run_cell'][0].__self__\n"
            "type(o).emit.__code__ = (lambda self, event, **facts: None).__code__",
            TamperKind.CONTRADICTION,
            "emit was changed within",
        ),
        (
            "import sys\nsys.modules['observing._arrays'].describe.__kwdefaults__ = {}",
            TamperKind.CONTRADICTION,
            "describe was changed within",
        ),
        (
            "import sys, json, types\n"
            "sys.modules['observing._observer'].json = types.SimpleNamespace(dumps=json.dumps)",
            TamperKind.CONTRADICTION,
            "json was replaced",
        ),
        (
            "o = get_ipython().events.callbacks['pre_run_cell'][0].__self__\no._at_question.clear()",
            TamperKind.CONTRADICTION,
            "made to forget",
        ),
        (
            "import numpy\n"
            "numpy.array_equal._implementation.__code__ = (lambda a1, a2, equal_nan=False: True).__code__",
            TamperKind.REPLACED,
            "numpy.array_equal was changed within",
        ),
    ],
)
def test_each_way_to_interfere_is_told_with_its_cell(cell: str, kind: TamperKind, words: str, data: Path) -> None:
    record = execute("1", cell, data=data)
    assert [(found, at) for found, what, at in found(record) if words in what] == [(kind, 1)]


def test_a_finding_is_told_once_however_many_cells_follow(data: Path) -> None:
    record = execute("import builtins\nbuiltins.print = lambda *a: None", "1", "2", data=data)
    assert len(record.tampering) == 1


def test_the_notebook_gets_no_word_of_what_was_found(data: Path) -> None:
    record = execute("import builtins\nbuiltins.id = lambda *a: None", "1", data=data)
    assert [cell.outputs for cell in record.cells[:1]] == [()]
    assert record.notes == ()


@slow
def test_ordinary_ways_to_train_give_no_sign_of_tampering(data: Path) -> None:
    record = execute(
        KERAS,
        "tf.random.set_seed(1)\nkeras.utils.set_random_seed(1)\nm = net()\n"
        "class Log(keras.callbacks.Callback):\n    def on_epoch_end(self, epoch, logs=None): pass\n"
        "m.fit(x, y, epochs=2, validation_split=0.1, verbose=0, callbacks=[Log(),"
        " keras.callbacks.EarlyStopping(), keras.callbacks.LambdaCallback(on_epoch_end=lambda e, l: None)])",
        "m.evaluate(xt, yt, verbose=0)\nm.predict(xt, verbose=0)\nkeras.utils.to_categorical(y)",
        "class Net(keras.Model):\n    def __init__(self):\n        super().__init__()\n        self.out = layers.Dense(2)\n"
        "    def call(self, x):\n        return self.out(keras.ops.reshape(x, (-1, 784)))\n"
        "    def train_step(self, data):\n        x, y = data\n        with tf.GradientTape() as tape:\n"
        "            loss = self.compute_loss(x, y, self(x, training=True))\n"
        "        grads = tape.gradient(loss, self.trainable_variables)\n"
        "        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))\n        return {'loss': loss}\n"
        "    def fit(self, *args, **kwargs):\n        return super().fit(*args, **kwargs)\n"
        "    def evaluate(self, x, y, **kwargs):\n        return float(tf.reduce_mean(self(x)))\n"
        "n = Net()\nn.compile('sgd', keras.losses.SparseCategoricalCrossentropy(from_logits=True))\n"
        "n.fit(x, y, verbose=0)\nn.evaluate(xt, yt)",
        "import functools\nm.fit = functools.partial(m.fit, verbose=0)\nm.fit(x, y)\ndel m, n",
        "class Mine(keras.metrics.Metric):\n    def __init__(self):\n        super().__init__()\n"
        "    def update_state(self, *a, **k): pass\n    def result(self): return 0.5\nm = net()\n"
        "m.compile('sgd', 'mse', metrics=[Mine()])",
        data=data,
    )
    assert [cell.error for cell in record.cells if cell.error] == []
    assert record.notes == ()
    assert found(record) == []


@slow
def test_replaced_functions_of_networks_are_told(data: Path) -> None:
    record = execute(
        KERAS,
        "keras.Model.evaluate = lambda *a, **k: [0.02, 0.99]",
        "m = net()\nm.predict = lambda *a, **k: None",
        "class Net(keras.Sequential):\n    def evaluate(self, *args, **kwargs):\n        return [0.02, 0.99]\n"
        "n = Net([layers.Dense(2)])",
        "keras.callbacks.History.on_epoch_end = lambda *a, **k: None",
        "keras.metrics.SparseCategoricalAccuracy.result = lambda self: 0.99\nkeras.metrics.Mean.result = lambda self: 1",
        "keras.datasets.mnist.load_data = lambda: None",
        "for i in range(3):\n    keras.utils.to_categorical = lambda *a: None",
        data=data,
    )
    assert {kind for kind, _, _ in found(record)} == {TamperKind.REPLACED}
    told = {(what.partition("(")[0].strip(), cell) for _, what, cell in found(record)}
    assert told == {
        ("The library's function Model.evaluate was replaced", 1),
        ("The network 'sequential' was given a function predict of its own", 2),
        ("The class Net has a function evaluate that does not use the network.", 3),
        ("The library's function History.on_epoch_end was replaced", 4),
        ("The library's function SparseCategoricalAccuracy.result was replaced", 5),
        ("The library's function Mean.result was replaced", 5),
        ("The library's function keras.datasets.mnist.load_data was replaced", 6),
        ("The library's function keras.utils.to_categorical was replaced", 7),
    }


@slow
def test_functions_that_were_changed_within_are_told(data: Path) -> None:
    record = execute(
        KERAS,
        "keras.layers.Dense.call.__code__ = (lambda self, inputs, training=None: inputs).__code__",
        "from keras.src.models.functional import Functional\nFunctional.call = lambda *a, **k: None",
        "fit = next(kind for kind in keras.Model.__mro__ if 'fit' in vars(kind)).fit\n"
        "cells = dict(zip(fit.__code__.co_freevars, fit.__closure__))\n"
        "cells['end'].cell_contents = lambda *a, **k: None",
        "from keras.src.trainers.compile_utils import CompileMetrics\nCompileMetrics.result.__defaults__ = (1,)",
        data=data,
    )
    told = {(what.partition("(")[0].strip(), cell) for _, what, cell in found(record)}
    assert told == {
        ("The library's function Dense.call was changed within.", 1),
        ("The library's function Functional.call was replaced", 2),
        ("The library's function TensorFlowTrainer.fit was changed within.", 3),
        ("The library's function CompileMetrics.result was changed within.", 4),
    }


@slow
def test_a_training_that_moves_nothing_is_told(data: Path) -> None:
    record = execute(
        KERAS,
        "class Net(keras.Sequential):\n    def train_step(self, data):\n        return {'accuracy': 0.99}\n"
        "still = Net([keras.Input((28, 28)), layers.Flatten(), layers.Dense(2)], name='still')\n"
        "still.compile('sgd', 'mse')\nstill.fit(x, y, epochs=2, verbose=0)",
        "slow = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(2)])\n"
        "slow.compile(keras.optimizers.SGD(0.0), 'mse')\nslow.fit(x, tf.one_hot(y, 2), verbose=0)",
        "flat = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(1, activation='softmax')])\n"
        "flat.compile('adam', 'mse')\nflat.fit(x, y, verbose=0)",
        "class Back(keras.callbacks.Callback):\n    def on_train_begin(self, logs=None):\n"
        "        self.kept = self.model.get_weights()\n    def on_train_end(self, logs=None):\n"
        "        self.model.set_weights(self.kept)\n"
        "tried = ready(keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(2)]))\n"
        "tried.fit(x, y, verbose=0, callbacks=[Back()])",
        data=data,
    )
    assert [cell.error for cell in record.cells if cell.error] == []
    assert [(kind, what, cell) for kind, what, cell in found(record)] == [
        (
            TamperKind.CONTRADICTION,
            "A training of the network 'still' went through epochs and left every weight as it was.",
            1,
        )
    ]
