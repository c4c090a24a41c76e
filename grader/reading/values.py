"""What an expression stands for while networks are read out of the source: known only as far as the source tells."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.graph import Layer

Value = Any
"""A number, string, tuple or ``None`` of the source, one of the classes below, or `UNKNOWN`."""


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()
MOST_ITEMS = 200
"""Values that a list or a dictionary may have; what more is put in is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A name that the notebook does not define: something imported, by its dotted path."""

    path: str

    @property
    def last(self) -> str:
        """The name without what stands before it."""
        return self.path.rpartition(".")[2]


@dataclass(slots=True, kw_only=True, eq=False)
class LayerValue:
    """A layer that was constructed; ``layer`` has no id yet."""

    layer: Layer
    used: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Node:
    """A tensor: what a layer gave when it was called on others. Without a layer it came from outside."""

    order: int
    layer: Layer | None = None
    inputs: tuple["Node", ...] = ()


@dataclass(slots=True, kw_only=True, eq=False)
class Network:
    """A model object; its layers may still grow.

    Attributes:
        steps: of a sequential one: whatever was added.
        outputs: of the others: where the data comes out.
        loose: BN that was built beside it and takes no part.
        used: it became a part of another network.
        owner: the class whose instance it is.
    """

    framework: str
    style: str
    line: int
    cell: int
    name: str = ""
    steps: list[Value] = field(default_factory=list)
    outputs: tuple[Node, ...] = ()
    loose: tuple[Layer, ...] = ()
    used: bool = False
    owner: "Class | None" = None


@dataclass(slots=True, kw_only=True, eq=False)
class Items:
    """A list, or the values of a dictionary with their names.

    Attributes:
        names: one for each value; ``None`` of a list. Whoever changes one of the two changes both.
    """

    values: list[Value]
    names: list[Value] | None = None

    def place(self, key: Value) -> int | None:
        """Where the value stands that a subscript speaks of; ``None`` when it is not there, or not to be told."""
        if self.names is not None and key in self.names:
            return self.names.index(key)
        return key % len(self.values) if type(key) is int and -len(self.values) <= key < len(self.values) else None

    def put(self, key: Value, value: Value) -> None:
        """What ``items[key] = value`` does; a list that is given a name becomes a dictionary."""
        known = key is not UNKNOWN and (self.names is None or key in self.names)
        place = self.place(key) if known else None
        if place is not None:
            self.values[place] = value
        elif len(self.values) < MOST_ITEMS:
            if self.names is None and key is not UNKNOWN:
                self.names = [UNKNOWN] * len(self.values)
            if self.names is not None:
                self.names.append(key)
            self.values.append(value)

    def take(self, place: int) -> Value:
        """Remove the value at a place that there is, with its name."""
        if self.names is not None:
            del self.names[place]
        return self.values.pop(place)

    def keep(self, other: "Items") -> None:
        """Become what another one is."""
        self.values, self.names = list(other.values), None if other.names is None else list(other.names)

    def copied(self) -> "Items":
        """Another one that holds the same."""
        return Items(values=list(self.values), names=None if self.names is None else list(self.names))


@dataclass(slots=True, kw_only=True, eq=False)
class Scope:
    """Names and what they stand for."""

    names: dict[str, Value] = field(default_factory=dict)
    parent: "Scope | None" = None

    def look_up(self, name: str) -> Value:
        """What a name stands for; a `Reference` where the notebook does not say."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return Reference(path=name)


@dataclass(slots=True, kw_only=True, eq=False)
class Function:
    """A function of the notebook, and where it stands: its lines count from ``offset`` in the cell."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    cell: int
    offset: int

    @property
    def name(self) -> str:
        """Its name; ``""`` for a lambda."""
        return "" if isinstance(self.node, ast.Lambda) else self.node.name


@dataclass(slots=True, kw_only=True, eq=False)
class Class:
    """A class of the notebook.

    Attributes:
        framework: ``""`` when it is neither a model nor a layer.
        is_layer: it is a layer and no model.
        is_part: an object of it became a part of another network.
    """

    node: ast.ClassDef
    scope: Scope
    cell: int
    offset: int
    framework: str
    is_layer: bool
    methods: Mapping[str, Function]
    is_part: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Instance:
    """An object of a class of the notebook."""

    of: Class
    attributes: dict[str, Value] = field(default_factory=dict)
    network: Network | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Bound:
    """A callable with what it is called on, or with arguments given beforehand."""

    call: Callable[..., Value]
