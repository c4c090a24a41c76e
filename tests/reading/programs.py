"""Small Python programs that mean nothing, made of everything that students write: food for the reader."""

from random import Random

from grader.reading.cells import parsed

NAMES = ("a", "b", "hist", "h", "m", "x", "net")
KEYS = (
    "0",
    "1",
    "-1",
    "'loss'",
    "'acc'",
    "a",
    "'k' + a",
    "(0, 1)",
    "1:2",
    "::2",
    "None",
    "True",
    "f'{a}'",
    "10 ** 9",
    "1.5",
    "x, 1",
)
LAYERS = (
    "Dense(3)", "Dense(a, activation='relu')", "layers.Dense(units=h['acc'], activation=b)", "BatchNormalization(axis=-1)",
    "Dropout(0.5)", "Dropout(rate=a)", "Conv2D(8, (3, 3), activation=tf.nn.relu)", "Conv2D(*a, **h)", "Flatten()", "Activation('relu')",
    "Activation(b)", "Input((3,))", "Input(shape=hist)", "nn.Linear(3, 4)", "nn.Conv2d(1, a, kernel_size=3)", "nn.BatchNorm1d(8)",
    "nn.ReLU()", "nn.Dropout(p=b)", "ReLU()", "Concatenate()", "Dense(3, kernel_initializer='he_normal', name='\\ud83d')", "Lambda(lambda t: t + t)",
    "MaxPool2D()", "Bidirectional(LSTM(3))", "nn.ModuleList(hist)", "nn.Identity()",
)  # fmt: skip
NETWORKS = (
    "Sequential()", "Sequential([{0}, {1}])", "Sequential({0})", "Sequential(layers=[{0}, {1}, a])", "nn.Sequential({0}, {1})",
    "nn.Sequential(OrderedDict([('n', {0}), ('o', {1})]))", "Model(x, {0})", "Model(inputs=a, outputs={0})", "Model([x, a], [{0}, {1}])",
    "clone_model({0})", "keras.applications.VGG16(weights=None)", "deepcopy({0})", "tf.keras.models.Sequential([*{0}, *a])",
)  # fmt: skip
METHODS = (
    "pop()", "pop(0)", "pop({0})", "pop('loss')", "pop('loss', {0})", "update({0})", "update(acc={0})", "update({{'acc': {0}}}, **h)", "append({0})",
    "insert(0, {0})", "insert(-9, {0})", "insert({0}, 1)", "insert(9, {0})", "remove({0})", "setdefault('loss', {0})", "setdefault({0}, []).append({0})", "clear()",
    "extend({0})", "sort()", "sort(key=lambda v: v[1])", "reverse()", "copy()", "items()", "values()", "keys()", "get('acc')", "get({0}, {0})",
    "popitem()", "index({0})", "count(1)", "add({0})", "compile(loss={0})", "fit(x, *a, **h)", "to('cuda')", "eval()", "view(-1)", "__iadd__({0})",
    "add_module('n', {0})", "call({0})", "forward(x)", "append({0}, {0})", "insert(0)", "pop(1, 2, 3)",
)  # fmt: skip
EXPRESSIONS = (
    "{0}[{k}]", "{0}[{k}][{k}]", "{0}.{m}", "{0}.{m}", "{0}({1})", "{0}(*{1})", "{0}(**{1})", "{0}(*{1}, k={0}, **{1})", "[{0}, {1}]", "({0}, {1})",
    "({0},)", "{{{0}, {1}}}", "{{'loss': {0}, 'acc': {1}}}", "{{**{0}, {1}: {1}}}", "{{{k2}: {0}, 1: {1}}}", "[*{0}, {1}]", "{{}}", "[]", "()",
    "[{0} for {n} in {1}]", "[{0} for {n}, b in {1} if {0} for a in {1}]", "{{{0}: {1} for {n} in {0}}}", "{{{0} for {n} in {1}}}", "({0} for {n} in {1})",
    "lambda {n}: {0}", "lambda *a, k={0}, **h: {1}", "({n} := {0})", "{0} if {1} else {n}", "{0} + {1}", "{0} * {1}", "{0} - {1}", "{0} ** {1}",
    "{0} % {1}", "{0} // {1}", "{0} / {1}", "{0} @ {1}", "{0} == {1}", "{0} < {1} <= {0}", "{0} in {1}", "{0} is not {1}", "not {0}", "-{0}", "~{0}",
    "{0} and {1}", "{0} or {1}", "len({0})", "range({0})", "range({0}, {1}, -1)", "enumerate({0})", "zip({0}, {1})", "reversed({0})", "list({0})",
    "sorted({0})", "partial({0}, {1})", "f'{{{0}}}'", "f'''{{'''\n'''}}{{a!r:>{{b}}}}''' == {0}", "await {0}", "{0}.shape", "self.{n}", "{L}", "{L}", "{L}({0})",
    "{L}(x)", "{N}", "{N}", "nn.functional.relu({0})", "F.dropout({0}, {1})", "x + {L}(x)", "tf.concat([x, {0}], 1)", "C()", "C({0})(x)", "f({0}, {1})",
    "f()", "OrderedDict()", "dict({0})", "print({0}, *{1})",
)  # fmt: skip
ATOMS = (
    *NAMES, *NAMES, "0", "1", "2", "-1", "True", "None", "'loss'", "'acc'", "1.5", "1e999", "9" * 40, "1j", "b'a'", "''", "...", "[0]", "[1, 2]",
    "{'loss': [1], 'acc': [2]}", "C", "f", "'\\ud83d'", "10 ** 9",
)  # fmt: skip
TARGETS = (
    "{n}",
    "{n}",
    "{n}[{k}]",
    "{n}[{k}]",
    "{n}[{k}][{k}]",
    "{n}.{n}",
    "{n}, b",
    "{n}, *b",
    "[*{n}, b, a]",
    "*{n},",
    "(a, ({n}, h[{k}]))",
    "self.{n}",
)
SINGLE = ("{n}", "{n}[{k}]", "{n}[{k}]", "{n}.a", "{n}[{k}].b[0]")
SIMPLE = (
    "{t} = {e}", "{t} = {e}", "{t} = {t} = {e}", "{s} += {e}", "{s} -= {e}", "{s} *= {e}", "{s} //= {e}", "{n}: list = {e}", "{n}: int", "{e}", "{e}",
    "{n}.{m}", "{n}.{m}", "{n}.{m}", "del {n}", "del {s}, {s}", "del {n}[{k}]", "pass", "assert {e}, {e}", "import keras as {n}", "import torch.nn as nn, a.b",
    "from keras.layers import Dense as {n}", "from . import {n}", "from keras import *", "global hist", "return {e}", "raise {e}", "break", "continue",
    "x = {L}(x)", "m.add({L})", "m = {N}", "f({e})", "yield {e}",
)  # fmt: skip
COMPOUND = (
    "if {e}:", "for {t} in {e}:", "while {e}:", "with {e} as {s}, {e}:", "def f(a, b={e}, *args, k={e}, **kw):", "def {n}(x, /, a=None, *, b=True):",
    "async def f():", "def count():\n{i}    global hist", "def f():\n{i}    nonlocal a", "class C(Model):", "class C(nn.Module):", "class C({e}, metaclass=type):", "class C(Layer):",
    "def __init__(self, use_bn=False, *layers, **more):", "def call(self, x, training=None):", "def forward(self, *x):", "@partial\n{i}def f(self):",
    "if __name__ == '__main__':", "if f'''{{'''\n'''}}''' == 1:", "async for {t} in {e}:", "for i in range({e}):",
)  # fmt: skip

