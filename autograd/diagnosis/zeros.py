"""Why nothing arrives: what a gradient of 0 comes from, told by what stops the flow on its way back.

What flows back along an edge is multiplied by a local derivative. Where that is 0 the edge lets nothing through: a
weight of 0 in the layer behind, the flat piece of an activation, an input of 0.
"""

from collections.abc import Iterable

from autograd.diagnosis.examined import Examined, Found
from autograd.graphs import Edge
from autograd.operations import constant
from autograd.value import Value


def zeros(graph: Examined) -> Found:
    """That all gradients are 0, or those behind weights of 0. Where such weights move themselves it is a note only."""
    stops, weights = _stops(graph)
    still = {v: stops[v] for v in graph.watched if not graph.fresh[v]}
    if still and len(still) == len(graph.watched):
        what = f"all {len(still)} {'parameters' if graph.parameters else 'leaves'} have gradient 0"
        why = _listed(set().union(*still.values()))
        hint = f"what flows back is multiplied by {why}" if why else ""
        yield "zero gradients", f"{what}: nothing can be learned from this output", hint
        if hint:
            return
    behind: dict[tuple[str, frozenset[str]], list[Value]] = {}
    for v, reasons in still.items():
        if "" not in reasons and (of := reasons & weights.keys()):  # other samples may have nothing to send
            behind.setdefault((graph.place_of.get(v, ("", None))[0], frozenset(of)), []).append(v)
    for (place, stop), those in behind.items():
        what = f"{len(those)} parameters{place}" if place else graph.names(those)
        text = f"nothing arrives at {what}: what flows back is multiplied by {_listed(stop)}"
        if not any(graph.fresh[w] for each in stop for w in weights[each]):
            yield "zeros behind", f"{text}, and these get no gradient either", "start from random weights"
        elif graph.parameters:
            graph.notes.append(f"{text}. These get a gradient, so the next step opens the way")


def _stops(graph: Examined) -> tuple[dict[Value, set[str]], dict[str, set[Value]]]:
    """What lets nothing through to each node with gradient 0, in words; and of the words for weights, which they are.

    "" stands for what adds up to 0 though something comes through.
    """
    stops: dict[Value, set[str]] = {v: set() for v in graph.order}
    weights: dict[str, set[Value]] = {}
    for child in reversed(graph.order):
        for i, parent in enumerate(child.parents):
            if graph.fresh[parent]:
                continue
            if not graph.fresh[child]:
                stops[parent] |= stops[child]
                continue
            factor, what = _stop(Edge(child, i))
            if factor is not None and graph.is_weight(factor):
                what = f"weights{graph.place_of.get(factor, ('', None))[0]} that are 0"
                weights.setdefault(what, set()).add(factor)
            stops[parent].add(what)
    return stops, weights


def _stop(edge: Edge) -> tuple[Value | None, str]:
    """What an edge of local derivative 0 multiplies by: a factor of the node, or the slope of its operation."""
    child = edge.child
    if edge.local_derivative or child.operation is None:
        return None, ""
    if child.operation.name in ("multiply", "dot"):
        n = len(child.parents)
        factor = child.parents[(edge.position + n // 2) % n]
        return factor, "inputs that are 0" if factor.operation is constant else "values that are 0"
    return None, f"a slope of {child.operation.name} that is 0"


def _listed(stops: Iterable[str]) -> str:
    """What stops the flow, in words; nothing where something came through."""
    return "" if "" in stops else " and by ".join(sorted(stops))
