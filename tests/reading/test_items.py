"""Lists and dictionaries of a notebook are followed as Python follows them, as far as networks hang on them."""

import pytest

from grader.evidence import SourceRecord
from grader.serializing import from_json, to_json
from tests.reading.source import reading

KERAS = "from keras import Sequential\nfrom keras.layers import *\n"


def units(source: str) -> list[int | None]:
    """The sizes of the layers of ``m``."""
    record = reading(KERAS, source)
    assert record.unread == ()
    (model,) = record.models
    return [layer.units for layer in model.graph.layers]


@pytest.mark.parametrize(
    "source",
    [
        "hist = [0]\ndef count():\n    hist[0] += 1\n    return hist[0]\ncount(); print(hist[0])",
        "h = {'loss': [1], 'acc': [2]}\nx = h.pop('loss')\nprint(h['acc'][-1])",
        "h = {}\ndef f():\n    h['a'] = 1\n    h['b'] = 2\nf()\nprint(h['b'])",
        "h = {'a': 1}\nh.append(2)\nprint(h.items(), h.popitem(), h['a'])",
        "h = [1]\nh['a'] = 2\nh.clear()\nprint(h['a'], h[0])",
        "a = []\na.insert(10 ** 30, 1)\na.pop(5)\ndel a[0]\ndel a[0], a[:]\n(b, *a), c = a",
        "def f(a, b=f()):\n    pass\ndef f(a, b=f()):\n    pass",
        "x = f'''{'''\n'''}''' == 1\nif f'''{'''\n'''}''' == 1:\n    pass",
        "f(1)\rg(2)\r\nh(3,\r4)",
    ],
)
def test_what_once_could_not_be_read_is_read(source):
    assert reading(KERAS, source).unread == ()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("u = {'a': 1, 'b': 2}\nu.pop('a')\nu['c'] = 3\nm = Sequential([Dense(u['b']), Dense(u['c'])])", [2, 3]),
        ("u = {'a': 1}\nu['a'] = 5\nm = Sequential([Dense(u['a'])])", [5]),
        ("u = [1, 2]\nu[0] = 7\nu[-1] += 1\nm = Sequential([Dense(n) for n in u])", [7, 3]),
        ("u = {'a': 1}\nu.update({'a': 4}, b=5)\nm = Sequential([Dense(u['a']), Dense(u['b'])])", [4, 5]),
        ("u = {**{'a': 1}, 'b': 2}\nm = Sequential([Dense(u['a']), Dense(u['b'])])", [1, 2]),
        ("u = {}\nu.setdefault('a', 3)\nu.setdefault('a', 9)\nm = Sequential([Dense(u['a']), Dense(u.get('b', 8))])", [3, 8]),
        ("u = [1, 2, 3]\nu.pop(0)\nu.remove(2)\nu.insert(0, 6)\nu.reverse()\nm = Sequential([Dense(n) for n in u])", [3, 6]),
        ("u = [1, 2, 3, 4]\ndel u[1]\na, *b, c = u\nm = Sequential([Dense(a), Dense(b[0]), Dense(c)])", [1, 3, 4]),
        ("u = {'a': 1}\ndef f():\n    u['b'] = 2\n    u.pop('a')\nm = Sequential([Dense(u['a'])])", [1]),
    ],
)  # fmt: skip
def test_sizes_kept_in_lists_and_dictionaries_are_followed(source, expected):
    assert units(source) == expected


@pytest.mark.parametrize(
    "source", ["m = Sequential([Dense(3, name='\\ud83d')])", "'''An answer with \\ud83d half a smiley in it.'''"]
)
def test_half_characters_that_python_allows_can_be_stored(source):
    record = reading(KERAS, source)
    assert from_json(SourceRecord, to_json(record)) == record
