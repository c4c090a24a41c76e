"""Asks the networks that a notebook left behind about images that it never had, and passes on their raw outputs.

Nothing is scored here: labels never enter the box. Networks are called as Keras calls them, with the function that was
there before the notebook could replace it, and never through ``predict`` or ``evaluate``.
"""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ._input_facts import facts
from ._input_profiles import Profile, Profiles
from ._input_ways import ALIKE, CLOSE, ENOUGH_ROWS, MOST_WAYS, Served, Way, guessed, layouts, ranked
from ._keras_layers import Layers, UnknownError
from ._keras_models import Models
from ._keras_weights import Kept
from ._observer import Observer

MOST_MODELS = 16
SECONDS = 60.0
BATCH = 250
WIDEST = 37  # outputs of one image: of a thousand images, more would not fit an answer
MOST_WEIGHTS = 6_000_000  # of all networks together that are told in full


class _RefusedError(Exception):
    """Why a network cannot be asked, in words."""


class Asking:
    """Answers the grader's questions after the last cell."""

    def __init__(self, keras: Any, models: Models, kept: Kept, profiles: Profiles, observer: Observer) -> None:
        self.keras = keras
        self.models = models
        self.kept = kept
        self.profiles = profiles
        self.observer = observer
        self._call: Callable[..., Any] = keras.layers.Layer.__call__
        self._layers = Layers(keras)
        self._ends = 0.0
        self._room = 4 * MOST_WEIGHTS

    def install(self) -> None:
        """Be asked; made before anything replaces Keras' functions."""
        self.observer.at_question(self.answer)

    def answer(self, sets: dict[str, Any]) -> None:
        """Answer for every network that can be asked: trained ones first, then those that were only built."""
        self._ends = time.monotonic() + SECONDS
        known = {self.models.number(model): model for model in self.models.known()}
        order = sorted(known, key=lambda number: (number not in self.kept.after, number))
        with _silence():
            questions = {
                name: _question(self.observer.data, name, told) for name, told in sets.items() if told["shape"][0]
            }
            asked: list[int] = []
            for number in order:
                if len(asked) < MOST_MODELS:
                    asked += [number] if self._ask(number, known[number], questions) else []
                elif number in self.kept.after:
                    self.observer.emit_answer(model=number, reason=f"only {MOST_MODELS} networks are asked")
            for number in asked:
                self._tell(number, known[number])

    def _ask(self, number: int, model: Any, questions: dict[str, Any]) -> bool:
        """Answer for one network; one that was never trained is passed over in silence where it does not fit."""
        try:
            for name, way, images in self._ways(model, questions):
                outputs = self._outputs(model, way[1](images), questions[name][0].classes)
                self.observer.emit_answer(
                    outputs.tobytes(),
                    model=number,
                    dataset=name,
                    input=way[0],
                    as_trained=self.kept.as_trained(number, model),
                    shape=list(outputs.shape),
                    **facts(way[1], images),
                )
        except _RefusedError as refusal:
            reason = str(refusal)
        except Exception as error:
            first = (str(error).splitlines() or [""])[0]
            reason = f"calling it failed with {type(error).__name__}: {first}"[:300]
        else:
            return True
        if number in self.kept.after:
            self.observer.emit_answer(model=number, reason=reason)
        return False

    def _tell(self, number: int, model: Any) -> None:
        """Tell layers and weights of a network that answered, so that outside its answers can be computed again."""
        try:
            steps, weights = self._layers.told(model)
        except UnknownError as unknown:
            reason = str(unknown)
        except Exception as error:
            reason = f"looking at its layers failed with {type(error).__name__}"
        else:
            if len(weights) <= self._room:
                self._room -= len(weights)
                self.observer.emit_weights(number, steps, weights)
                return
            reason = "the networks of this notebook have too many weights together"
        self.observer.emit_no_weights(number, reason)

    def _ways(self, model: Any, questions: dict[str, Any]) -> list[tuple[str, Way, Any]]:
        """How to ask a network: the data set, the way its images are put in, and the images."""
        profile = self.profiles.of(model)
        wanted = _wanted(model, profile)
        found: list[tuple[float, str, Way]] = []
        for name, (served, _) in self._likely(questions, profile).items():
            for layout in layouts(served.shape, wanted or _presumed(model, served.shape)):
                if profile is not None and profile.tells:
                    found += [(distance, name, way) for distance, way in ranked(served, layout, profile)]
                else:
                    found += [(0.0, name, way) for way in guessed(served, layout)]
        if not found:
            told = "×".join("?" if length is None else str(length) for length in wanted or ())
            raise _RefusedError(f"its input of {told} is not an image of a data set that was served")
        self._refuse_fewer_classes(model, [questions[name][0] for _, name, _ in found])
        return [(name, way, questions[name][1]) for name, way in _best(found, profile)]

    def _refuse_fewer_classes(self, model: Any, may_be: list[Served]) -> None:
        """A network that never saw a class is not wrong when it does not know it."""
        classes, there = self.profiles.labels.amount(model), min(served.classes for served in may_be)
        if classes is not None and classes < there:
            raise _RefusedError(f"it was trained on {classes} of the {there} classes")

    def _likely(self, questions: dict[str, Any], profile: Profile | None) -> dict[str, Any]:
        """The data sets that it may have been trained on; those the notebook loaded, where values do not tell."""
        if profile is not None and profile.tells:
            return questions
        return {name: told for name, told in questions.items() if name in self.observer.requested} or questions

    def _outputs(self, model: Any, images: Any, classes: int) -> Any:
        import numpy

        parts = []
        for start in range(0, len(images), BATCH):
            if time.monotonic() > self._ends:
                raise _RefusedError("there was no time left to ask it")
            batch = self.keras.ops.convert_to_tensor(images[start : start + BATCH].astype(numpy.float32))
            result = self._call(model, batch, training=False)
            if isinstance(result, (list, tuple, dict)):
                raise _RefusedError("it has several outputs")
            parts.append(numpy.asarray(self.keras.ops.convert_to_numpy(result), dtype="<f4"))
            if parts[-1].ndim != 2 or not classes <= parts[-1].shape[1] <= WIDEST:
                told = "×".join(map(str, parts[-1].shape[1:])) or "1"
                raise _RefusedError(f"its output of {told} does not name one of {classes} classes")
        return numpy.concatenate(parts)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """What networks print when they are called is not the notebook's output any more."""
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        yield


