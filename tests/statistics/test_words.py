from grader.statistics.effect import effect
from grader.statistics.standing import placed
from grader.statistics.words import effect_told, points, report_told, signed, standing_told
from tests.statistics.trained import SPREAD, baseline, moved


def told(value: float) -> str:
    where = placed(baseline(*SPREAD), "val_accuracy", value)
    assert where is not None
    return standing_told(where, 10)


def reported(by: float, plain: float, normalized: float) -> str:
    between = effect(baseline(*SPREAD), moved(by))
    assert between is not None
    return report_told(between, plain, normalized)


def test_an_accuracy_in_the_band_is_told_with_median_band_and_seeds():
    assert told(0.9770) == (
        "0.9770 lies where this very network ends after 10 epochs "
        "(median 0.9772, 90 % of 8 seeds between 0.9755 and 0.9787)."
    )


def test_an_accuracy_between_band_and_limits_is_told_as_within_chance():
    assert "within what chance explains" in told(0.9735)


def test_an_accuracy_outside_is_told_with_its_distance():
    assert told(0.9999).startswith("0.9999 is out of reach: it lies 0.0")
    assert "below the least that is accepted" in told(0.5)


def test_differences_have_a_sign_unless_they_round_to_nothing():
    assert (signed(0.0011), signed(-0.0011), signed(-0.00001)) == ("+0.0011", "−0.0011", "0.0000")
    assert (points(0.00112), points(-0.02)) == ("+0.11 percentage points", "−2.00 percentage points")


def test_the_effect_is_told_with_its_interval():
    between = effect(baseline(*SPREAD), moved(0.004))
    assert between is not None
    assert effect_told(between) == (
        "Over 8 pairs of trainings, batch normalization changes the validation accuracy by +0.40 percentage "
        "points on average (95 % interval +0.36 to +0.44)."
    )


def test_a_difference_within_noise_is_told_with_what_two_equal_networks_differ_by():
    assert "Your 0.9781 with against 0.9770 without" in reported(0.001, 0.9770, 0.9781)
    assert "inside the noise of your own architecture" in reported(0.001, 0.9770, 0.9781)


def test_a_supported_difference_is_told_as_more_than_luck():
    assert "more than luck" in reported(0.02, 0.9770, 0.9965)


def test_a_difference_against_the_mean_is_told_to_say_little():
    assert "does not show this direction" in reported(0.001, 0.9800, 0.9740)


def test_a_contradicted_difference_is_told_with_the_limits():
    assert "is not believed of your own architecture" in reported(0.001, 0.90, 0.98)
