"""What a student's page says of baselines, and what is left out without them."""

import re
from dataclasses import replace

import pytest

from grader.reference import Match, Reference
from grader.reports import _making
from tests.reports import baselines, samples
from tests.reports.parsing import Page


def test_where_an_accuracy_stands_is_said_of_each_network(beside):
    words = Page(beside(baselines.reference())).words
    assert len(re.findall(r"Your validation accuracy of 0\.9\d+ lies", words)) == 2
    assert "this very network ends after 10 epochs" in words or "most runs of this very network" in words
    assert "Over 16 pairs of trainings, batch normalization changes the validation accuracy by +0." in words


def test_without_a_reference_nothing_is_said_and_nothing_is_drawn(beside):
    page = beside(Reference())
    assert "Beside many runs" not in page
    assert 'class="band' not in page


def test_without_a_baseline_its_note_is_said_and_nothing_is_drawn(beside):
    note = "This network cannot be rebuilt: the layer Lambda is unknown."
    page = beside(Reference(plain=Match(fit=0, model=0, note=note), normalized=Match(fit=1, model=1)))
    assert note in Page(page).words
    assert "There is no baseline of this network." in page
    assert 'class="band' not in page
    assert "difference-title" not in page
    assert "How the reference runs were made" not in page


def test_a_hostile_note_is_shown_and_never_obeyed(beside):
    page = beside(baselines.reference(exact=False, note=samples.EVIL))
    assert "<script" not in page.lower()
    assert "<script>alert(1)</script>" in Page(page).words


def test_hostile_names_of_machines_and_libraries_are_escaped(beside):
    made = baselines.baseline(batch_norm=False)
    evil = replace(
        made.makings[0], backend=samples.EVIL, device_name=samples.EVIL, versions={samples.EVIL: samples.EVIL}
    )
    page = beside(baselines.only_plain(replace(made, makings=(evil,) * 9)))
    assert "<script" not in page.lower()
    assert "and 5 more batches of seeds" in page


def test_runs_that_ended_without_a_number_are_counted(beside):
    words = Page(beside(baselines.only_plain(baselines.baseline(batch_norm=False, odd=baselines.DIVERGED)))).words
    assert "Of 16 reference runs, 2 ended without a number (training diverged)." in words


def test_a_student_whose_training_diverged_is_told_that_there_is_nothing_to_compare(beside):
    page = beside(
        baselines.only_plain(baselines.baseline(batch_norm=False)),
        baselines.evidence({"accuracy": (0.1, None), "val_accuracy": (0.1, None)}),
    )
    assert "Our run of your notebook gave no accuracy that could be compared." in Page(page).words


def test_too_few_seeds_are_no_comparison(beside):
    words = Page(beside(baselines.only_plain(baselines.baseline(batch_norm=False, seeds=1)))).words
    assert "Too few of the reference runs ended with a number" in words


def test_a_baseline_of_a_network_that_is_not_drawn_says_so(beside):
    other = replace(baselines.match(2, baselines.baseline(batch_norm=True)))
    words = Page(beside(Reference(normalized=other))).words
    assert "This is about another network than the one drawn above: sequential_2." in words


def test_how_a_baseline_was_made_is_told_in_full(beside):
    words = Page(beside(baselines.reference())).words
    for fact in (
        "60,000 images of mnist, 10 epochs, Adam 0.001, batches of 32, validated on the test images",
        "Dense 128 → BN → relu",
        "seeds 0 to 15; Keras on jax, cpu (Some CPU); 16 at once; trained in 84 seconds; jax 0.10.2, keras 3.15.1",
    ):
        assert fact in words


def test_budgets_that_differ_make_a_caveat(beside):
    longer = baselines.match(1, baselines.baseline(batch_norm=True, epochs=12))
    words = Page(beside(replace(baselines.reference(), normalized=longer))).words
    assert "More than batch normalization differs here: the training (60,000 images" in words


@pytest.mark.parametrize("exact", [True, False])
def test_a_page_with_baselines_is_well_formed_and_runs_nothing(exact, beside):
    page = Page(beside(baselines.reference(exact=exact, note=samples.EVIL)))
    assert not page.tags & {"script", "iframe", "object", "embed", "link", "form", "base", "foreignobject", "animate"}
    assert not [name for name in page.attributes if name.startswith("on")]
    assert len(page.ids) == len(set(page.ids))


def test_the_same_baselines_give_the_same_text(beside):
    assert len({beside(baselines.reference()) for _ in range(2)}) == 1


@pytest.mark.parametrize(
    ("numbers", "told"),
    [((), ""), ((3,), "seed 3"), ((2, 0, 1, 7), "seeds 0 to 2, 7"), (range(0, 40, 2), "seeds 0, 2, 4, 6, 8, 10, 12, 14 and 12 more ranges")],
)  # fmt: skip
def test_seeds_are_told_as_ranges(numbers, told):
    assert _making.seeds(numbers) == told
