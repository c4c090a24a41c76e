from pathlib import Path

import pytest

from grader.check import Check, Trust
from grader.errors import RubricError
from grader.evidence import Evidence
from grader.finding import Finding, met
from grader.loaders.rubric_yaml import load
from grader.reference import Reference
from grader.registry import checks, rubric_files
from grader.rubric import Rubric

GOOD = """\
id: small
title: A small rubric
description: Two criteria.
version: "3"
pass_share: 0.6
questions:
  Q1: What is it?
  Q2: Show it.
criteria:
  - id: text
    title: Written
    question: Q1
    points: 4
    check: theory.answer
    options:
      question: Q1
      terms: [mean, variance|spread]
      minimum_terms: 1
  - id: sizes
    title: Sizes
    question: Q2
    points: 2.5
    check: experiment.batch_sizes
    options: {minimum_sizes: 4}
    needs: [text]
limits:
  cell_seconds: 60
  total_seconds: 300
  events: 500
"""


def read(tmp_path: Path, text: str) -> Rubric:
    path = tmp_path / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, checks())


def mistake(tmp_path: Path, old: str, new: str) -> str:
    """The message for the good rubric with one thing changed."""
    assert old in GOOD
    with pytest.raises(RubricError) as caught:
        read(tmp_path, GOOD.replace(old, new, 1))
    return str(caught.value)


def test_a_good_rubric_is_read_as_it_stands(tmp_path: Path):
    rubric = read(tmp_path, GOOD)
    assert (rubric.id, rubric.version, rubric.points, rubric.pass_share) == ("small", "3", 6.5, 0.6)
    assert rubric.questions == {"Q1": "What is it?", "Q2": "Show it."}
    assert rubric.criterion("sizes").needs == ("text",)
    assert rubric.criterion("sizes").options == {"minimum_sizes": 4}
    assert (rubric.limits.cell_seconds, rubric.limits.events) == (60.0, 500)


def test_a_criterion_may_give_no_points(tmp_path: Path):
    assert read(tmp_path, GOOD.replace("points: 2.5", "points: 0")).points == 4.0


def test_a_rubric_without_any_points_is_refused(tmp_path: Path):
    with pytest.raises(RubricError, match="no criterion gives points"):
        read(tmp_path, GOOD.replace("points: 2.5", "points: 0").replace("points: 4", "points: 0"))


def test_a_list_among_the_options_arrives_as_a_tuple_of_plain_text(tmp_path: Path):
    terms = read(tmp_path, GOOD).criterion("text").options["terms"]
    assert terms == ("mean", "variance|spread")
    assert type(terms) is tuple
    assert all(type(term) is str for term in terms)


def test_limits_that_are_not_given_are_the_standard_ones(tmp_path: Path):
    rubric = read(tmp_path, GOOD[: GOOD.index("limits:")])
    assert rubric.limits.total_seconds == 1800.0


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("pass_share: 0.6", "pas_share: 0.6", 5, "Did you mean 'pass_share'?"),
        ("    points: 4\n", "    point: 4\n", 13, "Did you mean 'points'?"),
        ("    points: 4\n", "", 10, "has no 'points'"),
        ("id: sizes", "id: text", 19, "used twice"),
        ("check: theory.answer", "check: theory.answers", 14, "Did you mean 'theory.answer'?"),
        ("question: Q1\n    points", "question: Q9\n    points", 12, "unknown question 'Q9'"),
        ("      question: Q1", "      question: Q7", 16, "unknown question 'Q7'"),
        ("minimum_sizes: 4", "minimun_sizes: 4", 24, "Did you mean 'minimum_sizes'?"),
        ("minimum_sizes: 4", "minimum_sizes: many", 24, "cannot be 'many'"),
        ("minimum_sizes: 4", "minimum_sizes: 4.5", 24, "cannot be 4.5"),
        ("minimum_sizes: 4", "minimum_sizes: true", 24, "cannot be True"),
        ("terms: [mean, variance|spread]", "terms: mean", 17, "cannot be 'mean'"),
        ("terms: [mean, variance|spread]", "terms: [mean, 3]", 17, "cannot be"),
        ("terms: [mean, variance|spread]", "terms: [{mean: 3}]", 17, "cannot be"),
        ("      terms: [mean, variance|spread]\n", "", 15, "needs the option 'terms'"),
        ("needs: [text]", "needs: [txet]", 25, "Did you mean 'text'?"),
        ("needs: [text]", "needs: text", 25, "'needs' is a list"),
        ("needs: [text]", "needs: [3]", 25, "ids of criteria"),
        ("needs: [text]", "needs: [sizes]", 25, "sizes → sizes"),
        ("points: 2.5", "points: -1", 22, "0 or more"),
        ("points: 2.5", "points: .nan", 22, "is a number"),
        ("points: 2.5", "points: .inf", 22, "is a number"),
        ("points: 2.5", "points: five", 22, "is a number"),
        ("points: 2.5", "points: yes", 22, "is a number"),
        ("pass_share: 0.6", "pass_share: 60", 5, "at most 1"),
        ("cell_seconds: 60", "cell_seconds: 0", 27, "more than 0"),
        ("cell_seconds: 60", "cell_seconds: 900", 26, "more than the 300"),
        ("cell_seconds: 60", "cell_secs: 60", 27, "Did you mean 'cell_seconds'?"),
        ("total_seconds: 300", "total_seconds: 1e9", 28, "at most"),
        ("events: 500", "events: 1.5", 29, "whole number"),
        ('version: "3"', "version: 3", 4, "Put it in quotes"),
        ("title: A small rubric", 'title: ""', 2, "is empty"),
        ("  Q2: Show it.", "  Q2: 7", 8, "is text"),
        ("  Q2: Show it.", "  2: Show it.", 8, "label is text"),
        ("    title: Written\n", "    title: Written\n    title: Again\n", 12, "not YAML"),
        ("id: small", "id: [small", 2, "not YAML"),
    ],
)
def test_a_mistake_is_refused_with_its_line_and_what_to_write(tmp_path: Path, old: str, new: str, line: int, said: str):
    message = mistake(tmp_path, old, new)
    assert f"small.yaml:{line}:" in message
    assert said in message


