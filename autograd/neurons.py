"""Neurons and layers recognised in a graph by their shape, so that a picture of a network can be drawn small.

A neuron is a sum of weights times inputs, and a bias, and perhaps an activation: `dot(w, x) + b` as much as `w1*x1 +
w2*x2 + b`, written by hand or by `nn`. Nothing is recorded for it when a node is made, and each use of shared weights
is a neuron of its own, so a batch makes no cycles. A layer is the neurons that have the same inputs.
"""

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass

from autograd.graphs import gradients_of
from autograd.operation import Operation
from autograd.operations import OPERATIONS
from autograd.value import Value

SUMS = {OPERATIONS["add"], OPERATIONS["sum"]}
PRODUCTS = {OPERATIONS["multiply"], OPERATIONS["dot"]}


@dataclass(frozen=True)
class Unit:
    """Values that are drawn as one box: a neuron, or the neurons of a layer.

    - outputs: what others may use of it
    - inside: its values with parents, the outputs among them, parents first
    - weights: leaves that only it is about
    - inputs: what it is computed from, each once
    """

    outputs: tuple[Value, ...]
    inside: tuple[Value, ...]
    weights: tuple[Value, ...]
    inputs: tuple[Value, ...]

    @property
    def activation(self) -> Operation | None:
        """The operation of the last node, None for a linear neuron."""
        last = self.outputs[0].operation
        return None if last in SUMS or last in PRODUCTS else last

    @property
    def kind(self) -> str:
        """The name of the activation, or linear."""
        return self.activation.name if self.activation else "linear"

    @property
    def equation(self) -> str:
        """What a neuron computes, in the field's letters: tanh(w · x + b)."""
        has_bias = any(_is_own(p) for v in self.inside if v.operation in SUMS for p in v.parents)
        inner = "w · x + b" if has_bias else "w · x"
        return f"{self.kind}({inner})" if self.activation else inner

    def derivatives(self) -> dict[Value, float]:
        """∂output/∂input for each input of a neuron: a sweep within it."""
        gradients = gradients_of(self.outputs[0], self.inside)
        return {x: gradients.get(x, 0.0) for x in self.inputs}


def neurons_in(order: list[Value]) -> list[Unit]:
    """The neurons of a graph given in topological order, the first ones first; no value is in two of them."""
    uses = Counter(parent for node in order for parent in node.parents)
    sums = _sums_of_products(order, uses)
    taken: set[Value] = set()
    found: list[Unit] = []
    for node in reversed(order):
        if node not in taken:
            unit = _neuron(node, sums, uses)
            if unit and taken.isdisjoint(unit.inside):
                taken.update(unit.inside)
                found.append(unit)
    return found[::-1]


def layers_of(neurons: Iterable[Unit]) -> list[list[Unit]]:
    """The neurons sorted into layers: those with the same inputs and the same activation."""
    layers: dict[tuple[object, ...], list[Unit]] = {}
    for neuron in neurons:
        layers.setdefault((neuron.inputs, neuron.activation), []).append(neuron)
    return list(layers.values())


def network_in(order: list[Value], parameters: Container[Value] = ()) -> list[list[Unit]]:
    """The layers of a network: of neurons whose weights are parameters or have no labels. None of a single neuron.

    Where weights have labels, an expression was written by hand, and is not for a picture or for names to sum up.
    """
    neurons = [n for n in neurons_in(order) if all(w in parameters or not w.label for w in n.weights)]
    layers = layers_of(neurons)
    return layers if any(len(layer) > 1 for layer in layers) else []


def joined(neurons: list[Unit]) -> Unit:
    """A layer as one unit."""
    return Unit(
        tuple(n.outputs[0] for n in neurons),
        tuple(v for n in neurons for v in n.inside),
        tuple(dict.fromkeys(w for n in neurons for w in n.weights)),
        neurons[0].inputs,
    )


def _neuron(node: Value, sums: Container[Value], uses: Counter[Value]) -> Unit | None:
    """The neuron that ends in this node, if one does."""
    activation = node.operation
    if activation and activation.arity and activation.arity - len(activation.defaults) == 1:
        top, *constants = node.parents
        inner = _weighted_sum(top, sums) if uses[top] == 1 else None
        if inner is None:
            return None
        inside, weights, inputs = inner
        return Unit((node,), (*inside, node), (*weights, *constants), inputs)
    inner = _weighted_sum(node, sums)
    return Unit((node,), *inner) if inner else None


def _sums_of_products(order: Iterable[Value], uses: Counter[Value]) -> set[Value]:
    """The nodes of a topological order that are sums of leaves, and of products with weights, used for nothing else."""
    found: set[Value] = set()
    for node in order:
        if node.operation in SUMS:
            is_one = all(_is_own(p) or (uses[p] == 1 and p in found) for p in node.parents)
        else:
            is_one = _weights_and_inputs(node) is not None
        if is_one:
            found.add(node)
    return found


def _weighted_sum(
    top: Value, sums: Container[Value]
) -> tuple[tuple[Value, ...], tuple[Value, ...], tuple[Value, ...]] | None:
    """Inside, weights and inputs of a sum of products with weights, if that is what the node is."""
    if top not in sums:
        return None
    inside: list[Value] = []
    weights: list[Value] = []
    inputs: dict[Value, None] = {}
    products = 0
    stack = [top]
    while stack:
        node = stack.pop()
        if _is_own(node):
            weights.append(node)
            continue
        inside.append(node)
        split = _weights_and_inputs(node)
        if split is None:
            stack += reversed(node.parents)
        else:
            products += len(split[0])
            weights += split[0]
            inputs.update(dict.fromkeys(split[1]))
    if products == 0 or (products == 1 and len(inside) == 1 and top.operation is not OPERATIONS["dot"]):
        return None
    return tuple(reversed(inside)), tuple(dict.fromkeys(weights)), tuple(inputs)


def _weights_and_inputs(node: Value) -> tuple[tuple[Value, ...], tuple[Value, ...]] | None:
    """The two halves of a product or a dot, the first one of leaves; None where no half is, or both are one."""
    if node.operation not in PRODUCTS:
        return None
    half = len(node.parents) // 2
    a, b = node.parents[:half], node.parents[half:]
    if not set(a).isdisjoint(b):
        return None
    return (a, b) if all(map(_is_own, a)) else (b, a) if all(map(_is_own, b)) else None


def _is_own(node: Value) -> bool:
    """Whether a node is a leaf that the user made, and no plain number in an expression."""
    return node.operation is None
