import io
from dataclasses import replace

from rich.console import Console

from grader.evidence import RunRecord, SourceRecord, Where, WrittenModelRecord
from grader.graph import Layer, LayerKind, chain
from grader.reports.index import Row
from grader.reports.terminal import feedback, grade_table
from grader.submission import Place
from tests.reports import samples


def printed(renderable) -> str:
    stream = io.StringIO()
    Console(file=stream, width=80, color_system=None).print(renderable)
    return stream.getvalue()


def folded(text: str) -> str:
    return " ".join(text.split())


def test_feedback_comes_in_the_order_of_what_to_fix_first():
    text = folded(printed(feedback(samples.evidence(), samples.grade(), samples.RUBRIC)))
    titles = ["Both networks are compared", "At least three batch sizes", "Batch normalization stands before"]
    assert [text.index(title) for title in titles] == sorted(text.index(title) for title in titles)
    assert "try Define results before the loop." in text
    assert "(cell 5, line 2; cell 99)" in text


def test_what_is_met_takes_one_line_and_what_is_open_is_explained():
    text = folded(printed(feedback(samples.evidence(), samples.grade(), samples.RUBRIC)))
    assert "2 of 6 met: The concept is explained; A network with batch normalization." in text
    assert "5 points are open. They are not lost; a person decides." in text
    assert "Data is loaded and scaled: The data set was a stand-in." in text


def test_how_the_run_ended_and_what_was_measured_is_told():
    text = folded(printed(feedback(samples.evidence(), samples.grade(), samples.RUBRIC)))
    assert "run: Your notebook stopped with an error at cell 5; what could still run was graded. Cell 5" in text
    assert "plain: measured: 97.1 % of 1,000 held-back mnist images; claimed: 97.3 % (evaluate)" in text


def test_no_more_than_the_limit_is_shown_and_the_rest_is_counted():
    text = printed(feedback(samples.evidence(), samples.grade(), samples.RUBRIC, limit=1))
    assert "Define results" not in text
    assert "… and 2 more." in text


def test_without_a_run_what_only_a_run_can_tell_is_listed_once():
    evidence = replace(samples.evidence(), run=RunRecord(reason="Only read."))
    findings = dict.fromkeys(samples.FINDINGS, samples.FINDINGS["data"])
    text = folded(printed(feedback(evidence, samples.grade(findings), samples.RUBRIC)))
    assert "Nothing to fix was found by reading alone." in text
    assert "Only a run can tell (53 points): The concept is explained;" in text


def written(where: Where) -> WrittenModelRecord:
    layers = tuple(
        Layer(id=name, kind=kind, class_name=name)
        for name, kind in (
            ("Dense", LayerKind.DENSE),
            ("BatchNormalization", LayerKind.NORMALIZATION),
            ("ReLU", LayerKind.ACTIVATION),
            ("Dense2", LayerKind.DENSE),
        )
    )
    place = Place(cell=3, line=7)
    return WrittenModelRecord(
        name="net", framework="keras", style="sequential", graph=chain(layers), place=place, where=where
    )


def test_without_a_run_the_networks_that_are_written_are_listed_with_their_batch_normalization():
    evidence = replace(samples.evidence(), run=RunRecord(), source=SourceRecord(models=(written(Where.CODE),)))
    text = folded(
        printed(
            feedback(evidence, samples.grade(dict.fromkeys(samples.FINDINGS, samples.FINDINGS["data"])), samples.RUBRIC)
        )
    )
    assert "net (cell 3, line 7): batch normalization pre-activation" in text
    assert "Nothing executes" not in text


def test_networks_that_stand_in_comments_only_are_something_to_fix():
    evidence = replace(samples.evidence(), run=RunRecord(), source=SourceRecord(models=(written(Where.COMMENT),)))
    text = folded(
        printed(
            feedback(evidence, samples.grade(dict.fromkeys(samples.FINDINGS, samples.FINDINGS["data"])), samples.RUBRIC)
        )
    )
    assert "net (cell 3, line 7, in a comment: not executed)" in text
    assert "Nothing executes these networks. Put them into code cells" in text
    assert "Nothing to fix" not in text


def test_text_of_students_is_never_read_as_markup():
    grade = replace(samples.hostile_grade(), student="[bold red]x[/] [link=http://evil.example]y")
    shown = feedback(samples.hostile(), grade, samples.RUBRIC)
    text = printed(shown) + printed(grade_table([Row(result=grade, outcome="killed")]))
    assert "[bold red]x[/]" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    text.encode("utf-8")


def test_everything_fits_in_80_columns():
    text = printed(grade_table(samples.a_class(23)))
    text += printed(feedback(samples.hostile(), samples.hostile_grade(), samples.RUBRIC))
    assert max(len(line) for line in text.splitlines()) <= 80


def test_the_table_has_a_line_for_every_file_and_says_why_one_was_rejected():
    text = folded(printed(grade_table(samples.a_class(11))))
    assert text.count("Student ") == 11
    assert "rejected This is a Word document, not" in text
