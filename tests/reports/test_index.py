import re
from dataclasses import replace

import pytest

from grader.reports import _anchors, _overview
from grader.reports.index import Row, render_index
from grader.submission import Rejection
from tests.reports import samples
from tests.reports.parsing import Page


def page_of(rows, templates):
    return Page(render_index(rows, samples.RUBRIC, templates=templates))


@pytest.mark.parametrize("size", [0, 1, 10, 300])
def test_the_page_is_well_formed_for_a_class_of_any_size(size, templates):
    page = page_of(samples.a_class(size), templates)
    assert page.meta["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert "script" not in page.tags
    assert len(page.ids) == len(set(page.ids))
    assert set(page.anchors) <= set(page.ids)
    assert all(each.startswith("#i-") for each in page.fetched)


def test_every_student_and_every_finding_is_linked(templates):
    rows = samples.a_class(10)
    links = set(page_of(rows, templates).links)
    for row in rows:
        assert row.link in links
        for criterion in samples.RUBRIC.criteria:
            assert f"{row.link}#{_anchors.criterion(criterion.id)}" in links


def test_a_rejected_file_is_a_row_with_its_reason(templates):
    words = page_of(samples.a_class(11), templates).words
    assert "This is a Word document, not a notebook. Hand in the .ipynb file." in words
    assert "not readable" in words


def test_hostile_names_are_shown_and_never_obeyed(templates):
    grade = replace(samples.hostile_grade(), student=samples.EVIL)
    rejection = Rejection(id="x", student=samples.EVIL, path=samples.EVIL, reason=samples.EVIL, advice=samples.EVIL)
    rows = [
        Row(result=grade, outcome=samples.EVIL, reason=samples.EVIL, served=samples.EVIL, link="ada/report.html"),
        Row(result=rejection, reason=samples.EVIL),
    ]
    text = render_index(rows, samples.RUBRIC, templates=templates)
    assert "<script" not in text.lower()
    assert "<script>alert(1)</script>" in Page(text).words
    text.encode("utf-8")


def test_the_table_is_sorted_without_a_script(templates):
    text = render_index(samples.a_class(12), samples.RUBRIC, templates=templates)
    for sort in _overview.SORTS:
        assert f"#sort-{sort}:checked) .roster tbody tr {{ order: var(--{sort}); }}" in text
        assert len(re.findall(rf"--{sort}:\d+;", text)) == 12
    assert text.count('role="row"') == 13


def test_ranks_order_the_class_and_put_rejected_files_last():
    listed = _overview.roster(samples.a_class(23))
    best = sorted(listed, key=lambda each: each.ranks["score"])
    earned = [each.row.result.earned for each in best if not isinstance(each.row.result, Rejection)]
    assert earned == sorted(earned, reverse=True)
    assert [isinstance(each.row.result, Rejection) for each in best[-2:]] == [True, True]
    assert all(sorted(each.ranks[sort] for each in listed) == list(range(23)) for sort in _overview.SORTS)


def test_every_grade_falls_into_one_bin():
    grades = [row.result for row in samples.a_class(300) if not isinstance(row.result, Rejection)]
    bins = _overview.distribution(grades)
    assert sum(each.total for each in bins) == len(grades)
    perfect = samples.grade(dict.fromkeys(samples.FINDINGS, samples.FINDINGS["concept"]))
    assert _overview.distribution([perfect])[-1].final == 1


def test_the_mean_of_a_criterion_leaves_out_what_was_not_decided():
    column = next(each for each in _overview.columns([samples.grade()], samples.RUBRIC) if each.id == "data")
    assert column.share is None
    assert column.undecided == 1


def test_equal_reasons_for_a_review_stand_together():
    rows = [Row(result=samples.grade(student=name), link=f"{name}/report.html") for name in ("ann", "bob")]
    queue = _overview.queue([(row, row.result) for row in rows], samples.RUBRIC)
    assert [(group.criterion, group.count, len(group.items)) for group in queue] == [("", 2, 1), ("data", 2, 1)]


def test_the_same_class_gives_the_same_bytes(templates):
    pages = {render_index(samples.a_class(30), samples.RUBRIC, templates=templates).encode() for _ in range(2)}
    assert len(pages) == 1
