from dataclasses import replace

import pytest

from grader.reference import SeedRun
from grader.statistics.bands import band
from tests.statistics.trained import baseline


def test_a_band_has_one_number_for_each_epoch():
    found = band(baseline(0.95, 0.96, 0.97), "val_accuracy")
    assert found is not None
    assert found.medians == pytest.approx((0.94, 0.95, 0.96))
    assert found.lows[-1] == pytest.approx(0.951)
    assert found.highs[-1] == pytest.approx(0.969)
    assert found.seeds == 3


def test_a_band_ends_where_the_shortest_training_does():
    whole = baseline(0.95, 0.96)
    short = SeedRun(seed=9, curves={"val_accuracy": (0.9,)})
    found = band(replace(whole, runs=(*whole.runs, short)), "val_accuracy")
    assert found is not None
    assert len(found.medians) == 1


def test_numbers_that_are_not_finite_are_left_out():
    found = band(baseline(0.95, None, 0.97), "val_accuracy")
    assert found is not None
    assert found.medians[-1] == pytest.approx(0.96)


def test_an_epoch_without_any_finite_number_has_none():
    found = band(baseline(None, None), "val_accuracy")
    assert found is not None
    assert found.medians == (None, None, None)


def test_there_is_no_band_of_what_was_not_kept():
    assert band(baseline(0.95, 0.96), "val_loss") is None
    assert band(baseline(), "val_accuracy") is None