def test_criteria_that_need_each_other_in_a_circle_are_refused(tmp_path: Path):
    with_need = GOOD.replace("      minimum_terms: 1\n", "      minimum_terms: 1\n    needs: [sizes]\n")
    with pytest.raises(RubricError, match="text → sizes → text"):
        read(tmp_path, with_need)


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "empty"), ("# nothing\n", "empty"), ("- a\n- b\n", "a rubric is a mapping"), ("just words", "a rubric is")],
)
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str, said: str):
    with pytest.raises(RubricError, match=said):
        read(tmp_path, text)


@pytest.mark.parametrize("part", ["questions", "criteria"])
def test_a_rubric_without_questions_or_criteria_is_refused(tmp_path: Path, part: str):
    start = GOOD.index(f"{part}:")
    end = GOOD.index("criteria:" if part == "questions" else "limits:")
    empty = f"{part}: {'{}' if part == 'questions' else '[]'}\n"
    with pytest.raises(RubricError, match=f"there are no {part}"):
        read(tmp_path, GOOD[:start] + empty + GOOD[end:])


def test_a_file_that_is_not_there_is_a_rubric_error(tmp_path: Path):
    with pytest.raises(RubricError, match="cannot be read"):
        load(tmp_path / "gone.yaml", checks())


def test_a_file_that_is_no_text_is_a_rubric_error(tmp_path: Path):
    path = tmp_path / "small.yaml"
    path.write_bytes(b"\xff\xfe\x00\x80id")
    with pytest.raises(RubricError, match="UTF-8"):
        load(path, checks())


def test_a_float_option_takes_a_whole_number_and_refuses_nan(tmp_path: Path):
    def tolerant(evidence: Evidence, reference: Reference, /, *, least: float = 0.5) -> Finding:
        return met(str(least))

    known = {"x.y": Check(title="X", trusts=Trust.SEEN, function=tolerant)}
    text = 'id: r\ntitle: R\nversion: "1"\nquestions: {Q: "?"}\ncriteria:\n'
    text += "  - {id: a, title: A, question: Q, points: 1, check: x.y, options: {least: 1}}\n"
    path = tmp_path / "small.yaml"
    path.write_text(text, encoding="utf-8")
    assert load(path, known).criterion("a").options == {"least": 1.0}
    path.write_text(text.replace("least: 1", "least: .nan"), encoding="utf-8")
    with pytest.raises(RubricError, match="finite"):
        load(path, known)


def test_a_choice_that_there_is_not_is_refused_with_the_nearest(tmp_path: Path):
    text = GOOD.replace("experiment.batch_sizes", "training.trained").replace("minimum_sizes: 4", "network: plian")
    with pytest.raises(RubricError, match="Did you mean 'plain'"):
        read(tmp_path, text)


@pytest.mark.parametrize("name", rubric_files())
def test_every_rubric_that_comes_with_the_grader_is_right_and_worth_a_hundred_points(name: str):
    rubric = load(rubric_files()[name], checks())
    assert rubric.points == 100.0
    assert {criterion.question for criterion in rubric.criteria} == set(rubric.questions)
