"""How a baseline was made, in words: its network and budget, its seeds, machine and libraries."""

from collections.abc import Iterator, Sequence
from itertools import count, groupby

from grader.architecture.words import budget, layers
from grader.reference import Baseline, Making
from grader.reports._text import one_line
from grader.reports._words import seconds

MAKINGS, VERSIONS, RANGES = 4, 12, 8
"""Batches of seeds, libraries, and ranges of seeds that are named at most."""


def made(baseline: Baseline) -> Iterator[str]:
    """A line about what was trained, and one for each batch of seeds."""
    spec = baseline.specification
    held = f"the last {spec.validation:,} training images" if spec.validation else "the test images"
    yield one_line(f"{layers(spec)}; {budget(spec)}, validated on {held}", 600)
    yield from (_batch(each) for each in baseline.makings[:MAKINGS])
    if len(baseline.makings) > MAKINGS:
        yield f"and {len(baseline.makings) - MAKINGS} more batches of seeds"


def _batch(making: Making) -> str:
    name = f" ({one_line(making.device_name, 60)})" if making.device_name.strip() else ""
    parts = [
        seeds(making.seeds),
        one_line(f"Keras on {making.backend}, {making.device}", 80) + name,
        f"{making.at_once} at once" if making.at_once > 1 else "one after another",
        f"trained in {seconds(making.seconds)}" if making.seconds else "",
        one_line(", ".join(f"{name} {version}" for name, version in sorted(making.versions.items())[:VERSIONS]), 300),
    ]
    return "; ".join(part for part in parts if part)


def seeds(numbers: Sequence[int]) -> str:
    """``seeds 0 to 15, 20``; ``""`` for none."""
    ordered, counter = sorted(set(numbers)), count()
    runs = [list(group) for _, group in groupby(ordered, key=lambda seed: seed - next(counter))]
    told = [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]
    more = f" and {len(told) - RANGES} more ranges" if len(told) > RANGES else ""
    return f"{'seed' if len(ordered) == 1 else 'seeds'} {', '.join(told[:RANGES])}{more}" if told else ""
