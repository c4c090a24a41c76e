"""What holds for every check, whoever wrote it: a new check is tested before its own tests exist."""

import ast
import inspect
import re
import textwrap
import typing
from typing import Literal

import pytest

from grader.check import Check
from grader.evidence import Evidence
from grader.finding import Finding, Outcome
from grader.reference import Reference
from grader.registry import checks
from tests.evidence_builders import REFERENCE, evidence, good_run

EVERY = pytest.mark.parametrize("check", checks().values(), ids=checks().keys())


def sample(check: Check) -> dict[str, object]:
    """A value for every option that has to be given."""
    types = typing.get_type_hints(check.function)
    needed = [name for name, p in check.options.items() if p.default is inspect.Parameter.empty]
    return {name: "Q1.1" if name == "question" else example(types[name]) for name in needed}


def example(kind: object) -> object:
    if typing.get_origin(kind) is Literal:
        return typing.get_args(kind)[0]
    if typing.get_origin(kind) is tuple:
        return (example(typing.get_args(kind)[0]),)
    return {str: "mean", int: 1, float: 0.5, bool: True}[typing.cast("type", kind)]


def snippet(check: Check, title: str) -> str:
    found = re.search(rf"^\*\*{title}:\*\*\n((?: +.*\n|\n)+)", check.documentation + "\n", re.MULTILINE)
    return textwrap.dedent(found.group(1)).strip() if found else ""


@EVERY
def test_a_check_is_documented_with_a_sentence_and_a_reason(check: Check):
    first, _, rest = check.documentation.partition("\n\n")
    assert first.endswith(".")
    assert len(rest.split()) > 20
    assert check.title


@EVERY
@pytest.mark.parametrize("title", ["Met", "Not met"])
def test_a_check_shows_a_snippet_that_is_met_and_one_that_is_not(check: Check, title: str):
    code = snippet(check, title)
    assert code
    ast.parse(code)


@EVERY
def test_every_option_is_annotated_and_documented(check: Check):
    types = typing.get_type_hints(check.function)
    assert all(name in types for name in check.options)
    assert all(f"``{name}``" in check.documentation for name in check.options)


@EVERY
def test_a_check_takes_evidence_and_reference_by_position_and_options_by_keyword(check: Check):
    kinds = [parameter.kind for parameter in inspect.signature(check.function).parameters.values()]
    assert kinds[:2] == [inspect.Parameter.POSITIONAL_ONLY] * 2
    assert all(kind is inspect.Parameter.KEYWORD_ONLY for kind in kinds[2:])


@EVERY
@pytest.mark.parametrize("reference", [Reference(), REFERENCE])
def test_an_empty_notebook_meets_nothing_and_breaks_nothing(check: Check, reference: Reference):
    finding = check.function(evidence(), reference, **sample(check))
    assert isinstance(finding, Finding)
    assert finding.outcome is not Outcome.MET


@EVERY
def test_what_is_not_met_is_explained_with_a_way_forward(check: Check):
    finding = check.function(evidence(), REFERENCE, **sample(check))
    if finding.outcome in {Outcome.UNMET, Outcome.PARTIAL}:
        assert all([finding.seen, finding.expected, finding.why, finding.advice])


@EVERY
def test_the_same_evidence_gives_the_same_finding(check: Check):
    options = sample(check)

    def look(at: Evidence) -> Finding:
        return check.function(at, REFERENCE, **options)

    assert look(good_run()) == look(good_run())
