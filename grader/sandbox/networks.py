"""Collects layers and weights of networks as they come out of the box, in pieces, until the run is over."""

from collections.abc import Mapping
from typing import Any

from grader.sandbox.intake import sequence, text, whole
from grader.sandbox.operations import RefusedError
from grader.sandbox.recomputing import Step, decoded, network

MOST_NETWORKS = 32
MOST_CHARACTERS = 36_000_000  # of weights and descriptions together
_NOTHING = "its layers and weights were not told"


class Networks:
    """What was told of the layers and weights of each network."""

    def __init__(self) -> None:
        self._layers: dict[int, list[Any]] = {}
        self._weights: dict[int, list[str]] = {}
        self._reasons: dict[int, str] = {}
        self._left = MOST_CHARACTERS

    def add(self, event: Mapping[str, Any]) -> None:
        """Take in one ``weights`` event: the layers, a piece of the weights, or why there are none."""
        model = whole(event.get("model"))
        if model is None or (model not in self._layers and len(self._layers) + len(self._reasons) >= MOST_NETWORKS):
            return
        if "reason" in event:
            self._reasons[model] = text(event["reason"], 200)
        elif "layers" in event:
            if self._pays(model, len(repr(event["layers"]))):
                self._layers[model], self._weights[model] = sequence(event["layers"]), []
        elif model in self._weights:
            values = text(event.get("values"), MOST_CHARACTERS)
            if self._pays(model, len(values)):
                self._weights[model].append(values)

    def _pays(self, model: int, size: int) -> bool:
        """Whether there is room; a network of which a piece found none is none."""
        if size > self._left:
            self._reasons[model] = "its weights are too many"
            return False
        self._left -= size
        return True

    def steps(self, model: int) -> tuple[Step, ...]:
        """The network, to be computed.

        Raises:
            RefusedError: it was not told, or what was told makes no sense.
        """
        if model in self._reasons or model not in self._layers:
            raise RefusedError(self._reasons.get(model) or _NOTHING)
        return network(self._layers[model], b"".join(map(decoded, self._weights[model])))
