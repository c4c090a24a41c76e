"""What a training was set to do beside its data: all that somebody needs to do it again, and what stands in the way.

Nothing here raises: what cannot be read counts as unusual, or as unknown.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

from ._keras_accuracies import accuracies
from ._keras_first_weights import set_by_hand
from ._keras_modes import added_losses
from ._keras_settings import own_code
from ._keras_values import settings_of

MOST_UNUSUAL = 20
OPTIMIZER_SETTINGS = (
    *("momentum", "nesterov", "beta_1", "beta_2", "epsilon", "amsgrad", "rho", "centered"),
    *("weight_decay", "initial_accumulator_value"),
)
LIMITS = ("clipnorm", "clipvalue", "global_clipnorm", "use_ema", "gradient_accumulation_steps", "loss_scale_factor")
"""Settings of an optimizer that are off unless somebody sets them."""
WATCHING = frozenset(
    {"History", "ProgbarLogger", "ModelCheckpoint", "CSVLogger", "TensorBoard", "BackupAndRestore", "RemoteMonitor"}
    | {"TerminateOnNaN", "EarlyStopping", "TqdmCallback"}
)
"""Callbacks that watch a training, save it or end it, and change no step of it."""
STEPS = ("train_step", "compute_loss", "make_train_function")
ARGUMENTS = ("class_weight", "sample_weight", "steps_per_epoch", "initial_epoch")
ARRAYS = ("ndarray", "EagerTensor", "Tensor", "DataFrame", "Series", "list")


def budget(model: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """The facts of a FitRecord about how a model is going to be trained by ``fit`` with these arguments."""
    return {
        **settings_of(model),
        "optimizer_settings": _survives(lambda: _optimizer_settings(getattr(model, "optimizer", None)), {}),
        "from_logits": _survives(lambda: _from_logits(getattr(model, "loss", None)), None),
        "accuracies": _survives(lambda: accuracies(model), []),
        "seeded": _survives(_seeded, False),
        "unusual": _survives(lambda: list(_unusual(model, arguments))[:MOST_UNUSUAL], ["settings that cannot be read"]),
    }


def _survives(look: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return look()
    except Exception:
        return otherwise


def _optimizer_settings(optimizer: Any) -> dict[str, float | bool]:
    found = {name: getattr(optimizer, name, None) for name in OPTIMIZER_SETTINGS}
    return {name: value for name, value in found.items() if isinstance(value, (bool, int, float))}


def _from_logits(loss: Any) -> bool | None:
    """As a loss object is set, or as the default of Keras' loss functions and their names is."""
    if isinstance(loss, str):
        return False
    given = getattr(loss, "from_logits", None)
    if given is None and inspect.isfunction(loss) and not own_code(loss):
        given = inspect.signature(loss).parameters["from_logits"].default
    return given if isinstance(given, bool) else None


def _seeded() -> bool:
    """Whether TensorFlow's global seed is set; asked without importing anything."""
    context = sys.modules.get("tensorflow.python.eager.context")
    return context is not None and context.global_seed() is not None


def _unusual(model: Any, arguments: dict[str, Any]) -> Iterator[str]:
    yield from _of_the_call(arguments)
    yield from _callbacks(arguments.get("callbacks"))
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None:
        yield from _of_the_optimizer(optimizer)
    yield from _of_the_loss(model, getattr(model, "loss", None))
    yield from _of_the_model(model)


def _of_the_call(arguments: dict[str, Any]) -> Iterator[str]:
    for name in ARGUMENTS:
        if arguments.get(name) is not None and not _is_nothing(arguments[name]):
            yield name
    if not arguments.get("shuffle", True):
        yield "shuffle=False"
    x = arguments.get("x")
    if type(x).__name__ not in ARRAYS:
        yield f"data as {type(x).__name__[:60]}"


def _is_nothing(value: Any) -> bool:
    return isinstance(value, int) and value == 0


def _callbacks(given: Any) -> Iterator[str]:
    several = getattr(given, "callbacks", given)  # of a CallbackList
    for callback in several if isinstance(several, (list, tuple)) else [several]:
        if callback is None:
            continue
        name = type(callback).__name__
        if name not in WATCHING or (own_code(type(callback)) and name != "TqdmCallback"):
            yield f"callback {name[:60]}"
        elif getattr(callback, "restore_best_weights", False):
            yield "restore_best_weights"


def _of_the_optimizer(optimizer: Any) -> Iterator[str]:
    if own_code(type(optimizer)):
        yield f"the class {type(optimizer).__name__[:60]}"
    yield from (name for name in LIMITS if getattr(optimizer, name, None))
    rate = getattr(optimizer, "_learning_rate", None)  # the property gives the number of this step
    if hasattr(rate, "get_config"):
        yield f"learning rate schedule {type(rate).__name__[:60]}"
    if int(optimizer.iterations) > 0:
        yield "an optimizer used before"


def _of_the_loss(model: Any, loss: Any) -> Iterator[str]:
    if not isinstance(loss, str) and own_code(loss if inspect.isfunction(loss) else type(loss)):
        yield "a loss of the notebook's own"
    if getattr(loss, "label_smoothing", None):
        yield "label_smoothing"
    if getattr(loss, "ignore_class", None) is not None:
        yield "ignore_class"
    if getattr(loss, "reduction", "sum_over_batch_size") not in {"sum_over_batch_size", "mean", "auto"}:
        yield "reduction"
    if getattr(getattr(model, "_compile_loss", None), "_user_loss_weights", None) is not None:
        yield "loss_weights"


def _of_the_model(model: Any) -> Iterator[str]:
    if any(not layer.trainable for layer in model._flatten_layers(include_self=True, recursive=True)):
        yield "frozen layers"
    yield from added_losses(model)
    yield from set_by_hand(model)
    yield from (f"{step} of the notebook's own" for step in STEPS if own_code(getattr(type(model), step, None)))
    precision = model.dtype_policy.compute_dtype
    if precision != "float32":
        yield f"computing in {str(precision)[:20]}"
