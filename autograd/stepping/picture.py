"""The picture that steps are shown in: an SVG whose nodes and edges a script can find, and whose texts it can change.

Graphviz lays out placeholders of the width that the longest text of each field will need, so the layout is the same at
every step; the texts, which may hold anything, are put in afterwards.
"""

import re
from collections.abc import Mapping
from html import escape

from autograd.formulas import number_text
from autograd.operations import constant
from autograd.pictures import FONTS, new_picture
from autograd.stepping.events import is_whole_graph
from autograd.stepping.wording import Wording
from autograd.tables import text_width
from autograd.value import Value

LONGEST_TITLE = 28


def picture(wording: Wording) -> tuple[str, str]:
    """The graph as SVG, with all gradients. A box holds title, data and gradient, an edge the local derivative.

    Node i of the topological order has the class `v{i}`, the edge to its parent at position p `e{i}_{p}`. No element
    has an id, so that several pictures can stand on one page. Returns the SVG and "", or "" and why there is none.
    """
    numbers = {node: i for i, node in enumerate(wording.nodes)}
    fields = _fields(wording)
    widths = _gradient_widths(wording)
    drawn = new_picture()
    drawn.attr("node", width="0", color="#666666")
    drawn.attr("edge", color="#666666")
    drawn.attr(pad="0.1")  # room for the thick border of a box at the edge
    for node, i in numbers.items():
        title, data, gradient = map(text_width, fields[f"v{i}"])
        lines = ["x" * data, "x" * max(gradient, widths[node])]
        drawn.boxes([(f"v{i}", "x" * title, lines, {"fillcolor": _fill(node)})])
        for position, parent in enumerate(() if is_whole_graph(node) else node.parents):
            name = f"e{i}_{position}"
            drawn.edge(f"v{numbers[parent]}", f"v{i}", label="x" * len(*fields[name]), **{"class": name})
    svg, reason = drawn.svg_or_reason()
    return (_filled(svg, fields, FONTS) if svg else ""), reason


def _fields(wording: Wording) -> dict[str, tuple[str, ...]]:
    """The texts of every node and every edge, as they are after the last step, by class."""
    gradients = {wording.output: 1.0} | {step.parent: step.after for step in wording.backward}
    fields: dict[str, tuple[str, ...]] = {}
    for i, node in enumerate(wording.nodes):
        grad = f"grad {number_text(gradients[node])} ✓"
        fields[f"v{i}"] = _title(wording, node), f"data {number_text(node.data)}", grad
        for position, d in enumerate(() if is_whole_graph(node) else node.local_derivatives):
            fields[f"e{i}_{position}"] = (number_text(d),)
    return fields


def _title(wording: Wording, node: Value) -> str:
    """What stands above a node's numbers: x for a leaf, v1 = w · x or, where that is long, v1 = dot."""
    if is_whole_graph(node):
        assert node.operation is not None
        return node.operation.summary
    if not node.parents:
        return "constant" if node.operation is constant else wording.names[node].text
    assert node.operation is not None
    definition = wording.definition(node)
    is_short = text_width(definition) <= LONGEST_TITLE
    return definition if is_short else f"{wording.names[node].text} = {node.operation.name}"


def _gradient_widths(wording: Wording) -> Mapping[Value, int]:
    """How many characters a gradient takes at most, with `grad` before and ` (1 of 2)` or ` ✓` behind."""
    widths = {wording.output: len("grad 1 ✓")}
    for step in wording.backward:
        mark = f" ({step.arrived} of {step.uses})" if not step.is_final else " ✓"
        width = len("grad " + number_text(step.after) + mark)
        widths[step.parent] = max(width, widths.get(step.parent, 0))
    return widths


def _fill(node: Value) -> str:
    """Pale: yellow for your own leaves, grey for constants, white for results."""
    return "white" if node.parents else "#eeeeee" if node.operation is constant else "#fff6d5"


def _filled(svg: str, fields: Mapping[str, tuple[str, ...]], fonts: str) -> str:
    """The SVG with its texts put in, with its fonts named once, and without ids, titles and comments."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<title>.*?</title>\s*|<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r' id="[^"]*"| xmlns:xlink="[^"]*"| xml:space="preserve"', "", svg)
    svg = re.sub(r' font-family="[^"]*"| text-anchor="[^"]*"', "", svg)
    svg = svg.replace("<svg", f'<svg {fonts} text-anchor="middle"', 1)

    def put_in(group: re.Match[str]) -> str:
        texts = iter(fields[group[2]])
        return group[1] + re.sub(r"(<text[^>]*>)x+", lambda text: text[1] + escape(next(texts)), group[3])

    return re.sub(r'(<g class="(?:node|edge) (\w+)">)(.*?</g>)', put_in, svg, flags=re.DOTALL)
