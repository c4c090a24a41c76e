"""The normalised layer graph: one language for the networks of every framework, and what is read from it.

Where batch normalization (BN) stands is a relation in this graph, never a matter of names:

=================  ==========================================================================
pre-activation     affine -> BN -> activation, as in Ioffe & Szegedy 2015, section 3.2
post-activation    affine -> activation -> BN
no-activation      affine -> BN -> affine, nothing non-linear between the two
input              BN before the first affine layer
after-output       BN on what the network answers: on its logits or behind its softmax
unattached         built, but not on a path from the input to the output
=================  ==========================================================================
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise


class LayerKind(StrEnum):
    """What a layer does, whatever its framework calls it."""

    INPUT = "input"
    DENSE = "dense"
    CONV = "conv"
    ACTIVATION = "activation"
    NORMALIZATION = "normalization"
    DROPOUT = "dropout"
    POOLING = "pooling"
    FLATTEN = "flatten"
    RESHAPE = "reshape"
    ADD = "add"
    OUTPUT = "output"
    OTHER = "other"


class Placement(StrEnum):
    """Where a BN layer stands; the module docstring draws each."""

    PRE_ACTIVATION = "pre-activation"
    POST_ACTIVATION = "post-activation"
    NO_ACTIVATION = "no-activation"
    INPUT = "input"
    AFTER_OUTPUT = "after-output"
    UNATTACHED = "unattached"


AFFINE = frozenset({LayerKind.DENSE, LayerKind.CONV})
BATCH_NORM_CLASSES = frozenset(
    {"BatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization"}
    | {
        "BatchNorm",
        "BatchNorm1d",
        "BatchNorm2d",
        "BatchNorm3d",
        "SyncBatchNorm",
        "LazyBatchNorm1d",
        "LazyBatchNorm2d",
    }
)
LINEAR = frozenset({"linear", "identity"})
_BACKBONE = AFFINE | {LayerKind.ACTIVATION, LayerKind.DROPOUT, LayerKind.POOLING, LayerKind.ADD, LayerKind.OTHER}
ANSWERING = frozenset({"softmax", "log_softmax", "sigmoid"}) | LINEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One node of a layer graph.

    Attributes:
        id: unique within its graph.
        class_name: the framework's own name of the class.
        name: the layer's own name.
        output_shape: without the batch axis; ``None`` where the size is unknown.
        units: width of a dense layer, or filters of a convolution.
        activation: a fused activation, or the function of an activation layer.
        initializer: class name of the kernel's initialiser.
        strides: of a convolution or pooling, as is ``padding``; ``pool_size`` is the window of a pooling.
        slope: of an activation on its negative side: ``negative_slope`` of a leaky ReLU, ``alpha`` of an ELU.
        center: whether BN learns an offset (beta); ``scale``: whether it learns a factor (gamma).
        factor: by which a rescaling layer multiplies, before it adds ``offset``.
        rate: of a dropout layer, 0 to 1.
        unusual: what else is set that changes training, in short words (``kernel_regularizer``); no check reads them.
        fused: this activation was unfolded out of the layer before it.
    """

    id: str
    kind: LayerKind
    class_name: str
    name: str = ""
    output_shape: tuple[int | None, ...] | None = None
    units: int | None = None
    kernel_size: tuple[int, ...] | None = None
    strides: tuple[int, ...] | None = None
    padding: str | None = None
    pool_size: tuple[int, ...] | None = None
    activation: str | None = None
    slope: float | None = None
    initializer: str | None = None
    axis: tuple[int, ...] | None = None
    use_bias: bool | None = None
    momentum: float | None = None
    epsilon: float | None = None
    center: bool | None = None
    scale: bool | None = None
    factor: float | None = None
    offset: float | None = None
    rate: float | None = None
    trainable: bool | None = None
    unusual: tuple[str, ...] = ()
    fused: bool = False

    @property
    def is_batch_norm(self) -> bool:
        """Whether this is batch normalization, and not layer, group or preprocessing normalization."""
        return self.kind is LayerKind.NORMALIZATION and self.class_name in BATCH_NORM_CLASSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One tensor that flows from a layer to another."""

    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerGraph:
    """The layers of one network, in order of construction or execution, and the tensors between them."""

    layers: tuple[Layer, ...]
    edges: tuple[Edge, ...] = ()

    def layer(self, layer_id: str) -> Layer:
        """The layer with this id; raises ``KeyError`` for an unknown one."""
        for layer in self.layers:
            if layer.id == layer_id:
                return layer
        raise KeyError(layer_id)

    def before(self, layer_id: str) -> tuple[Layer, ...]:
        """The layers that feed this one."""
        sources = {edge.source for edge in self.edges if edge.target == layer_id}
        return tuple(layer for layer in self.layers if layer.id in sources)

    def after(self, layer_id: str) -> tuple[Layer, ...]:
        """The layers that this one feeds."""
        targets = {edge.target for edge in self.edges if edge.source == layer_id}
        return tuple(layer for layer in self.layers if layer.id in targets)

    @property
    def batch_norms(self) -> tuple[Layer, ...]:
        """Every BN layer, attached or not."""
        return tuple(layer for layer in self.layers if layer.is_batch_norm)

    @property
    def attached(self) -> frozenset[str]:
        """Ids of the layers that take part: those with a tensor going in or out."""
        return frozenset(edge.source for edge in self.edges) | frozenset(edge.target for edge in self.edges)


def chain(layers: tuple[Layer, ...]) -> LayerGraph:
    """A graph in which each layer feeds the next."""
    edges = tuple(Edge(source=a.id, target=b.id) for a, b in pairwise(layers))
    return LayerGraph(layers=layers, edges=edges)


def unfold(graph: LayerGraph) -> LayerGraph:
    """The same network with every fused activation as a layer of its own, behind the layer that carried it.

    A linear activation does nothing and is dropped. Unfolding twice changes nothing.
    """
    layers: list[Layer] = []
    behind: dict[str, str] = {}
    attached = graph.attached
    added: list[Edge] = []
    for layer in graph.layers:
        if layer.kind is LayerKind.ACTIVATION or layer.activation is None:
            layers.append(layer)
            continue
        layers.append(replace(layer, activation=None, slope=None))
        if layer.activation in LINEAR:
            continue
        function = _unfused(layer)
        layers.append(function)
        behind[layer.id] = function.id
        if layer.id in attached or len(graph.layers) == 1:
            added.append(Edge(source=layer.id, target=function.id))
    moved = [replace(edge, source=behind.get(edge.source, edge.source)) for edge in graph.edges]
    return LayerGraph(layers=tuple(layers), edges=(*moved, *added))


def _unfused(layer: Layer) -> Layer:
    return Layer(
        id=f"{layer.id}/activation",
        kind=LayerKind.ACTIVATION,
        class_name="Activation",
        name=layer.activation or "",
        output_shape=layer.output_shape,
        activation=layer.activation,
        slope=layer.slope,
        fused=True,
    )


def placement(graph: LayerGraph, layer_id: str) -> Placement:
    """Where the BN layer with this id stands in the network."""
    return _placed(_Links(unfold(graph)), layer_id)


def placements(graph: LayerGraph) -> tuple[tuple[Layer, Placement], ...]:
    """Every BN layer of a network with its placement, in order."""
    links = _Links(unfold(graph))
    return tuple((layer, _placed(links, layer.id)) for layer in graph.batch_norms)


def backbone(graph: LayerGraph) -> tuple[tuple[str, str], ...]:
    """What is left of a network without BN, as comparable (kind, description) steps in order.

    Two networks of a fair pair have the same backbone. A bias that BN makes superfluous, and layers that only
    change the shape, do not count.
    """
    whole = unfold(graph)
    return tuple((str(layer.kind), _described(layer)) for layer in whole.layers if _counts(layer))


def _counts(layer: Layer) -> bool:
    """Whether a layer is part of the backbone."""
    if layer.kind is LayerKind.NORMALIZATION:
        return not layer.is_batch_norm
    return layer.kind in _BACKBONE and layer.activation not in LINEAR


def _described(layer: Layer) -> str:
    if layer.kind is LayerKind.ACTIVATION:
        return layer.activation or layer.class_name
    parts = [layer.class_name]
    if layer.units is not None:
        parts.append(str(layer.units))
    if layer.kernel_size is not None:
        parts.append("x".join(map(str, layer.kernel_size)))
    if layer.rate is not None:
        parts.append(f"{layer.rate:g}")
    return " ".join(parts)


class _Links:
    """The neighbours of every layer, looked up once."""

    def __init__(self, graph: LayerGraph) -> None:
        self.layers = graph.layers
        known = {layer.id: layer for layer in graph.layers}
        self.before: dict[str, list[Layer]] = {}
        self.after: dict[str, list[Layer]] = {}
        self.position = {layer.id: number for number, layer in enumerate(graph.layers)}
        for edge in graph.edges:
            if edge.source in known and edge.target in known:
                self.after.setdefault(edge.source, []).append(known[edge.target])
                self.before.setdefault(edge.target, []).append(known[edge.source])

    def attached(self, layer_id: str) -> bool:
        return layer_id in self.before or layer_id in self.after

    def output(self) -> Layer | None:
        """The layer that answers: the last to be executed of those that feed no other."""
        ends = [layer for layer in self.layers if layer.id in self.before and layer.id not in self.after]
        return ends[-1] if ends else None


def _placed(links: _Links, layer_id: str) -> Placement:
    if not links.attached(layer_id) or _leads_nowhere(links, layer_id):
        return Placement.UNATTACHED
    if not _reaches_affine(layer_id, links.before):
        return Placement.INPUT
    ahead = _nearest(layer_id, links.before)
    behind = _nearest(layer_id, links.after)
    ends_here = not _reaches_affine(layer_id, links.after)
    if ends_here and any(_answers(layer, behind) for layer in ahead):
        return Placement.AFTER_OUTPUT
    if ahead and all(layer.kind is LayerKind.ACTIVATION for layer in ahead):
        return Placement.POST_ACTIVATION
    if any(layer.kind is LayerKind.ACTIVATION for layer in behind):
        return Placement.PRE_ACTIVATION
    return Placement.NO_ACTIVATION


def _leads_nowhere(links: _Links, layer_id: str) -> bool:
    """Whether what this layer gives is never used, although a layer executed later answers for the network."""
    output = links.output()
    if output is None or output.id == layer_id or links.position[output.id] < links.position.get(layer_id, 0):
        return False
    behind = list(_walk(layer_id, links.after))
    return not behind or all(layer.id != output.id and not links.after.get(layer.id) for layer in behind)


def _answers(ahead: Layer, behind: Sequence[Layer]) -> bool:
    """Whether BN with nothing affine behind it works on the network's answer rather than on a hidden layer."""
    if ahead.kind is LayerKind.ACTIVATION and ahead.activation in ANSWERING:
        return True
    if not behind:
        return True
    return ahead.kind is not LayerKind.ACTIVATION and all(layer.activation in ANSWERING for layer in behind)


