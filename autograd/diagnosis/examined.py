"""What a diagnosis looks at: a graph with fresh gradients, a model's parameters by name, its units, its samples."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from autograd.backprop import topological_order
from autograd.graphs import is_whole_graph, reached_from, sweep
from autograd.operations import constant
from autograd.reports import shown
from autograd.tables import short
from autograd.value import Value

AFFINE = {"add", "subtract", "multiply", "negative", "positive", "divide", "dot", "sum", "mean"}
Found = Iterator[tuple[str, ...]]  # what is wrong, as for a Finding: where, the text, and a hint if there is one

ADDING, SCALING = {"add", "sum", "mean"}, {"multiply", "divide", "negative"}


class Unit(NamedTuple):
    """A neuron as a graph shows it.

    - neuron: its number in its layer, where it is known
    - nodes: its value for each sample
    - weights, inputs: the parameters that its input is computed from, and the other numbers
    """

    neuron: int | None
    nodes: list[Value]
    weights: tuple[Value, ...]
    inputs: list[Value]


class Units(NamedTuple):
    """The units of one activation in one layer, which `where` names: " of layers[0]"."""

    name: str
    where: str
    members: list[Unit]

    def described(self, chosen: list[Unit]) -> str:
        """Some of the units in words: 2 of 16 relu units of layers[0] (neurons 3, 7)."""
        neurons = sorted(unit.neuron for unit in chosen if unit.neuron is not None)
        plural = "s" * (len(neurons) > 1)
        which = f" (neuron{plural} {', '.join(map(str, neurons))})" if len(neurons) == len(chosen) else ""
        return f"{len(chosen)} of {len(self.members)} {self.name} units{self.where}{which}"


class Examined:
    """The output's graph with fresh gradients, the model's parameters with their names, notes that are no faults."""

    def __init__(self, output: Value, model: Any) -> None:
        self.output, self.model = output, model
        self.order = topological_order(output)
        self.parameters = _parameters(model)
        layers = list(getattr(model, "layers", ()))
        self.layers = [list(layer.parameters()) for layer in layers if layer.parameters()]
        self.place_of: dict[Value, tuple[str, int | None]] = {}  # a parameter's layer, and its neuron in that
        for i, layer in enumerate(layers):
            self.place_of |= dict.fromkeys(layer.parameters(), (f" of layers[{i}]", None))
            for j, neuron in enumerate(getattr(layer, "neurons", ())):
                self.place_of |= dict.fromkeys(neuron.parameters(), (f" of layers[{i}]", j))
        self.fresh, self.size = self._gradients(output.grad or 1.0)
        inside = dict.fromkeys([*(p for p in self.parameters if p in self.fresh), *self.order])
        self.leaves = [v for v in inside if not v.parents and v.operation is not constant]
        folded = dict.fromkeys(v.operation.summary for v in self.order if is_whole_graph(v))  # type: ignore[union-attr]
        self.notes = [f"a replayed function is not looked into: {summary}" for summary in folded]

    def _gradients(self, seed: float) -> tuple[dict[Value, float], dict[Value, float]]:
        """∂output/∂node × seed of every node, and the sum of the absolute contributions."""
        gradients, size = dict.fromkeys(self.order, 0.0), dict.fromkeys(self.order, 0.0)
        gradients[self.output] = seed
        for edge, _, contribution in sweep(self.order, gradients):
            size[edge.parent] += abs(contribution)
        return gradients, size

    @cached_property
    def watched(self) -> list[Value]:
        """What is to be learned: the parameters that the output depends on; of a graph without any, its leaves."""
        return [p for p in self.parameters if p in self.fresh] or self.leaves

    def is_weight(self, v: Value) -> bool:
        """Whether a leaf is one of those that are to be learned."""
        return v in self.parameters if self.parameters else not v.parents and v.operation is not constant

    def names(self, values: Iterable[Value]) -> str:
        """The names of the first few parameters or leaves."""
        all_names = [self.parameters.get(v) or v.label or shown(v.data) for v in values]
        return ", ".join(all_names[:4]) + (f" and {len(all_names) - 4} more" if len(all_names) > 4 else "")

    # ---- units

    def activations(self, names: Iterable[str]) -> Iterator[Units]:
        """The units of these activations, layer by layer."""
        nodes = (v for v in self.order if v.parents and v.operation is not None and v.operation.name in names)
        return self._units((v, v.operation.name, v.parents[:1]) for v in nodes if v.operation is not None)

    def hidden(self) -> Iterator[Units]:
        """The units whose values a weight multiplies, whatever their activation, layer by layer."""
        multiplied = dict.fromkeys(
            x for node in self.order for w, x in products(node) if x.parents and self.is_weight(w)
        )
        names = {v: v.operation.name for v in multiplied if v.operation is not None}
        return self._units(
            (v, "linear" if name in AFFINE else name, (v,) if name in AFFINE else v.parents)
            for v, name in names.items()
        )

    def _units(self, found: Iterable[tuple[Value, str, Iterable[Value]]]) -> Iterator[Units]:
        """Nodes, each with the name of its activation and with what that is taken of, as units: by their weights."""
        units: dict[tuple[str, str], dict[frozenset[Value], Unit]] = {}
        for node, name, before in found:
            weights, inputs = self._fed_by(before)
            places = {self.place_of.get(p, ("", None)) for p in weights}
            layer = next(iter(places))[0] if len({where for where, _ in places}) == 1 else ""
            neuron = next(iter(places))[1] if len(places) == 1 else None
            same = units.setdefault((name, layer), {})
            unit = same.setdefault(frozenset(weights or {node}), Unit(neuron, [], weights, []))
            unit.nodes.append(node)
            unit.inputs.extend(inputs)
        for (name, layer), same in units.items():
            yield Units(name, layer, [*same.values()])

    def _fed_by(self, nodes: Iterable[Value]) -> tuple[tuple[Value, ...], list[Value]]:
        """The parameters that nodes are computed from, back to the activations before, and what else is met there."""
        weights: dict[Value, None] = {}
        inputs = []
        seen = dict.fromkeys(nodes)
        stack = list(seen)
        while stack:
            v = stack.pop()
            if not v.parents and self.is_weight(v):
                weights[v] = None
            elif v.parents and v.operation is not None and v.operation.name in AFFINE:
                new = dict.fromkeys(p for p in v.parents if p not in seen)
                stack += new
                seen |= new
            else:
                inputs.append(v)
        return tuple(weights), inputs

    # ---- samples

    def where_in_batch(self, nodes: Iterable[Value]) -> str:
        """In which samples of the batch nodes have a part, in words; "" where the samples cannot be told."""
        if not self.samples:
            return ""
        reached = reached_from(nodes, self.order)
        found = [i for i, terms in enumerate(self.samples) if not reached.isdisjoint(terms)]
        n = len(self.samples)
        if len(found) in (0, n):
            return f" in all {n} samples" if found else ""
        some = ", ".join(map(str, found[:4])) + (f" and {len(found) - 4} more" if len(found) > 4 else "")
        return f" in sample{'s' * (len(found) > 1)} {some} of {n} (counted from 0)"

    @cached_property
    def samples(self) -> list[tuple[Value, ...]]:
        """For each sample its terms of the sum or mean that the output is; [] where it is none over a batch.

        Terms of one kind have one operation and the same parameters, and there are as many of them as samples.
        """
        kinds: dict[Any, list[Value]] = {}
        most = 4 * len(self.order)
        for term in terms_of(self.output) if self.parameters else ():
            behind = topological_order(term)
            most -= len(behind)
            if most < 0:  # samples that share what they are computed from, as behind a batch normalisation
                return []
            kind = term.operation, frozenset(v for v in behind if v in self.parameters)
            kinds.setdefault(kind, []).append(term)
        n = max(map(len, kinds.values()), default=0)
        return list(zip(*(terms for terms in kinds.values() if len(terms) == n), strict=True)) if n > 1 else []


def terms_of(output: Value) -> list[Value]:
    """What a sum or a mean of sums adds up, from first to last, without plain numbers as terms or factors."""
    terms, stack = [], [output]
    while stack:
        v = stack.pop()
        name = v.operation.name if v.operation is not None else ""
        parts = [p for p in v.parents if p.operation is not constant]
        if name in ADDING or (name in SCALING and len(parts) == 1 and parts[0].parents):
            stack += parts[::-1]
        else:
            terms.append(v)
    return terms


def products(node: Value) -> Iterator[tuple[Value, Value]]:
    """The pairs (w, x) that a node multiplies with each other, in both orders."""
    if node.operation is not None and node.operation.name in ("multiply", "dot"):
        n = len(node.parents) // 2
        for a, b in zip(node.parents[:n], node.parents[n:], strict=True):
            yield from ((a, b), (b, a))


def _parameters(model: Any) -> dict[Value, str]:
    """The parameters of a model, or a list of them, with names."""
    if model is None:
        return {}
    parameters = list(model.parameters() if hasattr(model, "parameters") else model)
    for p in parameters:
        if not isinstance(p, Value):
            raise TypeError(
                f"diagnose(output, model) takes a model with parameters(), or Values, and {short(p)} is none"
            )
    named = dict(model.named_parameters()) if hasattr(model, "named_parameters") else {}
    names = {p: name for name, p in named.items() if isinstance(p, Value)}
    return {p: p.label or names.get(p) or f"parameter {i}" for i, p in enumerate(parameters)}