START = """\
from keras import layers, Sequential, Model
from keras.layers import *
a, b, hist, h = 1, [3, 'relu'], [0], {'loss': [1], 'acc': [2]}
x = Input((3,))
m = Sequential([Dense(3, name='a'), BatchNormalization()])
net = Model(x, Dense(3)(Dropout(0.5)(x)))
"""


class Writer:
    """Writes programs by a grammar; most are Python, none has to make sense."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def filled(self, pattern: str, depth: int, indent: str = "") -> str:
        for mark, write in (
            ("{0}", self.expression), ("{1}", self.expression), ("{e}", self.expression), ("{t}", self.target), ("{s}", self.single),
            ("{m}", self.method), ("{L}", self.layer), ("{N}", self.network), ("{k2}", self.key), ("{k}", self.key), ("{n}", self.name),
        ):  # fmt: skip
            while mark in pattern:
                pattern = pattern.replace(mark, write(depth - 1).replace("{", "\x01").replace("}", "\x02"), 1)
        filled = pattern.replace("{i}", indent).replace("{{", "{").replace("}}", "}")
        return filled.replace("\x01", "{").replace("\x02", "}")

    def name(self, _depth: int) -> str:
        return self.random.choice(NAMES)

    def key(self, _depth: int) -> str:
        return self.random.choice(KEYS)

    def layer(self, _depth: int) -> str:
        return self.random.choice(LAYERS)

    def expression(self, depth: int) -> str:
        if depth <= 0 or self.random.random() < 0.3:
            return self.random.choice(ATOMS)
        return f"({self.filled(self.random.choice(EXPRESSIONS), depth)})"

    def target(self, depth: int) -> str:
        return self.filled(self.random.choice(TARGETS), depth)

    def single(self, depth: int) -> str:
        return self.filled(self.random.choice(SINGLE), depth)

    def method(self, depth: int) -> str:
        return self.filled(self.random.choice(METHODS), depth)

    def network(self, depth: int) -> str:
        return self.filled(self.random.choice(NETWORKS), depth)

    def block(self, depth: int, indent: str) -> list[str]:
        return [line for _ in range(self.random.randint(1, 4)) for line in self.statement(depth, indent)]

    def statement(self, depth: int, indent: str = "") -> list[str]:
        chance = self.random.random()
        if depth <= 0 or chance < 0.6:
            return [indent + self.filled(self.random.choice(SIMPLE), 3, indent)]
        inner = self.block(depth - 1, indent + "    ")
        if chance < 0.65:
            other = self.block(depth - 1, indent + "    ")
            ends = ("except (E, *a) as b:", "finally:", "except* E:", "except:")
            return [f"{indent}try:", *inner, indent + self.random.choice(ends), *other]
        if chance < 0.7:
            case = self.random.choice(("[a, *_]", "{'loss': b, **h}", "C(x=1)", "1 | 2", "_", "str() as m"))
            return [
                f"{indent}match {self.expression(2)}:",
                f"{indent}    case {case}:",
                *("    " + line for line in inner),
            ]
        lines = [indent + self.filled(self.random.choice(COMPOUND), 2, indent), *inner]
        if lines[0].lstrip().startswith(("if", "for", "while")) and chance > 0.9:
            lines += [f"{indent}else:", *self.block(depth - 1, indent + "    ")]
        return lines

    def cell(self) -> str:
        """A cell; a statement that is no Python is left out now and then, so that most cells can be read."""
        kept: list[str] = []
        for _ in range(self.random.randint(1, 8)):
            text = "\n".join(self.statement(3))
            if parsed(text).tree is not None or self.random.random() < 0.02:
                kept.append(text)
        return "\n".join(kept)


def notebook(random: Random) -> list[str]:
    """The code cells of a notebook."""
    writer = Writer(random)
    return [START, *(writer.cell() for _ in range(random.randint(1, 4)))]
