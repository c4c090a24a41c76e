"""What the expressions of a notebook stand for, as far as networks are concerned. Nothing is executed."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.graph import Layer
from grader.reading import library
from grader.reading.library import MOST_ITEMS, items_of
from grader.reading.methods import SELF_RETURNING, list_method, network_method
from grader.reading.operators import PLAIN, calculated, compared
from grader.reading.values import (
    UNKNOWN,
    Bound,
    Class,
    Function,
    Instance,
    Items,
    LayerValue,
    Network,
    Node,
    Reference,
    Scope,
    Value,
)


class Exhausted(Exception):  # noqa: N818 - ends the reading of a hostile cell; nobody sees it
    """The source is too long or too winding to be followed to its end."""


class Expressions:
    """Evaluates expressions; calls of the notebook's own functions are left to `invoke`.

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

    def network(self, framework: str, style: str) -> Network:
        """A new network, constructed here."""
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

    def evaluate(self, node: ast.expr | None, scope: Scope) -> Value:
        """What an expression stands for. Expressions of no interest are gone through for the calls in them."""
        self.spend()
        if node is None:
            return None
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is not None:
            return method(node, scope)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.evaluate(child, scope)
        return UNKNOWN

    def truth(self, value: Value) -> bool | None:
        """Whether a condition holds: ``None`` when the source does not say and nothing is assumed."""
        if isinstance(value, Items):
            return bool(value.values)
        if isinstance(value, (*PLAIN, tuple, range)):
            return bool(value)
        if isinstance(value, LayerValue | Network | Function | Class | Instance):
            return True
        self.doubted = True
        return self.assume

    def call(self, value: Value, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
        """Call any value."""
        self.spend()
        if isinstance(value, Reference):
            return library.call(self, value.path, arguments, keywords)
        if isinstance(value, LayerValue | Network | Instance):
            tensors = [*arguments, *keywords.values()]
            eager = isinstance(value, Network | Instance) and not any(map(library.tensors_in, tensors))
            return UNKNOWN if eager else self.apply(value, arguments)
        if isinstance(value, Function):
            return self.invoke(value, arguments, keywords)
        if isinstance(value, Class):
            return self.instance(value, arguments, keywords)
        if isinstance(value, Bound):
            return value.call(arguments, keywords)
        return next((node for argument in arguments for node in library.tensors_in(argument)), UNKNOWN)

    def _constant(self, node: ast.Constant, _scope: Scope) -> Value:
        return node.value if isinstance(node.value, PLAIN) else UNKNOWN

    def _name(self, node: ast.Name, scope: Scope) -> Value:
        return scope.look_up(node.id)

    def _list(self, node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> Value:
        values: list[Value] = []
        for element in node.elts:
            if isinstance(element, ast.Starred):
                values.extend(items_of(self.evaluate(element.value, scope)) or [])
            else:
                values.append(self.evaluate(element, scope))
        return Items(values=values)

    _set = _list

    def _tuple(self, node: ast.Tuple, scope: Scope) -> Value:
        return tuple(self._list(node, scope).values)

    def _dict(self, node: ast.Dict, scope: Scope) -> Value:
        names = tuple(self.evaluate(key, scope) for key in node.keys)
        values = [self.evaluate(value, scope) for value in node.values]
        for name, value in zip(names, values, strict=True):
            if isinstance(value, Network) and isinstance(name, str):
                value.name = value.name or name[:100]
        return Items(values=values, names=names)

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> Value:
        first, inner = node.generators[0], Scope(parent=scope)
        values: list[Value] = []
        for item in items_of(self.evaluate(first.iter, scope)) or [UNKNOWN]:
            self.bind(first.target, item, inner)
            values.append(self.evaluate(node.elt, inner))
        return Items(values=values)

    _generatorexp = _listcomp

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Value:
        return Function(node=node, scope=scope, cell=self.cell, offset=self.offset)

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> Value:
        truth = self.truth(self.evaluate(node.test, scope))
        if truth is None:
            self.evaluate(node.orelse, scope)
        return self.evaluate(node.orelse if truth is False else node.body, scope)

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Value:
        value = self.evaluate(node.value, scope)
        self.bind(node.target, value, scope)
        return value

    def _unaryop(self, node: ast.UnaryOp, scope: Scope) -> Value:
        value = self.evaluate(node.operand, scope)
        if isinstance(node.op, ast.Not):
            truth = self.truth(value)
            return UNKNOWN if truth is None else not truth
        return -value if isinstance(node.op, ast.USub) and isinstance(value, int | float) else UNKNOWN

    def _boolop(self, node: ast.BoolOp, scope: Scope) -> Value:
        value: Value = UNKNOWN
        for operand in node.values:
            value = self.evaluate(operand, scope)
            truth = self.truth(value)
            if truth is None or truth is isinstance(node.op, ast.Or):
                return value
        return value

    def _compare(self, node: ast.Compare, scope: Scope) -> Value:
        left = self.evaluate(node.left, scope)
        others = [self.evaluate(each, scope) for each in node.comparators]
        return compared(left, node.ops[0], others[0]) if len(others) == 1 else UNKNOWN

    def _binop(self, node: ast.BinOp, scope: Scope) -> Value:
        return self.combined(self.evaluate(node.left, scope), node.op, self.evaluate(node.right, scope))

    def combined(self, left: Value, op: ast.operator, right: Value) -> Value:
        """The result of an operator; the sum of two tensors is a layer."""
        tensors = [each for each in (left, right) if isinstance(each, Node)]
        if len(tensors) == 2:
            return library.function(self, "add", tensors, {})
        return tensors[0] if tensors else calculated(left, op, right)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Value:
        value = self.evaluate(node.value, scope)
        if isinstance(value, Reference):
            return Reference(path=f"{value.path}.{node.attr}"[-300:])
        if isinstance(value, Instance):
            return self.attribute(value, node.attr)
        return UNKNOWN

    def attribute(self, owner: Instance, name: str) -> Value:
        """An attribute of an object, or a method bound to it."""
        if name in owner.attributes:
            return owner.attributes[name]
        method = owner.of.methods.get(name)
        if method is None:
            return UNKNOWN
        return Bound(call=lambda arguments, keywords: self.invoke(method, [owner, *arguments], keywords))

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Value:
        value, index = self.evaluate(node.value, scope), self.evaluate(node.slice, scope)
        if isinstance(value, Items) and value.names and index in value.names:
            return value.values[value.names.index(index)]
        values = value.values if isinstance(value, Items) else value
        if isinstance(values, list | tuple) and type(index) is int and -len(values) <= index < len(values):
            return values[index]
        return value if isinstance(value, Node) else UNKNOWN

    def _call(self, node: ast.Call, scope: Scope) -> Value:
        arguments: list[Value] = []
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                arguments.extend(items_of(self.evaluate(argument.value, scope)) or [])
            else:
                arguments.append(self.evaluate(argument, scope))
        keywords = {each.arg: self.evaluate(each.value, scope) for each in node.keywords if each.arg}
        self.line = node.lineno
        if isinstance(node.func, ast.Attribute):
            return self.method(self.evaluate(node.func.value, scope), node.func.attr, arguments, keywords)
        return self.call(self.evaluate(node.func, scope), arguments, keywords)

    def method(self, owner: Value, name: str, arguments: list[Value], keywords: Mapping[str, Value]) -> Value:
        """Call a method of a value."""
        if isinstance(owner, Reference):
            return self.call(Reference(path=f"{owner.path}.{name}"[-300:]), arguments, keywords)
        if isinstance(owner, Node):
            return library.function(self, name, [owner, *arguments], keywords)
        if isinstance(owner, Items):
            return list_method(owner, name, arguments)
        if isinstance(owner, Network):
            return network_method(owner, name, arguments)
        if isinstance(owner, Instance):
            found = self.attribute(owner, name)
            if found is not UNKNOWN:
                return self.call(found, arguments, keywords)
        return owner if name in SELF_RETURNING and isinstance(owner, Instance | LayerValue) else UNKNOWN

    def bind(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Let a target stand for a value; a network takes the first name that it gets."""
        if isinstance(target, ast.Name):
            scope.names[target.id] = value
            if isinstance(value, Network):
                value.name = value.name or target.id
        elif isinstance(target, ast.Tuple | ast.List):
            values = items_of(value) or []
            for number, element in enumerate(target.elts):
                self.bind(element, values[number] if number < len(values) else UNKNOWN, scope)
        elif isinstance(target, ast.Attribute):
            self._bind_attribute(target, value, scope)
        elif isinstance(target, ast.Subscript):
            owner, key = self.evaluate(target.value, scope), self.evaluate(target.slice, scope)
            if isinstance(value, Network):
                value.name = value.name or (key[:100] if isinstance(key, str) else ast.unparse(target)[:100])
            if isinstance(owner, Items) and len(owner.values) < MOST_ITEMS:
                owner.names = (*owner.names, *[UNKNOWN] * (len(owner.values) - len(owner.names)), key)
                owner.values.append(value)

    def _bind_attribute(self, target: ast.Attribute, value: Value, scope: Scope) -> None:
        owner = self.evaluate(target.value, scope)
        if isinstance(value, Network):
            value.name = value.name or target.attr
        if isinstance(owner, Instance):
            owner.attributes[target.attr] = value
            if isinstance(value, LayerValue) and not value.layer.name:
                value.layer = replace(value.layer, name=target.attr)
