"""Operators on what is known of a notebook's values; everything that could grow without end is `UNKNOWN`."""

import ast
import operator
from collections.abc import Callable, Mapping

from grader.reading.values import MOST_ITEMS, UNKNOWN, Items, Value

_ARITHMETIC: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.eq,
    ast.IsNot: operator.ne,
    ast.Lt: operator.lt,
    ast.Gt: operator.gt,
    ast.LtE: operator.le,
    ast.GtE: operator.ge,
}
_LARGEST = 1e12  # numbers beyond cannot be sizes of anything
PLAIN = (int, float, str, bool, type(None))
"""Types of the values that are known themselves."""


def calculated(left: Value, op: ast.operator, right: Value) -> Value:
    """The result of an arithmetic operator on numbers and lists."""
    if isinstance(op, ast.Add) and isinstance(left, Items) and isinstance(right, Items):
        return Items(values=(left.values + right.values)[:MOST_ITEMS])
    if isinstance(op, ast.Mult) and isinstance(left, Items) and isinstance(right, int):
        return Items(values=(left.values * max(min(right, MOST_ITEMS), 0))[:MOST_ITEMS])
    calculate = _ARITHMETIC.get(type(op))
    if calculate is None or not isinstance(left, int | float) or not isinstance(right, int | float):
        return UNKNOWN
    try:
        result = calculate(left, right)
    except (ZeroDivisionError, OverflowError):
        return UNKNOWN
    return result if abs(result) < _LARGEST else UNKNOWN


def compared(left: Value, op: ast.cmpop, right: Value) -> Value:
    """The result of a comparison, where both sides are known."""
    compare = _COMPARISONS.get(type(op))
    if compare is None or not isinstance(left, PLAIN) or not isinstance(right, PLAIN):
        return UNKNOWN
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if compare in {operator.eq, operator.ne} or numbers:
        return compare(left, right)
    return UNKNOWN
