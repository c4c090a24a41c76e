"""Matplotlib (and what draws with it: pandas, seaborn): every figure with its labels and the lines' data."""

from __future__ import annotations

from typing import Any

from ._observer import Observer
from ._standing_in import stands_in_for

MOST_HELD = 32  # figures of one cell that are kept alive until it ends
MOST_POINTS = 500
MOST_LINES = 40
MOST_AXES = 24


def install(observer: Observer) -> None:
    """Start recording as soon as the notebook imports Matplotlib's figures."""

    def watch(module: Any) -> None:
        Figures(module.Figure, observer).install()

    observer.on_import("matplotlib.figure", watch)


class Figures:
    """Describes each figure once: before it is cleared, or at the end of the cell that made it."""

    def __init__(self, kind: Any, observer: Observer) -> None:
        self.kind = kind
        self.observer = observer
        self._open: list[tuple[Any, dict[str, Any]]] = []

    def install(self) -> None:
        """Wrap construction and ``clear`` on the class."""
        construct, clear = self.kind.__init__, self.kind.clear
        opened = self.observer.watched(self._opened)
        describe = self.observer.watched(self._describe)

        @stands_in_for(construct)
        def __init__(figure: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - it replaces one
            construct(figure, *args, **kwargs)
            opened(figure)

        @stands_in_for(clear)
        def wrapped_clear(figure: Any, *args: Any, **kwargs: Any) -> Any:
            if getattr(figure, "_axstack", None) is not None and figure.axes:
                describe(figure, self.observer.place())
            return clear(figure, *args, **kwargs)

        self.kind.__init__ = __init__
        self.kind.clear = wrapped_clear
        self.observer.at_cell_end(self._at_cell_end)

    def _opened(self, figure: Any) -> None:
        self._open.append((figure, self.observer.place()))
        if len(self._open) > MOST_HELD:
            self._describe(*self._open.pop(0))

    def _at_cell_end(self) -> None:
        figures, self._open = self._open, []
        for figure, place in figures:
            self._describe(figure, place)

    def _describe(self, figure: Any, place: dict[str, Any]) -> None:
        axes = [described for each in figure.axes[:MOST_AXES] if (described := _axes(each))]
        if axes:
            title = getattr(getattr(figure, "_suptitle", None), "get_text", str)()
            self.observer.emit("figure", title=title, axes=axes, **place)


def _axes(axes: Any) -> dict[str, Any] | None:
    """Titles, labels and data of one coordinate system; ``None`` for one without anything in it."""
    legend = axes.get_legend()
    bars = [bar for bar in axes.patches if type(bar).__name__ == "Rectangle"]
    lying = any(getattr(group, "orientation", None) == "horizontal" for group in axes.containers)
    described = {
        "title": axes.get_title(),
        "x_label": axes.get_xlabel(),
        "y_label": axes.get_ylabel(),
        "legend": [text.get_text() for text in legend.get_texts()] if legend is not None else [],
        "lines": [*map(_line, axes.get_lines()[:MOST_LINES]), *map(_cloud, _clouds(axes)[:MOST_LINES])],
        "ticks": [tick.get_text() for tick in _labels(axes, lying)[:MOST_LINES]] if bars else [],
        "bars": len(bars),
        "heights": [_number(bar.get_width() if lying else bar.get_height()) for bar in bars[:MOST_LINES]],
        "images": len(axes.images),
    }
    shown = described["lines"] or described["bars"] or described["images"] or axes.collections or axes.texts
    return described if shown else None


def _labels(axes: Any, lying: bool) -> list[Any]:
    return list(axes.get_yticklabels() if lying else axes.get_xticklabels())


def _clouds(axes: Any) -> list[Any]:
    """The scattered points."""
    return [each for each in axes.collections if type(each).__name__ == "PathCollection"]


def _cloud(points: Any) -> dict[str, Any]:
    """Scattered points, told as a line is."""
    where = list(points.get_offsets())[:MOST_POINTS]
    label = str(points.get_label())
    return {
        "label": "" if label.startswith("_") else label,
        "x": [_number(x) for x, _ in where],
        "y": [_number(y) for _, y in where],
    }


def _line(line: Any) -> dict[str, Any]:
    label = str(line.get_label())
    return {
        "label": "" if label.startswith("_") else label,
        "x": [_number(value) for value in list(line.get_xdata())[:MOST_POINTS]],
        "y": [_number(value) for value in list(line.get_ydata())[:MOST_POINTS]],
    }


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except Exception:
        return None