def _question(folder: str, name: str, told: dict[str, Any]) -> tuple[Served, Any]:
    """What was served of a data set, and the images to ask about."""
    import numpy

    images = numpy.fromfile(told["path"], dtype=numpy.uint8).reshape(told["shape"])
    return Served(Path(folder, f"{name}.npz")), images.astype(numpy.float32)


def _presumed(model: Any, image: tuple[int, ...]) -> tuple[int | None, ...]:
    """What a network that was never given anything takes by the look of its first layer; to ask it builds it."""
    first = type(next(iter(getattr(model, "layers", [])), None)).__name__
    if first in {"Dense", "BatchNormalization"}:
        return (math.prod(image),)
    return (*image, 1) if first.startswith("Conv") and len(image) == 2 else image


def _wanted(model: Any, profile: Profile | None) -> tuple[int | None, ...] | None:
    """The shape of one input: as it was given in training, else as the network declares it; ``None``: nothing tells."""
    inputs = getattr(model, "inputs", None) or []
    if len(inputs) > 1:
        raise _RefusedError("it takes several inputs")
    if profile is not None:
        return profile.shape
    return tuple(inputs[0].shape[1:]) if inputs else None


def _best(found: list[tuple[float, str, Way]], profile: Profile | None) -> list[tuple[str, Way]]:
    """One way where the recorded inputs leave no doubt, several where they do."""
    if profile is None or not profile.tells:
        return [(name, way) for _, name, way in found]
    found.sort(key=lambda each: round(each[0] * 50))
    nearest = found[0][0]
    if nearest > ALIKE:
        raise _RefusedError("its inputs were made from the images in a way that is not known here")
    sure = nearest <= CLOSE and profile.rows >= ENOUGH_ROWS
    return [(name, way) for _, name, way in found[: 1 if sure else MOST_WAYS]]
