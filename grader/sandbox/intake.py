"""The one door: bytes from the box become plain, bounded values here, and nowhere else.

Whatever wrote these bytes is assumed to want to harm us. Nothing is evaluated or unpickled; sizes are capped before
parsing; depth is bounded; NaN, infinities and huge integers become ``None``; lone surrogates and characters that
reports cannot carry, that move a terminal's cursor or that turn the direction of writing are replaced.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

LONGEST_LINE = 50_000_000  # bytes
LONGEST_TEXT = 4_000_000  # characters of one string: a PNG in base64 is the longest that has a use
LONGEST_LIST = 20_000
DEEPEST = 16
SHORT_LINE = 1_000_000  # bytes that cannot become much memory, whatever they are
MOST_VALUES = 500_000  # in a longer line: an empty list is 3 bytes there and 64 here

Value = Any
"""``None``, ``bool``, a finite number, ``str``, or lists and string-keyed dictionaries of them."""

_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)  # possessive: linear in time, a last one unfinished or not
_NOT_SHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def message(line: bytes) -> Mapping[str, Value] | None:
    """One line from the box as a bounded dictionary, or ``None`` for anything else."""
    if len(line) > LONGEST_LINE or (len(line) > SHORT_LINE and _values(line) > MOST_VALUES):
        return None
    try:
        value = json.loads(line, parse_constant=lambda _: None)
    except (ValueError, RecursionError, MemoryError):
        return None
    bounded = _bounded(value, 0)
    return bounded if isinstance(bounded, dict) else None


def text(value: Value, longest: int = 500) -> str:
    """A string that may be shown; ``""`` for anything else."""
    return value[:longest] if isinstance(value, str) else ""


def number(value: Value) -> float | None:
    """A finite number; ``None`` for anything else, truth values included."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return whole(value)


def whole(value: Value) -> int | None:
    """A whole number that fits 62 bits; ``None`` for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**62 else None


def mapping(value: Value) -> Mapping[str, Value]:
    """A dictionary; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value: Value) -> list[Value]:
    """A list; an empty one for anything else."""
    return value if isinstance(value, list) else []


def _values(line: bytes) -> int:
    """How many values a line holds, or more; what stands in strings is not counted."""
    rest = _STRINGS.sub(b"", line)
    return sum(map(rest.count, (b",", b"[", b"{")))


def _bounded(value: Value, depth: int) -> Value:
    if isinstance(value, str):
        return _clean(value[:LONGEST_TEXT])
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return whole(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth >= DEEPEST:
        return None
    if isinstance(value, list):
        return [_bounded(item, depth + 1) for item in value[:LONGEST_LIST]]
    pairs = list(value.items())[:LONGEST_LIST]
    return {_clean(key[:500]): _bounded(item, depth + 1) for key, item in pairs}


def _clean(value: str) -> str:
    """Without lone surrogates and without control characters other than line breaks and tabs."""
    if value.isascii() and value.isprintable():
        return value
    whole_text = value.encode("utf-8", errors="replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return _NOT_SHOWN.sub("\ufffd", whole_text)
