"""What stands within a formula for a derivative, and for a number."""

from collections.abc import Mapping

from autograd.formulas.algebra import Formula, spelled
from autograd.formulas.notation import lowered, number_latex, number_text
from autograd.formulas.writing import ATOM, POWER, SIGN, SLOT, operand
from autograd.graphs import Edge
from autograd.operation import Operation
from autograd.operations import constant
from autograd.value import Value


def derivative_symbol(y: Formula, x: Formula, d: str = "∂", number: int = 0) -> Formula:
    """The name ∂y/∂x of a derivative: of a gradient with `d`, toward the second input with `number` 2.

    >>> y, x = Formula("y"), Formula("50% x")
    >>> print(derivative_symbol(y, x, "d"), derivative_symbol(y, x, number=2))
    dy/d(50% x) ∂₂y/∂(50% x)
    """
    (y_text, y_latex), (x_text, x_latex) = operand(y, ATOM), operand(x, ATOM)
    d_latex = r"\partial" if d == "∂" else rf"\mathrm{{{d}}}"
    below, below_latex = (lowered(str(number)), f"_{{{number}}}") if number else ("", "")
    latex = rf"\frac{{{d_latex}{below_latex} {y_latex}}}{{{d_latex} {x_latex}}}"
    return spelled((f"{d}{below}{y_text}/{d}{x_text}", latex), ATOM, None)


def edge_symbol(edge: Edge, names: Mapping[Value, Formula]) -> Formula:
    """∂child/∂parent; ∂₁, ∂₂ where the child has the parent more than once."""
    is_repeated = edge.child.parents.count(edge.parent) > 1
    return derivative_symbol(names[edge.child], names[edge.parent], number=edge.position + 1 if is_repeated else 0)


def named_by_number(x: float, operation: Operation | None = None) -> Formula:
    """A name that is the number as it is shown; simplification uses it only if the operation is `constant`."""
    text = number_text(x)
    level = SIGN if text.startswith("−") else POWER if "e" in text else ATOM
    return spelled((text, number_latex(text)), level, x, operation)


def number_of(node: Value, x: float) -> Formula:
    """The name of a node by its number; simplification uses a constant's."""
    return named_by_number(x, constant if node.operation is constant else None)


def slot(place: int, x: float | None) -> Formula:
    """A number that is filled in later, the one at this place: a private letter of Unicode, which no label holds.

    The number x of now decides which equalities are left out; with None none are.
    """
    return spelled((chr(0xF0000 + 3 * place), ""), SLOT, x)
