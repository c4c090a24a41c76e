"""Where every box and arrow of a layer stack goes. Lengths are in SVG user units, which a wide page shows as pixels."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from grader.graph import Layer, LayerGraph, LayerKind, placements
from grader.reports import _alignment
from grader.reports._text import one_line

BOX, PILL = 300.0, 170.0
HEIGHTS = {"norm": 46.0, "function": 26.0, "layer": 34.0}
GAP, LANE, LANES, MARGIN = 14.0, 11.0, 6, 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One layer: ``css`` is its kind, ``note`` the placement of BN, ``shape`` what comes out of it."""

    x: float
    y: float
    width: float
    height: float
    css: str
    label: str
    shape: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One network, drawn from top to bottom.

    Attributes:
        wires: from each layer straight down to the next, as (x, from y, to y).
        skips: SVG paths at the left side, for tensors that pass layers by.
        description: the layers in words.
        left_out: number of layers that are not drawn.
    """

    width: float
    height: float
    boxes: tuple[Box, ...]
    wires: tuple[tuple[float, float, float], ...]
    skips: tuple[str, ...]
    description: str
    left_out: int = 0


def stacks(left: LayerGraph | None, right: LayerGraph | None) -> tuple[Stack | None, Stack | None]:
    """Two networks on common rows; either may be missing."""
    one = _alignment.drawn(left) if left else None
    other = _alignment.drawn(right) if right else None
    rows = _alignment.rows(one[0].layers if one else (), other[0].layers if other else ())
    tops, height = _tops(rows)
    return (
        _stack(left, one, [row[0] for row in rows], tops, height) if left and one else None,
        _stack(right, other, [row[1] for row in rows], tops, height) if right and other else None,
    )


def _tops(rows: list[_alignment.Row]) -> tuple[list[tuple[float, float]], float]:
    """For each row its top and its height, and where the last one ends."""
    y, made = 4.0, []
    for row in rows:
        height = max(HEIGHTS[_size(layer)] for layer in row if layer)
        made.append((y, height))
        y += height + GAP
    return made, y - GAP + 4.0


def _size(layer: Layer) -> str:
    if layer.is_batch_norm:
        return "norm"
    return "function" if layer.kind is LayerKind.ACTIVATION else "layer"


def _stack(
    whole: LayerGraph,
    drawn: tuple[LayerGraph, int],
    column: list[Layer | None],
    tops: list[tuple[float, float]],
    height: float,
) -> Stack:
    graph, left_out = drawn
    placed = {layer.id: str(place) for layer, place in placements(whole)}
    passing = _passing(graph)
    left = MARGIN + LANE * min(LANES, max((lane for *_, lane in passing), default=-1) + 1)
    boxes = {
        layer.id: _box(graph, layer, left, top, room, placed.get(layer.id, ""))
        for layer, (top, room) in zip(column, tops, strict=True)
        if layer
    }
    edges = {(edge.source, edge.target) for edge in graph.edges}
    straight = [(a.id, b.id) for a, b in pairwise(graph.layers) if (a.id, b.id) in edges]
    middle = left + BOX / 2
    return Stack(
        width=left + BOX + MARGIN,
        height=height,
        boxes=tuple(boxes.values()),
        wires=tuple((middle, boxes[a].y + boxes[a].height, boxes[b].y) for a, b in straight),
        skips=tuple(_skip(boxes[a], boxes[b], left - LANE * (lane % LANES + 1)) for a, b, lane in passing),
        description=_description(boxes.values(), left_out),
        left_out=left_out,
    )


def _box(graph: LayerGraph, layer: Layer, left: float, top: float, room: float, placement: str) -> Box:
    size = _size(layer)
    width, height = (PILL if size == "function" else BOX), HEIGHTS[size]
    loose = " loose" if _alignment.is_loose(graph, layer) else ""
    return Box(
        x=left + (BOX - width) / 2,
        y=top + (room - height) / 2,
        width=width,
        height=height,
        css=("norm" if size == "norm" else str(layer.kind)) + loose,
        label=label(layer),
        shape="" if size == "function" else shape(layer),
        note=placement or ("not connected" if loose else ""),
    )


def _passing(graph: LayerGraph) -> list[tuple[str, str, int]]:
    """The tensors that do not go straight down, each with a lane in which it meets no other."""
    position = {layer.id: number for number, layer in enumerate(graph.layers)}
    spans = sorted(
        (abs(position[e.target] - position[e.source]), position[e.source], position[e.target], e.source, e.target)
        for e in graph.edges
        if position[e.target] != position[e.source] + 1
    )
    lanes: list[list[tuple[int, int]]] = []
    made = []
    for _, start, stop, source, target in spans:
        low, high = min(start, stop), max(start, stop)
        free = (n for n, lane in enumerate(lanes) if all(high <= a or b <= low for a, b in lane))
        number = next(free, len(lanes))
        if number == len(lanes):
            lanes.append([])
        lanes[number].append((low, high))
        made.append((source, target, number))
    return made


def _skip(source: Box, target: Box, lane: float) -> str:
    """A path out of one box's left side, down its lane, into the other's."""
    start, stop = source.y + source.height / 2, target.y + target.height / 2
    bend = 6.0 if stop > start else -6.0
    return (
        f"M{source.x:g} {start:g} H{lane + 6:g} Q{lane:g} {start:g} {lane:g} {start + bend:g} "
        f"V{stop - bend:g} Q{lane:g} {stop:g} {lane + 6:g} {stop:g} H{target.x - 1:g}"
    )


def label(layer: Layer) -> str:
    """A layer in a few words: its class, its width, what it does."""
    if layer.kind is LayerKind.ACTIVATION:
        return one_line(layer.activation or layer.class_name, 20)
    parts = [one_line(layer.class_name, 21)]
    if layer.units is not None:
        parts.append(f"{layer.units:,}")
    if layer.kernel_size:
        parts.append("×".join(str(size) for size in layer.kernel_size[:3]))
    if layer.rate is not None:
        parts.append(f"{layer.rate:g}")
    return " ".join(parts)


def shape(layer: Layer) -> str:
    """What comes out for one example: ``28×28×1``; ``?`` for an axis of unknown size."""
    if layer.output_shape is None:
        return ""
    return one_line("×".join("?" if size is None else str(size) for size in layer.output_shape), 14)


def _description(boxes: Iterable[Box], left_out: int) -> str:
    named = [f"{box.label} ({box.note})" if box.note else box.label for box in boxes]
    return ", ".join(named) + (f", and {left_out} more" if left_out else "")
