from dataclasses import replace

import pytest

from grader.evidence import Evidence, RunOutcome, RunRecord
from grader.grade import Grade, ReviewItem
from grader.reference import Reference
from grader.reports import _anchors
from grader.reports.student import render_student
from tests.reports import samples
from tests.reports.parsing import Page

CASES = {
    "a believable student": (samples.evidence(), samples.grade()),
    "a hostile student": (samples.hostile(), samples.hostile_grade()),
    "networks that are only written": (samples.only_written(), samples.grade()),
    "nothing at all": (Evidence(submission=replace(samples.submission(), cells=())), samples.grade()),
}
case = pytest.mark.parametrize(("evidence", "grade"), CASES.values(), ids=CASES)


@pytest.fixture(scope="module")
def believable(templates):
    return Page(render_student(samples.evidence(), samples.grade(), samples.RUBRIC, Reference(), templates=templates))


@case
def test_every_page_is_well_formed_and_forbids_scripts_and_requests(evidence, grade, templates):
    page = Page(render_student(evidence, grade, samples.RUBRIC, Reference(), templates=templates))
    assert page.meta["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert not page.tags & {"script", "iframe", "object", "embed", "link", "form", "base", "foreignobject", "animate"}
    assert not [name for name in page.attributes if name.startswith("on")]


@case
def test_nothing_is_fetched_but_pngs_that_we_encoded_and_symbols_of_the_page(evidence, grade, templates):
    page = Page(render_student(evidence, grade, samples.RUBRIC, Reference(), templates=templates))
    assert all(each.startswith(("data:image/png;base64,", "#i-")) for each in page.fetched)


@case
def test_every_link_within_a_page_has_one_target(evidence, grade, templates):
    page = Page(render_student(evidence, grade, samples.RUBRIC, Reference(), templates=templates))
    assert len(page.ids) == len(set(page.ids))
    assert set(page.anchors) <= set(page.ids)


@case
def test_links_lead_within_the_page_or_to_the_web(evidence, grade, templates):
    page = Page(render_student(evidence, grade, samples.RUBRIC, Reference(), templates=templates))
    assert all(link.startswith(("#", "http://ok.example", "https://arxiv.org")) for link in page.links)


@case
def test_the_same_input_gives_the_same_bytes(evidence, grade, templates):
    pages = {
        render_student(evidence, grade, samples.RUBRIC, Reference(), templates=templates).encode("utf-8")
        for _ in range(2)
    }
    assert len(pages) == 1


def test_text_of_a_hostile_student_is_shown_and_never_obeyed(templates):
    text = render_student(samples.hostile(), samples.hostile_grade(), samples.RUBRIC, Reference(), templates=templates)
    assert "<script" not in text.lower()
    assert "<script>alert(1)</script>" in Page(text).words
    assert "{{ 7*7 }}" in text
    assert not [character for character in text if 0xD800 <= ord(character) < 0xE000 or character in "\x00\x1b\u202e"]
    assert "⟨U+202E⟩" in text


def test_a_page_stays_small_whatever_a_notebook_puts_out(templates):
    text = render_student(samples.hostile(), samples.hostile_grade(), samples.RUBRIC, Reference(), templates=templates)
    assert len(text) < 1_000_000
    assert "lines are left out here" in text
    assert "more outputs are left out here" in text


def test_every_finding_links_to_the_cells_and_lines_that_it_is_about(believable):
    for finding in samples.FINDINGS.values():
        for place in finding.places:
            if place.cell == 99:
                continue  # the notebook has no such cell
            anchor = _anchors.line(place.cell, place.line) if place.line else _anchors.cell(place.cell)
            assert anchor in believable.ids
            assert anchor in believable.anchors


def test_a_place_that_the_notebook_does_not_have_is_named_without_a_link(believable):
    assert "cell 99" in believable.words
    assert "cell-99" not in believable.anchors


def test_every_criterion_has_a_card_that_the_margin_links_to(believable):
    anchors = [_anchors.criterion(criterion.id) for criterion in samples.RUBRIC.criteria]
    assert set(anchors) <= set(believable.ids)
    assert all(believable.anchors.count(anchor) >= 2 for anchor in anchors)


def test_the_three_things_to_fix_first_come_with_their_advice(believable):
    words = believable.words
    first = [words.index(samples.FINDINGS[name].advice) for name in ("comparison", "sizes", "placement")]
    assert first == sorted(first)
    assert first[-1] < words.index("Your two networks")


def test_open_points_are_neither_earned_nor_lost(believable):
    assert "22 points earned, 5 open, 26 lost, of 53" in believable.words
    assert "5 open: not lost, a person decides" in believable.words


def test_both_networks_are_drawn_with_the_placement_of_every_batch_norm(believable):
    description = "Dense 128, BatchNormalization 46 (pre-activation)"
    assert description.replace(" 46", "") in believable.words
    assert {"network-plain-title", "network-normalized-title"} <= set(believable.ids)
    assert "109,386 trainable parameters" in believable.words


def test_networks_that_were_never_built_are_drawn_as_written(templates):
    page = Page(
        render_student(samples.only_written(), samples.grade(), samples.RUBRIC, Reference(), templates=templates)
    )
    assert "Written, never run." in page.words
    assert "network-normalized-title" in page.ids


def test_curves_are_drawn_only_where_there_is_a_history(believable, templates):
    assert {"chart-0-title", "chart-1-title"} <= set(believable.ids)
    page = Page(
        render_student(samples.only_written(), samples.grade(), samples.RUBRIC, Reference(), templates=templates)
    )
    assert "chart-0-title" not in page.ids


def test_the_batch_sizes_that_were_tried_are_listed(believable):
    words = believable.words
    assert "Batch sizes tried" in words
    assert words.index("16 sequential_2 (with BN)") < words.index("256 sequential_3 (with BN)")


def test_outputs_of_our_run_are_told_from_saved_ones_and_an_error_is_shown(believable):
    assert "our run" in believable.words
    assert "saved by you 938/938 [====] - accuracy: 0.9123" in believable.words
    assert "NameError: name 'results' is not defined" in believable.words


def test_how_it_ran_is_said_in_one_line_and_in_full(believable):
    words = believable.words
    assert (
        "How it ran: Your notebook stopped with an error at cell 5; what could still run was graded. Cell 5 stopped"
        in words
    )
    for fact in ("bubblewrap", "no network", "no filter of system calls", "mnist: stand-in", "keras 3.5", "84 seconds"):
        assert fact in words[words.index("How it was run") :]
    assert "Cells are counted from 0" in words


@pytest.mark.parametrize("outcome", RunOutcome)
def test_every_way_a_run_can_end_has_a_page(outcome, templates):
    evidence = replace(samples.evidence(), run=RunRecord(outcome=outcome, reason="For a reason."))
    page = Page(render_student(evidence, samples.grade(), samples.RUBRIC, Reference(), templates=templates))
    assert "For a reason." in page.words


def test_the_measured_accuracy_of_a_network_stands_beside_the_claimed_one(believable):
    assert "Measured: 97.1 % of 1,000 held-back mnist images · claimed: 97.3 % (evaluate) in cell 4" in believable.words
    assert "Measured: 9.8 % of 1,000 held-back mnist images · claimed: 99.0 % (evaluate)" in believable.words
    assert "Not measured: its input is no image of a known data set" in believable.words


def test_where_no_network_was_asked_nothing_is_said_about_measuring(templates):
    run = replace(samples.evidence().run, blind=())
    page = Page(
        render_student(
            replace(samples.evidence(), run=run), samples.grade(), samples.RUBRIC, Reference(), templates=templates
        )
    )
    assert "Measured" not in page.words


def test_a_network_that_was_neither_trained_nor_praised_is_not_said_to_be_bad(templates):
    run = replace(samples.evidence().run, fits=(), claims=())
    page = Page(
        render_student(
            replace(samples.evidence(), run=run), samples.grade(), samples.RUBRIC, Reference(), templates=templates
        )
    )
    assert "Measured" not in page.words


@pytest.mark.parametrize("measured", [True, False])
def test_the_box_is_labelled_by_what_was_measured(measured, templates):
    box = replace(samples.evidence().run.isolation, measured=measured)
    run = replace(samples.evidence().run, isolation=box)
    words = Page(
        render_student(
            replace(samples.evidence(), run=run), samples.grade(), samples.RUBRIC, Reference(), templates=templates
        )
    ).words
    assert ("bubblewrap, measured by a probe from inside" in words) == measured
    assert ("bubblewrap, not measured" in words) != measured
    assert ("no filter of system calls" in words) == measured


def test_what_looks_like_tampering_is_left_to_a_person_and_called_free(templates):
    item = ReviewItem(criterion="", reason="A function that results rest on was changed: evaluate.")
    grade = replace(samples.grade(), review=(item,))
    words = Page(render_student(samples.evidence(), grade, samples.RUBRIC, Reference(), templates=templates)).words
    assert f"A person will look at 1 thing about this run None of this costs a point by itself. {item.reason}" in words


def test_a_second_attempt_is_told(templates):
    run = replace(samples.evidence().run, attempts=2)
    page = Page(
        render_student(
            replace(samples.evidence(), run=run), samples.grade(), samples.RUBRIC, Reference(), templates=templates
        )
    )
    assert "Attempts 2: the grader itself had failed before." in page.words


def test_a_perfect_grade_says_that_there_is_nothing_to_fix(templates):
    perfect = dict.fromkeys(samples.FINDINGS, samples.FINDINGS["concept"])
    page = Page(
        render_student(samples.evidence(), samples.grade(perfect), samples.RUBRIC, Reference(), templates=templates)
    )
    assert "Nothing. Every criterion is met." in page.words


def test_a_grade_without_points_has_a_page(templates):
    empty = Grade(
        submission="x", student="x", path="x", rubric="r", rubric_version="1", scores=(), fix_first=(), review=(), passed=None
    )  # fmt: skip
    assert (
        "0 of 0 points"
        in Page(render_student(samples.evidence(), empty, samples.RUBRIC, Reference(), templates=templates)).words
    )
