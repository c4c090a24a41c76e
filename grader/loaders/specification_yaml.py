"""Specifications of reference networks from YAML: the network without and with BN, their data and their budget.

    dataset: fashion_mnist
    samples: 60000
    epochs: 10
    optimizer: SGD
    learning_rate: 0.001
    without: [Flatten, {Dense: {units: 300}}, {LeakyReLU: {negative_slope: 0.3}}, …]
    with: [Flatten, BatchNormalization, …]

Nothing in a file is trusted: what it asks for is checked against the allow-list before any framework starts.
"""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from grader.architecture.sound import sound
from grader.errors import SpecificationError
from grader.specification import UNKNOWN, LayerSpecification, Specification, SpecificationPair

_LISTS = ("without", "with")
_OWN = ("layers", "digest")
_KNOWN = (*(each.name for each in fields(Specification) if each.name not in _OWN), *_LISTS)
_REQUIRED = ("dataset", "samples", "input_shape", *_LISTS)
_ADAPTER: TypeAdapter[Specification] = TypeAdapter(Specification)
_LARGEST = 1_000_000  # bytes of a file


def load(path: Path) -> SpecificationPair:
    """Read the two specifications of a file; the digest of their data is not known yet (`UNKNOWN`).

    Raises:
        SpecificationError: the file cannot be read, or asks for what is not allowed; the message names the file.
    """
    content = _parsed(path)
    common = {name: value for name, value in content.items() if name not in _LISTS} | {"digest": UNKNOWN}
    plain, normalized = (_specification(path, name, content[name], common) for name in _LISTS)
    if plain.has_batch_norm or not normalized.has_batch_norm:
        raise SpecificationError(f"{path}: 'without' must have no BatchNormalization, and 'with' at least one.")
    return SpecificationPair(plain=plain, normalized=normalized)


def _parsed(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            raise SpecificationError(f"{path}: this file is too large to be a specification.")
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SpecificationError(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError, YAMLError, ValueError, RecursionError) as error:
        told = " ".join(str(error).split())[:200]
        raise SpecificationError(f"{path}: this is no specification in YAML: {told}") from None
    if not isinstance(content, dict):
        raise SpecificationError(f"{path}: a specification is a mapping of {', '.join(_KNOWN)}.")
    for name in content:
        if name not in _KNOWN:
            raise SpecificationError(f"{path}: there is no {name!r} here; known are {', '.join(_KNOWN)}.")
    for name in _REQUIRED:
        if name not in content:
            raise SpecificationError(f"{path}: {name!r} is missing.", advice=f"Needed are {', '.join(_REQUIRED)}.")
    return content


def _specification(path: Path, name: str, layers: object, common: Mapping[str, object]) -> Specification:
    if not isinstance(layers, list):
        raise SpecificationError(f"{path}: {name!r} must be a list of layers.")
    try:
        found = _ADAPTER.validate_python({**common, "layers": [_layer(each) for each in layers]})
        return sound(found)
    except ValidationError as error:
        mistake = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in mistake["loc"])
        raise SpecificationError(f"{path}: {name}: {mistake['msg'].lower()} at {where}.") from None
    except SpecificationError as error:
        raise SpecificationError(f"{path}: {name}: {error.message}", advice=error.advice) from None


def _layer(written: object) -> LayerSpecification:
    """``Flatten`` or ``{Dense: {units: 300}}``."""
    if isinstance(written, str):
        return LayerSpecification(layer=written)
    if isinstance(written, dict) and len(written) == 1:
        ((name, settings),) = written.items()
        if isinstance(settings, dict):
            return LayerSpecification(layer=str(name), settings={str(k): _setting(v) for k, v in settings.items()})
    raise SpecificationError(f"a layer is a name, or a name with its settings, and not {str(written)[:60]!r}.")


def _setting(value: Any) -> Any:  # noqa: ANN401 - whatever YAML gives; `sound` looks at each
    return tuple(value) if isinstance(value, list) else value
