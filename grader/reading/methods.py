"""Methods of lists and networks, as far as they change which layers there are."""

from grader.reading import library
from grader.reading.library import MOST_ITEMS, items_of
from grader.reading.values import UNKNOWN, Items, Network, Value

SELF_RETURNING = frozenset({"to", "cuda", "cpu", "double", "float", "half", "eval", "train", "requires_grad_"})
"""Methods of models that give the model itself back."""


def list_method(owner: Items, name: str, arguments: list[Value]) -> Value:
    """A method of a list or a dictionary."""
    if name == "append" and arguments and len(owner.values) < MOST_ITEMS:
        owner.values.append(arguments[0])
    elif name in {"extend", "__iadd__"} and arguments:
        owner.values = (owner.values + (items_of(arguments[0]) or []))[:MOST_ITEMS]
    elif name == "insert" and len(arguments) == 2 and type(arguments[0]) is int and len(owner.values) < MOST_ITEMS:
        owner.values.insert(arguments[0], arguments[1])
    elif name == "pop" and owner.values:
        return owner.values.pop()
    elif name == "items" and owner.names:
        return Items(values=list(zip(owner.names, owner.values, strict=False)))
    elif name == "values":
        return Items(values=list(owner.values))
    return UNKNOWN


def network_method(owner: Network, name: str, arguments: list[Value]) -> Value:
    """A method of a network; those that train it are of no interest here."""
    if name in {"add", "append"} and arguments:
        library.add_step(owner, arguments[0])
    elif name == "add_module" and len(arguments) == 2:
        library.add_step(owner, arguments[1])
    elif name == "pop" and owner.steps:
        owner.steps.pop()
    elif name in SELF_RETURNING:
        return owner
    return UNKNOWN
