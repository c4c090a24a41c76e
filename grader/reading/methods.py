"""Methods of lists, dictionaries and networks, as far as they change which layers there are."""

from collections.abc import Mapping, Sequence

from grader.reading import library
from grader.reading.library import items_of
from grader.reading.values import MOST_ITEMS, UNKNOWN, Items, Network, Value

SELF_RETURNING = frozenset({"to", "cuda", "cpu", "double", "float", "half", "eval", "train", "requires_grad_"})
"""Methods of models that give the model itself back."""


def items_method(owner: Items, name: str, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
    """A method of a list or a dictionary; those that only look are of no interest unless they give values."""
    if name == "clear":
        owner.keep(Items(values=[], names=None if owner.names is None else []))
    elif name == "copy":
        return owner.copied()
    elif name == "values":
        return Items(values=list(owner.values))
    elif owner.names is None or name in {"append", "extend", "__iadd__"}:
        return _list_method(owner, name, arguments)
    else:
        return _dictionary_method(owner, owner.names, name, arguments, keywords)
    return UNKNOWN


def merge(into: Items, more: Value) -> None:
    """What ``into.update(more)`` does, for dictionaries and lists of pairs."""
    if isinstance(more, Items) and more.names is not None:
        pairs = list(zip(more.names, more.values, strict=True))
    else:
        pairs = [each for each in items_of(more) or [] if isinstance(each, tuple) and len(each) == 2]
    for key, value in pairs:
        into.put(key, value)


def _list_method(owner: Items, name: str, arguments: Sequence[Value]) -> Value:
    room = MOST_ITEMS - len(owner.values)
    if name == "append" and arguments:
        _extend(owner, [arguments[0]][:room])
    elif name in {"extend", "__iadd__"} and arguments:
        _extend(owner, (items_of(arguments[0]) or [])[:room])
    elif name == "insert" and len(arguments) == 2 and type(arguments[0]) is int and room:
        owner.values.insert(max(min(arguments[0], MOST_ITEMS), -MOST_ITEMS), arguments[1])
    elif name == "pop" and owner.values:
        place = owner.place(arguments[0] if arguments else -1)
        return UNKNOWN if place is None else owner.take(place)
    elif name == "remove" and arguments and arguments[0] is not UNKNOWN and arguments[0] in owner.values:
        owner.values.remove(arguments[0])
    elif name == "reverse":
        owner.values.reverse()
    elif name in {"update", "setdefault"} and not owner.values:  # an `OrderedDict()` that nothing is in yet
        owner.names = []
        return _dictionary_method(owner, owner.names, name, arguments, {})
    return UNKNOWN


def _extend(owner: Items, values: Sequence[Value]) -> None:
    owner.values.extend(values)
    if owner.names is not None:
        owner.names.extend([UNKNOWN] * len(values))


def _dictionary_method(
    owner: Items, names: Sequence[Value], name: str, arguments: Sequence[Value], keywords: Mapping[str, Value]
) -> Value:
    if name == "items":
        return Items(values=list(zip(names, owner.values, strict=True)))
    if name == "keys":
        return Items(values=list(names))
    if name == "update":
        for argument in arguments[:1]:
            merge(owner, argument)
        for key, value in keywords.items():
            owner.put(key, value)
    elif name == "popitem" and owner.values:
        return (names[-1], owner.take(-1))
    elif name in {"get", "pop", "setdefault"} and arguments and arguments[0] is not UNKNOWN:
        return _looked_up(owner, names, name, arguments)
    return UNKNOWN


def _looked_up(owner: Items, names: Sequence[Value], name: str, arguments: Sequence[Value]) -> Value:
    """What ``get``, ``pop`` and ``setdefault`` give; without a default, a key that is not there gives ``None``."""
    key, default = arguments[0], arguments[1] if len(arguments) > 1 else None
    if key in names:
        place = names.index(key)
        return owner.take(place) if name == "pop" else owner.values[place]
    if name == "setdefault":
        owner.put(key, default)
    # names that are not known may be this one
    return UNKNOWN if UNKNOWN in names and name != "setdefault" else default


def network_method(owner: Network, name: str, arguments: Sequence[Value]) -> Value:
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
