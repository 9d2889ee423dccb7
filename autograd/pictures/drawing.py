"""Pictures of computation graphs: a box for each Value, an edge from each parent with the local derivative on it.

Large networks are drawn small, a box for each neuron or layer. The fill of a box shows its gradient: blue above zero,
orange below, and stronger the nearer it comes to the picture's largest.
"""

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from autograd.backprop import topological_order
from autograd.formulas import digits_shown
from autograd.graphs import Edge, Path
from autograd.operations import OPERATIONS, constant
from autograd.pictures.neurons import Unit, joined, layers_of, neurons_in
from autograd.pictures.style import BLUE, ORANGE, PATH_COLOURS
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.pictures.rendering import Picture

MANY = 150  # values, above which neurons and layers are collapsed
HURRIED = 400  # boxes, above which a quick layout is better than a good one
CROWDED = 4  # edges into a collapsed box, above which they carry no numbers
Box = Value | Unit
SELECT = OPERATIONS["select"]


def draw(
    output: Value | Iterable[Value],
    *,
    direction: str = "LR",
    collapse: str | bool | None = None,
    open: Value | Iterable[Value] = (),  # noqa: A002
    max_nodes: int = 2000,
    parameters: Any = (),
    paths: Iterable[Path] = (),
) -> "Picture":
    """Draw the graph that `output`, one Value or several, was computed from, as a picture that notebooks show.

    A box holds label and operation, data, and gradient; the number on an edge is the local derivative ∂child/∂parent.
    Leaves have a bold border, constants a dashed one, parameters a violet one, outputs a green one. Gradients are
    dashes before `backward()`.

    - direction: where the output lies, LR (right), RL, TB (bottom) or BT
    - collapse: "neuron" or "layer" for a box for each neuron (its edges carry the derivative through all of it) or
      layer, False for every value. By default as small as it takes to stay below about 150 boxes
    - open: Values whose neurons are drawn in full all the same
    - max_nodes: the most boxes to draw
    - parameters: Values, or a module, to be marked as parameters, with a module's names for them
    - paths: paths to colour, each in a colour of its own, such as `explain(output, wrt).paths`

    Changes nothing. Raises TypeError for anything but Values, ValueError for a graph with too many boxes.

    >>> a = Value(2.0, "a")
    >>> print(draw(a * a).source)  # doctest: +ELLIPSIS
    digraph {
    ...
    """
    outputs = _values("draw() needs the Value that a computation ended in", output, may_be_none=False)
    if direction not in ("LR", "TB", "RL", "BT"):
        raise ValueError(f"direction is 'LR', 'TB', 'RL' or 'BT', not {direction!r}")
    if collapse not in (None, False, "neuron", "layer"):
        raise ValueError(f"collapse is 'neuron', 'layer', False or None, not {collapse!r}")
    order = _without_hidden(dict.fromkeys(node for end in outputs for node in topological_order(end)), outputs)
    boxes = _boxes(order, collapse, _values("open= takes Values of the picture", open))
    if len(boxes) > max_nodes:
        raise ValueError(
            f"this graph has {len(boxes):,} boxes to draw (limit {max_nodes:,}): draw an inner value instead, "
            "use collapse='neuron' or 'layer', or raise max_nodes"
        )
    names = _parameter_names(parameters)
    swept = any(node.grad for node in order)
    largest = max((abs(g) for g in map(_grad, order) if math.isfinite(g)), default=0.0)
    picture = new_picture(note=_note(outputs, swept), direction=direction)
    ids = {box: f"v{i}" for i, box in enumerate(boxes)}
    owner = {v: box for box in boxes for v in ((box,) if isinstance(box, Value) else box.inside)}
    for cluster in _clusters(boxes):
        fields = [(ids[box], *_fields(box, swept, names), _style(box, outputs, largest, names)) for box in cluster]
        picture.boxes(fields, _frame(cluster))
    crowded = any(isinstance(box, Unit) and len(box.inputs) > CROWDED for box in boxes)
    if crowded:
        picture.crowd()
    if len(boxes) > HURRIED:
        picture.hurry()
    coloured = _coloured(paths)
    for box in boxes:
        link = picture.thin_link if crowded and isinstance(box, Unit) else picture.link
        for k, (parent, derivative) in enumerate(_edges(box)):
            if parent in owner and not (_is_layer(box) or _is_layer(owner[parent]) or _is_hidden(box, derivative)):
                link(ids[owner[parent]], ids[box], k, derivative, **coloured.get((box, k), {}))
        for tail in dict.fromkeys(owner[x] for x in _inputs(box) if x in owner):
            if _is_layer(box) or _is_layer(tail):
                picture.edge(ids[tail], ids[box])
    return picture


