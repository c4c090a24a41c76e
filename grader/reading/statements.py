"""Goes through the statements of a notebook and gathers the networks that they spell out. Nothing is executed."""

import ast
from collections.abc import Iterable

from grader.reading.bindings import Bindings, written
from grader.reading.library import items_of
from grader.reading.machine import Exhausted
from grader.reading.values import UNKNOWN, Function, Items, Network, Reference, Scope, Value

MOST_NETWORKS = 200


class Left(Exception):  # noqa: N818 - no error: how ``return``, ``break`` and ``continue`` leave
    """A statement left the function or the loop that it stands in."""

    def __init__(self, how: str, value: Value = None) -> None:
        super().__init__(how)
        self.how, self.value = how, value


class Statements(Bindings):
    """Reads statements in a scope that lasts from cell to cell.

    Attributes:
        networks: all that were met, in order; their layers may still grow.
        unread: cells with a statement that could not be followed, and the error that it ended in.
    """

    def __init__(self, budget: int, scope: Scope) -> None:
        super().__init__(budget)
        self.scope = scope
        self.networks: list[Network] = []
        self.unread: dict[int, str] = {}
        self.depth = 0
        self.unsure = 0

    def read(self, tree: ast.Module, cell: int, offset: int = 0) -> None:
        """Go through the statements of a cell, ``offset`` lines below its first; what cannot be followed is left."""
        for statement in tree.body:
            self.cell, self.offset = cell, offset
            self.depth, self.unsure, self.assume = 0, 0, None
            try:
                self.execute([statement], self.scope)
            except Left:
                pass
            except Exhausted:
                raise
            except Exception as error:  # noqa: BLE001 - a gap in the reading must not cost the record
                self.unread[cell] = type(error).__name__

    def execute(self, statements: Iterable[ast.stmt], scope: Scope) -> None:
        """Go through statements in order."""
        for statement in statements:
            self.spend()
            method = getattr(self, f"_on_{type(statement).__name__.lower()}", None)
            if method is not None:
                method(statement, scope)

    def network(self, framework: str, style: str) -> Network:
        """A new network, constructed here."""
        made = Network(framework=framework, style=style, line=self.line + self.offset, cell=self.cell)
        if len(self.networks) < MOST_NETWORKS:
            self.networks.append(made)
        return made

    def rehearse(self, function: Function, name: str) -> None:
        """Read a function as if it was called with anything."""
        raise NotImplementedError

    def _on_expr(self, node: ast.Expr, scope: Scope) -> None:
        self.evaluate(node.value, scope)

    def _on_assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.evaluate(node.value, scope)
        for target in node.targets:
            self.bind(target, value, scope)
            if isinstance(value, Function) and not value.name and isinstance(target, ast.Name):
                self.rehearse(value, target.id)

    def _on_annassign(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.bind(node.target, self.evaluate(node.value, scope), scope)

    def _on_augassign(self, node: ast.AugAssign, scope: Scope) -> None:
        left, right = self.evaluate(node.target, scope), self.evaluate(node.value, scope)
        if isinstance(left, Items) and isinstance(node.op, ast.Add):
            self.method(left, "extend", [right], {})
        else:
            self.bind(node.target, self.combined(left, node.op, right), scope)

    def _on_import(self, node: ast.Import, scope: Scope) -> None:
        for name in node.names:
            root = name.name.partition(".")[0]
            scope.names[name.asname or root] = Reference(path=name.name if name.asname else root)

    def _on_importfrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        for name in node.names:
            if name.name != "*":
                scope.names[name.asname or name.name] = Reference(path=f"{node.module or ''}.{name.name}".strip("."))

    def _on_delete(self, node: ast.Delete, scope: Scope) -> None:
        for target in node.targets:
            self.unbind(target, scope)

    def _on_if(self, node: ast.If, scope: Scope) -> None:
        main = written(node.test)[:20].startswith("__name__") if isinstance(node.test, ast.Compare) else False
        truth = main or self.truth(self.evaluate(node.test, scope))
        if truth is not None:
            self.execute(node.body if truth else node.orelse, scope)
            return
        self.unsure += 1
        self.execute(node.body, scope)
        self.execute(node.orelse, scope)
        self.unsure -= 1

    def _on_for(self, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
        items = items_of(self.evaluate(node.iter, scope))
        for item in [UNKNOWN] if items is None else items:
            self.bind(node.target, item, scope)
            try:
                self.execute(node.body, scope)
            except Left as left:
                if left.how == "return":
                    raise
                if left.how == "break":
                    break
        self.execute(node.orelse, scope)

    _on_asyncfor = _on_for

    def _on_while(self, node: ast.While, scope: Scope) -> None:
        try:
            self.execute(node.body, scope)
        except Left as left:
            if left.how == "return":
                raise

    def _on_with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        for item in node.items:
            value = self.evaluate(item.context_expr, scope)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, scope)
        self.execute(node.body, scope)

    _on_asyncwith = _on_with

    def _on_try(self, node: ast.Try, scope: Scope) -> None:
        self.execute([*node.body, *node.orelse, *node.finalbody], scope)

    def _on_match(self, node: ast.Match, scope: Scope) -> None:
        for case in node.cases:
            self.execute(case.body, scope)

    def _on_return(self, node: ast.Return, scope: Scope) -> None:
        value = self.evaluate(node.value, scope)
        if not self.unsure and self.depth:
            raise Left("return", value)

    def _on_break(self, _node: ast.Break, _scope: Scope) -> None:
        self._leave("break")

    def _on_continue(self, _node: ast.Continue, _scope: Scope) -> None:
        self._leave("continue")

    def _leave(self, how: str) -> None:
        if not self.unsure:
            raise Left(how)
