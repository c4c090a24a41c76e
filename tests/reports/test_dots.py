"""The dot plot of the differences that batch normalization makes."""

import re
from dataclasses import replace
from itertools import combinations

import pytest

from grader.reports import _dots
from grader.statistics.effect import Effect
from grader.statistics.intervals import Interval
from tests.reports import baselines
from tests.reports.parsing import Page


def effect(*differences, noise=0.004, interval=0.001):
    mean = sum(differences) / len(differences)
    about = [Interval(low=mean - width, high=mean + width) for width in (interval, noise)]
    return Effect(
        curve="val_accuracy",
        differences=differences,
        mean=mean,
        interval=about[0],
        noise=about[1],
        luck=noise,
        limits=about[1],
    )


def test_every_seed_is_a_dot_and_a_row(beside):
    page = beside(baselines.reference())
    plot = page[page.index('class="chart dots"') :]
    assert plot[: plot.index("</svg>")].count('class="spot"') == 16
    assert "for each of 16 seeds" in Page(page).words
    assert re.search(r'<th scope="row">15</th><td class="number">[+−]0\.\d\d</td>', plot)


def test_seeds_that_diverged_have_no_dot(beside):
    made = replace(
        baselines.reference(), plain=baselines.match(0, baselines.baseline(batch_norm=False, odd=baselines.DIVERGED))
    )
    assert "for each of 14 seeds" in Page(beside(made)).words


def test_without_a_seed_in_common_there_is_no_plot(beside):
    others = tuple(baselines.seed_run(seed, batch_norm=True) for seed in range(50, 54))
    apart = replace(baselines.baseline(batch_norm=True), runs=others)
    page = beside(replace(baselines.reference(), normalized=baselines.match(1, apart)))
    assert "difference-title" not in page
    assert "Too few seeds ended with a number in both networks" in page


def test_dots_stand_beside_or_above_each_other():
    drawn = _dots.dots(effect(*[0.001] * 8, 0.0011, 0.002), range(10), None)
    for (x, y), (other_x, other_y) in combinations(drawn.spots, 2):
        assert abs(x - other_x) >= 2 * _dots.RADIUS or abs(y - other_y) >= 2 * _dots.RADIUS
    assert min(y for _, y in drawn.spots) - _dots.RADIUS >= 18


def test_zero_the_mean_and_its_interval_are_on_the_scale():
    drawn = _dots.dots(effect(0.001, 0.003), (0, 1), 0.0011)
    assert _dots.LEFT <= drawn.zero < drawn.interval.start < drawn.mean < drawn.interval.stop <= _dots.RIGHT
    assert len(drawn.interval.caps) == len(drawn.noise.caps) == 2
    assert (drawn.mean_text, drawn.own.text, drawn.own.beyond) == ("+0.20", "+0.11", 0)


@pytest.mark.parametrize(("own", "beyond", "edge"), [(-0.5, -1, _dots.LEFT), (0.5, 1, _dots.RIGHT)])
def test_a_difference_that_is_far_off_stands_at_the_edge(own, beyond, edge):
    drawn = _dots.dots(effect(0.001, 0.003), (0, 1), own)
    assert (drawn.own.x, drawn.own.beyond) == (edge, beyond)


def test_an_interval_that_is_wider_than_the_scale_has_no_caps():
    drawn = _dots.dots(effect(0.001, 0.0011, noise=0.5), (0, 1), None)
    assert drawn.noise.caps == ()
    assert drawn.spots[0][0] < drawn.spots[1][0]


def test_differences_of_nothing_have_a_scale():
    drawn = _dots.dots(effect(0.0, 0.0, noise=0.0, interval=0.0), (0, 1), 0.0)
    assert drawn.x.high > drawn.x.low
    assert "0" in [label for _, label in drawn.x.ticks]


@pytest.mark.parametrize(
    ("share", "told"), [(0.0011, "+0.11"), (-0.013, "−1.30"), (0.0, "0.00"), (-0.00001, "0.00"), (0.9, "+90.00")]
)
def test_differences_are_in_percentage_points(share, told):
    assert _dots.points(share) == told
