"""Functions in the place of others, on the classes where those stood."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any


def stands_in_for(original: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function look like the one it replaces, its signature included: libraries look at that too."""

    def disguise(function: Callable[..., Any]) -> Callable[..., Any]:
        disguised: Any = functools.wraps(original)(function)
        try:
            disguised.__signature__ = inspect.signature(original)
        except (TypeError, ValueError):
            pass
        return disguised  # type: ignore[no-any-return]

    return disguise


def owner_of(kind: type, name: str) -> type:
    """The class that defines a method. Replaced anywhere below it, the method would count as overridden."""
    return next(base for base in kind.__mro__ if name in vars(base))
