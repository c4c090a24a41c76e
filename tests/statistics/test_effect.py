import numpy as np
import pytest

from grader.statistics.effect import Effect, Support, effect, judged
from tests.statistics.trained import SPREAD, baseline, moved


def found(by: float) -> Effect:
    between = effect(baseline(*SPREAD), moved(by))
    assert between is not None
    return between


def test_differences_are_paired_by_seed():
    between = effect(baseline(0.95, 0.97), baseline(0.975, 0.956, batch_norm=True))
    assert between is not None
    assert between.differences == pytest.approx((0.025, -0.014))
    assert between.mean == pytest.approx(0.0055)
    assert between.seeds == 2


def test_only_seeds_that_both_networks_ended_with_count():
    before = baseline(0.95, 0.96, None, 0.97)
    between = effect(before, baseline(0.97, 0.97, 0.98, 0.98, first_seed=1, batch_norm=True))
    assert between is not None
    assert between.differences == pytest.approx((0.01, 0.01))


@pytest.mark.parametrize("number", [0, 1])
def test_fewer_than_two_common_seeds_show_no_effect(number: int):
    assert effect(baseline(*SPREAD[:number]), moved(0.001)) is None


def test_the_mean_is_better_known_than_what_two_single_runs_show():
    between = found(0.004)
    assert between.noise.contains(between.interval.low)
    assert between.noise.contains(between.interval.high)
    assert between.limits.contains(between.noise.low)
    assert between.limits.contains(between.noise.high)


def test_a_difference_smaller_than_that_of_two_equal_networks_is_noise():
    assert judged(found(0.001), 0.0011) is Support.WITHIN_NOISE


def test_a_clear_difference_in_the_direction_of_the_mean_is_supported():
    assert judged(found(0.02), 0.019) is Support.SUPPORTED
    assert judged(found(-0.02), -0.019) is Support.SUPPORTED


def test_a_difference_against_the_direction_of_the_mean_is_no_more_than_noise():
    between = found(0.001)
    assert between.luck < 0.006
    assert judged(between, -0.006) is Support.WITHIN_NOISE


@pytest.mark.parametrize("reported", [0.06, -0.03])
def test_a_difference_that_no_two_runs_show_is_contradicted(reported: float):
    assert judged(found(0.02), reported) is Support.CONTRADICTED


def test_equal_accuracies_are_noise():
    assert judged(found(0.0), 0.0) is Support.WITHIN_NOISE


def test_what_any_two_runs_show_is_never_contradicted():
    between = effect(baseline(*SPREAD, *SPREAD, 0.1135), baseline(*SPREAD, *SPREAD, 0.978, batch_norm=True))
    assert between is not None
    assert judged(between, 0.978 - 0.1135) is not Support.CONTRADICTED


def test_seeds_that_agree_by_chance_do_not_contradict_their_neighbours():
    between = effect(baseline(0.97, 0.97), baseline(0.98, 0.98, batch_norm=True))
    assert between is not None
    assert judged(between, 0.0) is Support.WITHIN_NOISE
    assert judged(between, 0.02) is Support.SUPPORTED


@pytest.mark.parametrize(
    ("number", "deviations"), [(2, (1.0, 1.0)), (3, (1.0, 3.0)), (5, (2.0, 1.0)), (16, (1.0, 1.0))]
)
def test_the_error_rates_are_those_that_are_said(number: int, deviations: tuple[float, float]):
    """Unpaired draws, the worst case: shared seeds only narrow the difference of the means."""
    generator = np.random.default_rng(number)
    one, other = (generator.normal(0.6, 0.01 * each, (2_000, number + 2)) for each in deviations)
    effects = [effect(baseline(*a[:-2]), baseline(*b[:-2])) for a, b in zip(one.tolist(), other.tolist(), strict=True)]
    known = [each for each in effects if each is not None]
    differences = other[:, -1] - one[:, -1]
    noise = np.mean([each.noise.contains(d) for each, d in zip(known, differences, strict=True)])
    luck = np.mean(
        [abs(a[-1] - a[-2]) <= e.luck for a, e in zip((one, other)[int(deviations[1] < 2)], known, strict=True)]
    )
    contradicted = sum(judged(e, d) is Support.CONTRADICTED for e, d in zip(known, differences, strict=True))
    assert noise >= 0.935
    assert luck >= (0.935 if deviations == (1.0, 1.0) else 0.0)
    assert contradicted <= 0.014 * len(known)


def test_single_runs_measured_on_few_images_differ_by_more():
    own = effect(baseline(*SPREAD), moved(0.004))
    few = effect(baseline(*SPREAD), moved(0.004), images=1_000)
    assert own is not None
    assert few is not None
    assert few.luck > 2 * own.luck
    assert few.noise.high > own.noise.high
    assert few.interval == own.interval
