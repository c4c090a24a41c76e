"""The networks that a notebook spells out, as records: Sequential, functional, subclassed, built in functions."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from grader.evidence import Where, WrittenModelRecord
from grader.graph import LayerGraph
from grader.reading.definitions import Interpreter
from grader.reading.machine import Exhausted
from grader.reading.networks import graph_of
from grader.reading.values import Network, Scope
from grader.submission import Place

BUDGET = 60_000  # steps through the source of a cell; real notebooks take some hundreds
BUDGET_ALL = 4 * BUDGET  # of a notebook, for its code and once more for what it only writes about
BUDGET_GRAPH = 20_000  # steps to lay out one network
MOST_MODELS = 60
WINDING = "the source is too long or too winding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Python source that was parsed, in its place: its first line is line ``line`` of the cell."""

    tree: ast.Module
    cell: int
    line: int = 1
    where: Where = Where.CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """The networks of a notebook, and the cells that could not be read to their end, with the reason."""

    records: tuple[WrittenModelRecord, ...]
    unread: Mapping[int, str]


def models(sources: Iterable[Written]) -> Networks:
    """Every network that is spelt out, executed code first, then what stands in comments and text.

    A function or class with a flag gives two: one with all that the flag switches, and one without. The same network
    written by the same line is recorded once, however often a loop or a call comes by.
    """
    everything = list(sources)
    scope = Scope()
    executed = _read([each for each in everything if each.where is Where.CODE], scope)
    # what is only written may use what the code defines, and never the other way round
    quoted = _read([each for each in everything if each.where is not Where.CODE], Scope(parent=scope))
    records = (*executed.records, *quoted.records)[:MOST_MODELS]
    return Networks(records=records, unread={**quoted.unread, **executed.unread})


def _read(sources: list[Written], scope: Scope) -> Networks:
    interpreter = Interpreter(BUDGET, scope)
    met: list[tuple[Network, Where]] = []
    left = BUDGET_ALL
    for source in sources:
        before = len(interpreter.networks)
        granted = interpreter.budget = min(BUDGET, left)
        try:
            interpreter.read(source.tree, source.cell, source.line - 1)
        except Exhausted:
            interpreter.unread[source.cell] = WINDING
        left -= granted - max(interpreter.budget, 0)
        met.extend((network, source.where) for network in interpreter.networks[before:])
    return Networks(records=tuple(_records(interpreter, met)), unread=interpreter.unread)


def _records(interpreter: Interpreter, met: list[tuple[Network, Where]]) -> list[WrittenModelRecord]:
    found: dict[object, WrittenModelRecord] = {}
    for network, where in met:
        if network.used or (network.owner is not None and network.owner.is_part):
            continue
        graph = _graph(interpreter, network)
        if graph is None or not graph.layers:
            continue
        record = WrittenModelRecord(
            name=network.name,
            framework=network.framework,
            style=network.style,
            graph=graph,
            place=Place(cell=network.cell, line=network.line),
            where=where,
        )
        site = (network.cell, network.line, tuple(layer.class_name for layer in graph.layers))
        if site not in found or _facts(graph) > _facts(found[site].graph):
            found[site] = replace(record, name=found[site].name) if site in found else record
    return list(found.values())


def _graph(interpreter: Interpreter, network: Network) -> LayerGraph | None:
    interpreter.budget = BUDGET_GRAPH
    try:
        if network.style == "sequential":
            return graph_of([interpreter.run(network, interpreter.node(None))], network.loose)
        return graph_of(network.outputs, network.loose)
    except (Exhausted, RecursionError):  # a network that is part of itself, or that holds another a million times
        return None
    except Exception as error:  # noqa: BLE001 - one network that cannot be laid out must not cost the others
        interpreter.unread[network.cell] = type(error).__name__
        return None


def _facts(graph: LayerGraph) -> int:
    """How much is known about the layers."""
    return sum(value is not None for layer in graph.layers for value in (layer.units, layer.rate, layer.activation))
