"""The curves of both networks over the bands of their baselines: validation alone, so that its scale is its own."""

from collections.abc import Iterator, Mapping, Sequence

from grader.evidence import FitRecord
from grader.reference import Match
from grader.reports._bands import Behind, behind
from grader.reports._curves import Chart, Line, chart, lines, names


def compared(plain: FitRecord | None, normalized: FitRecord | None, matches: Mapping[str, Match]) -> tuple[Chart, ...]:
    """A chart of accuracy and one of loss, each where there is a band to draw.

    Args:
        plain: the training of the network without BN that the report draws.
        normalized: that of the network with BN.
        matches: the baselines by network; a band is drawn only behind the very training that it was looked for.
    """
    fits = {css: fit for css, fit in (("plain", plain), ("normalized", normalized)) if fit}
    own = {css: match for css, match in matches.items() if css in fits and fits[css].id == match.fit}
    return tuple(_charts(fits, own))


def _charts(fits: Mapping[str, FitRecord], matches: Mapping[str, Match]) -> Iterator[Chart]:
    for number, metric in enumerate(names(fits)):
        found = list(_last_parts(list(lines(metric, fits))))
        bands = [each for line in found if (each := _behind(line, metric, matches))]
        if bands:
            parts = {part for _, part, _ in found}
            yield chart(f"band-{number}", f"{parts.pop()} {metric}" if len(parts) == 1 else metric, found, bands)


def _last_parts(found: Sequence[Line]) -> Iterator[Line]:
    """Of each network its validation, or its training where nothing was validated."""
    yield from {css: (css, part, values) for css, part, values in found}.values()


def _behind(line: Line, metric: str, matches: Mapping[str, Match]) -> Behind | None:
    """The band of a line; accuracies in per cent have none, because a share cannot be drawn on their scale."""
    css, part, values = line
    in_percent = metric != "loss" and max(value for value in values if value is not None) > 1
    return None if in_percent or css not in matches else behind(matches[css], css, metric, part, len(values))
