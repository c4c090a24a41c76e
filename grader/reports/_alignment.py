"""The rows of two layer stacks: what both networks have stands at one height, and what one adds opens a gap."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from grader.graph import Layer, LayerGraph, unfold

Row = tuple[Layer | None, Layer | None]
DRAWN = 60
"""Layers of a network that are drawn at most."""


def drawn(graph: LayerGraph) -> tuple[LayerGraph, int]:
    """A network with its activations unfolded and its loose layers last, and how many layers are left out."""
    whole = unfold(graph)
    loose = [layer for layer in whole.layers if is_loose(whole, layer)]
    layers = [layer for layer in whole.layers if layer not in loose] + loose
    kept = layers[:DRAWN]
    ids = {layer.id for layer in kept}
    edges = tuple(edge for edge in whole.edges if edge.source in ids and edge.target in ids)
    return LayerGraph(layers=tuple(kept), edges=edges), len(layers) - len(kept)


def is_loose(graph: LayerGraph, layer: Layer) -> bool:
    """Whether a layer hangs on nothing although the network has others."""
    return len(graph.layers) > 1 and layer.id not in graph.attached


def rows(left: Sequence[Layer], right: Sequence[Layer]) -> list[Row]:
    """Pair the layers of two networks up; BN always has a row of its own, beside BN or beside a gap."""
    made: list[Row] = []
    pending = ([*left], [*right])

    def emit_norms() -> None:
        while any(side and side[0].is_batch_norm for side in pending):
            made.append(_taken(pending, tuple(bool(side) and side[0].is_batch_norm for side in pending)))

    for has_left, has_right in _matched(left, right):
        emit_norms()
        made.append(_taken(pending, (has_left, has_right)))
    emit_norms()
    return made


def _taken(pending: tuple[list[Layer], list[Layer]], wanted: tuple[bool, ...]) -> Row:
    left, right = pending
    return (left.pop(0) if wanted[0] else None, right.pop(0) if wanted[1] else None)


def _matched(left: Sequence[Layer], right: Sequence[Layer]) -> list[tuple[bool, bool]]:
    """For every row but those of BN, which of the two has a layer in it."""
    one = [_key(layer) for layer in left if not layer.is_batch_norm]
    other = [_key(layer) for layer in right if not layer.is_batch_norm]
    made: list[tuple[bool, bool]] = []
    for _, start, stop, begin, end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        here, there = stop - start, end - begin
        made += [(number < here, number < there) for number in range(max(here, there))]
    return made


def _key(layer: Layer) -> tuple[object, ...]:
    return (layer.kind, layer.class_name, layer.units, layer.activation, layer.rate, layer.kernel_size)
