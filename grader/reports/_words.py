"""Numbers as a person would say them."""


def points(value: float) -> str:
    """Points with as many decimals as they need, at most two."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def seconds(value: float) -> str:
    """A duration that a person would say."""
    if value < 1:
        return "less than a second"
    if value < 100:
        return f"{value:.0f} second{'' if round(value) == 1 else 's'}"
    return f"{value / 60:.0f} minutes" if value < 5_400 else f"{value / 3_600:.1f} hours"


def percent(share: float) -> str:
    """A share of one as a whole percentage; only nothing is 0 %, and only everything is 100 %."""
    whole = round(100 * share)
    return f"{min(99, max(1, whole)) if 0 < share < 1 else whole} %"
