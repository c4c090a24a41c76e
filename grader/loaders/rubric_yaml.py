"""Rubrics from YAML: every mistake is refused before any notebook runs, with its line and the right spelling."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from grader.check import Check
from grader.errors import RubricError
from grader.loaders._rubric_options import options
from grader.loaders._rubric_values import Spot, listing, mapping, numeral, refuse_unknown, text
from grader.rubric import Criterion, Limits, Rubric

_KEYS = ("id", "title", "description", "version", "questions", "criteria", "limits", "pass_share")
_REQUIRED = ("id", "title", "version", "questions", "criteria")
_CRITERION = ("id", "title", "question", "points", "check", "options", "needs")
_CRITERION_REQUIRED = ("id", "title", "question", "points", "check")
_LARGEST = {
    "cell_seconds": 86_400.0,
    "total_seconds": 172_800.0,
    "memory_mb": 1_000_000.0,
    "processes": 100_000.0,
    "disk_mb": 1_000_000.0,
    "output_mb": 10_000.0,
    "events": 10_000_000.0,
}
"""What nobody means on purpose: two days, a terabyte, ten gigabytes of output."""


def load(path: Path, checks: Mapping[str, Check]) -> Rubric:
    """Read a rubric.

    Args:
        path: a YAML file.
        checks: every check by its id; a criterion's options are the keyword-only parameters of its check.

    Raises:
        RubricError: the file cannot be read or something in it is wrong; the message begins with ``file:line``.
    """
    top = _parsed(path)
    spot = Spot(file=str(path))
    refuse_unknown(top, _KEYS, spot, "rubric", required=_REQUIRED)
    questions = _questions(top, spot)
    criteria = _criteria(top, spot, questions, checks)
    return Rubric(
        id=text(top, "id", spot),
        title=text(top, "title", spot),
        description=text(top, "description", spot, default=""),
        version=text(top, "version", spot),
        questions=questions,
        criteria=criteria,
        limits=_limits(top, spot),
        pass_share=numeral(top, "pass_share", spot, default=0.5, least=0.0, most=1.0),
    )


def _parsed(path: Path) -> CommentedMap:
    try:
        content = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RubricError(f"{path}: the rubric cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise RubricError(f"{path}: the rubric is not a text file in UTF-8.") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RubricError(f"{path}:{line}: this is not YAML: {error.problem or error.context}.") from None
    except (YAMLError, ValueError) as error:
        raise RubricError(f"{path}:1: this is not YAML: {error}.") from None
    except RecursionError:
        raise RubricError(f"{path}:1: the file nests its values too deeply to be a rubric.") from None
    if content is None:
        raise RubricError(f"{path}:1: the file is empty.", advice="See docs/ for how to write a rubric.")
    if not isinstance(content, CommentedMap):
        raise RubricError(f"{path}:1: a rubric is a mapping of {', '.join(_KEYS)}, not a {type(content).__name__}.")
    return content


def _questions(top: CommentedMap, spot: Spot) -> dict[str, str]:
    found = mapping(top, "questions", spot)
    here = spot.at_key(top, "questions")
    if not found:
        raise RubricError(f"{here}: there are no questions.")
    for label in found:
        if not isinstance(label, str):
            raise RubricError(f"{spot.at_key(found, label)}: a question's label is text such as 'Q1.1', not {label!r}.")
    return {str(label): text(found, label, spot) for label in found}


def _criteria(
    top: CommentedMap, spot: Spot, questions: Mapping[str, str], checks: Mapping[str, Check]
) -> tuple[Criterion, ...]:
    entries = listing(top, "criteria", spot)
    if not entries:
        raise RubricError(f"{spot.at_key(top, 'criteria')}: there are no criteria.")
    found: dict[str, Criterion] = {}
    for number, entry in enumerate(entries):
        if not isinstance(entry, CommentedMap):
            where = spot.at_item(entries, number)
            raise RubricError(f"{where}: a criterion is a mapping of {', '.join(_CRITERION)}.")
        criterion = _criterion(entry, spot, questions, checks)
        if criterion.id in found:
            raise RubricError(f"{spot.at_key(entry, 'id')}: the id '{criterion.id}' is used twice.")
        found[criterion.id] = criterion
    _refuse_bad_needs(entries, found, spot)
    if not any(criterion.points for criterion in found.values()):
        raise RubricError(f"{spot.at_key(top, 'criteria')}: no criterion gives points; one at least has more than 0.")
    return tuple(found.values())


def _criterion(entry: CommentedMap, spot: Spot, questions: Mapping[str, str], checks: Mapping[str, Check]) -> Criterion:
    refuse_unknown(entry, _CRITERION, spot, "criterion", required=_CRITERION_REQUIRED)
    question = text(entry, "question", spot)
    spot.refuse_unless_known(entry, "question", question, questions, "question")
    check = text(entry, "check", spot)
    spot.refuse_unless_known(entry, "check", check, checks, "check")
    return Criterion(
        id=text(entry, "id", spot),
        title=text(entry, "title", spot),
        question=question,
        points=_points(entry, spot),
        check=check,
        options=options(entry, checks[check], questions, spot),
        needs=_needs(entry, spot),
    )


def _points(entry: CommentedMap, spot: Spot) -> float:
    points = numeral(entry, "points", spot)
    if points < 0:
        raise RubricError(f"{spot.at_key(entry, 'points')}: points are 0 or more, not {points:g}.")
    return points


def _needs(entry: CommentedMap, spot: Spot) -> tuple[str, ...]:
    needed = listing(entry, "needs", spot) if "needs" in entry else CommentedSeq()
    for number, name in enumerate(needed):
        if not isinstance(name, str):
            raise RubricError(f"{spot.at_item(needed, number)}: 'needs' lists ids of criteria, not {name!r}.")
    return tuple(str(name) for name in needed)


def _refuse_bad_needs(entries: CommentedSeq, found: Mapping[str, Criterion], spot: Spot) -> None:
    for entry, criterion in zip(entries, found.values(), strict=True):
        for name in criterion.needs:
            spot.refuse_unless_known(entry, "needs", name, found, "criterion")
        circle = _circle(criterion, found)
        if circle:
            told = " → ".join(circle)
            raise RubricError(f"{spot.at_key(entry, 'needs')}: criteria need each other in a circle: {told}.")


def _circle(start: Criterion, found: Mapping[str, Criterion]) -> list[str]:
    """The ids on a way from a criterion back to itself, or nothing."""
    ways = [[start.id, name] for name in start.needs]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        if way[-1] == start.id:
            return way
        if way[-1] in seen or way[-1] not in found:
            continue
        seen.add(way[-1])
        ways += [[*way, name] for name in found[way[-1]].needs]
    return []


def _limits(top: CommentedMap, spot: Spot) -> Limits:
    if "limits" not in top:
        return Limits()
    given = mapping(top, "limits", spot)
    refuse_unknown(given, tuple(_LARGEST), spot, "limit")
    standard = Limits()
    values = {
        name: numeral(given, name, spot, default=getattr(standard, name), above=0.0, most=most)
        for name, most in _LARGEST.items()
    }
    if values["cell_seconds"] > values["total_seconds"]:
        raise RubricError(
            f"{spot.at_key(top, 'limits')}: a cell may take {values['cell_seconds']:g} seconds, which is more than the "
            f"{values['total_seconds']:g} of the whole notebook."
        )
    processes, events = (_whole(given, name, values.pop(name), spot) for name in ("processes", "events"))
    return replace(standard, **values, processes=processes, events=events)


def _whole(given: CommentedMap, name: str, value: float, spot: Spot) -> int:
    if not math.isclose(value, round(value)):
        raise RubricError(f"{spot.at_key(given, name)}: {name} are a whole number, not {value:g}.")
    return round(value)
