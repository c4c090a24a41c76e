"""Whether a reader can tell what a figure shows without looking at the code."""

from grader.checks._exhibits import Exhibit
from grader.evidence import AxesRecord


def unreadable_because(exhibit: Exhibit) -> str:
    """What a reader of a figure misses, as a sentence; ``""`` for printed output and for a figure that is labelled."""
    if exhibit.figure is None:
        return ""
    parts = [axes for axes in exhibit.figure.axes if axes.lines or axes.bars]
    if any(_needs_legend(axes) for axes in parts):
        return "The figure has several lines and no legend, so a reader cannot tell which line is which"
    if len(parts) > 1 and not all(axes.title or axes.legend for axes in parts):
        return "Not every part of the figure has a title or a legend, so a reader cannot tell what it is about"
    if not any(axes.y_label or axes.title for axes in parts) and not exhibit.figure.title:
        return "Neither a title nor an axis label says what the figure measures"
    return ""


def _needs_legend(axes: AxesRecord) -> bool:
    return len([line for line in axes.lines if len(line.y) > 0]) > 1 and not axes.legend
