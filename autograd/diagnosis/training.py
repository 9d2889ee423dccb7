"""diagnose: what is wrong with a graph or a training step, in words. Changes nothing.

Gradients are computed afresh beside those that the nodes hold, so it says as much before `backward()` as after it, and
sees what the nodes hold besides.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from math import isclose, isfinite, sqrt
from typing import Any, NamedTuple

from autograd.backprop import topological_order
from autograd.diagnosis.branches import explanation
from autograd.graphs import Edge, stale_nodes, sweep
from autograd.operations import constant
from autograd.reports import Finding, Report, shown
from autograd.tables import printable
from autograd.value import Value, describe

VANISHING = 1e-3  # of the first layer's gradients to the last's; exploding is its reciprocal
SATURATED = 0.01  # of the steepest slope
STEEPEST = {"tanh": 1.0, "sigmoid": 0.25}
AFFINE = {"add", "subtract", "multiply", "negative", "positive", "divide", "dot", "sum", "mean"}


class Diagnosis(Report):
    """What `diagnose` found: `.findings`, `.notes`, `.ok`; printed as a list, shown by notebooks as a box."""

    def __str__(self) -> str:
        lines = [f"- {finding.where}: {finding.text}" for finding in self.findings]
        return printable("\n".join([f"{self.verdict}.", *lines, *(f"note: {note}" for note in self.notes)]))


def diagnose(output: Value, model: Any = None) -> Diagnosis:
    """A short report on the graph of `output`, such as the loss of a batch.

    Finds data changed after the graph was recorded; values and gradients that are not finite; gradients that are all
    zero, or hold more than this output's; relu units that are zero on every sample, tanh and sigmoid units that are
    saturated on every sample. With a model, anything with `.parameters()` (or a list of Values), also parameters that
    the output does not depend on, and with `.layers` gradients that vanish or explode from the last to the first.
    A unit is told by the parameters that its input is computed from, so inputs that are Values call for a model.
    Raises TypeError for anything but a Value.

    >>> a, b = Value(2.0, "a"), Value(3.0, "b")
    >>> y = a * a
    >>> a.data = 5.0
    >>> print(diagnose(y, [a, b]))
    2 findings.
    - stale data: the graph was recorded with other numbers: Value = 4, made by multiply, would now be 25. Compute the
    output again
    - unreachable parameters: the output does not depend on 1 of 2 parameters: b
    note: backward() has not been called on this output
    """
    if not isinstance(output, Value):
        raise TypeError(f"diagnose() needs the Value that a computation ended in, not {output!r}")
    examined = _Graph(output, model)
    findings = [Finding(*found) for look in LOOKS for found in look(examined)]
    count = f"{len(findings)} finding{'s' * (len(findings) != 1)}" if findings else "Nothing wrong found"
    return Diagnosis(count, findings, examined.notes)


_Unit = tuple[int | None, list[Value]]  # its number in its layer, where it is known, and a node for each sample


class _Units(NamedTuple):
    """The units of one activation in one layer."""

    name: str
    where: str
    members: list[_Unit]

    def described(self, chosen: list[_Unit]) -> str:
        """Some of the units in words: 2 of 16 relu units of layers[0] (neurons 3, 7) are … on all 100 samples."""
        neurons = sorted(neuron for neuron, _ in chosen if neuron is not None)
        plural = "s" * (len(neurons) > 1)
        which = f" (neuron{plural} {', '.join(map(str, neurons))})" if len(neurons) == len(chosen) else ""
        return f"{len(chosen)} of {len(self.members)} {self.name} units{self.where}{which}"


class _Graph:
    """The output's graph with fresh gradients, and the model's parameters with their names."""

    def __init__(self, output: Value, model: Any) -> None:
        self.output = output
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
        self.notes: list[str] = []

    def _gradients(self, seed: float) -> tuple[dict[Value, float], dict[Value, float]]:
        """∂output/∂node × seed of every node, and the sum of the absolute contributions."""
        gradients, size = dict.fromkeys(self.order, 0.0), dict.fromkeys(self.order, 0.0)
        gradients[self.output] = seed
        for edge, _, contribution in sweep(self.order, gradients):
            size[edge.parent] += abs(contribution)
        return gradients, size

    def names(self, values: Iterable[Value]) -> str:
        """The names of the first few parameters or leaves."""
        all_names = [self.parameters.get(v) or v.label or shown(v.data) for v in values]
        return ", ".join(all_names[:4]) + (f" and {len(all_names) - 4} more" if len(all_names) > 4 else "")

    def units(self, names: Iterable[str]) -> Iterator[_Units]:
        """The units of these activations, layer by layer."""
        found: dict[tuple[str, str], dict[frozenset[Value], list[Value]]] = {}
        for node in self.order:
            if node.operation is not None and node.operation.name in names and node.parents:
                weights = self._weights(node.parents[0])
                layers = {self.place_of.get(p, ("", ""))[0] for p in weights}
                where = layers.pop() if len(layers) == 1 else ""
                found.setdefault((node.operation.name, where), {}).setdefault(weights, []).append(node)
        for (name, where), units in found.items():
            yield _Units(name, where, [(self._neuron(weights), nodes) for weights, nodes in units.items()])

    def _neuron(self, weights: frozenset[Value]) -> int | None:
        neurons = {self.place_of[p][1] for p in weights if p in self.place_of}
        return neurons.pop() if len(neurons) == 1 else None

    def _weights(self, node: Value) -> frozenset[Value]:
        """The parameters that a unit's input is computed from, back to the activations before; the node if none."""
        weights, stack, seen = set(), [node], {node}
        while stack:
            v = stack.pop()
            if not v.parents:
                is_weight = v in self.parameters if self.parameters else v.operation is not constant
                weights |= {v} if is_weight else set()
            elif v.operation is not None and v.operation.name in AFFINE:
                stack += [p for p in v.parents if p not in seen]
                seen.update(v.parents)
        return frozenset(weights or {node})


