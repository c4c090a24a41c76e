"""The frame of the interpreter: what its parts, each in a file of its own, need of one another."""

import ast
from collections.abc import Mapping, Sequence

from grader.graph import Layer
from grader.reading.values import Class, Function, Network, Node, Scope, Value


class Exhausted(Exception):  # noqa: N818 - ends the reading of a hostile cell; nobody sees it
    """The source is too long or too winding to be followed to its end."""


class Machine:
    """What reading one thing needs of the others: a budget, tensors, and calls of the notebook's own functions.

    Attributes:
        assume: what an unknown condition is taken for; ``None`` outside of functions, where both sides are read.
        doubted: an unknown condition was met.
        nodes: every tensor made so far.
        line: of the last call, in the source that is read; ``offset`` lines further down in the ``cell``.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.assume: bool | None = None
        self.doubted = False
        self.nodes: list[Node] = []
        self.line, self.cell, self.offset = 1, 0, 0

    def invoke(self, function: Function, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
        """Call a function of the notebook."""
        raise NotImplementedError

    def instance(self, of: Class, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
        """Construct an object of a class of the notebook."""
        raise NotImplementedError

    def apply(self, value: Value, tensors: Sequence[Value]) -> Value:
        """Call a layer, a network or an instance on tensors."""
        raise NotImplementedError

    def call(self, value: Value, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
        """Call any value."""
        raise NotImplementedError

    def network(self, framework: str, style: str) -> Network:
        """A new network, constructed here."""
        raise NotImplementedError

    def bind(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Let a target stand for a value; a network takes the first name that it gets."""
        raise NotImplementedError

    def node(self, layer: Layer | None, inputs: tuple[Node, ...] = ()) -> Node:
        """A new tensor."""
        made = Node(order=len(self.nodes), layer=layer, inputs=inputs)
        self.spend()
        self.nodes.append(made)
        return made

    def spend(self) -> None:
        """Count a step; raises `Exhausted` when there were too many."""
        self.budget -= 1
        if self.budget < 0:
            raise Exhausted
