"""Functions of libraries that accuracies rest on: replaced on their classes, on single networks or by inheritance."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from operator import attrgetter
from types import CodeType, FunctionType
from typing import Any

from ._insides import insides, same
from ._integrity_kernel import REPLACED, Finding
from ._integrity_origin import Origin, bare, called, vars_of
from ._observer import Observer
from ._standing_in import owner_of

METHODS = ("fit", "evaluate", "predict", "compile", "train_on_batch", "test_on_batch", "predict_on_batch")
MADE_BY_KERAS = ("train_function", "test_function", "predict_function", "get_metrics_result", "compute_metrics")
STEPS = (
    "train_step",
    "test_step",
    "predict_step",
    "make_train_function",
    "make_test_function",
    "make_predict_function",
)
METRICS = (
    "Metric",
    "Mean",
    "MeanMetricWrapper",
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "SparseCategoricalAccuracy",
)
EXECUTING = {
    "src.models.functional.Functional": ("call",),
    "Sequential": ("call",),
    "layers.Dense": ("call",),
    "layers.Conv2D": ("call", "convolution_op"),
    "layers.BatchNormalization": ("call",),
    "layers.Activation": ("call",),
    "layers.Flatten": ("call",),
    "src.trainers.compile_utils.CompileMetrics": ("update_state", "result"),
    "Variable": ("numpy", "assign"),
}
"""What networks answer and what is read of them, by class."""
# Whoever speaks of one of these works with the network, and does not only say so.
WORK = frozenset(
    {
        *METHODS,
        *STEPS,
        "super",
        "call",
        "GradientTape",
        "apply_gradients",
        "apply",
        "compute_loss",
        "trainable_variables",
    }
)


class Library:
    """Compares functions of libraries with what they were when their library had just been imported."""

    def __init__(self, observer: Observer, origin: Origin) -> None:
        self.observer = observer
        self.origin = origin

    def install(self) -> None:
        """Remember each library's functions as soon as it has been imported."""
        keep = self.observer.keep
        self.observer.on_import("keras", self._keep_keras)
        self.observer.on_import("numpy", lambda numpy: keep(numpy, "mean", "argmax", "sum", "equal", "array_equal"))
        self.observer.on_import("sklearn.metrics", lambda metrics: keep(metrics, "accuracy_score", "confusion_matrix"))

    def _keep_keras(self, keras: Any) -> None:
        for name in (*METHODS, *MADE_BY_KERAS, *STEPS):
            if hasattr(keras.Model, name):
                for kind in {owner_of(keras.Model, name), keras.Model, keras.Sequential}:
                    self.observer.keep(kind, name)
        for kind, names in EXECUTING.items():
            found = attrgetter(kind)(keras)
            for name in names:
                self.observer.keep(owner_of(found, name), name)
        for metric in METRICS:
            self.observer.keep(getattr(keras.metrics, metric), "update_state", "result", "__call__")
        for module in (keras.utils, keras.metrics):
            public = [name for name, value in vars(module).items() if isinstance(value, (FunctionType, type))]
            self.observer.keep(module, *public)

    def findings(self) -> Iterator[Finding]:
        """Everything that was replaced."""
        for (owner, name), before in list(self.observer.kept.items()):
            now = vars_of(owner).get(name)
            if bare(now) is not bare(before) and not (now is not None and self.origin.is_library(now)):
                told = f"{getattr(owner, '__name__', owner)}.{name}"
                by = f"replaced ({called(now)})" if now is not None else "taken away"
                yield REPLACED, f"The library's function {told} was {by}."
            elif not same(self.observer.kept_insides.get((owner, name), ()), insides(before)):
                told = f"{getattr(owner, '__name__', owner)}.{name}"
                yield REPLACED, f"The library's function {told} was changed within."
        for subjects in self.observer.subjects:
            for subject in subjects():
                yield from self._of_model(subject)

    def _of_model(self, model: Any) -> Iterator[Finding]:
        own = vars_of(model)
        name = str(own.get("name") or own.get("_name") or type(model).__name__)[:60]
        for method in METHODS:
            if method in own and not self._is_kept(own[method]):
                yield (
                    REPLACED,
                    f"The network '{name}' was given a function {method} of its own ({called(own[method])}).",
                )
        for method in (*MADE_BY_KERAS, *STEPS):
            if own.get(method) is not None and self.origin.is_notebook(own[method]):
                yield (
                    REPLACED,
                    f"The network '{name}' was given a function {method} of its own ({called(own[method])}).",
                )
        for kind in type(model).__mro__:
            if not str(kind.__module__).startswith("keras."):
                yield from self._of_class(kind)

    def _is_kept(self, function: Any) -> bool:
        plain = bare(function)
        return any(plain is kept for kept in self.observer.kept.values())

    def _of_class(self, kind: type) -> Iterator[Finding]:
        for method in METHODS:
            function = bare(vars(kind).get(method))
            if isinstance(function, FunctionType) and self.origin.is_notebook(function) and not _works(function):
                yield REPLACED, f"The class {kind.__name__} has a function {method} that does not use the network."


def _works(function: FunctionType) -> bool:
    """Whether a method calls what it replaces, trains or executes the network, or hands the network to anybody."""
    code = function.__code__
    if not code.co_argcount:  # *args: who can tell
        return True
    this = code.co_varnames[0]
    return any(WORK & {*each.co_names, *each.co_freevars} or _passes_on(each, this) for each in _codes(code))


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code and that of the functions within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _passes_on(code: CodeType, this: str) -> bool:
    """Whether ``self`` is called or given to somebody, and not only asked for an attribute."""
    steps = list(dis.get_instructions(code))
    loads = [place for place, step in enumerate(steps) if step.opname.startswith("LOAD") and _names(step, this)]
    return any("ATTR" not in steps[place + 1].opname and "METHOD" not in steps[place + 1].opname for place in loads)


def _names(step: dis.Instruction, this: str) -> bool:
    return step.argval == this or (isinstance(step.argval, tuple) and this in step.argval)
