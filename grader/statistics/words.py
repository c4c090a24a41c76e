"""What numbers mean, in sentences for students: no claim is stronger than the seeds bear."""

from grader.reference import ACCURACY, LOSS, VAL_ACCURACY, VAL_LOSS
from grader.statistics.effect import Effect, Support, judged
from grader.statistics.intervals import Interval
from grader.statistics.standing import Placed, Standing

NAMES = {
    ACCURACY: "training accuracy",
    LOSS: "training loss",
    VAL_ACCURACY: "validation accuracy",
    VAL_LOSS: "validation loss",
}
"""Curves as a reader knows them."""


def accuracy(value: float) -> str:
    """``0.9770``: four decimals, as Keras prints them."""
    return f"{value:.4f}"


def signed(difference: float) -> str:
    """``+0.0011`` or ``−0.0011``; a difference that rounds to nothing has no sign."""
    text = f"{abs(difference):.4f}"
    return text if float(text) == 0.0 else f"{'+' if difference > 0 else '−'}{text}"


def points(difference: float, unit: str = " percentage points") -> str:
    """A difference of accuracies in per cent: ``+0.11 percentage points``."""
    text = f"{100 * abs(difference):.2f}"
    sign = "" if float(text) == 0.0 else "+" if difference > 0 else "−"
    return f"{sign}{text}{unit}"


def between(interval: Interval) -> str:
    """``between 0.9750 and 0.9795``."""
    return f"between {accuracy(interval.low)} and {accuracy(interval.high)}"


def epochs_told(epochs: int) -> str:
    """``1 epoch``, ``10 epochs``."""
    return f"{epochs:,} epoch{'' if epochs == 1 else 's'}"


def spread_told(placed: Placed) -> str:
    """``median 0.9775, 90 % of 16 seeds between 0.9750 and 0.9795``."""
    return f"median {accuracy(placed.median)}, 90 % of {placed.seeds} seeds {between(placed.band)}"


def standing_told(placed: Placed, epochs: int, *, network: str = "this very network", exact: bool = True) -> str:
    """Where an accuracy stands, in a sentence.

    Args:
        placed: the accuracy among those of a baseline.
        epochs: that the baseline was cut to.
        network: which one the baseline is of.
        exact: whether that is the network itself; of another one, less can be said.
    """
    end = f"{network} ends after {epochs_told(epochs)} ({spread_told(placed)})"
    value = accuracy(placed.value)
    if placed.standing is Standing.BELOW:
        return f"{value} lies {accuracy(placed.beyond)} below the least that is accepted where {end}."
    if placed.standing is Standing.ABOVE:
        reach = "is out of reach: it lies" if exact else "lies"
        return f"{value} {reach} {accuracy(placed.beyond)} above the most that is accepted where {end}."
    if placed.in_band:
        return f"{value} lies where {end}."
    return f"{value} lies a little outside of the middle 90 % of runs, within what chance explains: {end}."


def effect_told(effect: Effect) -> str:
    """What BN does over many seeds, in a sentence."""
    interval = f"{points(effect.interval.low, unit='')} to {points(effect.interval.high, unit='')}"
    return (
        f"Over {effect.seeds} pairs of trainings, batch normalization changes the {NAMES[effect.curve]} by "
        f"{points(effect.mean)} on average (95 % interval {interval})."
    )


def report_told(effect: Effect, plain: float, normalized: float, *, network: str = "your own architecture") -> str:
    """What the last numbers of one run of each network say about BN, in a sentence.

    Args:
        effect: of BN on this architecture.
        plain: the last number of the run without BN.
        normalized: the last number of the run with BN.
        network: whose effect it is.
    """
    both = f"your {accuracy(normalized)} with against {accuracy(plain)} without batch normalization"
    reported = normalized - plain
    support = judged(effect, reported)
    if support is Support.CONTRADICTED:
        bounds = f"{signed(effect.limits.low)} to {signed(effect.limits.high)}"
        return f"A difference of {signed(reported)} ({both}) is not believed of {network}: {bounds} are."
    if support is Support.SUPPORTED:
        return (
            f"{_upper(both)} is more than luck: 19 in 20 pairs of runs of the same network differ by less than "
            f"{accuracy(effect.luck)}, and many trainings of {network} show the same direction."
        )
    if abs(reported) <= effect.luck:
        return (
            f"{_upper(both)} is inside the noise of {network}: one in twenty pairs of runs of the same network differs "
            f"by more than {accuracy(effect.luck)}."
        )
    return (
        f"{_upper(both)} is more than two runs of the same network usually differ by ({accuracy(effect.luck)}), but "
        f"over {effect.seeds} seeds {network} does not show this direction: one run of each says little."
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
