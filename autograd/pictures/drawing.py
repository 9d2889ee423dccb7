"""Pictures of computation graphs: a box for each Value, an edge from each parent with the local derivative on it.

Networks are drawn small, a box for each neuron or layer.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from autograd.formulas import Formula, is_plain, named, parameter_names
from autograd.graphs import Edge, Path, is_whole_graph, ranks_of
from autograd.neurons import Unit, joined, layers_of, network_in, neurons_in
from autograd.operations import OPERATIONS
from autograd.pictures.captions import Box, Look, Use, is_crowded, is_layer, thin
from autograd.pictures.circuit import add_circuit
from autograd.pictures.style import PATH_COLOURS
from autograd.tables import short
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.pictures.rendering import Picture

MANY = 150  # values, above which neurons and layers are collapsed
HURRIED = 400  # boxes, above which a quick layout is better than a good one
SELECT = OPERATIONS["select"]


def draw(
    output: Value | Iterable[Value],
    *,
    direction: str = "LR",
    style: str = "boxes",
    collapse: str | bool | None = None,
    open: Value | Iterable[Value] = (),  # noqa: A002
    parameters: Any = None,
    digits: int = 4,
    show: Iterable[str] = ("data", "grad", "local"),
    theme: str = "auto",
    highlight: Value | Iterable[Value] = (),
    paths: Iterable[Path] = (),
    max_nodes: int = 2000,
) -> "Picture":
    """Draw the graph that `output`, one Value or several, was computed from, as a picture that notebooks show.

    A box is headed by the value's equation, in the names that it has everywhere (see `names`), and holds data and
    gradient; the number on an edge is the local derivative ∂child/∂parent. Boxes stand in the order of the code. Leaves
    have a bold border, parameters a violet one, outputs a green one. Gradients are dashes before `backward()`.

    - direction: where the output lies, LR (right), RL, TB (bottom) or BT
    - style: "boxes", or "circuit" as lectures draw it: gates, and wires with the value above and the gradient below
    - collapse: "neuron" or "layer" for a box for each neuron (its edges carry the derivative through all of it) or
      layer, False for every value. By default a network is drawn by its neurons, and any graph as small as it takes to
      stay below about 150 boxes
    - open: Values whose neurons are drawn in full all the same
    - parameters: a module, a dict of names, or Values: to be marked as parameters, and named
    - digits: of the numbers
    - show: what is shown: "data", "grad", "local"; with "constants" plain numbers as boxes of their own, and with
      "names" v1, v2, … too above the wires of a circuit
    - theme: "light", "dark", or "auto" for the notebook's or the browser's
    - highlight: Values with an orange border
    - paths: paths to colour, each in a colour of its own, such as `explain(output, wrt).paths`
    - max_nodes: the most boxes to draw

    Changes nothing. Raises TypeError for anything but Values, ValueError for a graph with too many boxes.

    >>> a = Value(2.0, "a")
    >>> print(draw(a * a).source)  # doctest: +ELLIPSIS
    digraph {
    ...
    """
    outputs = _values("draw() needs the Value that a computation ended in", output, may_be_none=False)
    shown = {show} if isinstance(show, str) else set(show)
    for name, given, choices in (
        ("direction", direction, ("LR", "TB", "RL", "BT")),
        ("style", style, ("boxes", "circuit")),
        ("collapse", collapse, ("neuron", "layer", False, None)),
        ("theme", theme, ("auto", "light", "dark")),
        *(("show", part, ("data", "grad", "local", "constants", "names")) for part in sorted(shown, key=str)),
    ):
        if given not in choices:
            raise ValueError(f"{name} is one of {', '.join(map(repr, choices))}, not {given!r}")
    if not (isinstance(digits, int) and 1 <= digits <= 17):
        raise ValueError(f"digits is a whole number from 1 to 17, not {digits!r}")
    names = named(outputs, parameters)
    known = parameter_names(parameters)
    boxes = _boxes(
        names, known, collapse, _values("open= takes Values of the picture", open), "constants" in shown, outputs
    )
    if len(boxes) > max_nodes:
        raise ValueError(
            f"this graph has {len(boxes):,} boxes to draw (limit {max_nodes:,}): draw an inner value instead, "
            "use collapse='neuron' or 'layer', or raise max_nodes"
        )
    look = Look(outputs, names, known, digits, shown, set(_values("highlight= takes Values", highlight)))
    owner = {v: box for box in boxes for v in ((box,) if isinstance(box, Value) else box.inside)}
    uses = {box: [*_uses(box, owner, look)] for box in boxes}
    sides = "above a wire, grad below" if direction in ("LR", "RL") else "left of a wire, grad right"
    picture = new_picture(look.note(boxes, f"data {sides}; " * (style == "circuit")), direction, theme)
    if len(boxes) > HURRIED:
        picture.hurry()
    (add_circuit if style == "circuit" else _add_boxes)(picture, uses, look, _coloured(paths))
    return picture


def _add_boxes(
    picture: "Picture", uses: Mapping[Box, list[Use]], look: Look, coloured: Mapping[tuple[Box, int], dict[str, str]]
) -> None:
    """Add these boxes, given parents first, and a link for each use."""
    crowded = any(map(is_crowded, uses))
    if crowded:
        picture.crowd()
    ids = {box: f"v{i}" for i, box in enumerate(uses)}
    for rank in ranks_of([*uses], lambda box: [use.source for use in uses[box]]):
        picture.rank([look.box(box, ids[box]) for box in rank])
    for box, used in uses.items():
        for k, source, d, tip in used:
            style = coloured.get((box, k), {})
            if d is None:
                picture.edge(ids[source], ids[box])
            elif crowded and isinstance(box, Unit):
                picture.link(ids[source], ids[box], k, tip=tip, **thin(d) | style)
            else:
                picture.link(ids[source], ids[box], k, look.local(d), tip, **style)


def circuit_of(values: Iterable[Value], look: Look) -> "Picture":
    """The circuit of these values, given parents first."""
    picture, owner = new_picture(), {v: v for v in values}
    add_circuit(picture, {v: [*_uses(v, owner, look)] for v in owner}, look, {})
    return picture


def new_picture(note: str = "", direction: str = "LR", theme: str = "auto") -> "Picture":
    """A picture without boxes yet, and the note below it."""
    from autograd.pictures.rendering import Picture  # only here, so that importing autograd does not load graphviz

    return Picture(note, direction, theme)


def _values(need: str, given: Any, *, may_be_none: bool = True) -> list[Value]:
    values = [given] if isinstance(given, Value) else list(given) if isinstance(given, Iterable) else [given]
    for v in values:
        if not isinstance(v, Value):
            raise TypeError(f"{need}, not {short(v)}")
    if not (values or may_be_none):
        raise ValueError(f"{need}, and there is none")
    return values


# ---- which boxes


def _boxes(
    names: Mapping[Value, Formula],
    parameters: Container[Value],
    collapse: str | bool | None,
    opened: list[Value],
    with_constants: bool,
    outputs: list[Value],
) -> list[Box]:
    """What is drawn as one, in the order of the code: parents first."""
    reached = set(outputs)  # along the edges that are drawn
    for node in reversed([*names]):
        if node in reached:
            reached.update(parent for _, parent, _ in _edges(node))
    order = [v for v in names if v in reached]

    def without_numbers(boxes: list[Box]) -> list[Box]:
        used = {x for box in boxes if isinstance(box, Unit) for x in box.inputs}.union(outputs)
        parts = {v for v in order if is_plain(v, names) and v not in used and not with_constants}
        return [box for box in boxes if box not in parts]

    in_full = without_numbers([*order])
    if collapse is False or (collapse is None and len(in_full) <= MANY and not network_in(order, parameters)):
        return in_full
    shut = set(opened)
    neurons = [unit for unit in neurons_in(order) if shut.isdisjoint((*unit.inside, *unit.weights))]
    if collapse != "layer":
        boxes = without_numbers(_with_units(order, neurons))
        if collapse == "neuron" or len(boxes) <= MANY:
            return boxes
    layers = [joined(layer) if len(layer) > 1 else layer[0] for layer in layers_of(neurons)]
    return without_numbers(_with_units(order, layers))


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


def _inputs(box: Box) -> tuple[Value, ...]:
    return tuple(parent for _, parent, _ in _edges(box)) if isinstance(box, Value) else box.inputs


def _edges(box: Box) -> list[tuple[int, Value, float]]:
    """Each parent in its place with the derivative toward it; none for a layer, which has many.

    Of `select`, the chosen one alone.
    """
    if isinstance(box, Unit):
        return [] if is_layer(box) else [(k, x, d) for k, (x, d) in enumerate(box.derivatives().items())]
    if is_whole_graph(box):
        return []
    is_choice = box.operation is SELECT
    uses = enumerate(zip(box.parents, box.local_derivatives, strict=True))
    return [(k, parent, d) for k, (parent, d) in uses if d or not is_choice]


def _uses(box: Box, owner: Mapping[Value, Box], look: Look) -> Iterator[Use]:
    """The boxes that a box is computed from; with a layer at an end once, and without a derivative: it has many."""
    for k, parent, d in _edges(box):
        if parent in owner and not (is_layer(box) or is_layer(owner[parent])):
            yield Use(k, owner[parent], d, look.derivative(box, parent, d))
    for k, source in enumerate(dict.fromkeys(owner[x] for x in _inputs(box) if x in owner)):
        if is_layer(box) or is_layer(source):
            yield Use(k, source, None, "")


def _coloured(paths: Iterable[Path]) -> dict[tuple[Box, int], dict[str, str]]:
    """How the edges of paths are drawn: a line for each path that goes along them."""
    colours: dict[Edge, list[str]] = {}
    for i, path in enumerate(paths):
        for edge in path.edges:
            colours.setdefault(edge, []).append(PATH_COLOURS[i % len(PATH_COLOURS)])
    return {(edge.child, edge.position): {"color": ":".join(c), "penwidth": "2"} for edge, c in colours.items()}
