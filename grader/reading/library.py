"""What the frameworks' own names do when they are called: layers, networks, functions on tensors, a few builtins."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice

from grader.graph import Layer, LayerKind
from grader.reading.layers import constructed, framework_of, is_layer
from grader.reading.machine import Machine
from grader.reading.networks import ancestors
from grader.reading.torch_layers import FUNCTIONS
from grader.reading.values import (
    MOST_ITEMS,
    UNKNOWN,
    Bound,
    Instance,
    Items,
    LayerValue,
    Network,
    Node,
    Reference,
    Value,
)

_NO_TENSOR = frozenset({"size", "dim", "item", "numpy", "tolist", "get_shape", "backward"})


def call(machine: Machine, path: str, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
    """Call a name of a library; what is not known gives its first tensor back, or nothing that is known."""
    last = path.rpartition(".")[2]
    own = _OWN.get(last)
    if own is not None:
        return own(Call(machine=machine, path=path, arguments=arguments, keywords=keywords))
    if ".initializers." in f".{path}":
        return Reference(path=path)
    if is_layer(path):
        layer = constructed(path, arguments, keywords)
        return machine.node(layer.layer) if last == "Input" else layer
    if last in FUNCTIONS and any(map(tensors_in, arguments)):
        return function(machine, last, arguments, keywords)
    if "applications." in path:
        return machine.node(None)
    return next((node for argument in arguments for node in tensors_in(argument)), UNKNOWN)


def function(machine: Machine, name: str, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
    """A function on tensors, or a method of a tensor, as the layer that it amounts to."""
    tensors = tuple(node for argument in arguments for node in tensors_in(argument))
    if name in _NO_TENSOR:
        return UNKNOWN
    if name not in FUNCTIONS or not tensors:
        return tensors[0] if tensors else UNKNOWN
    kind, what = FUNCTIONS[name]
    if kind == "activation":
        layer = Layer(id="", kind=LayerKind.ACTIVATION, class_name="Activation", name="", activation=what)
    else:
        rate = keywords.get("p", keywords.get("rate", arguments[1] if len(arguments) > 1 else None))
        known = kind == "dropout" and isinstance(rate, float)
        layer = Layer(id="", kind=LayerKind(kind), class_name=what, rate=rate if known else None)
    return machine.node(layer, tensors if kind == "add" else tensors[:1])


def tensors_in(value: Value) -> tuple[Node, ...]:
    """The tensors that a value is or holds."""
    if isinstance(value, Node):
        return (value,)
    values = value.values if isinstance(value, Items) else value
    return tuple(each for each in values if isinstance(each, Node)) if isinstance(values, tuple | list) else ()


def items_of(value: Value) -> list[Value] | None:
    """What a loop over the value goes through, ``None`` when the source does not say; at most 200."""
    if isinstance(value, Items):
        return value.values[:MOST_ITEMS]
    if isinstance(value, tuple | range):
        return list(islice(value, MOST_ITEMS))
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a name that has a meaning of its own here."""

    machine: Machine
    path: str
    arguments: Sequence[Value]
    keywords: Mapping[str, Value]


def _sequential(made: Call) -> Value:
    network = made.machine.network("torch" if framework_of(made.path) == "torch" else "keras", "sequential")
    given = [*made.arguments, *([made.keywords["layers"]] if "layers" in made.keywords else [])]
    for value in given:
        items = items_of(value)
        for step in items if items is not None else [value]:
            add_step(network, step)
    if any(isinstance(step, LayerValue) and framework_of(step.layer.class_name) == "torch" for step in network.steps):
        network.framework = "torch"
    return network


def add_step(network: Network, step: Value) -> None:
    """Add a layer to a sequential network; ``("name", layer)`` pairs and nested networks too."""
    if isinstance(step, tuple) and len(step) == 2 and isinstance(step[0], str):
        step = step[1]
    if isinstance(step, Network | LayerValue):
        step.used = True
    if isinstance(step, Instance) and step.network is not None:
        step.network.used = True
    if len(network.steps) < 5 * MOST_ITEMS and isinstance(step, Network | LayerValue | Node | Instance):
        network.steps.append(step)


def _model(made: Call) -> Value:
    given = list(made.arguments)
    inputs = made.keywords.get("inputs", given[0] if given else None)
    outputs = tensors_in(made.keywords.get("outputs", given[1] if len(given) > 1 else None))
    if not outputs:
        return UNKNOWN
    network = made.machine.network("keras", "functional")
    network.outputs = outputs
    taking_part = ancestors(outputs)
    first = min((node.order for node in tensors_in(inputs)), default=min(n.order for n in taking_part.values()))
    network.loose = tuple(
        node.layer
        for node in made.machine.nodes
        if node.order > first and id(node) not in taking_part and node.layer is not None and node.layer.is_batch_norm
        if any(id(source) in taking_part for source in node.inputs)
    )
    return network


def _same(made: Call) -> Value:
    if made.arguments and isinstance(made.arguments[0], Network):
        copied = made.machine.network(made.arguments[0].framework, made.arguments[0].style)
        copied.steps, copied.outputs = list(made.arguments[0].steps), made.arguments[0].outputs
        return copied
    return made.arguments[0] if made.arguments else UNKNOWN


def _list(made: Call) -> Value:
    items = items_of(made.arguments[0]) if made.arguments else []
    return UNKNOWN if items is None else Items(values=list(items))


def _range(made: Call) -> Value:
    if (
        0 < len(made.arguments) < 4
        and all(type(each) is int for each in made.arguments)
        and 0 not in made.arguments[2:]
    ):
        return range(*made.arguments)
    return UNKNOWN


def _enumerate(made: Call) -> Value:
    items = items_of(made.arguments[0]) if made.arguments else None
    return UNKNOWN if items is None else Items(values=[tuple(pair) for pair in zip(count(), items, strict=False)])


def _zip(made: Call) -> Value:
    lists = [items_of(argument) for argument in made.arguments]
    known = [each for each in lists if each is not None]
    return Items(values=list(zip(*known, strict=False))) if len(known) == len(lists) else UNKNOWN


def _reversed(made: Call) -> Value:
    items = items_of(made.arguments[0]) if made.arguments else None
    return UNKNOWN if items is None else Items(values=items[::-1])


def _len(made: Call) -> Value:
    value = made.arguments[0] if made.arguments else None
    return len(value.values if isinstance(value, Items) else value) if isinstance(value, Items | tuple) else UNKNOWN


def _partial(made: Call) -> Value:
    if not made.arguments:
        return UNKNOWN

    def later(more: Sequence[Value], named: Mapping[str, Value]) -> Value:
        return made.machine.call(made.arguments[0], [*made.arguments[1:], *more], {**made.keywords, **named})

    return Bound(call=later)


_OWN: Mapping[str, Callable[[Call], Value]] = {
    "Sequential": _sequential,
    "Model": _model,
    "Functional": _model,
    "clone_model": _same,
    "deepcopy": _same,
    "OrderedDict": _list,
    "ModuleList": _list,
    "list": _list,
    "tuple": _list,
    "range": _range,
    "enumerate": _enumerate,
    "zip": _zip,
    "reversed": _reversed,
    "len": _len,
    "partial": _partial,
}
