"""How Keras models were compiled, trained, evaluated and used."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from typing import Any

from ._arrays import batch_size, describe
from ._input_profiles import Profiles
from ._keras_budget import budget
from ._keras_models import Models
from ._keras_values import name_of, number_in, rate_of, results_of, settings_of
from ._keras_weights import Freshness, Kept, Standstill
from ._observer import Observer
from ._origin import Origins
from ._standing_in import owner_of, stands_in_for

DEFAULT_BATCH = 32  # of Keras' fit on arrays


class Training:
    """Watches ``compile``, ``fit``, ``evaluate``, ``predict`` and steps that a student's own loop takes.

    Attributes:
        kept: the networks to ask after the last cell.
    """

    def __init__(self, keras: Any, models: Models, profiles: Profiles, observer: Observer) -> None:
        self.keras = keras
        self.models = models
        self.profiles = profiles
        self.kept = Kept()
        self.observer = observer
        self.origins = Origins(observer)
        self._next = 0
        self._running: dict[int, dict[str, Any]] = {}  # id of a model in fit -> its run
        self._busy = 0
        self._freshness = Freshness()
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
        self.models.tracer.on_call = self.observer.watched(self._called)
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
        self.observer.keep(owner, name)

    # compile

    def _compiled(self, model: Any, arguments: dict[str, Any], _token: Any, _result: Any, done: bool) -> None:
        if done:
            self.models.describe(model)
            metrics = arguments.get("metrics") or []
            self.observer.emit(
                "compile",
                model=self.models.number(model),
                metrics=[name_of(m) for m in (metrics if isinstance(metrics, (list, tuple)) else [metrics])],
                **settings_of(model),
                **self.observer.place(),
            )

    # fit

    def _fit_begins(self, model: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        self._busy += 1
        run = {"fit": self._next, "began": time.monotonic(), "still": Standstill(model)}
        self._next += 1
        self._running[id(model)] = run
        self.models.describe(model)
        x = arguments.get("x")
        self.profiles.trained_on(model, x)
        self.profiles.labels.trained_on(model, arguments.get("y"))
        validation = arguments.get("validation_data")
        split = arguments.get("validation_split") or 0.0
        self.observer.emit(
            "fit",
            fit=run["fit"],
            model=self.models.number(model),
            epochs=max(0, arguments.get("epochs", 1) - (arguments.get("initial_epoch") or 0)),
            steps=arguments.get("steps_per_epoch"),
            batch_size=self._batch_size(x, arguments),
            data=self.origins.described(x, arguments.get("y")),
            validation_source="data" if validation is not None else "split" if split else "none",
            validation_split=split or None,
            validation=self.origins.validation(validation) if validation is not None else None,
            weights=self._freshness.of(self.models.number(model), model),
            **budget(model, arguments),
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
            run["still"].look(history.model)
            logs = {key: number_in(value) for key, value in (arguments.get("logs") or {}).items()}
            self.observer.emit("epoch", fit=run["fit"], logs=logs)

    def _fit_ends(self, model: Any, _arguments: dict[str, Any], run: Any, _result: Any, done: bool) -> None:
        self._busy -= 1
        self._running.pop(id(model), None)
        if run is None:
            return
        if done and run.get("epochs") and not run["still"].moved:
            what = f"A training of the network '{model.name}' went through epochs and left every weight as it was."
            self.observer.tell("tamper", kind="contradiction", what=what)
        self._mark_stepped(model)
        self._freshness.ended_with(self.kept.trained(self.models.number(model)))
        self.models.describe(model)
        self.observer.emit("fit_end", fit=run["fit"], finished=done, seconds=time.monotonic() - run["began"])

    def _mark_stepped(self, model: Any) -> None:
        self.models.was_trained(model)
        self.kept.keep(self.models.number(model), model)
        self._freshness.stepped(model)

    def _called(self, model: Any, arguments: Any) -> None:
        """A network was called: what with tells how to put other images in."""
        if arguments:
            self.profiles.called_with(model, arguments[0], look=self._busy == 0)

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
            self.kept.keep(self.models.number(model), model)
            self.profiles.used_on(model, arguments.get("x"))
            self.observer.emit(
                "evaluate",
                model=self.models.number(model),
                data=describe(arguments.get("x")),
                results=results_of(model, result),
                **self.observer.place(),
            )

    def _predicted(self, model: Any, arguments: dict[str, Any], own: Any, _result: Any, done: bool) -> None:
        self._busy -= 1
        if own and done:
            self.profiles.used_on(model, arguments.get("x"))
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
            self.profiles.called_with(model, arguments.get("x"), look=True)
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
        self.profiles.labels.unknown(model)
        loop = self._loops.get(id(model))
        if loop is None:
            self.models.describe(model)
            settings = settings_of(model)
            if optimizer is not None:
                settings |= {"optimizer": type(optimizer).__name__, "learning_rate": rate_of(optimizer)}
            loop = self._loops[id(model)] = {
                "model": self.models.number(model),
                "steps": 0,
                "weights": self._freshness.of(self.models.number(model), model),
                "batch_size": batch.get("samples"),
                "data": {key: value for key, value in batch.items() if key not in {"samples", "digest"}},
                **settings,
                **self.observer.place(),
            }
            self._mark_stepped(model)
        loop["steps"] = loop["steps"] + 1 if counted and loop["steps"] is not None else None

    def _tell_loops(self) -> None:
        for loop in self._loops.values():
            if loop["steps"] is None:  # it may go on in later cells, unseen within its tf.function
                self.kept.after[loop["model"]] = None
            else:
                self.kept.trained(loop["model"])
            self.observer.emit("loop", fit=self._next, **loop)
            self._next += 1
        self._loops.clear()
