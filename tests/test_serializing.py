"""Evidence and grades survive the way to JSON and back."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import EvidenceError
from grader.evidence import SCHEMA, Evidence
from grader.grade import Grade
from grader.rubric import Rubric
from grader.serializing import evidence_from_json, from_json, structure, to_json
from grader.submission import Place, Submission

st.register_type_strategy(Mapping, lambda kind: st.dictionaries(*map(st.from_type, kind.__args__), max_size=3))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(str, st.text(st.characters(codec="utf-8"), max_size=8))
st.register_type_strategy(int, st.integers(-(2**53), 2**53))
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

EMPTY = Evidence(submission=Submission(id="a", student="A", path="a", format="ipynb", sha256="", cells=()))


@QUICK
@given(st.from_type(Evidence))
def test_evidence_to_json_to_evidence_is_the_identity(evidence: Evidence) -> None:
    assert from_json(Evidence, to_json(evidence)) == evidence


@QUICK
@given(st.from_type(Grade))
def test_a_grade_comes_back_as_it_was(grade: Grade) -> None:
    assert from_json(Grade, to_json(grade)) == grade


@QUICK
@given(st.from_type(Rubric))
def test_a_rubric_comes_back_as_it_was(rubric: Rubric) -> None:
    assert from_json(Rubric, to_json(rubric)) == rubric


@given(st.binary(max_size=60))
def test_no_bytes_do_worse_than_a_clear_error(text: bytes) -> None:
    with pytest.raises(EvidenceError):
        evidence_from_json(text)


def test_evidence_of_another_schema_version_is_refused_with_advice() -> None:
    stored = json.loads(to_json(EMPTY)) | {"schema": SCHEMA + 1}
    with pytest.raises(EvidenceError, match=f"schema version {SCHEMA + 1}.*Grade the submission again"):
        evidence_from_json(json.dumps(stored))


def test_a_mistake_is_told_with_its_place() -> None:
    stored = json.loads(to_json(EMPTY))
    stored["submission"]["cells"] = [{"index": "first"}]
    with pytest.raises(EvidenceError, match=r"submission\.cells\.0"):
        evidence_from_json(json.dumps(stored))


def test_unknown_fields_are_dropped() -> None:
    stored = json.loads(to_json(EMPTY)) | {"invented_later": 1}
    assert evidence_from_json(json.dumps(stored)) == EMPTY


def test_a_noun_is_built_from_plain_values_or_refused() -> None:
    assert structure(Place, {"cell": 3, "line": None, "other": 1}) == Place(cell=3)
    with pytest.raises(EvidenceError, match="cell"):
        structure(Place, {"cell": "x"})


def test_the_same_noun_gives_the_same_text() -> None:
    assert to_json(EMPTY) == to_json(from_json(Evidence, to_json(EMPTY)))
