import numpy as np
import pytest

from grader.statistics.intervals import Interval, mean_interval, median, prediction_interval, quantile, t_quantile

DRAWS = np.random.default_rng(7).normal(0.9, 0.002, (2_000, 40))


def test_an_interval_holds_its_ends():
    within = Interval(low=0.1, high=0.3)
    assert within.contains(0.1)
    assert within.contains(0.3)
    assert not within.contains(0.31)


def test_an_interval_can_be_made_to_hold_more():
    assert Interval(low=0.1, high=0.3).including((0.0, 0.2)).widened(0.5) == Interval(low=-0.5, high=0.8)


def test_quantiles_interpolate():
    assert median((1.0, 2.0, 3.0, 10.0)) == 2.5
    assert quantile((0.0, 1.0), 0.05) == pytest.approx(0.05)


def test_there_is_no_quantile_of_nothing():
    with pytest.raises(ValueError, match="without values"):
        quantile((), 0.5)


@pytest.mark.parametrize(("freedom", "expected"), [(1, 12.7062), (4, 2.7764), (15, 2.1314)])
def test_students_t_is_that_of_the_tables(freedom: int, expected: float):
    assert t_quantile(0.95, freedom) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("values", [(), (0.97,)])
def test_one_value_tells_of_no_spread(values: tuple[float, ...]):
    assert mean_interval(values) is None
    assert prediction_interval(values, 0.99) is None


def test_equal_values_are_given_the_least_deviation():
    assert prediction_interval((0.5, 0.5), 0.95) == Interval(low=0.5, high=0.5)
    wide = prediction_interval((0.5, 0.5), 0.95, least=0.001)
    assert wide is not None
    assert wide.high == pytest.approx(0.5 + 12.7062 * 0.001 * 1.5**0.5, abs=1e-6)


@pytest.mark.parametrize("number", [2, 3, 5, 16])
def test_the_mean_lies_in_its_interval_as_often_as_said(number: int):
    found = [mean_interval(tuple(row[:number]), 0.95) for row in DRAWS]
    assert np.mean([each is not None and each.contains(0.9) for each in found]) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("number", [2, 3, 5, 16])
def test_a_new_value_lies_in_its_interval_as_often_as_said(number: int):
    pairs = [(prediction_interval(tuple(row[:number]), 0.95), row[-1]) for row in DRAWS]
    held = [each is not None and each.contains(float(new)) for each, new in pairs]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)
