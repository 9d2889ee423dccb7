"""The paths of a graph from a value to the output: what the chain rule multiplies along and adds over.

The number of paths can double at every node, so they are counted first, node by node, and listed only where few.
"""

from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from autograd.backprop import interior_order
from autograd.value import Value

COUNTED = 10**15  # paths, and their edges, are counted as far as this


class Edge(NamedTuple):
    """One use of a value: `child` has it as its parent at `position`."""

    child: Value
    position: int

    @property
    def parent(self) -> Value:
        """The value that is used."""
        return self.child.parents[self.position]

    @property
    def local_derivative(self) -> float:
        """∂child/∂parent, as it was recorded."""
        return self.child.local_derivatives[self.position]


class Path(NamedTuple):
    """A way from a value to the output: its edges, the output's first, and the product of their local derivatives."""

    edges: tuple[Edge, ...]
    product: float


def gradients_of(output: Value) -> dict[Value, float]:
    """∂output/∂node for every node, by the sums of `backward()` in their order; writes no `grad`.

    >>> a = Value(3.0)
    >>> gradients_of(a * a)[a]
    6.0
    """
    gradients = {output: 1.0}
    for node in reversed(interior_order(output)):
        g = gradients[node]
        for parent, d in zip(node.parents, node.local_derivatives, strict=True):
            gradients[parent] = gradients.get(parent, 0.0) + d * g
    return gradients


def count_paths(order: Iterable[Value], wrt: Value) -> dict[Value, tuple[int, int]]:
    """For each node of a topological order that depends on `wrt`: how many paths lead to it, and their edges in all."""
    counts = {wrt: (1, 0)}
    for node in order:
        before = [counts[parent] for parent in node.parents if parent in counts]
        if before:
            paths = sum(count for count, _ in before)
            counts[node] = min(paths, COUNTED), min(paths + sum(edges for _, edges in before), COUNTED)
    return counts


def paths_between(output: Value, wrt: Value, between: Container[Value]) -> Iterator[Path]:
    """Every path, depth first from the output. Only through `between`, what depends on wrt, so that none is a dead end.

    >>> a = Value(3.0)
    >>> [path.product for path in paths_between(a * a, a, {a})]
    [3.0, 3.0]
    """
    trail: list[Edge] = []
    ahead: list[tuple[Value, float, int, Edge | None]] = [(output, 1.0, 0, None)]
    while ahead:
        node, product, depth, edge = ahead.pop()
        if edge is not None:
            trail[depth - 1 :] = [edge]
        if node is wrt:
            yield Path(tuple(trail), product)
            continue
        uses = [Edge(node, i) for i, parent in enumerate(node.parents) if parent in between]
        ahead += [(use.parent, use.local_derivative * product, depth + 1, use) for use in reversed(uses)]
