"""What stands for a value within a formula: the names of nodes, of numbers and of derivatives."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import count

from autograd.formulas.algebra import Formula, as_formula, spelled
from autograd.formulas.notation import label_text, number_latex, number_text
from autograd.formulas.writing import ATOM, POWER, SIGN, operand
from autograd.graphs import Edge
from autograd.operation import Operation
from autograd.operations import constant
from autograd.value import Value

LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def name_nodes(nodes: Iterable[Value], numbered: Iterable[Value] = ()) -> dict[Value, Formula]:
    """A name for each node: its label, told apart where two have the same; v1, v2, … for those of `numbered` without.

    A constant is a number, which simplification may use, shown with four digits where it has more than ten; anything
    else without a label is named by its number.
    """
    nodes, numbered = list(nodes), set(numbered)
    taken = {label_text(node.label) for node in nodes}
    used: set[str] = set()
    counters: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(1))

    def name_of(node: Value) -> str:
        label = label_text(node.label)
        if label and label not in used:
            used.add(label)
            return label
        stem = f"{label}_" if label else "v"
        name = next(name for i in counters[stem] if (name := f"{stem}{i}") not in taken)
        taken.add(name)
        return name

    names: dict[Value, Formula] = {}
    for node in nodes:
        if node.label or node in numbered:
            names[node] = Formula(name_of(node), node.data)
        elif node.operation is constant:
            exact = as_formula(node.data)
            names[node] = exact if len(exact.text) <= 12 else named_by_number(node.data, constant)
        else:
            names[node] = named_by_number(node.data)
    return names


def derivative_symbol(y: Formula, x: Formula, d: str = "∂", number: int = 0) -> Formula:
    """The name ∂y/∂x of a derivative: of a gradient with `d`, toward the second input with `number` 2.

    >>> y, x = Formula("y"), Formula("50% x")
    >>> print(derivative_symbol(y, x, "d"), derivative_symbol(y, x, number=2))
    dy/d(50% x) ∂₂y/∂(50% x)
    """
    (y_text, y_latex), (x_text, x_latex) = operand(y, ATOM), operand(x, ATOM)
    d_latex = r"\partial" if d == "∂" else rf"\mathrm{{{d}}}"
    lowered, below = (str(number).translate(LOWERED), f"_{{{number}}}") if number else ("", "")
    latex = rf"\frac{{{d_latex}{below} {y_latex}}}{{{d_latex} {x_latex}}}"
    return spelled((f"{d}{lowered}{y_text}/{d}{x_text}", latex), ATOM, None)


def edge_symbol(edge: Edge, names: Mapping[Value, Formula]) -> Formula:
    """∂child/∂parent; ∂₁, ∂₂ where the child has the parent more than once."""
    is_repeated = edge.child.parents.count(edge.parent) > 1
    return derivative_symbol(names[edge.child], names[edge.parent], number=edge.position + 1 if is_repeated else 0)


def named_by_number(x: float, operation: Operation | None = None) -> Formula:
    """A name that is the number as it is shown; simplification uses it only if the operation is `constant`."""
    text = number_text(x)
    level = SIGN if text.startswith("−") else POWER if "e" in text else ATOM
    return spelled((text, number_latex(text)), level, x, operation)
