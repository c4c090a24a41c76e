"""The networks that a notebook spells out, as records: Sequential, functional, subclassed, built in functions."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace

from grader.evidence import Where, WrittenModelRecord
from grader.graph import LayerGraph
from grader.reading.definitions import Interpreter
from grader.reading.expressions import Exhausted
from grader.reading.networks import graph_of
from grader.reading.values import Network, Scope
from grader.submission import Place

BUDGET = 60_000  # steps through the source of a notebook; real ones take some hundreds
BUDGET_GRAPH = 20_000  # steps to lay out one network
MOST_MODELS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Python source that was parsed, in its place: its first line is line ``line`` of the cell."""

    tree: ast.Module
    cell: int
    line: int = 1
    where: Where = Where.CODE


def models(sources: Iterable[Written]) -> tuple[WrittenModelRecord, ...]:
    """Every network that is spelt out, executed code first, then what stands in comments and text.

    A function or class with a flag gives two: one with all that the flag switches, and one without. The same network
    written by the same line is recorded once, however often a loop or a call comes by.
    """
    everything = list(sources)
    scope = Scope()
    executed = _read([each for each in everything if each.where is Where.CODE], scope)
    # what is only written may use what the code defines, and never the other way round
    quoted = _read([each for each in everything if each.where is not Where.CODE], Scope(parent=scope))
    return tuple([*executed, *quoted][:MOST_MODELS])


def _read(sources: list[Written], scope: Scope) -> list[WrittenModelRecord]:
    interpreter = Interpreter(BUDGET, scope)
    met: list[tuple[Network, Where]] = []
    for source in sources:
        before = len(interpreter.networks)
        try:
            interpreter.read(source.tree, source.cell, source.line - 1)
        except Exhausted:
            break
        met.extend((network, source.where) for network in interpreter.networks[before:])
    return _records(interpreter, met)


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
    except (Exhausted, RecursionError):
        return None


def _facts(graph: LayerGraph) -> int:
    """How much is known about the layers."""
    return sum(value is not None for layer in graph.layers for value in (layer.units, layer.rate, layer.activation))