def new_picture(note: str = "", direction: str = "LR") -> "Picture":
    """A picture without boxes yet, and the note below it."""
    from autograd.pictures.rendering import Picture  # only here, so that importing autograd does not load graphviz

    return Picture(note, direction)


def _values(need: str, given: Any, *, may_be_none: bool = True) -> list[Value]:
    values = [given] if isinstance(given, Value) else list(given) if isinstance(given, Iterable) else [given]
    for v in values:
        if not isinstance(v, Value):
            raise TypeError(f"{need}, not {v!r}")
    if not (values or may_be_none):
        raise ValueError(f"{need}, and there is none")
    return values


def _boxes(order: list[Value], collapse: str | bool | None, opened: list[Value]) -> list[Box]:
    """What is drawn as one, parents first."""
    if collapse is False or (collapse is None and len(order) <= MANY):
        return [*order]
    shut = set(opened)
    neurons = [unit for unit in neurons_in(order) if shut.isdisjoint((*unit.inside, *unit.weights))]
    if collapse != "layer":
        boxes = _with_units(order, neurons)
        if collapse == "neuron" or len(boxes) <= MANY:
            return boxes
    return _with_units(order, [joined(layer) if len(layer) > 1 else layer[0] for layer in layers_of(neurons)])


def _with_units(order: list[Value], units: list[Unit]) -> list[Box]:
    """The graph with these units in the place of their values; a weight is left out where only units use it."""
    unit_of = {v: unit for unit in units for v in unit.inside}
    hidden = {w for unit in units for w in unit.weights}
    hidden.difference_update(parent for node in order if node not in unit_of for parent in node.parents)
    hidden.difference_update(x for unit in units for x in unit.inputs)
    last = {v for unit in units for v in unit.outputs[-1:]}
    boxes: list[Box] = []
    for node in order:
        if node in unit_of:
            boxes += [unit_of[node]] if node in last else []
        elif node not in hidden:
            boxes.append(node)
    return boxes


def _is_hidden(box: Box, derivative: float) -> bool:
    """Whether an edge is not drawn: what a `select` did not choose, and what a node for a whole graph rests on."""
    operation = box.operation if isinstance(box, Value) else None
    return operation is not None and bool(operation.summary or (operation is SELECT and derivative == 0.0))


def _without_hidden(order: Iterable[Value], outputs: list[Value]) -> list[Value]:
    """An order without what the outputs are reached from by hidden edges alone."""
    shown, order = set(outputs), [*order]
    for node in reversed(order):
        if node in shown:
            shown.update(parent for parent, d in _edges(node) if not _is_hidden(node, d))
    return [node for node in order if node in shown]


def _clusters(boxes: list[Box]) -> Iterator[list[Box]]:
    """Boxes that are drawn side by side: the neurons of a layer, everything else alone."""
    layers = {layer[0]: layer for layer in layers_of(b for b in boxes if isinstance(b, Unit) and len(b.outputs) == 1)}
    members = {unit for layer in layers.values() for unit in layer}
    for box in boxes:
        if box not in members:
            yield [box]
        elif box in layers:
            yield list(layers[box])  # type: ignore[index]


def _is_layer(box: Box) -> bool:
    return isinstance(box, Unit) and len(box.outputs) > 1


def _inputs(box: Box) -> tuple[Value, ...]:
    return box.parents if isinstance(box, Value) else box.inputs


def _edges(box: Box) -> list[tuple[Value, float]]:
    """Each parent with the derivative toward it; none for a layer, which has many."""
    if isinstance(box, Value):
        return [*zip(box.parents, box.local_derivatives, strict=True)]
    return [] if _is_layer(box) else [*box.derivatives().items()]


