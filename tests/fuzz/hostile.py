"""Messages made from bytes: of the kinds that the grader knows, with values that it does not expect.

A coverage-guided fuzzer changes the bytes; each byte is one decision here, so that small changes of the bytes are small
changes of the messages.
"""

import base64
import json
from typing import Any

NUMBERS = (
    0,
    1,
    -1,
    2,
    5,
    4999,
    5000,
    2**31,
    2**62,
    -(2**63),
    10**400,
    0.5,
    0.99,
    1e308,
    -0.0,
    float("nan"),
    float("inf"),
)
TEXTS = (
    *("", "x", "ok", "error", "time limit", "killed", "finished", "harness failure", "output limit", "memory_mb"),
    *("total_seconds: x", "keras", "sequential", "accuracy", "val_accuracy", "loss", "mnist", "original", "stand-in"),
    *("accuracy: 0.99", "test acc 97.5%", "\ud800", "\udfff\ud800", "\x00\x1b[31m\r\n", "\u202e<script>", "é" * 600),
    *("replaced function", "kernel hook", "batch_normalization", "dense", "input", "normalization", "stdout", "result"),
)
ANSWER = base64.b64encode(b"\x00\x00\x80?\x00\x00\x00\x00" * 3).decode()
KEYS = (
    *(
        "type",
        "event",
        "n",
        "count",
        "line",
        "cell",
        "outcome",
        "reason",
        "notes",
        "versions",
        "seconds",
        "outputs",
        "error",
    ),
    *(
        "kind",
        "text",
        "png",
        "name",
        "message",
        "root",
        "cause",
        "model",
        "fit",
        "epochs",
        "epochs_done",
        "steps",
        "batch_size",
    ),
    *(
        "framework",
        "style",
        "class_name",
        "variables",
        "graph",
        "layers",
        "edges",
        "parameters",
        "names",
        "logs",
        "finished",
    ),
    *(
        "optimizer",
        "learning_rate",
        "loss",
        "metrics",
        "data",
        "samples",
        "shape",
        "dtype",
        "minimum",
        "maximum",
        "mean",
    ),
    *(
        "digest",
        "validation",
        "validation_source",
        "validation_split",
        "history",
        "weights",
        "results",
        "title",
        "axes",
    ),
    *(
        "lines",
        "x",
        "y",
        "label",
        "legend",
        "heights",
        "served",
        "description",
        "what",
        "dataset",
        "input",
        "as_trained",
    ),
    *("events", "reasons", "id", "inputs", "outputs", "units", "activation", "0", "1", "accuracy", "val_accuracy"),
)
TYPES = ("started", "cell", "done", "event", "cells_ended", "notes", "end", "nonsense")
EVENTS: dict[str, tuple[str, ...]] = {
    "built": ("model", "line"),
    "model": ("model", "framework", "style", "class_name", "name", "graph", "parameters"),
    "names": ("names",),
    "fit": ("fit", "model", "optimizer", "learning_rate", "epochs", "data", "validation_source", "history", "weights"),
    "loop": ("fit", "model", "epochs_done", "steps", "data", "weights"),
    "epoch": ("fit", "logs"),
    "fit_end": ("fit", "finished", "seconds"),
    "compile": ("model", "optimizer", "learning_rate", "loss", "metrics"),
    "evaluate": ("model", "data", "results"),
    "predict": ("model", "data"),
    "figure": ("title", "axes"),
    "dataset": ("name", "served", "description"),
    "normalization": ("class_name", "name"),
    "tamper": ("kind", "what"),
    "answer": ("model", "dataset", "input", "as_trained", "shape", "outputs", "laid", "factor", "offset", "reason"),
    "weights": ("model", "layers", "values", "reason"),
    "cut": ("events",),
    "not_recorded": ("reasons",),
    **dict.fromkeys(("watching", "looked"), ()),
}
_GRAPH = {
    "layers": [
        {"id": "a", "kind": "input", "class_name": "InputLayer"},
        {"id": "b", "kind": "normalization", "class_name": "BatchNormalization", "name": "b", "axis": [1]},
    ],
    "edges": [{"source": "a", "target": "b"}],
}
FITTING: dict[str, Any] = {
    **dict.fromkeys(("model", "fit", "cell"), 0),
    "outcome": "ok",
    "framework": "keras",
    "style": "sequential",
    "class_name": "Sequential",
    "served": "original",
    **dict.fromkeys(("name", "dataset"), "mnist"),
    "graph": _GRAPH,
    "logs": {"accuracy": 0.9, "val_accuracy": 0.8},
    "results": {"accuracy": 0.9},
    "data": {"samples": 5, "shape": [4], "minimum": 0.0, "maximum": 1.0},
    "names": {"0": ["model"]},
    "outputs": ANSWER,
    "shape": [3, 2],
    **dict.fromkeys(("as_trained", "finished"), True),
    "kind": "contradiction",
    "weights": "fresh",
    "validation_source": "none",
    "axes": [{"title": "t", "lines": [{"label": "l", "x": [0, 1], "y": [0.1, None]}]}],
}
"""For each field a value that fits."""


class Choices:
    """Decisions, one byte each; zeros once the bytes are used up."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    @property
    def left(self) -> int:
        """Bytes not used yet."""
        return max(0, len(self._data) - self._place)

    def below(self, most: int) -> int:
        """A number from 0 to ``most`` - 1."""
        value = self._data[self._place] if self.left else 0
        self._place += 1
        return value % most

    def one_of(self, values: tuple[Any, ...]) -> Any:
        """One of these."""
        return values[self.below(len(values))]


def lines(data: bytes) -> list[bytes]:
    """A transcript of messages; at most as many as there are bytes."""
    choices, told = Choices(data), []
    while choices.left and len(told) < 200:
        text = json.dumps(_message(choices))
        told.append(text.encode("ascii"))
    return told


def _message(choices: Choices) -> dict[str, Any]:
    kind = choices.one_of((*TYPES, "event", "event", "event", "event"))
    told: dict[str, Any] = {"type": kind}
    if kind == "event":
        told["event"] = _event(choices)
    elif kind == "done":
        told |= {key: _field(choices, key) for key in ("cell", "outcome", "seconds", "error")}
        told["outputs"] = [_output(choices) for _ in range(choices.below(3))]
    else:
        told |= {key: _field(choices, key) for key in ("cell", "outcome", "reason", "notes", "versions")}
    return told


def _output(choices: Choices) -> Any:
    if choices.below(4) == 0:
        return _value(choices, 0)
    return {"kind": choices.one_of(("stdout", "stderr", "result", "error")), "text": choices.one_of(TEXTS)}


def _event(choices: Choices) -> Any:
    kind = choices.one_of(tuple(EVENTS))
    told = {"event": kind, "n": choices.below(8), "count": choices.below(4)}
    told |= {key: _field(choices, key) for key in EVENTS[kind]}
    if choices.below(8) == 0:
        told[choices.one_of(KEYS)] = _value(choices, 0)
    return told


def _field(choices: Choices, key: str) -> Any:
    if key in FITTING and choices.below(4):
        return FITTING[key]
    return _value(choices, 0)


def _value(choices: Choices, depth: int) -> Any:
    kind = choices.below(8 if depth < 6 else 5)
    if kind == 0:
        return choices.one_of((None, True, False))
    if kind < 3:
        return choices.one_of(NUMBERS)
    if kind < 5:
        return choices.one_of(TEXTS)
    size = choices.below(5)
    if kind == 5:
        return [_value(choices, depth + 1) for _ in range(size)]
    return {choices.one_of(KEYS): _value(choices, depth + 1) for _ in range(size)}
