"""Keras 3: every model built, every training, evaluation and prediction, and the data sets that are served."""

from __future__ import annotations

from typing import Any

from . import _keras_datasets
from ._input_profiles import Profiles
from ._keras_asking import Asking
from ._keras_models import Models
from ._keras_names import LAYER_KINDS as LAYER_KINDS
from ._keras_training import Training
from ._observer import Observer


def install(observer: Observer) -> None:
    """Start recording as soon as the notebook imports Keras (``tensorflow.keras`` is the same library)."""

    def watch(keras: Any) -> None:
        models = Models(keras, observer)
        profiles = Profiles()
        training = Training(keras, models, profiles, observer)
        Asking(keras, models, training.kept, profiles, observer).install()
        models.install()
        training.install()
        _keras_datasets.install(observer)

    observer.on_import("keras", watch)
