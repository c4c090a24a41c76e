"""Options of a criterion: they are its check's keyword-only parameters, and their types its annotations."""

import math
import typing
from collections.abc import Collection, Mapping
from inspect import Parameter
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from grader.check import Check
from grader.errors import RubricError
from grader.loaders._rubric_values import Spot, mapping, nearest
from grader.rubric import OptionValue


def options(entry: CommentedMap, check: Check, questions: Collection[str], spot: Spot) -> Mapping[str, OptionValue]:
    """The options of a criterion, each of the type that its check asks for.

    Raises:
        RubricError: an option is unknown, missing or of another type, or names a question that there is not.
    """
    given = mapping(entry, "options", spot) if "options" in entry else CommentedMap()
    types = typing.get_type_hints(check.function)
    for name in given:
        if name not in check.options:
            advice = nearest(str(name), check.options) if check.options else "It has no options."
            raise RubricError(
                f"{spot.at_key(given, name)}: the check '{check.id}' has no option '{name}'.", advice=advice
            )
    for name, parameter in check.options.items():
        if parameter.default is Parameter.empty and name not in given:
            where = spot.at_key(entry, "options" if "options" in entry else "check")
            raise RubricError(f"{where}: the check '{check.id}' needs the option '{name}'.")
    found = {str(name): _typed(given, name, types[name], check, spot) for name in given}
    if "question" in found:
        spot.refuse_unless_known(given, "question", str(found["question"]), questions, "question")
    return found


def _typed(given: CommentedMap, name: str, wanted: Any, check: Check, spot: Spot) -> OptionValue:  # noqa: ANN401 - a type
    value = _plain(given[name])
    where = spot.at_key(given, name)
    try:
        typed: OptionValue = TypeAdapter(wanted).validate_python(value, strict=True)
    except ValidationError as error:
        mistake = error.errors(include_url=False, include_input=False)[0]["msg"]
        shown = list(value) if isinstance(value, tuple) else value
        raise RubricError(
            f"{where}: the option '{name}' of '{check.id}' cannot be {shown!r}: {mistake[:1].lower()}{mistake[1:]}.",
            advice=_suggestion(value, wanted),
        ) from None
    if any(isinstance(each, float) and not math.isfinite(each) for each in _flat(typed)):
        raise RubricError(f"{where}: the option '{name}' of '{check.id}' is not a finite number.")
    return typed


def _suggestion(value: OptionValue, wanted: object) -> str:
    """The nearest of the choices, where an option offers some."""
    choices = [choice for choice in _choices(wanted) if isinstance(choice, str)]
    wrong = [each for each in _flat(value) if isinstance(each, str) and each not in choices]
    return nearest(wrong[0], choices) if choices and wrong else ""


def _choices(wanted: object) -> list[object]:
    if typing.get_origin(wanted) is typing.Literal:
        return list(typing.get_args(wanted))
    return [choice for part in typing.get_args(wanted) for choice in _choices(part)]


def _flat(value: OptionValue) -> list[OptionValue]:
    return [each for part in value for each in _flat(part)] if isinstance(value, tuple) else [value]


def _plain(value: object) -> OptionValue:
    """A value without the traces of its file; a list becomes a tuple. What no option can be is left for the types."""
    if isinstance(value, CommentedSeq):
        items: list[Any] = [_plain(each) for each in value]
        return tuple(items)
    if value is None or isinstance(value, bool):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    return cast("OptionValue", value)
