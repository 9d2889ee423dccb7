"""What the page's script is given: the numbers of a graph, and texts with slots that it fills as the numbers move.

A slot is a number's place in a text: slot 0 is for that of the node itself, slot k for its k-th input's. The script
computes with the functions of `javascript.py`; it starts from the recorded numbers, and keeps them where there is none.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

from autograd.backprop import interior_order
from autograd.formulas import Formula, computed_forms, digits_shown, edge_symbol, is_plain, number_of, slot
from autograd.graphs import Edge, is_whole_graph, reached_from
from autograd.stepping.javascript import Rows
from autograd.stepping.wording import LONGEST, Wording, derivative_forms
from autograd.value import Value

FIRST_SLOT = slot(0, None).text
Known = Callable[[float], float | None]  # what is known of a number; of None an equality may hold, of nan it does not
WIDEST = len("(−1.234e−05)")  # of a number in four digits


def view_data(wording: Wording, rows: Rows) -> dict[str, Any]:
    """Both passes, for the script to play. A value is named by its place: first those shown, then plain numbers."""
    places = {v: i for i, v in enumerate(dict.fromkeys([*wording.nodes, *wording.names]))}
    uses = {step.parent: step.uses for step in wording.backward}
    nodes = {v: _node(wording, v, places, rows) | {"uses": uses.get(v, 0)} for v in wording.nodes}
    for leaf, reason in _leaves(wording, nodes):
        nodes[leaf]["leaf"] = reason
    return {
        "output": places[wording.output],
        "digits": digits_shown(),
        "longest": LONGEST,
        "nodes": [*nodes.values()],
        "constants": [float(v.data) for v in places if v not in nodes],
        "forward": [places[step.node] for step in wording.forward],
        "stale": [places[step.node] for step in wording.forward if step.is_stale],
        "backward": [(places[step.child], step.position) for step in wording.shown],
    }


def _node(wording: Wording, node: Value, places: dict[Value, int], rows: Rows) -> dict[str, Any]:
    """A node's numbers and texts. Of each local derivative its symbol, and its forms as they were recorded; then, or 0
    where they are the same, those when no numbers are equal, and those when others are equal than were recorded.
    """
    names = wording.names
    data = {"name": names[node].text, "gradient": wording.gradient(node), "data": float(node.data), "inputs": []}
    if not node.parents or node.operation is None:
        return data
    data |= {"definition": wording.definition(node), "numbers": _computed(wording, node), "row": None}
    if is_whole_graph(node):
        return data
    readings = [_derivatives(wording, node, known) for known in (lambda x: x, lambda _: math.nan, lambda _: None)]
    edges = [
        [edge_symbol(Edge(node, i), names).text, forms, *[other if other != forms else 0 for other in others]]
        for i, (forms, *others) in enumerate(zip(*readings, strict=True))
    ]
    numbers = [*map(float, node.local_derivatives)]
    inputs = [places[parent] for parent in node.parents]
    return data | {"row": rows.place(node.operation, len(inputs)), "inputs": inputs, "local": numbers, "edges": edges}


def _computed(wording: Wording, node: Value) -> list[str]:
    """What a node is computed as, in numbers: the first of these forms is shown that is short enough when filled."""
    *longer, last = computed_forms(node, _inputs(wording, node))
    found = []
    for form in longer:
        slots = sum(letter >= FIRST_SLOT for letter in form)
        if len(form) <= LONGEST:
            found.append(form)
            if len(form) + slots * (WIDEST - 1) <= LONGEST:
                return found
    return [*found, last]


def _inputs(wording: Wording, node: Value, known: Known = lambda x: x) -> list[Formula]:
    """The inputs as slots, a plain number as itself."""
    return [
        number_of(p, p.data) if is_plain(p, wording.names) else slot(k, known(p.data))
        for k, p in enumerate(node.parents, 1)
    ]


def _derivatives(wording: Wording, node: Value, known: Known) -> list[list[str]]:
    """The forms of each local derivative, in names and in slots, where so much is known of the numbers."""
    names = {v: wording.names[v] for v in (node, *node.parents)}  # one formula a name: v · v is v²
    names |= {v: Formula(x.text, known(v.data)) for v, x in names.items() if not is_plain(v, names)}
    slots = _inputs(wording, node, known), slot(0, known(node.data))
    readings = derivative_forms(node, ([names[p] for p in node.parents], names[node]), slots)
    return [[form for reading in readings if len(form := reading[i].text) <= LONGEST] for i in range(len(node.parents))]


def _leaves(wording: Wording, nodes: dict[Value, dict[str, Any]]) -> Iterator[tuple[Value, str]]:
    """The leaves, and why nothing can follow them, if so."""
    order = interior_order(wording.output)
    for leaf in wording.nodes:
        if not leaf.parents:
            reached = reached_from([leaf], order)
            stuck = [v["name"] for node, v in nodes.items() if node in reached and node.parents and v["row"] is None]
            reason = f"{stuck[0]} has no rule that a page can compute with" if stuck else ""
            yield leaf, "some .data was changed after the graph was recorded" if wording.is_stale else reason
