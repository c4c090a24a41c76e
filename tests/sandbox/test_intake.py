"""Bytes from a box are hostile: whatever they are, what comes in is plain and bounded."""

import json
import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox import intake

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(st.binary(max_size=400))
def test_no_bytes_are_an_error(line: bytes) -> None:
    told = intake.message(line)
    assert told is None or isinstance(told, dict)


@given(st.dictionaries(st.text(), anything, max_size=4))
def test_what_comes_in_can_be_written_again_as_strict_json_in_utf8(value: dict[str, Any]) -> None:
    told = intake.message(json.dumps(value).encode())
    assert told is not None
    json.dumps(told, allow_nan=False, ensure_ascii=False).encode("utf-8")


def test_numbers_that_are_none_become_none() -> None:
    told = intake.message(b'{"a": NaN, "b": Infinity, "c": 1e999, "d": 123456789012345678901234567890}')
    assert told == {"a": None, "b": None, "c": None, "d": None}


def test_deep_nesting_is_cut() -> None:
    depth = 200_000
    assert intake.message(b'{"a": ' + b"[" * depth + b"]" * depth + b"}") is None
    told = intake.message(b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}")
    assert told is not None
    assert str(told).count("[") <= intake.DEEPEST


def test_long_lines_texts_and_lists_are_cut() -> None:
    assert intake.message(b"{" + b" " * intake.LONGEST_LINE + b"}") is None
    told = intake.message(json.dumps({"t": "x" * (intake.LONGEST_TEXT + 5), "l": [0] * 30_000}).encode())
    assert told is not None
    assert len(told["t"]) == intake.LONGEST_TEXT
    assert len(told["l"]) == intake.LONGEST_LIST


def test_lone_surrogates_and_control_characters_are_replaced() -> None:
    told = intake.message(b'{"a": "\\ud800x\\u0000\\u001b[31m\\n"}')
    assert told is not None
    told["a"].encode("utf-8")
    assert "\x00" not in told["a"]
    assert "\x1b" not in told["a"]
    assert told["a"].endswith("\n")


@given(anything)
def test_a_number_is_finite_or_none(value: object) -> None:
    found = intake.number(value)
    assert found is None or math.isfinite(found)


@given(st.integers() | st.just(10**400) | st.just(-(10**400)))
def test_an_integer_is_kept_as_it_is_or_is_none(value: int) -> None:
    assert intake.number(value) == intake.whole(value)
    assert intake.whole(value) in {value, None}


def test_a_truth_value_is_no_number() -> None:
    assert intake.number(True) is None
    assert intake.whole(True) is None


def depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inner), default=0) if isinstance(value, list | dict) else 0


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for each in inner for text in strings(each)]


@given(st.dictionaries(st.text(), anything, max_size=4))
def test_taking_in_twice_changes_nothing(value: dict[str, Any]) -> None:
    once = intake.message(json.dumps(value).encode())
    assert intake.message(json.dumps(once).encode()) == once


@given(st.dictionaries(st.text(), anything, max_size=4))
def test_everything_that_comes_in_is_bounded_and_can_be_shown(value: dict[str, Any]) -> None:
    told = intake.message(json.dumps(value).encode())
    assert depth(told) <= intake.DEEPEST
    for text in strings(told):
        assert not set(text) & {"\x00", "\x1b", "\r", "\x7f", "\x9b", "\u202e", "\u2066", "\ufffe"}
        assert not any("\ud800" <= character <= "\udfff" for character in text)


@given(st.text())
def test_ordinary_text_comes_in_as_it_is(text: str) -> None:
    plain = "".join(c for c in text if c.isprintable() or c in "\n\t")
    assert intake.message(json.dumps({"t": plain}).encode()) == {"t": plain}


def test_a_long_line_of_tiny_values_is_refused_before_it_takes_memory() -> None:
    for piece in (b"[],", b"{},", b"0,", b'"",'):
        assert intake.message(b'{"a": [' + piece * 1_000_000 + b"0]}") is None
    assert intake.message(b'{"a": "' + b"[{," * 1_000_000 + b'"}') is not None


def test_strings_that_never_end_take_no_time() -> None:
    for piece in (b'\\"', b'"', b"\\\\", b'"\\'):
        assert intake.message(b'{"a": "' + piece * 2_000_000) is None
