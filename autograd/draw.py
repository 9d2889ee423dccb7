"""Pictures of computation graphs: a box for each Value, an edge from each parent with the local derivative on it."""

from typing import TYPE_CHECKING

from autograd.backprop import topological_order
from autograd.operations import constant
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.rendering import Picture


def draw(output: Value, *, direction: str = "LR") -> "Picture":
    """The graph that `output` was computed from, as a picture that notebooks show.

    A box holds label, data, gradient and operation; the number on an edge is the local derivative ∂child/∂parent.
    Dashes stand for the gradients of a graph that has not been backpropagated.
    `direction` is LR, TB, RL or BT: where the output lies. Changes nothing. Raises TypeError for anything but a Value.

    >>> a = Value(2.0, "a")
    >>> print(draw(a * a).source)  # doctest: +ELLIPSIS
    digraph {
    ...
    """
    from autograd.rendering import Picture  # only here, so that importing autograd does not load graphviz

    if not isinstance(output, Value):
        raise TypeError(f"draw() needs the Value that a computation ended in, not {output!r}")
    if direction not in ("LR", "TB", "RL", "BT"):
        raise ValueError(f"direction is 'LR', 'TB', 'RL' or 'BT', not {direction!r}")
    picture = Picture(format="svg")
    picture.attr(rankdir=direction, bgcolor="white")
    picture.attr("node", shape="record", fontname="Courier", fontsize="11", height="0", style="filled")
    picture.attr("edge", fontname="Courier", fontsize="10")
    picture.attr(ranksep="0.45", nodesep="0.2")
    names = {node: f"v{i}" for i, node in enumerate(topological_order(output))}
    swept = any(node.grad for node in names)
    for node, name in names.items():
        picture.node(name, _box(node, swept, stacked=direction in ("LR", "RL")), fillcolor=_fill(node))
        for parent, d in zip(node.parents, node.local_derivatives, strict=True):
            picture.edge(names[parent], name, label=f"{d:.4g}")
    return picture


def _box(node: Value, swept: bool, *, stacked: bool) -> str:
    """The label of a record, whose fields follow the direction across the picture's own unless they are in braces."""
    label = _escaped(node.label) or ("constant" if node.operation is constant else "")
    made = _escaped(node.operation.symbol) if node.operation and node.parents else ""
    title = f"{label} = {made}" if label and made else label or made or "leaf"
    grad = f"{node.grad:.4g}" if swept else "-"
    fields = f"{title} | data {node.data:.4g} | grad {grad}"
    return fields if stacked else f"{{ {fields} }}"


def _escaped(text: str) -> str:
    text = text.replace("\n", " ").replace("&", "&amp;")
    return "".join("\\" + c if c in '{}|<>\\"' else c for c in text)


def _fill(node: Value) -> str:
    """Pale: yellow for your own leaves, grey for constants, white for results."""
    return "white" if node.parents else "#eeeeee" if node.operation is constant else "#fff6d5"