_Neighbours = Mapping[str, Sequence[Layer]]


def _nearest(layer_id: str, neighbours: _Neighbours) -> tuple[Layer, ...]:
    """On every path in one direction, the closest affine or (non-linear) activation layer."""
    found: list[Layer] = []
    seen = {layer_id}
    queue = deque(neighbours.get(layer_id, ()))
    while queue:
        layer = queue.popleft()
        if layer.id in seen:
            continue
        seen.add(layer.id)
        nonlinear = layer.kind is LayerKind.ACTIVATION and layer.activation not in LINEAR
        if layer.kind in AFFINE or nonlinear:
            found.append(layer)
        else:
            queue.extend(neighbours.get(layer.id, ()))
    return tuple(found)


def _reaches_affine(layer_id: str, neighbours: _Neighbours) -> bool:
    return any(layer.kind in AFFINE for layer in _walk(layer_id, neighbours))


def _walk(layer_id: str, neighbours: _Neighbours) -> Iterator[Layer]:
    """Breadth first from a layer, the layer itself left out; ends on a cycle too."""
    seen = {layer_id}
    queue = deque(neighbours.get(layer_id, ()))
    while queue:
        layer = queue.popleft()
        if layer.id in seen:
            continue
        seen.add(layer.id)
        yield layer
        queue.extend(neighbours.get(layer.id, ()))
