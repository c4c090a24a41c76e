"""What the expressions of a notebook stand for, as far as networks are concerned. Nothing is executed."""

import ast
from collections.abc import Mapping, Sequence

from grader.reading import library
from grader.reading.cells import storable
from grader.reading.library import items_of
from grader.reading.machine import Machine
from grader.reading.methods import SELF_RETURNING, items_method, merge, network_method
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


class Expressions(Machine):
    """Evaluates expressions. Whatever else a machine does is left to those that come of it."""

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
        if isinstance(node.value, str):
            return storable(node.value)
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
        made = Items(values=[], names=[])
        for key, each in zip(node.keys, node.values, strict=True):
            name, value = self.evaluate(key, scope), self.evaluate(each, scope)
            if key is None:
                merge(made, value)
                continue
            if isinstance(value, Network) and isinstance(name, str):
                value.name = value.name or name[:100]
            made.put(name, value)
        return made

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
        if isinstance(value, Items):
            place = value.place(index)
            return UNKNOWN if place is None else value.values[place]
        if isinstance(value, tuple) and type(index) is int and -len(value) <= index < len(value):
            return value[index]
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
            return items_method(owner, name, arguments, keywords)
        if isinstance(owner, Network):
            return network_method(owner, name, arguments)
        if isinstance(owner, Instance):
            found = self.attribute(owner, name)
            if found is not UNKNOWN:
                return self.call(found, arguments, keywords)
        return owner if name in SELF_RETURNING and isinstance(owner, Instance | LayerValue) else UNKNOWN
