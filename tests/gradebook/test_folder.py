import pytest

from grader.errors import EvidenceError, GraderError
from grader.gradebook.folder import RunFacts, RunFolder
from grader.submission import Rejection
from tests.reports import samples

FACTS = RunFacts(rubric="r", rubric_version="1", grader_version="0.1", started="2026-01-01T00:00:00+00:00")
REJECTION = Rejection(id="ada", student="Ada", path="ada.ipynb", reason="Empty.", advice="Hand it in again.")


@pytest.fixture
def folder(tmp_path):
    return RunFolder.create(tmp_path / "out", FACTS)


def test_what_is_stored_is_read_back(folder):
    folder.put_evidence(samples.evidence())
    folder.put_grade(samples.grade())
    folder.put_report("ada", "<!doctype html>")
    again = RunFolder.open(folder.path)
    assert again.facts == FACTS
    assert list(again.submissions()) == ["ada"]
    assert again.evidence("ada") == samples.evidence()
    assert again.grade("ada") == samples.grade()
    assert again.link("ada") == "ada/report.html"
    assert again.link("nobody") == ""


def test_damaged_evidence_is_an_error_that_names_the_file_and_the_others_go_on(folder):
    folder.put_evidence(samples.evidence())
    (folder.path / "broken").mkdir()
    (folder.path / "broken" / "evidence.json").write_bytes(b'{"schema": 1, "submission": \xff')
    assert list(folder.submissions()) == ["ada", "broken"]
    with pytest.raises(EvidenceError, match=r"broken.evidence\.json"):
        folder.evidence("broken")
    assert folder.evidence("ada") == samples.evidence()
    with pytest.raises(EvidenceError, match="nobody"):
        folder.evidence("nobody")


def test_a_rejection_takes_the_place_of_a_grade_and_the_other_way_round(folder):
    folder.put_evidence(samples.evidence())
    folder.put_grade(samples.grade())
    folder.put_rejection(REJECTION)
    assert (list(folder.submissions()), list(folder.rejected())) == ([], ["ada"])
    assert folder.rejection("ada") == REJECTION
    folder.put_evidence(samples.evidence())
    assert (list(folder.submissions()), list(folder.rejected())) == (["ada"], [])


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("ten years of work")
    with pytest.raises(GraderError, match="not a grading run") as caught:
        RunFolder.create(tmp_path, FACTS)
    assert "--out" in caught.value.advice
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_an_earlier_run_is_gone_on_with_and_strange_files_in_it_stay(folder):
    folder.put_evidence(samples.evidence())
    (folder.path / "notes.txt").write_text("mine")
    again = RunFolder.create(folder.path, FACTS)
    again.put_rejection(REJECTION)
    assert (folder.path / "notes.txt").read_text() == "mine"


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(GraderError, match="is a file"):
        RunFolder.create(tmp_path / "out", FACTS)


def test_opening_what_is_no_run_says_what_a_run_is(tmp_path):
    with pytest.raises(GraderError, match="no stored run") as caught:
        RunFolder.open(tmp_path)
    assert "run.json" in caught.value.advice


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "..", ".git", "a\\b", "run.json"])
def test_no_submission_is_stored_outside_its_folder(name, folder):
    with pytest.raises(GraderError):
        folder.put_report(name, "x")
    assert sorted(path.name for path in folder.path.parent.rglob("*")) == ["out", "run.json"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(folder):
    folder.put_export("grades.csv", lambda stream: stream.write("old"))

    def fail(stream):
        stream.write("new")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder.put_export("grades.csv", fail)
    assert (folder.path / "grades.csv").read_text() == "old"
    assert sorted(path.name for path in folder.path.iterdir()) == ["grades.csv", "run.json"]
