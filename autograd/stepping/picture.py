"""The picture that steps are shown in: `draw`'s, with room for the longest text that any step puts into a box.

So the layout is the same at every step. A script finds nodes and edges by their classes, and sets what is longer, when
a leaf is dragged, more narrowly.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from autograd.formulas import digits_shown, equation_text, number_text
from autograd.graphs import is_whole_graph, ranks_of
from autograd.pictures import LONGEST_TITLE, Drawn, Look, border, circuit_of, new_picture
from autograd.stepping.wording import Wording
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.pictures import Picture

NUMBER = len("−0.1234")  # the room for a number that may change


def picture(wording: Wording) -> tuple[str, str]:
    """The graph as SVG and "", or "" and why there is none; with room for the numbers of a leaf that is dragged."""
    return boxes(wording, NUMBER).svg_or_reason()


def boxes(wording: Wording, room: int = 0) -> "Picture":
    """The graph with all gradients. A box holds title, data and gradient, an edge the local derivative.

    Node i of `wording.nodes` has the class `v{i}`, the edge to its parent at position p `e{i}_{p}`. A number on an edge
    that another leaf may change has `room` for so many letters.
    """
    ids = {node: f"v{i}" for i, node in enumerate(wording.nodes)}
    widths = _gradient_widths(wording)
    gradients = {wording.output: 1.0} | {step.parent: step.after for step in wording.backward}
    drawn = new_picture()

    def box(node: Value) -> Drawn:
        title = equation_text(node, wording.names, LONGEST_TITLE)
        lines = [title, f"data {number_text(node.data)}", f"grad {number_text(gradients[node])} ✓"]
        style = border(node, node is wording.output, node in wording.parameters)
        full = wording.parameters[node].full if node in wording.parameters else ""
        return Drawn(ids[node], lines, full or equation_text(node, wording.names), style, widths[node])

    for rank in ranks_of(wording.nodes, lambda node: [p for p in node.parents if p in ids]):
        drawn.rank([*map(box, rank)])
    fixed = {(step.child, step.position) for step in wording.shown if len(wording.formulas(step)) == 1}
    for node in wording.nodes:
        for position, (parent, d) in enumerate(zip(node.parents, node.local_derivatives, strict=True)):
            if parent in ids and not is_whole_graph(node):
                width = 0 if (node, position) in fixed else room
                drawn.link(ids[parent], ids[node], position, number_text(d).center(width))
    return drawn


def circuit(wording: Wording) -> "Picture":
    """The graph as a circuit with all gradients and names: node i has the wire w{i}."""
    gradients = {step.parent: step.after for step in wording.backward} | {wording.output: 1.0}
    shown = {"data", "grad", "names"}
    look = Look([wording.output], wording.names, wording.parameters, digits_shown(), shown, set(), gradients)
    return circuit_of(wording.nodes, look)


def _gradient_widths(wording: Wording) -> Mapping[Value, int]:
    """How many characters a gradient takes at most, with `grad` before and ` (1 of 2)` or ` ✓` behind."""
    widths = {wording.output: len("grad 1 ✓")}
    for step in wording.backward:
        mark = f" ({step.arrived} of {step.uses})" if not step.is_final else " ✓"
        width = len("grad " + number_text(step.after) + mark)
        widths[step.parent] = max(width, widths.get(step.parent, 0))
    return widths
