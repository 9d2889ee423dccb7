"""A sweep whose seed, order, rules and events can be changed, and the orders in which sweeps go wrong.

Each order is output first, as a sweep takes the nodes. What is right and what is wrong is run by the same `swept`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from autograd.backprop import topological_order
from autograd.graphs import recorded
from autograd.operation import Operation
from autograd.value import Value

Gradients = dict[Value, float]
Order = Callable[[Sequence[Value]], Iterable[Value]]  # from the outputs so far, the last of them swept now
Event = Callable[[float, float, float, Value, int, Gradients], float]  # see `accumulate`
Rule = Callable[[Value], Iterable[float]]
Side = Callable[[Value], Sequence[Value]]  # a node's parents, in the order in which they are met
LONGEST = 20_000  # visits after which a mistake's sweep is given up


class TooLong(Exception):  # noqa: N818
    """A mistake's sweep visits too many nodes."""


def complete(outputs: Sequence[Value]) -> Iterator[Value]:
    """The right order: a node after all that it was used in."""
    return reversed(topological_order(outputs[-1]))


def accumulate(old: float, d: float, g: float, child: Value, i: int, gradients: Gradients) -> float:
    """The right event: what becomes of the gradient of a child's parent number i, by d toward it and the child's g."""
    return old + d * g


def swept(
    outputs: Sequence[Value],
    *,
    order: Order = complete,
    event: Event = accumulate,
    rule: Rule = recorded,
    start: Callable[[float, Value], float] = lambda old, output: 1.0,
    cleared: Callable[[Value, Value], object] = lambda node, output: node.parents,
    giver: Callable[[Value, Value], Value] = lambda node, output: node,
    turned: bool = False,
) -> Gradients:
    """The gradients after `backward()` on each output in turn; what is not given is right.

    - order, event, rule: see above
    - start: the output's gradient when the sweep begins
    - cleared: which gradients are set to zero before
    - giver: whose parents get what a node passes on
    - turned: whether a node's last parent is served first, which is right too
    """
    gradients: Gradients = defaultdict(float)
    for count, output in enumerate(outputs, 1):
        nodes = list(islice(order(outputs[:count]), LONGEST))
        if len(nodes) == LONGEST:
            raise TooLong
        for node in nodes:
            if cleared(node, output):
                gradients[node] = 0.0
        gradients[output] = start(gradients[output], output)
        for node in nodes:
            child = giver(node, output)
            edges = list(enumerate(zip(child.parents, rule(child), strict=True)))
            for i, (parent, d) in reversed(edges) if turned else edges:
                gradients[parent] = event(gradients[parent], d, gradients[node], child, i, gradients)
    return gradients


# ---- orders


def sides(output: Value) -> Iterator[Side]:
    """Ways in which parents may be met: from the left or right, mixed, each once, since a set has any order."""
    interior = [node for node in topological_order(output) if node.parents]
    for mask in range(16):
        turned = {node for i, node in enumerate(interior) if mask >> i % 4 & 1}
        side = {node: node.parents[::-1] if node in turned else node.parents for node in interior}
        once = {node: tuple(dict.fromkeys(parents)) for node, parents in side.items()}
        yield lambda node, side=side: side.get(node, ())  # type: ignore[misc]
        if once != side:
            yield lambda node, once=once: once.get(node, ())  # type: ignore[misc]


def searched(output: Value, parents: Side, at: int, asked: str = "taken") -> Iterator[Value]:
    """Each node before its parents: what lies ahead is taken from a list at its front, 0, or at its end, -1.

    - asked: when it is asked whether a node was visited: as it is "taken" off the list, as it is "put" there, or never
    """
    ahead, seen = [output], set()
    while ahead:
        node = ahead.pop(at)
        if asked != "taken" or node not in seen:
            seen.add(node)
            yield node
            ahead += [p for p in parents(node) if asked != "put" or p not in seen]


def postorder(
    output: Value,
    parents: Side,
    is_new: Callable[[Value, list[Value]], bool] = lambda node, visited: node not in visited,
    *,
    ahead: bool = False,
    each_time: bool = False,
    each_parent: bool = False,
) -> list[Value]:
    """A topological sort, output first, that asks `is_new` of each node and those visited before it goes on there.

    - ahead: whether it is asked of all parents which are visited, before the first of them is
    - each_time, each_parent: whether a node is appended each time it is met, or after each of its parents
    """
    nodes: list[Value] = []
    visited: list[Value] = []

    def build(node: Value) -> None:
        if len(visited) > LONGEST:
            raise TooLong
        if is_new(node, visited):
            visited.append(node)
            for parent in [p for p in parents(node) if not ahead or p not in visited]:
                build(parent)
                if each_parent:
                    nodes.append(node)
        elif not each_time:
            return
        if not each_parent:
            nodes.append(node)

    build(output)
    return nodes[::-1]


def by_data(outputs: Sequence[Value]) -> list[Value]:
    """The right order, where a node is taken for visited if one with its number is."""

    def is_new(node: Value, visited: list[Value]) -> bool:
        return all(node.data != other.data for other in visited)

    return postorder(outputs[-1], lambda node: node.parents, is_new)


def first_of_each_data(outputs: Sequence[Value]) -> list[Value]:
    """The right order with the first node of each number only."""
    found: dict[float, Value] = {}
    for node in topological_order(outputs[-1]):
        found.setdefault(node.data, node)
    return [*found.values()][::-1]


def through(known: slice, operation: Operation | None = None) -> Order:
    """The order where the search knows only some of a node's parents, for the nodes of one operation or all."""

    def parents(node: Value) -> Sequence[Value]:
        return node.parents[known] if operation in (None, node.operation) else node.parents

    return lambda outputs: postorder(outputs[-1], parents)


def without_unnamed(outputs: Sequence[Value]) -> Iterator[Value]:
    """The right order without the nodes that only their children refer to."""
    return (node for node in complete(outputs) if node.label or node is outputs[-1])


def all_so_far(outputs: Sequence[Value]) -> Iterator[Value]:
    """The nodes of all graphs so far."""
    return reversed(list(dict.fromkeys(node for y in outputs for node in topological_order(y))))


def not_seen_before(outputs: Sequence[Value]) -> list[Value]:
    """The right order without the nodes of earlier graphs."""
    *earlier, output = outputs
    seen = {node for y in earlier for node in topological_order(y)}
    return [node for node in complete([output]) if node not in seen]
