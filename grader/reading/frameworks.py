"""Which deep-learning frameworks a notebook uses, from what it imports."""

from collections.abc import Iterable

from grader.evidence import ImportRecord, Where

FRAMEWORKS = {
    "keras": "keras",
    "tensorflow": "keras",
    "tf_keras": "keras",
    "torch": "torch",
    "torchvision": "torch",
    "pytorch_lightning": "torch",
    "lightning": "torch",
    "fastai": "torch",
    "jax": "jax",
    "flax": "jax",
    "mxnet": "mxnet",
    "paddle": "paddle",
}
"""Top-level module -> the framework that it belongs to."""


def frameworks(imports: Iterable[ImportRecord]) -> tuple[str, ...]:
    """Those imported by executed code in order, then those that are only written about."""
    listed = list(imports)
    ordered = [
        *(each for each in listed if each.where is Where.CODE),
        *(each for each in listed if each.where is not Where.CODE),
    ]
    names = (FRAMEWORKS.get(each.module.partition(".")[0]) for each in ordered)
    return tuple(dict.fromkeys(name for name in names if name))
