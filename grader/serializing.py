"""Evidence, rubrics and grades as JSON and back: the one place that knows how a noun is spelt on disk.

``evidence -> JSON -> evidence`` is the identity. Reading validates: a damaged or foreign file raises
`EvidenceError`, and nothing is executed on the way. Unknown fields are dropped, so that evidence stored by a later
version with the same schema number can still be read.
"""

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from grader.errors import EvidenceError
from grader.evidence import SCHEMA, Evidence

Noun = TypeVar("Noun")


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """Making one takes longer than using it, so each is made once."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def to_json(noun: object) -> str:
    """A noun as indented JSON; the same noun always gives the same text."""
    text: bytes = _adapter(type(noun)).dump_json(noun, indent=1)
    return text.decode("utf-8") + "\n"


def from_json(kind: type[Noun], text: str | bytes) -> Noun:
    """Read a noun back.

    Raises:
        EvidenceError: the text is not JSON, or not this kind of noun; the message says where.
    """
    try:
        noun: Noun = _adapter(kind).validate_json(text)
    except ValidationError as error:
        raise EvidenceError(
            f"This is not stored {kind.__name__.lower()}: {_first_mistake(error)}.",
            advice="Grade the submission again to make it anew.",
        ) from None
    return noun


def structure(kind: type[Noun], value: object) -> Noun:
    """Build a noun from plain lists, dictionaries, numbers and strings.

    Raises:
        EvidenceError: the value does not fit; the message says where.
    """
    try:
        noun: Noun = _adapter(kind).validate_python(value)
    except ValidationError as error:
        raise EvidenceError(f"This is not a {kind.__name__}: {_first_mistake(error)}.") from None
    return noun


def evidence_from_json(text: str | bytes) -> Evidence:
    """Read stored evidence back.

    Raises:
        EvidenceError: another schema version, or not evidence at all.
    """
    try:
        head = json.loads(text)
    except ValueError as error:
        raise EvidenceError(f"This is not JSON: {error}.") from None
    version = head.get("schema") if isinstance(head, dict) else None
    if version != SCHEMA:
        raise EvidenceError(
            f"This evidence has schema version {version}; this grader reads version {SCHEMA}.",
            advice="Grade the submission again to make it anew.",
        )
    return from_json(Evidence, text)


def _first_mistake(error: ValidationError) -> str:
    mistake = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in mistake["loc"]) or "the top level"
    return f"{mistake['msg'].lower()} at {where}"
