"""From tensors and layers to the normalised layer graph."""

from collections.abc import Iterable
from dataclasses import replace

from grader.graph import Edge, Layer, LayerGraph
from grader.reading.layers import snake
from grader.reading.values import Node

MOST_LAYERS = 1000


def ancestors(outputs: Iterable[Node]) -> dict[int, Node]:
    """Every node on a path to the outputs, the outputs themselves too, by `id`; bounded."""
    found: dict[int, Node] = {}
    pending = list(outputs)
    while pending and len(found) < MOST_LAYERS:
        node = pending.pop()
        if id(node) not in found:
            found[id(node)] = node
            pending.extend(node.inputs)
    return found


def graph_of(outputs: Iterable[Node], loose: Iterable[Layer] = ()) -> LayerGraph:
    """The graph of all that leads to these outputs; ``loose`` layers stand in it without edges."""
    nodes = [node for node in ancestors(outputs).values() if node.layer is not None]
    nodes.sort(key=lambda node: node.order)
    ids: dict[int, str] = {}
    layers: list[Layer] = []
    taken: dict[str, int] = {}
    for node in nodes:
        if node.layer is not None:
            layers.append(_identified(node.layer, taken))
            ids[id(node)] = layers[-1].id
    edges = [
        Edge(source=ids[id(source)], target=ids[id(node)])
        for node in nodes
        for source in node.inputs
        if id(source) in ids
    ]
    layers.extend(_identified(layer, taken) for layer in loose)
    return LayerGraph(layers=tuple(layers), edges=tuple(dict.fromkeys(edges)))


def _identified(layer: Layer, taken: dict[str, int]) -> Layer:
    wanted = (layer.name or snake(layer.class_name)).replace("/", "_")[:60]
    taken[wanted] = taken.get(wanted, 0) + 1
    found = wanted if taken[wanted] == 1 else f"{wanted}#{taken[wanted]}"
    return replace(layer, id=found)
