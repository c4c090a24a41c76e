"""What a function is made of: code, defaults and what it refers to. All that can change while it stays itself."""

from __future__ import annotations

from types import CellType, FunctionType, MethodType
from typing import Any

MOST_FUNCTIONS = 40  # that one function leads to

Insides = tuple[Any, ...]


def insides(value: Any) -> Insides:
    """Code, defaults and closures of a function and of those that it wraps; of anything else nothing.

    The parts themselves and not their numbers: held here, none of them can be freed and its number used again.
    """
    found: list[Any] = []
    waiting, seen = [value], set[int]()
    while waiting and len(seen) < MOST_FUNCTIONS:
        function = _plain(waiting.pop())
        if not isinstance(function, FunctionType) or id(function) in seen:
            continue
        seen.add(id(function))
        contents = [_content(cell) for cell in function.__closure__ or ()]
        found += [function, function.__code__, function.__defaults__, function.__kwdefaults__, *contents]
        waiting += [*contents, function.__dict__.get("__wrapped__")]
    return tuple(found)


def same(before: Insides, now: Insides) -> bool:
    """Whether both are made of the very same parts. Nothing is compared by value: that would execute code."""
    return len(before) == len(now) and all(one is other for one, other in zip(before, now, strict=True))


def _plain(value: Any) -> Any:
    if isinstance(value, (MethodType, staticmethod, classmethod)):
        return value.__func__
    if type(value).__name__ == "_ArrayFunctionDispatcher":  # a public function of NumPy, made in C
        return getattr(value, "_implementation", value)
    return value.fget if isinstance(value, property) else value


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # empty
        return None
