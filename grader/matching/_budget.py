"""Optimizer, loss and batches of a training, as a specification has them."""

from collections.abc import Mapping
from dataclasses import dataclass

from grader.architecture.allowed import OPTIMIZERS
from grader.evidence import FitRecord
from grader.matching._refusal import RefusalError
from grader.specification import Setting

_CROSSENTROPIES = frozenset({"categoricalcrossentropy", "sparsecategoricalcrossentropy"})
"""Losses that give the same number for the same image, however its class is written; spelt without underscores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a specification says of a training apart from network, data and epochs."""

    optimizer: str
    learning_rate: float
    settings: Mapping[str, Setting]
    from_logits: bool
    batch_size: int


def budget(fit: FitRecord) -> Budget:
    """How a network was trained.

    Raises:
        RefusalError: something is not known, or not like any specification.
    """
    if fit.unusual:
        raise RefusalError(f"The training has settings that references do not have: {', '.join(fit.unusual)}.")
    if fit.steps is not None:
        raise RefusalError("The number of steps of an epoch was set by hand.")
    if fit.optimizer is None or fit.optimizer not in OPTIMIZERS:
        raise RefusalError(f"The optimizer {fit.optimizer or '(unknown)'} is not one that references are trained with.")
    if fit.learning_rate is None:
        raise RefusalError("The learning rate is not one number.")
    if fit.batch_size is None:
        raise RefusalError("The batch size is not known.")
    return Budget(
        optimizer=fit.optimizer,
        learning_rate=fit.learning_rate,
        settings=_settings(fit, fit.optimizer),
        from_logits=_from_logits(fit),
        batch_size=fit.batch_size,
    )


def _settings(fit: FitRecord, optimizer: str) -> dict[str, Setting]:
    known = OPTIMIZERS[optimizer]
    missing = [name for name in known if name not in fit.optimizer_settings]
    if missing:
        raise RefusalError(f"It is not known how the optimizer {optimizer} was set: {', '.join(missing)}.")
    more = [name for name, value in fit.optimizer_settings.items() if name not in known and value]
    if more:
        raise RefusalError(f"References with the optimizer {optimizer} do not have {', '.join(more)}.")
    return {name: fit.optimizer_settings[name] for name in known}


def _from_logits(fit: FitRecord) -> bool:
    loss = (fit.loss or "").replace("_", "").lower()
    if loss not in _CROSSENTROPIES:
        raise RefusalError(f"The loss {fit.loss or '(unknown)'} is not crossentropy over the classes.")
    if fit.from_logits is None:
        raise RefusalError("It is not known whether the loss took logits.")
    return fit.from_logits