def _parameters(model: Any) -> dict[Value, str]:
    """The parameters of a model, or a list of them, with names."""
    if model is None:
        return {}
    parameters = list(model.parameters() if hasattr(model, "parameters") else model)
    for p in parameters:
        if not isinstance(p, Value):
            raise TypeError(f"diagnose(output, model) takes a model with parameters(), or Values, and {p!r} is none")
    named = dict(model.named_parameters()) if hasattr(model, "named_parameters") else {}
    names = {p: name for name, p in named.items() if isinstance(p, Value)}
    return {p: p.label or names.get(p) or f"parameter {i}" for i, p in enumerate(parameters)}


# ---- what is looked at: each gives (what, text) of what is wrong

Found = Iterator[tuple[str, str]]


def _stale(graph: _Graph) -> Found:
    for node, now in islice(stale_nodes(graph.order), 1):
        text = f"{describe(node)}, would now be {shown(now)}. Compute the output again"
        yield "stale data", f"the graph was recorded with other numbers: {text}"


def _unreachable(graph: _Graph) -> Found:
    inside = set(graph.order)
    missing = [p for p in graph.parameters if p not in inside]
    if missing:
        of = f"{len(missing)} of {len(graph.parameters)} parameters"
        yield "unreachable parameters", f"the output does not depend on {of}: {graph.names(missing)}"


def _not_finite(graph: _Graph) -> Found:
    bad = [node for node in graph.order if not isfinite(node.data)]
    if bad:
        inputs = ", ".join(shown(p.data) for p in bad[0].parents[:4])
        of = f" of {inputs}" if inputs else ""
        yield "values not finite", f"{len(bad)} of {len(graph.order)} nodes, the first of them {describe(bad[0])}{of}"
    bad = [v for v in reversed(graph.order) if not isfinite(graph.fresh[v]) and v.operation is not constant]
    if bad:
        at = f"{describe(bad[0])}, has gradient {shown(graph.fresh[bad[0]])}"
        into = (Edge(node, i) for node in graph.order for i, parent in enumerate(node.parents) if parent is bad[0])
        wrong = (edge for edge in into if not isfinite(edge.local_derivative * graph.fresh[edge.child]))
        why = next((explanation(edge, graph.order, graph.fresh) for edge in wrong), "")
        text = f"{len(bad)} of {len(graph.order)} nodes, the first of them on the way back: {at}"
        yield "gradients not finite", f"{text}; {why}" if why else text


