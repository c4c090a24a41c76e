"""What an assignment does to names, attributes and the items of lists and dictionaries."""

import ast
from collections.abc import Sequence
from dataclasses import replace

from grader.reading.expressions import Expressions
from grader.reading.library import items_of
from grader.reading.values import UNKNOWN, Instance, Items, LayerValue, Network, Scope, Value


class Bindings(Expressions):
    """Evaluates expressions, and lets the targets of assignments stand for what comes out."""

    def bind(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Let a target stand for a value; a network takes the first name that it gets."""
        if isinstance(target, ast.Name):
            scope.names[target.id] = value
            if isinstance(value, Network):
                value.name = value.name or target.id
        elif isinstance(target, ast.Tuple | ast.List):
            for element, part in zip(target.elts, _parts(target.elts, value), strict=True):
                self.bind(element, part, scope)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, value, scope)
        elif isinstance(target, ast.Attribute):
            self._bind_attribute(target, value, scope)
        elif isinstance(target, ast.Subscript):
            self._bind_subscript(target, value, scope)

    def _bind_subscript(self, target: ast.Subscript, value: Value, scope: Scope) -> None:
        owner, key = self.evaluate(target.value, scope), self.evaluate(target.slice, scope)
        if isinstance(value, Network):
            value.name = value.name or (key[:100] if isinstance(key, str) else written(target)[:100])
        if isinstance(owner, Items):
            owner.put(key, value)

    def _bind_attribute(self, target: ast.Attribute, value: Value, scope: Scope) -> None:
        owner = self.evaluate(target.value, scope)
        if isinstance(value, Network):
            value.name = value.name or target.attr
        if isinstance(owner, Instance):
            owner.attributes[target.attr] = value
            if isinstance(value, LayerValue) and not value.layer.name:
                value.layer = replace(value.layer, name=target.attr)

    def unbind(self, target: ast.expr, scope: Scope) -> None:
        """Forget what a target of ``del`` stands for."""
        if isinstance(target, ast.Name):
            scope.names.pop(target.id, None)
        elif isinstance(target, ast.Tuple | ast.List):
            for element in target.elts:
                self.unbind(element, scope)
        elif isinstance(target, ast.Subscript):
            owner, key = self.evaluate(target.value, scope), self.evaluate(target.slice, scope)
            place = owner.place(key) if isinstance(owner, Items) and key is not UNKNOWN else None
            if place is not None:
                owner.take(place)


def written(node: ast.expr) -> str:
    """An expression as source; ``""`` for the few that `ast` cannot write (line breaks in nested f-strings)."""
    try:
        return ast.unparse(node)
    except ValueError:
        return ""


def _parts(targets: Sequence[ast.expr], value: Value) -> list[Value]:
    """What each of several targets gets of a value; ``*rest`` takes what the others leave."""
    values = items_of(value)
    if values is None:
        return [UNKNOWN] * len(targets)
    star = next((n for n, each in enumerate(targets) if isinstance(each, ast.Starred)), None)
    if star is not None:
        behind = len(targets) - star - 1
        rest = values[star : max(len(values) - behind, star)]
        values = [*values[:star], Items(values=rest), *values[star + len(rest) :]]
    return [values[n] if n < len(values) else UNKNOWN for n in range(len(targets))]
