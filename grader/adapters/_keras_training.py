"""How Keras models were compiled, trained, evaluated and used."""

from __future__ import annotations

import hashlib
import inspect
import time
import weakref
from collections.abc import Callable
from typing import Any

from ._arrays import batch_size, describe
from ._keras_models import Models
from ._observer import Observer, owner_of, stands_in_for

DEFAULT_BATCH = 32  # of Keras' fit on arrays
LARGEST_FINGERPRINT = 20_000_000  # weights


class Training:
    """Watches ``compile``, ``fit``, ``evaluate``, ``predict`` and steps that a student's own loop takes."""

    def __init__(self, keras: Any, models: Models, observer: Observer) -> None:
        self.keras = keras
        self.models = models
        self.observer = observer
        self._next = 0
        self._running: dict[int, dict[str, Any]] = {}  # id of a model in fit -> its run
        self._busy = 0
        self._stepped: dict[int, Any] = {}  # id of a weight that was trained -> weak reference
        self._first: dict[int, str] = {}  # number of a model -> fingerprint before its first training
        self._last: set[str] = set()  # fingerprints after trainings
        self._loops: dict[int, dict[str, Any]] = {}

    def install(self) -> None:
        """Wrap the methods on the classes."""
        model = self.keras.Model
        self._wrap(model, "compile", after=self._compiled)
        self._wrap(model, "fit", before=self._fit_begins, after=self._fit_ends)
        self._wrap(model, "evaluate", before=self._starts_work, after=self._evaluated)
        self._wrap(model, "predict", before=self._starts_work, after=self._predicted)
        self._wrap(model, "train_on_batch", before=self._starts_work, after=self._trained_on_batch)
        self._wrap(self.keras.callbacks.History, "on_epoch_end", after=self._epoch_ended)
        self._wrap(self.keras.optimizers.Optimizer, "apply", after=self._applied)
        self.observer.at_cell_end(self._tell_loops)

    def _wrap(
        self, kind: Any, name: str, *, before: Callable[..., Any] | None = None, after: Callable[..., Any]
    ) -> None:
        owner = owner_of(kind, name)
        original = getattr(owner, name)
        begin = self.observer.watched(before) if before else (lambda *_: None)
        end = self.observer.watched(after)
        signature = inspect.signature(original)
        bind = self.observer.watched(lambda *a, **k: dict(signature.bind(*a, **k).arguments))

        @stands_in_for(original)
        def wrapped(this: Any, *args: Any, **kwargs: Any) -> Any:
            arguments = bind(this, *args, **kwargs) or {}
            token = begin(this, arguments)
            try:
                result = original(this, *args, **kwargs)
            except BaseException:
                end(this, arguments, token, None, False)
                raise
            end(this, arguments, token, result, True)
            return result

        setattr(owner, name, wrapped)

    # compile

    def _compiled(self, model: Any, arguments: dict[str, Any], _token: Any, _result: Any, done: bool) -> None:
        if done:
            self.models.describe(model)
            metrics = arguments.get("metrics") or []
            self.observer.emit(
                "compile",
                model=self.models.number(model),
                metrics=[_name(m) for m in (metrics if isinstance(metrics, (list, tuple)) else [metrics])],
                **self._settings(model),
                **self.observer.place(),
            )

    def _settings(self, model: Any) -> dict[str, Any]:
        optimizer = getattr(model, "optimizer", None)
        return {
            "optimizer": type(optimizer).__name__ if optimizer is not None else None,
            "learning_rate": _learning_rate(optimizer),
            "loss": _name(getattr(model, "loss", None)),
        }

    # fit

    def _fit_begins(self, model: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        self._busy += 1
        run = {"fit": self._next, "began": time.monotonic()}
        self._next += 1
        self._running[id(model)] = run
        self.models.describe(model)
        x = arguments.get("x")
        validation = arguments.get("validation_data")
        split = arguments.get("validation_split") or 0.0
        self.observer.emit(
            "fit",
            fit=run["fit"],
            model=self.models.number(model),
            epochs=max(0, arguments.get("epochs", 1) - (arguments.get("initial_epoch") or 0)),
            steps=arguments.get("steps_per_epoch"),
            batch_size=self._batch_size(x, arguments),
            data=describe(x),
            validation_source="data" if validation is not None else "split" if split else "none",
            validation_split=split or None,
            validation=describe(validation) if validation is not None else None,
            weights=self._weights(model),
            **self._settings(model),
            **self.observer.place(),
        )
        return run

    @staticmethod
    def _batch_size(x: Any, arguments: dict[str, Any]) -> int | None:
        asked = arguments.get("batch_size")
        if asked is not None:
            return int(asked)
        if hasattr(x, "element_spec") or not (hasattr(x, "shape") or isinstance(x, (list, tuple, dict))):
            return batch_size(x)
        return DEFAULT_BATCH

    def _epoch_ended(self, history: Any, arguments: dict[str, Any], _token: Any, _result: Any, done: bool) -> None:
        run = self._running.get(id(history.model))
        if run is not None and done:
            if not run.get("epochs"):
                self._mark_stepped(history.model)
            run["epochs"] = run.get("epochs", 0) + 1
            logs = {key: _number(value) for key, value in (arguments.get("logs") or {}).items()}
            self.observer.emit("epoch", fit=run["fit"], logs=logs)

    def _fit_ends(self, model: Any, _arguments: dict[str, Any], run: Any, _result: Any, done: bool) -> None:
        self._busy -= 1
        self._running.pop(id(model), None)
        if run is None:
            return
        self._mark_stepped(model)
        fingerprint = _fingerprint(model)
        if fingerprint:
            self._last.add(fingerprint)
        self.models.describe(model)
        self.observer.emit("fit_end", fit=run["fit"], finished=done, seconds=time.monotonic() - run["began"])

    def _weights(self, model: Any) -> str:
        """Whether training starts from weights that no training has touched, or that were put back."""
        number = self.models.number(model)
        now = _fingerprint(model)
        if not any(self._was_stepped(variable) for variable in model.trainable_variables):
            if now is not None and now in self._last:
                return "trained"
            if now is not None:
                self._first.setdefault(number, now)
            return "fresh"
        return "fresh" if now is not None and self._first.get(number) == now else "trained"

    def _mark_stepped(self, model: Any) -> None:
        self.models.was_trained(model)
        for variable in model.trainable_variables:
            self._stepped[id(variable)] = weakref.ref(variable)

    def _was_stepped(self, variable: Any) -> bool:
        reference = self._stepped.get(id(variable))
        return reference is not None and reference() is variable

    # evaluate, predict

    def _starts_work(self, model: Any, _arguments: dict[str, Any]) -> bool:
        """Whether this is the student's own call, and not one that Keras makes within another."""
        own = self._busy == 0
        self._busy += 1
        if own:
            self.models.describe(model)
        return own

    def _evaluated(self, model: Any, arguments: dict[str, Any], own: Any, result: Any, done: bool) -> None:
        self._busy -= 1
        if own and done:
            self.observer.emit(
                "evaluate",
                model=self.models.number(model),
                data=describe(arguments.get("x")),
                results=_results(model, result),
                **self.observer.place(),
            )

    def _predicted(self, model: Any, arguments: dict[str, Any], own: Any, _result: Any, done: bool) -> None:
        self._busy -= 1
        if own and done:
            self.observer.emit(
                "predict",
                model=self.models.number(model),
                data=describe(arguments.get("x")),
                **self.observer.place(),
            )

    # loops of the student's own

    def _trained_on_batch(self, model: Any, arguments: dict[str, Any], own: Any, _r: Any, done: bool) -> None:
        self._busy -= 1
        if own and done:
            self._step(model, batch=describe(arguments.get("x")), counted=True)

    def _applied(self, optimizer: Any, arguments: dict[str, Any], _token: Any, _r: Any, done: bool) -> None:
        """An optimiser stepped outside of ``fit``; inside a ``tf.function`` that is seen once, not counted."""
        if self._busy or not done:
            return
        variables = arguments.get("trainable_variables") or optimizer._trainable_variables
        wanted = {id(variable) for variable in variables}
        for model in self.models.known():
            if any(id(variable) in wanted for variable in model.trainable_variables):
                gradients = arguments.get("grads") or [None]
                self._step(model, batch={}, counted=not hasattr(gradients[0], "graph"), optimizer=optimizer)
                return

    def _step(self, model: Any, *, batch: dict[str, Any], counted: bool, optimizer: Any = None) -> None:
        loop = self._loops.get(id(model))
        if loop is None:
            self.models.describe(model)
            settings = self._settings(model)
            if optimizer is not None:
                settings |= {
                    "optimizer": type(optimizer).__name__,
                    "learning_rate": _learning_rate(optimizer),
                }
            loop = self._loops[id(model)] = {
                "model": self.models.number(model),
                "steps": 0,
                "weights": self._weights(model),
                "batch_size": batch.get("samples"),
                "data": {key: value for key, value in batch.items() if key not in {"samples", "digest"}},
                **settings,
                **self.observer.place(),
            }
            self._mark_stepped(model)
        loop["steps"] = loop["steps"] + 1 if counted and loop["steps"] is not None else None

    def _tell_loops(self) -> None:
        for loop in self._loops.values():
            self.observer.emit("loop", fit=self._next, **loop)
            self._next += 1
        self._loops.clear()


def _results(model: Any, result: Any) -> dict[str, Any]:
    """What ``evaluate`` returned, by metric name."""
    if isinstance(result, dict):
        return {str(key): _number(value) for key, value in result.items()}
    values = result if isinstance(result, (list, tuple)) else [result]
    named: dict[str, Any] = getattr(model, "get_metrics_result", dict)()
    names = list(named) if len(named) == len(values) else list(getattr(model, "metrics_names", []))
    return {str(name): _number(value) for name, value in zip(names, values, strict=False)}


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except Exception:
        return None


def _learning_rate(optimizer: Any) -> float | None:
    if optimizer is None:
        return None
    try:
        return float(f"{float(optimizer.learning_rate):.6g}")  # 0.001, and not the nearest float32
    except Exception:
        return None


def _name(value: Any) -> str | None:
    """A loss or metric as a person would call it."""
    if value is None or isinstance(value, str):
        return value
    return str(getattr(value, "name", None) or getattr(value, "__name__", None) or type(value).__name__)


def _fingerprint(model: Any) -> str | None:
    """Equal for equal weights; ``None`` for a network that is not built or too large to look at."""
    try:
        variables = list(model.trainable_variables)
        arrays = [variable.numpy() for variable in variables]
    except Exception:
        return None
    if not arrays or sum(array.size for array in arrays) > LARGEST_FINGERPRINT:
        return None
    digest = hashlib.blake2b(digest_size=16)
    for array in arrays:
        digest.update(array.tobytes())
    return digest.hexdigest()
