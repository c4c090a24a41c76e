"""A small sound specification, and changes of it."""

from dataclasses import replace
from typing import Any

from grader.architecture.named import layer, mlp
from grader.specification import LayerSpecification, Specification

SMALL = Specification(dataset="mnist", digest="d" * 64, samples=1000, input_shape=(28, 28), layers=mlp())


def changed(**settings: Any) -> Specification:
    return replace(SMALL, **settings)


def network(*layers: LayerSpecification, shape: tuple[int, ...] = (28, 28, 1)) -> Specification:
    """These layers, and an answer of ten classes."""
    return changed(input_shape=shape, layers=(*layers, layer("Flatten"), layer("Dense", units=10)))