def _coloured(paths: Iterable[Path]) -> dict[tuple[Box, int], dict[str, str]]:
    """How the edges of paths are drawn: a line for each path that goes along them."""
    colours: dict[Edge, list[str]] = {}
    for i, path in enumerate(paths):
        for edge in path.edges:
            colours.setdefault(edge, []).append(PATH_COLOURS[i % len(PATH_COLOURS)])
    return {(edge.child, edge.position): {"color": ":".join(c), "penwidth": "2"} for edge, c in colours.items()}


def _frame(cluster: list[Box]) -> str:
    """What a layer says of itself when its neurons are drawn."""
    weights = {w for unit in cluster if isinstance(unit, Unit) for w in unit.weights}
    return f"layer of {len(cluster)}, {len(weights)} parameters" if len(cluster) > 1 else ""


def _fields(box: Box, swept: bool, names: dict[Value, str]) -> tuple[str, list[str]]:
    """The title of a box, and its lines below."""
    if isinstance(box, Unit) and len(box.outputs) > 1:
        return _layer_fields(box, swept)
    node = box if isinstance(box, Value) else box.outputs[0]
    lines = [f"data {node.data:.{digits_shown()}g}", f"grad {_grad(node):.{digits_shown()}g}" if swept else "grad -"]
    if isinstance(box, Unit):
        made = f"{box.activation.name if box.activation else 'linear'} neuron"
        return f"{node.label} = {made}" if node.label else made, lines
    label = node.label or names.get(node, "")
    if node.operation is None or not node.parents:
        return label or ("constant" if node.operation is constant else "leaf"), lines
    made = node.operation.summary or node.operation.symbol
    return f"{label} = {made}" if label else made, lines


def _layer_fields(layer: Unit, swept: bool) -> tuple[str, list[str]]:
    kind = layer.activation.name if layer.activation else "linear"
    data = [v.data for v in layer.outputs]
    norm = math.hypot(*map(_grad, layer.outputs))
    return f"{len(layer.outputs)} {kind} neurons", [
        f"{len(layer.weights)} parameters",
        f"data {min(data):.{digits_shown()}g} to {max(data):.{digits_shown()}g}",
        f"grad norm {norm:.{digits_shown()}g}" if swept else "grad -",
    ]


def _style(box: Box, outputs: list[Value], largest: float, names: dict[Value, str]) -> dict[str, str]:
    nodes = (box,) if isinstance(box, Value) else box.outputs
    style = {"fillcolor": _fill(max(map(_grad, nodes), key=abs), largest)}
    if any(v in outputs for v in nodes):
        style |= {"penwidth": "2", "color": "#1a7f37"}
    if isinstance(box, Unit):
        style |= {"style": "filled,rounded"}
    elif box.operation is constant:
        style |= {"style": "filled,dashed", "color": "#777777", "fontcolor": "#555555"}
    elif box.operation is None:
        style |= {"penwidth": "2"} | ({"color": "#7a3e9d"} if box in names else {})
    return style


def _grad(node: Value) -> float:
    return node.grad or 0.0  # None, as others clear it, is zero


def _fill(grad: float, largest: float) -> str:
    """White for no gradient, pale for a small one, and no darker than black text on it can be read."""
    if grad == 0 or not math.isfinite(grad):
        return "#ffffff" if grad == 0 else "#f2b5b5"
    share = 0.42 * max(0.2, 1 + math.log10(abs(grad) / largest) / 4)
    return "#" + "".join(f"{round(255 + share * (c - 255)):02x}" for c in (BLUE if grad > 0 else ORANGE))


def _note(outputs: list[Value], swept: bool) -> str:
    """Which output the gradients belong to."""
    if not swept:
        return "no gradients yet: call backward()"
    if len(outputs) > 1:
        return "grad: summed over the outputs that were backpropagated"
    name = outputs[0].label or "the output"
    if outputs[0].grad == 1.0:
        return f"grad: derivative of {name}"
    return f"grad: of a backward() that reached {name} with {outputs[0].grad:.{digits_shown()}g}"


def _parameter_names(parameters: Any) -> dict[Value, str]:
    if hasattr(parameters, "named_parameters"):
        return {v: name for name, v in parameters.named_parameters()}
    given = parameters.parameters() if hasattr(parameters, "parameters") else parameters
    return dict.fromkeys(_values("parameters= takes Values or a module", given), "parameter")
