"""Functions and classes of a notebook: read once as they are defined, and again when they are called."""

import ast
from collections.abc import Callable, Mapping, Sequence

from grader.reading.library import tensors_in
from grader.reading.networks import ancestors
from grader.reading.statements import MOST_NETWORKS, Left, Statements
from grader.reading.values import (
    UNKNOWN,
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

DEEPEST = 12  # calls within calls
_MODELS = {"Model": "keras", "Module": "torch", "LightningModule": "torch", "Sequential": "keras"}


class Interpreter(Statements):
    """Reads definitions and calls of them, besides everything else."""

    def _on_functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        function = Function(node=node, scope=scope, cell=self.cell, offset=self.offset)
        scope.names[node.name] = function
        self.rehearse(function, node.name)

    _on_asyncfunctiondef = _on_functiondef

    def _on_classdef(self, node: ast.ClassDef, scope: Scope) -> None:
        bases = [self.evaluate(base, scope) for base in node.bases]
        paths = [base.path for base in bases if isinstance(base, Reference)]
        framework, is_layer, methods = "", False, dict[str, Function]()
        for base in bases:
            if isinstance(base, Class):
                framework, is_layer = base.framework or framework, base.is_layer
                methods |= base.methods
        for path in paths:
            last = path.rpartition(".")[2]
            is_layer = is_layer or last == "Layer"
            framework = framework or ("keras" if is_layer else _MODELS.get(last, ""))
        for each in node.body:
            if isinstance(each, ast.FunctionDef):
                methods[each.name] = Function(node=each, scope=scope, cell=self.cell, offset=self.offset)
        made = Class(
            node=node,
            scope=scope,
            cell=self.cell,
            offset=self.offset,
            framework=framework,
            is_layer=is_layer,
            methods=methods,
        )
        scope.names[node.name] = made
        self._rehearse_class(made)

    def rehearse(self, function: Function, name: str) -> None:
        """Read a function as if it was called: once with every unknown condition true and, if there was one, false."""
        for assume in (True, False):
            before, self.doubted = len(self.networks), False
            undo = self._remembered()
            value = self._framed(function, [], {}, assume=assume, rehearsal=True)
            undo()
            made = self.networks[before:]
            if isinstance(value, Network) and any(value is each for each in made):
                value.name = name
            if not self.doubted:
                return

    def _remembered(self) -> Callable[[], None]:
        """How to take back what a rehearsal does to networks and lists that were there before."""
        networks = [(network, list(network.steps), network.used, network.name) for network in self.networks]
        lists = [(value, value.copied()) for value in self.scope.names.values() if isinstance(value, Items)]

        def undo() -> None:
            for network, steps, used, name in networks:
                network.steps, network.used, network.name = steps, used, name
            for value, before in lists:
                value.keep(before)

        return undo

    def _rehearse_class(self, of: Class) -> None:
        if not of.framework:
            for method in of.methods.values():
                self.rehearse(method, method.name)
            return
        if of.is_layer:
            return
        for assume in (True, False):
            kept, self.assume, self.doubted = self.assume, assume, False
            self.instance(of, [], {}, rehearsal=True)
            self.assume = kept
            if not self.doubted:
                return

    def invoke(self, function: Function, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
        """Call a function of the notebook."""
        assume = True if self.assume is None else self.assume
        return self._framed(function, arguments, keywords, assume=assume)

    def _framed(
        self,
        function: Function,
        arguments: Sequence[Value],
        keywords: Mapping[str, Value],
        *,
        assume: bool,
        rehearsal: bool = False,
    ) -> Value:
        if self.depth >= DEEPEST:
            return next((node for argument in arguments for node in tensors_in(argument)), UNKNOWN)
        scope = Scope(parent=function.scope)
        kept = (self.assume, self.unsure, self.cell, self.offset, self.line)
        self.depth += 1  # before the parameters: a default may call the function that it belongs to
        try:
            self._take(function, scope, arguments, keywords, rehearsal=rehearsal)
            self.assume, self.unsure, self.cell, self.offset = assume, 0, function.cell, function.offset
            if isinstance(function.node, ast.Lambda):
                return self.evaluate(function.node.body, scope)
            self.execute(function.node.body, scope)
        except Left as left:
            return left.value
        finally:
            self.depth -= 1
            self.assume, self.unsure, self.cell, self.offset, self.line = kept
        return None

    def _take(
        self, function: Function, scope: Scope, given: Sequence[Value], named: Mapping[str, Value], *, rehearsal: bool
    ) -> None:
        """Bind the parameters. In a rehearsal a default that is a flag says nothing about the calls to come."""
        wanted = function.node.args
        positional = [*wanted.posonlyargs, *wanted.args]
        defaults = dict(zip([each.arg for each in reversed(positional)], reversed(wanted.defaults), strict=False))
        for each, default in zip(wanted.kwonlyargs, wanted.kw_defaults, strict=True):
            if default is not None:
                defaults[each.arg] = default
        for each in [*positional, *wanted.kwonlyargs]:
            value = self.evaluate(defaults[each.arg], function.scope) if each.arg in defaults else UNKNOWN
            scope.names[each.arg] = UNKNOWN if rehearsal and isinstance(value, bool | None) else value
        for each, value in zip(positional, given, strict=False):
            scope.names[each.arg] = value
        known = {each.arg for each in [*positional, *wanted.kwonlyargs]}
        scope.names.update({name: value for name, value in named.items() if name in known})
        for rest in (wanted.vararg, wanted.kwarg):
            if rest is not None:
                scope.names[rest.arg] = UNKNOWN

    def instance(
        self, of: Class, arguments: Sequence[Value], keywords: Mapping[str, Value], *, rehearsal: bool = False
    ) -> Value:
        """Construct an object of a class of the notebook and, if it is a model, follow a tensor through it."""
        made = Instance(of=of)
        init = of.methods.get("__init__")
        assume = True if self.assume is None else self.assume
        before = len(self.networks)
        if init is not None:
            self._framed(init, [made, *arguments], keywords, assume=assume, rehearsal=rehearsal)
        if of.framework and not of.is_layer:
            for inner in self.networks[before:]:
                inner.used = True
            self._trace(made)
        return made

    def _trace(self, made: Instance) -> None:
        if len(self.networks) < MOST_NETWORKS:
            network = Network(
                framework=made.of.framework,
                style="subclassed",
                line=made.of.node.lineno + made.of.offset,
                cell=made.of.cell,
                name=made.of.node.name,
                owner=made.of,
            )
            first = len(self.nodes)
            output = self._through(made, [self.node(None)])
            network.outputs = tensors_in(output) or tuple(self.nodes[first:][-1:])
            taking_part = ancestors(network.outputs)
            dangling = [n.layer for n in self.nodes[first:] if id(n) not in taking_part and n.layer is not None]
            unused = [v.layer for v in made.attributes.values() if isinstance(v, LayerValue) and not v.used]
            network.loose = tuple(layer for layer in [*dangling, *unused] if layer.is_batch_norm)
            made.network = network
            self.networks.append(network)

    def apply(self, value: Value, tensors: Sequence[Value]) -> Value:
        """Call a layer, a network or an instance on tensors."""
        self.spend()
        nodes = tuple(node for tensor in tensors for node in tensors_in(tensor)) or (self.node(None),)
        if isinstance(value, LayerValue):
            value.used = True
            return self.node(value.layer, nodes)
        if isinstance(value, Instance):
            if value.network is not None:
                value.network.used = value.of.is_part = True
            return self._through(value, tensors)
        if isinstance(value, Network):
            value.used = True
            return self.run(value, nodes[0])
        return nodes[0]

    def _through(self, made: Instance, tensors: Sequence[Value]) -> Value:
        method = made.of.methods.get("forward") or made.of.methods.get("call")
        if method is None:
            return next((node for tensor in tensors for node in tensors_in(tensor)), UNKNOWN)
        assume = True if self.assume is None else self.assume
        value = self._framed(method, [made, *tensors], {}, assume=assume)
        return value if tensors_in(value) else next((n for t in tensors for n in tensors_in(t)), UNKNOWN)

    def run(self, network: Network, start: Node) -> Node:
        """A tensor led through a network; a network that is part of itself ends in `Exhausted`."""
        self.spend()
        if network.style != "sequential":
            return self._copied(network, start)
        for step in network.steps:
            if isinstance(step, Node):  # an input layer, written as `Input(shape=…)`
                start = self.node(step.layer, ())
            else:
                after = tensors_in(self.apply(step, [start]))
                start = after[0] if after else start
        return start

    def _copied(self, network: Network, start: Node) -> Node:
        """The nodes of a functional network once more, fed from ``start``."""
        copies: dict[int, Node] = {}
        for node in sorted(ancestors(network.outputs).values(), key=lambda node: node.order):
            inputs = tuple(copies[id(each)] for each in node.inputs if id(each) in copies)
            is_input = node.layer is None or node.layer.kind == "input"
            copies[id(node)] = start if is_input else self.node(node.layer, inputs or (start,))
        return copies[id(network.outputs[0])] if network.outputs and id(network.outputs[0]) in copies else start
