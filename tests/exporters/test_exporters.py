import csv
import io
import json

import pytest

from grader.registry import having
from grader.submission import Rejection
from tests.reports import samples

EXPORTERS = having("exporters", "FILENAME", "export")
REJECTION = Rejection(id="word", student="Bob", path="bob.ipynb", reason="A Word document.", advice="Hand in .ipynb.")


def exported(name, grades, rejections=()) -> str:
    stream = io.StringIO(newline="")
    EXPORTERS[name].export(grades, rejections, stream)
    return stream.getvalue()


def table(grades, rejections=()):
    return list(csv.DictReader(io.StringIO(exported("csv", grades, rejections))))


@pytest.mark.parametrize("name", EXPORTERS)
def test_every_exporter_names_a_plain_file(name):
    assert EXPORTERS[name].FILENAME.startswith("grades.")
    assert "/" not in EXPORTERS[name].FILENAME


@pytest.mark.parametrize("name", EXPORTERS)
@pytest.mark.parametrize("grades", [(), (samples.grade(),), (samples.grade(), samples.grade(name="bob"))])
@pytest.mark.parametrize("rejections", [(), (REJECTION,)])
def test_every_exporter_writes_the_same_text_for_the_same_grades(name, grades, rejections):
    text = exported(name, grades, rejections)
    assert text == exported(name, grades, rejections)
    assert text.endswith("\n")
    assert ("A Word document." in text) == bool(rejections)
    assert text.count("Ada Byron") >= len(grades)


@pytest.mark.parametrize("name", EXPORTERS)
def test_every_exporter_survives_strange_names(name):
    rejection = Rejection(id="x", student='"\n,\r', path="\x00", reason="\u202e", advice="")
    exported(name, (samples.grade(),), (rejection,)).encode("utf-8")


def test_csv_has_a_row_for_every_file_and_a_column_for_every_criterion():
    graded, rejected = table([samples.grade()], [REJECTION])
    assert {criterion.id for criterion in samples.RUBRIC.criteria} <= graded.keys()
    assert (graded["status"], graded["earned"], graded["open"], graded["points"]) == ("graded", "22.0", "5.0", "53.0")
    assert (graded["percent"], graded["passed"], graded["review"]) == ("41.51", "no", "2")
    assert (rejected["status"], rejected["reason"]) == ("rejected", "A Word document. Hand in .ipynb.")
    assert rejected["earned"] == ""


def test_csv_stays_a_table_and_can_be_stored_whatever_a_student_is_called():
    (row,) = table([samples.hostile_grade()])
    row["student"].encode("utf-8")
    assert "\n" not in row["student"]


def test_csv_leaves_what_is_open_empty_and_never_zero():
    (row,) = table([samples.grade()])
    assert row["data"] == ""
    assert row["sizes"] == "0.0"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", " =1", "=HYPERLINK(1)", "＝1"])
def test_csv_gives_a_spreadsheet_no_formula(name):
    (row,) = table([samples.grade(student=name)])
    assert row["student"].startswith("'")


def test_json_holds_findings_whole_and_the_sums():
    stored = json.loads(exported("json", [samples.grade()], [REJECTION]))
    (grade,) = stored["grades"]
    assert (grade["earned"], grade["open"], grade["points"]) == (22.0, 5.0, 53.0)
    assert grade["scores"][3]["finding"]["advice"] == samples.FINDINGS["placement"].advice
    assert stored["rejections"][0]["reason"] == "A Word document."
