"""Values of a rubric file, taken out with the line of every mistake."""

import difflib
import math
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from grader.errors import RubricError


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where in a file something stands."""

    file: str

    def at_key(self, within: CommentedMap, key: Hashable) -> str:
        """``file:line`` of a key, or of the mapping where the key is missing."""
        line = within.lc.key(key)[0] if key in within else within.lc.line
        return f"{self.file}:{line + 1}"

    def at_item(self, within: CommentedSeq, number: int) -> str:
        """``file:line`` of an item of a list."""
        return f"{self.file}:{within.lc.item(number)[0] + 1}"

    def refuse_unless_known(self, within: CommentedMap, key: str, name: str, known: Collection[str], kind: str) -> None:
        """Raise `RubricError` for a name that is not among the known ones, with the nearest of them."""
        if name not in known:
            raise RubricError(f"{self.at_key(within, key)}: unknown {kind} '{name}'.", advice=nearest(name, known))


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence with the nearest right spelling, or with all of them where none is near."""
    choices = sorted(known)
    close = difflib.get_close_matches(name, choices, n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{close[0]}'?"
    return f"There is {', '.join(choices)}." if choices else "There is none."


def refuse_unknown(
    within: CommentedMap, keys: Collection[str], spot: Spot, kind: str, *, required: Collection[str] = ()
) -> None:
    """Raise `RubricError` for a key that nobody asks for, or one that is missing."""
    for key in within:
        if key not in keys:
            raise RubricError(f"{spot.at_key(within, key)}: a {kind} has no '{key}'.", advice=nearest(str(key), keys))
    for key in required:
        if key not in within:
            raise RubricError(f"{spot.at_key(within, key)}: this {kind} has no '{key}', which it needs.")


def text(within: CommentedMap, key: Hashable, spot: Spot, *, default: str | None = None) -> str:
    """A text that is not empty."""
    if default is not None and key not in within:
        return default
    value = within[key]
    if not isinstance(value, str):
        raise RubricError(f"{spot.at_key(within, key)}: '{key}' is text, not {value!r}.", advice="Put it in quotes.")
    if not value.strip():
        raise RubricError(f"{spot.at_key(within, key)}: '{key}' is empty.")
    return str(value).strip()


def mapping(within: CommentedMap, key: str, spot: Spot) -> CommentedMap:
    """A mapping."""
    value = within[key]
    if not isinstance(value, CommentedMap):
        raise RubricError(f"{spot.at_key(within, key)}: '{key}' is a mapping (name: value), not {_kind(value)}.")
    return value


def listing(within: CommentedMap, key: str, spot: Spot) -> CommentedSeq:
    """A list."""
    value = within[key]
    if not isinstance(value, CommentedSeq):
        raise RubricError(f"{spot.at_key(within, key)}: '{key}' is a list, not {_kind(value)}.")
    return value


def numeral(
    within: CommentedMap,
    key: str,
    spot: Spot,
    *,
    default: float | None = None,
    least: float = -math.inf,
    above: float = -math.inf,
    most: float = math.inf,
) -> float:
    """A finite number within bounds."""
    if default is not None and key not in within:
        return default
    value = within[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise RubricError(f"{spot.at_key(within, key)}: '{key}' is a number, not {value!r}.")
    if not least <= value <= most or value <= above:
        floor = f"more than {above:g}" if above > -math.inf else f"{least:g} or more"
        raise RubricError(f"{spot.at_key(within, key)}: '{key}' is {floor} and at most {most:g}, not {value:g}.")
    return float(value)


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    return {"CommentedMap": "a mapping", "CommentedSeq": "a list"}.get(type(value).__name__, repr(value))