def _zero(graph: _Graph) -> Found:
    watched = [p for p in graph.parameters if p in graph.fresh] or graph.leaves
    if watched and not any(graph.fresh[v] for v in watched):
        what = f"all {len(watched)} {'parameters' if graph.parameters else 'leaves'}"
        yield "zero gradients", f"{what} have gradient 0: nothing can be learned from this output"


def _uncleared(graph: _Graph) -> Found:
    """Leaves that hold what this output has not sent them. What is only scaled down was clipped, or cleared."""
    held = [v for v in graph.leaves if v.grad]
    if not graph.output.grad:
        graph.notes.append("backward() has not been called on this output")
        if held:
            text = f"{len(held)} of {len(graph.leaves)} hold gradients before backward() of this output"
            yield "gradients not cleared", f"{text}: {graph.names(held)}. Call zero_grad() before backward()"
        return
    if not held:
        graph.notes.append("the gradients have been cleared since backward()")
        return
    extra = [v for v in held if isfinite(v.grad) and not _is_close(v.grad, graph.fresh[v], graph.size[v])]
    if all(_is_clipped(v.grad, graph.fresh[v]) for v in extra):
        return
    calls = {round(v.grad / graph.fresh[v], 6) for v in held if graph.fresh[v]}
    if len(calls) == 1 and (count := calls.pop()) == int(count) and all(graph.fresh[v] for v in extra):
        text = f"they are {int(count)} times what one backward() of this output gives"
    else:
        text = f"{len(extra)} of {len(graph.leaves)} hold more than this output has sent them: {graph.names(extra)}"
    yield "gradients not cleared", f"{text}. Call zero_grad() before backward()"


def _is_close(a: float, b: float, size: float) -> bool:
    return isclose(a, b, rel_tol=1e-9, abs_tol=1e-9 * size)


def _is_clipped(held: float, sent: float) -> bool:
    return abs(held) <= abs(sent) and held * sent >= 0


def _dead(graph: _Graph) -> Found:
    """Relu units through which no sample sends anything back. With one sample that is a note only."""
    for units in graph.units({"relu"}):
        off = [unit for unit in units.members if not any(node.local_derivatives[0] for node in unit[1])]
        dead = [unit for unit in off if len(unit[1]) > 1]
        if dead:
            text = f"{units.described(dead)} are zero on all {len(dead[0][1])} samples: they cannot learn"
            yield "dead relus", text
        elif off:
            graph.notes.append(f"{units.described(off)} are zero on the one sample of this graph: {ONE_SAMPLE}")


def _saturated(graph: _Graph) -> Found:
    """Tanh and sigmoid units that are flat at every sample. With one sample that is a note only."""
    for units in graph.units(STEEPEST):
        flat = SATURATED * STEEPEST[units.name]
        stuck = [unit for unit in units.members if all(abs(node.local_derivatives[0]) < flat for node in unit[1])]
        if stuck:
            many = [unit for unit in stuck if len(unit[1]) > 1]
            text = f"{units.described(many or stuck)} have slopes below {SATURATED:.0%} of the steepest"
            if many:
                yield "saturated units", f"{text} on all {len(many[0][1])} samples: they hardly learn"
            else:
                graph.notes.append(f"{text} on the one sample of this graph: {ONE_SAMPLE}")


ONE_SAMPLE = "diagnose the loss of a whole batch to see whether they ever learn"


def _by_layer(graph: _Graph) -> Found:
    """The root mean square of each layer's gradients, and its ratio from the first layer to the last."""
    sizes = [sqrt(sum(graph.fresh.get(p, 0.0) ** 2 for p in layer) / len(layer)) for layer in graph.layers]
    if len(sizes) < 2 or not all(sizes) or not all(map(isfinite, sizes)):
        return
    ratio = sizes[0] / sizes[-1]
    if VANISHING <= ratio <= 1 / VANISHING:
        return
    name = "vanishing gradients" if ratio < 1 else "exploding gradients"
    yield name, f"from the last layer to the first they change by {ratio:.1g}: {', '.join(f'{s:.1g}' for s in sizes)}"


LOOKS: tuple[Callable[[_Graph], Found], ...] = (
    _stale,
    _unreachable,
    _not_finite,
    _zero,
    _uncleared,
    _dead,
    _saturated,
    _by_layer,
)
