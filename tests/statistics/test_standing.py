import numpy as np
import pytest

from grader.statistics.standing import TOLERANCE, Placed, Standing, placed
from tests.statistics.trained import SPREAD, baseline

CURVE = "val_accuracy"


def place(value: float, *lasts: float | None, **options: float) -> Placed:
    found = placed(baseline(*lasts), CURVE, value, **options)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_an_accuracy_among_those_of_the_seeds_lies_within():
    found = place(0.9770, *SPREAD)
    assert found.standing is Standing.WITHIN
    assert found.in_band
    assert found.beyond == 0.0
    assert found.seeds == 8


def test_an_accuracy_outside_of_the_band_is_still_accepted():
    found = place(0.9735, *SPREAD)
    assert found.standing is Standing.WITHIN
    assert not found.in_band


@pytest.mark.parametrize(("value", "standing"), [(0.94, Standing.BELOW), (0.999, Standing.ABOVE)])
def test_an_accuracy_far_away_lies_outside_by_so_much(value: float, standing: Standing):
    found = place(value, *SPREAD)
    assert found.standing is standing
    assert found.beyond == pytest.approx(max(found.limits.low - value, value - found.limits.high))
    assert found.beyond > 0.0


def test_what_two_seeds_say_is_next_to_nothing():
    assert place(0.20, 0.9770, 0.9785).standing is Standing.WITHIN
    assert place(1.00, 0.9770, 0.9785).limits.high == 1.0


def test_the_limits_are_the_wider_the_fewer_the_seeds():
    reaches = [place(0.97, *SPREAD[:number]).limits for number in (2, 3, 5, 8)]
    widths = [limits.high - limits.low for limits in reaches]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("lasts", [(), (0.97,), (None, None), (0.97, None), (0.97, 0.1)])
def test_fewer_than_two_trainings_that_learned_place_nothing(lasts: tuple[float | None, ...]):
    assert placed(baseline(*lasts), CURVE, 0.5) is None


def test_a_seed_that_failed_excuses_every_low_accuracy():
    assert place(0.0958, *SPREAD, 0.1135).standing is Standing.WITHIN
    assert place(0.0958, *SPREAD, None).standing is Standing.WITHIN
    assert place(0.80, *SPREAD, 0.1135).standing is Standing.WITHIN


def test_a_seed_that_failed_makes_no_accuracy_too_high_believable():
    assert place(0.999, *SPREAD, 0.1135).standing is Standing.ABOVE


def test_whatever_a_seed_reached_is_accepted():
    skewed = (*SPREAD, *SPREAD, 0.93)
    assert place(0.93, *skewed).standing is Standing.WITHIN


def test_seeds_that_agree_do_not_rule_out_others():
    found = place(0.9770 + TOLERANCE, *[0.9770] * 8)
    assert found.standing is Standing.WITHIN
    assert found.limits.high > 0.9770 + TOLERANCE


def test_limits_stay_between_0_and_1():
    limits = place(1.0, 1.0, 1.0, 0.9999, 1.0).limits
    assert limits.high == 1.0
    assert place(0.0, 0.001, 0.0, 0.002, 0.001).limits.low == 0.0


def test_an_accuracy_on_few_other_images_may_be_farther_away():
    assert place(0.960, *SPREAD).standing is Standing.BELOW
    assert place(0.960, *SPREAD, images=1_000).standing is Standing.WITHIN
    assert place(0.900, *SPREAD, images=1_000).standing is Standing.BELOW


def test_a_network_that_is_never_wrong_may_be_wrong_on_other_images():
    assert place(0.98, *[1.0] * 8, images=200).standing is Standing.WITHIN


def test_the_tolerance_can_be_set():
    assert place(0.94, *SPREAD, tolerance=0.05).standing is Standing.WITHIN


def test_training_accuracy_is_placed_among_training_accuracies():
    found = placed(baseline(*SPREAD), "accuracy", 0.9870)
    assert found is not None
    assert found.in_band


@pytest.mark.parametrize(("curve", "value"), [("val_loss", 0.1), ("val_accuracy", float("nan"))])
def test_only_finite_accuracies_can_be_placed(curve: str, value: float):
    with pytest.raises(ValueError, match="Only finite accuracies"):
        placed(baseline(*SPREAD), curve, value)


@pytest.mark.parametrize("number", [2, 3, 5, 16])
def test_of_a_thousand_honest_accuracies_about_one_lies_outside_without_the_tolerance(number: int):
    draws = np.random.default_rng(number).normal(0.6, 0.01, (2_000, number + 1))
    standings = [place(row[-1], *row[:-1], tolerance=0.0).standing for row in draws.tolist()]
    assert sum(standing is not Standing.WITHIN for standing in standings) <= 6


def test_of_skewed_accuracies_no_more_lie_outside_with_the_tolerance():
    generator = np.random.default_rng(5)
    draws = 0.98 - generator.gamma(2.0, 0.0012, (1_500, 17))
    standings = [place(row[-1], *row[:-1]).standing for row in draws.tolist()]
    assert sum(standing is not Standing.WITHIN for standing in standings) <= 4


def test_of_accuracies_on_other_images_no_more_lie_outside():
    generator = np.random.default_rng(6)
    truth = generator.normal(0.95, 0.002, (1_500, 17))
    tests = generator.binomial(10_000, 0.95, (1_500, 1)) / 10_000 - 0.95
    blind = generator.binomial(1_000, truth[:, -1]) / 1_000
    rows = zip((truth[:, :-1] + tests).tolist(), blind.tolist(), strict=True)
    standings = [place(value, *row, images=1_000, tolerance=0.0).standing for row, value in rows]
    assert sum(standing is not Standing.WITHIN for standing in standings) <= 6
