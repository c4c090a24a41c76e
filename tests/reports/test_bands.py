"""Bands of baselines behind the curves of a student."""

import re
from dataclasses import replace

import pytest

from grader.reference import Reference
from grader.reports import _compared, _curves
from tests.reports import baselines
from tests.reports.parsing import Page


def compared(evidence, reference):
    fits = evidence.run.fits
    both = {"plain": reference.plain, "normalized": reference.normalized}
    return _compared.compared(fits[0], fits[1], {css: match for css, match in both.items() if match})


def test_the_band_of_this_very_network_lies_behind_both_validation_curves(beside):
    page = beside(baselines.reference())
    assert 'class="band plain"' in page
    assert 'class="band normalized"' in page
    assert "90 % of 16 runs of this very network without BN, validation, same budget" in page
    assert "nearest network" not in page


def test_the_band_of_the_nearest_network_is_hatched_and_called_so(beside):
    page = beside(baselines.reference(exact=False, note="Its batches have 32 images."))
    assert 'class="band plain nearest"' in page
    assert 'fill="url(#band-normalized-nearest)"' in page
    assert "90 % of 16 runs of the nearest network that we trained, without BN, validation;" in Page(page).words
    assert "this very network" not in page


@pytest.mark.parametrize("exact", [True, False])
def test_every_pattern_that_a_band_is_filled_with_is_on_the_page_once(exact, beside):
    page = beside(baselines.reference(exact=exact))
    ids = Page(page).ids
    assert {*re.findall(r"url\(#([\w-]+)\)", page)} <= set(ids)
    assert len(ids) == len(set(ids))


def test_the_description_of_a_chart_tells_of_its_bands():
    chart, loss = compared(baselines.evidence(), baselines.reference())
    assert "behind it a band, 90 % of 16 runs of this very network with BN" in chart.description
    assert "at epoch 10 from 0.9" in chart.description
    assert loss.metric == "validation loss"


def test_the_numbers_of_a_band_are_in_the_table():
    chart, _ = compared(baselines.evidence(), baselines.only_plain(baselines.baseline(batch_norm=False)))
    assert chart.columns[-1] == "this network without BN: median (90 % of runs)"
    assert re.fullmatch(r"0\.9\d+ \(0\.9\d+ to 0\.9\d+\)", chart.rows[9][-1])


def test_only_validation_is_drawn_over_a_band_so_that_its_scale_is_its_own():
    chart, _ = compared(baselines.evidence(), baselines.reference())
    assert [series.label for series in chart.series] == ["without BN, validation", "with BN, validation"]
    assert chart.y.high - chart.y.low < 0.05


def test_without_validation_the_training_is_compared():
    histories = [
        {name: seed.curves[name] for name in ("accuracy", "loss")} for seed in map(baselines.seed_run, (90, 91))
    ]
    chart, _ = compared(baselines.evidence(*histories), baselines.reference())
    assert chart.metric == "training accuracy"
    assert "training, same budget" in chart.areas[0].label


def test_a_band_is_drawn_only_behind_the_training_that_it_was_looked_for():
    other = replace(baselines.match(0, baselines.baseline(batch_norm=False)), fit=3, model=3)
    assert compared(baselines.evidence(), Reference(plain=other)) == ()


def test_the_training_that_a_baseline_was_looked_for_is_the_one_that_is_drawn():
    run = baselines.evidence().run
    again = replace(run.fits[0], id=9, epochs_done=3)
    both = replace(run, fits=(*run.fits, again))
    assert _curves.longest(both, 0).id == 0
    assert _curves.longest(both, 0, baselines.match(9, None)).id == 9


def test_accuracies_in_per_cent_have_no_band():
    percent = {"accuracy": (90.0, 95.0), "val_accuracy": (91.0, 94.0)}
    assert compared(baselines.evidence(percent), baselines.only_plain(baselines.baseline(batch_norm=False))) == ()


def test_a_metric_that_is_another_kind_of_accuracy_has_no_band():
    top = {"top_k_categorical_accuracy": (0.9,) * 10, "val_top_k_categorical_accuracy": (0.9,) * 10}
    made = baselines.evidence(top)
    assert _compared.compared(made.run.fits[0], None, {"plain": baselines.reference().plain}) == ()


def test_one_epoch_gives_a_post_and_no_area():
    one = baselines.baseline(batch_norm=False, epochs=1)
    chart, _ = compared(baselines.evidence(dict(baselines.seed_run(90, 1).curves)), baselines.only_plain(one))
    (area,) = chart.areas
    assert (area.area, area.median, len(area.posts)) == ("", "", 1)
    assert chart.y.stop <= area.posts[0][1] < area.posts[0][3] < area.posts[0][2] <= chart.y.start


def test_an_epoch_in_which_every_run_diverged_is_a_gap():
    runs = tuple(
        replace(run, curves={name: (*values[:4], None, *values[5:]) for name, values in run.curves.items()})
        for run in baselines.baseline(batch_norm=False).runs
    )
    chart, _ = compared(
        baselines.evidence(), baselines.only_plain(replace(baselines.baseline(batch_norm=False), runs=runs))
    )
    assert chart.areas[0].area.count("M") == 2
    assert chart.rows[4][-1] == ""


def test_a_band_without_any_number_is_not_drawn():
    nothing = baselines.baseline(batch_norm=False, seeds=2, odd=baselines.DIVERGED)
    assert compared(baselines.evidence(), baselines.only_plain(nothing)) == ()


def test_epochs_in_which_the_student_has_no_number_leave_the_band_whole():
    history = {"accuracy": (None,) * 10, "val_accuracy": (0.95, None, None, 0.97, *(None,) * 6)}
    chart, *_ = compared(baselines.evidence(history), baselines.only_plain(baselines.baseline(batch_norm=False)))
    assert chart.areas[0].area.count("M") == 1


@pytest.mark.parametrize("huge", [1e12, 1e300])
def test_runs_that_diverged_do_not_flatten_the_students_curve(huge):
    wild = tuple(baselines.constant(seed, huge) for seed in (14, 15))
    made = baselines.baseline(batch_norm=False, odd=wild)
    chart = next(each for each in compared(baselines.evidence(), baselines.only_plain(made)) if "loss" in each.metric)
    drawn = [y for series in chart.series for _, y in series.dots]
    assert max(drawn) - min(drawn) > (chart.y.start - chart.y.stop) / 5
    assert chart.areas[0].cut
    assert not re.search(r"inf|nan|\d{5}", chart.areas[0].area)


def test_a_baseline_that_is_far_away_as_a_whole_is_still_in_the_picture():
    low = dict.fromkeys(("accuracy", "val_accuracy"), (0.1,) * 10)
    chart, *_ = compared(baselines.evidence(low), baselines.only_plain(baselines.baseline(batch_norm=False)))
    assert chart.y.low <= 0.1
    assert chart.y.high >= 0.975
    assert not chart.areas[0].cut
