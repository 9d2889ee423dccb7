"""What values are called: written once, for pictures, steps, explanations, formulas and the command line.

A name belongs to the output that the value was used for: there it is the same, whatever is shown of the graph.
"""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import count
from typing import Any, NamedTuple

from autograd.formulas.algebra import Formula, as_formula
from autograd.formulas.derivative_names import number_of
from autograd.formulas.notation import LONGEST_LABEL, label_text, lowered, raised
from autograd.graphs import order_of_use
from autograd.neurons import network_in
from autograd.operations import constant
from autograd.value import Value


def names(output: Value | Iterable[Value], parameters: Any = None) -> dict[Value, str]:
    """What each value of the graph of `output`, one Value or several, is called: everywhere, and in the code's order.

    - its label; where two have the same, the second is a_1
    - with `parameters`, a module or a dict of names: w₁₂ for `weight[0, 1]`, b₁ for `bias[0]`, and w⁽²⁾₁₂ in the second
      layer. A dict may hold nested lists: `{"w": [[u, v]]}` names w₁₁ and w₁₂
    - y for the output, if no label is y; y1, y2, … for several
    - in a network h₁, h₂, … for the neurons, z₁, … for linear ones at its end, and x₁, … for its inputs if they have
      no labels
    - a plain number for itself
    - v1, v2, … for all else, as a walk from the output completes them, parents from left to right

    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> print(*names((a * b + 2 * a).tanh()).values())
    a b v1 2 v2 v3 y
    """
    return {node: name.text for node, name in named(output, parameters).items()}


def named(output: Value | Iterable[Value], parameters: Any = None) -> dict[Value, Formula]:
    """The names as formulas, which know the numbers that they stand for. A plain number is shown with four digits."""
    outputs = [output] if isinstance(output, Value) else list(output)
    order = order_of_use(outputs)
    labels = {node: label_text(node.label) for node in order if node.label}
    known = parameter_names(parameters)
    shorts = {node: known[node].short for node in order if node in known and known[node].short}
    taken = set(labels.values())
    found: dict[Value, str] = {}
    used: set[str] = set()
    counters: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(1))

    def numbered(stem: str) -> str:
        return next(name for i in counters[stem] if (name := f"{stem}{i}") not in used and name not in taken)

    for source in (labels, shorts, _ends(outputs, taken), _network_names(order, known)):
        for node, name in source.items():
            if node not in found:
                start = name[: LONGEST_LABEL - 6]  # so that no number is cut off
                found[node] = numbered(f"{start}_") if name in used else name
                used.add(found[node])
    for node in order:
        if node not in found and node.operation is not constant:
            found[node] = numbered("v")
    return {node: Formula(found[node], node.data) if node in found else plain_number(node) for node in order}


def is_plain(node: Value, names: Mapping[Value, Formula]) -> bool:
    """Whether a node is a plain number, which is a part of the equations that use it and no box of its own."""
    return node.operation is constant and names[node].operation is constant


def plain_number(node: Value) -> Formula:
    """A node as its number: a constant's exactly, if that is short."""
    exact = as_formula(node.data) if node.operation is constant else None
    return exact if exact is not None and len(exact.text) <= 12 else number_of(node, node.data)


def _ends(outputs: Iterable[Value], taken: Container[str]) -> dict[Value, str]:
    """The outputs that have no label, with the letters that are free."""
    unlabelled = [v for v in dict.fromkeys(outputs) if not v.label and v.operation is not constant]
    letters = [f"y{i}" for i in range(1, len(unlabelled) + 1)] if len(unlabelled) > 1 else ["y"]
    return {v: y for v, y in zip(unlabelled, letters, strict=False) if y not in taken}


# ---- parameters and networks


class ParameterName(NamedTuple):
    """How a parameter is called in equations, and in its module: w₁₂ and layers.0.weight[0, 1]. Empty if unknown."""

    short: str
    full: str


def parameter_names(parameters: Any) -> dict[Value, ParameterName]:
    """The names of parameters: a module's, those of a dict, or none where they are Values alone."""
    if parameters is None:
        return {}
    if hasattr(parameters, "named_parameters"):
        pairs = list(parameters.named_parameters())
    elif isinstance(parameters, Mapping):
        turned = [(name, v) if isinstance(name, str) else (str(v), name) for name, v in parameters.items()]
        pairs = [pair for name, given in turned for pair in _spread(given, name)]
    else:
        given = parameters.parameters() if hasattr(parameters, "parameters") else parameters
        pairs = [("", v) for _, v in _spread(given)]
    parts: defaultdict[str, dict[str, int]] = defaultdict(dict)  # for each letter, the layers that have it
    return {v: ParameterName(_short(full, parts), full) for full, v in pairs}


def _spread(given: Any, name: str = "", index: tuple[int, ...] = ()) -> Iterator[tuple[str, Value]]:
    """The Values of nested lists, with their places: w[0, 1]."""
    if isinstance(given, Value):
        yield name + (str([*index]) if index else ""), given
    elif isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(f"parameters= takes a module, a dict of names, or Values, not {given!r}")
    else:
        for i, part in enumerate(given):
            yield from _spread(part, name, (*index, i))


def _short(full: str, parts: Mapping[str, dict[str, int]]) -> str:
    """w⁽²⁾₁₂ for layers.1.weight[0, 1], if it is in the second layer that has weights."""
    layer, stem, index = re.fullmatch(r"(.*?)([^.\[]*)(\[[\d, ]+\])?", full, re.DOTALL).groups()  # type: ignore[union-attr]
    letter = re.sub("^weight", "w", re.sub("^bias", "b", stem)).removesuffix("_l0")
    ordinal = parts[letter].setdefault(layer, len(parts[letter]) + 1)
    return label_text(letter) + placed(ordinal, [int(i) + 1 for i in re.findall(r"\d+", index or "")]) if letter else ""


def placed(layer: int, index: list[int]) -> str:
    """The marks of a place: ⁽²⁾₁₂ in the second layer, ₁₂ in the first; with commas where numbers are longer."""
    between = "," if any(i > 9 for i in index) else ""
    return (f"⁽{raised(str(layer))}⁾" if layer > 1 else "") + between.join(lowered(str(i)) for i in index)


def _network_names(order: list[Value], parameters: Container[Value]) -> dict[Value, str]:
    """The neurons of a network and its inputs: h₁ and x₁, and z₁ for linear neurons that no other one uses."""
    layers = network_in(order, parameters)
    inputs = dict.fromkeys(x for layer in layers for x in layer[0].inputs)
    leaves = [x for x in inputs if not x.parents and x not in parameters]
    is_bare = not any(x.label for x in leaves)
    found = {x: f"x{placed(1, [i])}" for i, x in enumerate(leaves, 1) if is_bare}
    counted = {"h": 0, "z": 0}  # layers
    called: dict[frozenset[Value], str] = {}  # neurons, told by their weights: one may be used again
    for layer in layers:
        is_end = layer[0].activation is None and inputs.keys().isdisjoint(n.outputs[0] for n in layer)
        letter = "z" if is_end else "h"
        weights = [frozenset(n.weights) for n in layer]
        counted[letter] += any(w not in called for w in weights)
        for i, (neuron, w) in enumerate(zip(layer, weights, strict=True), 1):
            found[neuron.outputs[0]] = called.setdefault(w, letter + placed(counted[letter], [i]))
    return found
