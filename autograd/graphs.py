"""Walks over a graph that several subjects need. None changes a node; the sweep that writes `grad` is in `backprop.py`.

- `order_of_use`: every value in the order in which the code names it, which names and pictures follow.
- `ranks_of`: what stands side by side in a picture.
- `sweep`: the steps of backpropagation, kept in a dict of gradients.
- `values_at`: the numbers that the nodes would have if some inputs were changed.
- `stale_nodes`: those whose parents' numbers were changed since.
- `reached_from`, `count_paths`, `paths_between`: what lies between a value and the output, which the chain rule
  multiplies along and adds over. The number of paths can double at every node, so they are counted first.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Reversible, Sequence
from typing import NamedTuple, TypeVar

from autograd.backprop import interior_order
from autograd.floats import FLOAT_ERRORS
from autograd.operations import own
from autograd.value import Value, describe

B = TypeVar("B")
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


# ---- the order of the code


def is_whole_graph(node: Value) -> bool:
    """Whether one node stands for a whole graph: it is shown as a leaf is."""
    return node.operation is not None and bool(node.operation.summary)


def order_of_use(outputs: Iterable[Value]) -> list[Value]:
    """Every value, parents before children, as a walk from the outputs completes them, parents from left to right.

    What a node for a whole graph rests on is left out.

    >>> a, b, c = Value(1.0, "a"), Value(2.0, "b"), Value(3.0, "c")
    >>> [v.label for v in order_of_use([a * b + c])]
    ['a', 'b', '', 'c', '']
    """
    order: list[Value] = []
    visited: set[Value] = set()
    stack: list[Value | None] = [*reversed([*outputs])]
    while stack:
        node = stack.pop()
        if node is None:  # what lies below is complete
            order.append(stack.pop())  # type: ignore[arg-type]
        elif node not in visited:
            visited.add(node)
            stack += (node, None, *(() if is_whole_graph(node) else reversed(node.parents)))
    return order


def ranks_of(boxes: Sequence[B], inputs: Callable[[B], Iterable[B]]) -> list[list[B]]:
    """Boxes, given parents first, that stand side by side: each as near to the output as what it is used for allows."""
    distance = dict.fromkeys(boxes, 0)
    for box in reversed(boxes):
        for x in inputs(box):
            distance[x] = max(distance[x], distance[box] + 1)
    ranks: defaultdict[int, list[B]] = defaultdict(list)
    for box in boxes:
        ranks[distance[box]].append(box)
    return [ranks[d] for d in sorted(ranks, reverse=True)]


# ---- gradients


def recorded(node: Value) -> Iterable[float]:
    """The local derivatives of a node."""
    return node.local_derivatives


def sweep(
    order: Reversible[Value],
    gradients: dict[Value, float],
    local_derivatives: Callable[[Value], Iterable[float]] = recorded,
) -> Iterator[tuple[Edge, float, float]]:
    """The steps of a sweep from the last node of an order to the first: (edge, local derivative, contribution).

    `gradients` holds where it starts, such as {output: 1.0}, and after each step its sum. The sums are those of
    `backward()`, in its order. A node that is not in it passes nothing on.
    """
    for child in reversed(order):
        if child in gradients:
            g = gradients[child]
            for i, (parent, d) in enumerate(zip(child.parents, local_derivatives(child), strict=True)):
                yield Edge(child, i), d, d * g
                gradients[parent] = gradients.get(parent, 0.0) + d * g


def gradients_of(
    output: Value,
    order: Reversible[Value] | None = None,
    local_derivatives: Callable[[Value], Iterable[float]] = recorded,
) -> dict[Value, float]:
    """∂output/∂node for every node that is reached, in its whole graph or in an order of nodes; writes no `grad`.

    It is a `sweep` without its steps, which take three quarters of the time.

    >>> a = Value(3.0)
    >>> gradients_of(a * a)[a]
    6.0
    """
    gradients = {output: 1.0}
    for child in reversed(interior_order(output) if order is None else order):
        if child in gradients:
            g = gradients[child]
            for parent, d in zip(child.parents, local_derivatives(child), strict=True):
                gradients[parent] = gradients.get(parent, 0.0) + d * g
    return gradients


# ---- numbers


def values_at(
    numbers: Mapping[Value, float],
    order: Iterable[Value],
    compute: Callable[..., float] = lambda node, *inputs: node.operation(*inputs),
) -> dict[Value, float]:
    """The numbers of the nodes of `order`, computed again with those in `numbers` in the place of theirs.

    >>> x = Value(3.0)
    >>> y = x * x
    >>> values_at({x: 3.5}, [y])[y]
    12.25
    """
    found = dict(numbers)
    for node in order:
        found[node] = compute(node, *[found.get(p, p.data) for p in node.parents])
    return found


def is_same(a: float, b: float) -> bool:
    """Whether two numbers are equal, or both nan."""
    return a == b or (a != a and b != b)


def stale_nodes(order: Iterable[Value]) -> Iterator[tuple[Value, float]]:
    """The nodes that would have another number if they were computed now, with that number."""
    for node in order:
        operation, parents = node.operation, node.parents
        if parents and operation is not None and operation is not own:
            try:
                if len(parents) == 2:  # written out: a graph of sums and products takes half the time
                    a, b = parents
                    now = operation.on_floats.value(a.data, b.data)
                else:
                    now = operation.on_floats.value(*[p.data for p in parents])
            except FLOAT_ERRORS:
                now = operation(*[p.data for p in parents])
            if now != node.data and not is_same(now, node.data):
                yield node, now


def refuse_stale(order: Iterable[Value]) -> None:
    """Raise ValueError where a node would have another number if it were computed now."""
    for node, now in stale_nodes(order):
        raise ValueError(
            f"the graph is stale: {describe(node)}, but from its parents' numbers of now it would be {now:g}, so "
            "some .data was changed after it was recorded. Compute the output again and differentiate that"
        )


# ---- dependence and paths


def reached_from(targets: Iterable[Value], order: Iterable[Value]) -> set[Value]:
    """The targets, and those of a topological order that are computed from one."""
    reached = set(targets)
    for node in order:
        if not reached.isdisjoint(node.parents):
            reached.add(node)
    return reached


class Path(NamedTuple):
    """A way from a value to the output: its edges, the output's first, and the product of their local derivatives."""

    edges: tuple[Edge, ...]
    product: float


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
