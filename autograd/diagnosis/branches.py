"""A nan that comes from the branch of a `where` that was not taken, told with its cure.

Both branches are computed, and 0 flows back into the one that was not taken. A local derivative there that is infinite
or nan makes nan of that 0, and the branch that was taken gets it too: in `where(less(x, 1), x, sqrt(x))` at 0.
"""

from collections.abc import Iterable, Mapping
from math import isfinite

from autograd.graphs import Edge
from autograd.operations import where
from autograd.reports import shown
from autograd.value import Value


def explanation(edge: Edge, order: Iterable[Value], gradients: Mapping[Value, float]) -> str:
    """Why nan flows back along an edge, and what to write instead; "" where it is not for a branch not taken.

    `order` is topological and holds all nodes with parents, whose gradients are in `gradients`.
    """
    node, d = edge.child, edge.local_derivative
    if isfinite(d) or gradients[node] != 0:
        return ""
    choices = _without_effect(node, order, gradients)
    if not choices or not all(map(_is_branch_not_taken, choices)):
        return ""
    name = node.operation.name if node.operation else ""
    x = edge.parent.label or "x"
    chosen = f"where(condition, {x}, 1.0)" if choices[0].position == 1 else f"where(condition, 1.0, {x})"
    before, after = "..., " * (edge.position > 0), ", ..." * (edge.position < len(node.parents) - 1)
    return (
        f"{name} of {x} stands in the branch of `where` that was not taken, so 0 flows back into it, and 0 * "
        f"{shown(d)} is nan. Choose the input of the branch, not its result: {name}({before}{chosen}{after}), with any "
        f"number for 1.0 at which {name} has a derivative"
    )


def _without_effect(node: Value, order: Iterable[Value], gradients: Mapping[Value, float]) -> list[Edge]:
    """For a node with gradient 0: the edges on its ways to the output that let nothing through, the first of each."""
    reached, found = {node}, []
    for child in order:
        for i, parent in enumerate(child.parents):
            if parent in reached:
                if gradients[child] == 0:
                    reached.add(child)
                else:
                    found.append(Edge(child, i))
    return found


def _is_branch_not_taken(edge: Edge) -> bool:
    return edge.child.operation is where and edge.position > 0 and edge.local_derivative == 0
