"""The fourth reading of the table: a rule fed with formulas gives the text and the LaTeX of the derivative.

So a derivative's text is never typed: it is the rule that computes the number. A graph is read in the same way.
"""

from collections.abc import Iterable
from inspect import signature

from autograd.backprop import topological_order
from autograd.formulas.algebra import Formula, FormulaError, as_formula, write
from autograd.formulas.names import name_nodes
from autograd.operation import Operation
from autograd.value import Value


def input_names(operation: Operation, count: int | None = None) -> tuple[str, ...]:
    """The names that a rule gives to its inputs: `a, b` or `x`; x1, x2, … for an operation of many inputs.

    >>> from autograd import OPERATIONS
    >>> input_names(OPERATIONS["leaky_relu"]), input_names(OPERATIONS["sum"], 3)
    (('x', 'slope'), ('x1', 'x2', 'x3'))
    """
    _, *first = signature(operation.rules.derivatives).parameters
    if operation.arity is None:
        first.pop()
        return (*first, *(f"x{i}" for i in range(1, (len(first) + 2 if count is None else count) - len(first) + 1)))
    return tuple(first)


def derivative_formulas(
    operation: Operation, inputs: Iterable[Formula | str] | None = None, y: Formula | str | None = None
) -> tuple[Formula, ...]:
    """∂y/∂input for each input: the operation's rule, read on formulas or names.

    `y` names the output; if not given it is written out. Raises FormulaError, a TypeError, where the rule computes
    with more than the table's operations, such as a function of `math`: then there are numbers only.

    >>> from autograd import divide, tanh
    >>> print(*derivative_formulas(divide), sep="    ")
    1 / b    −a / b²
    >>> print(*derivative_formulas(tanh, ["n"]), *derivative_formulas(tanh, ["n"], "y"))
    1 − tanh(n)² 1 − y²
    """
    given = input_names(operation) if inputs is None else inputs
    formulas = [Formula(x) if isinstance(x, str) else x for x in given]
    try:
        output = write(operation, formulas) if y is None else Formula(y) if isinstance(y, str) else y
        found = operation.rules.derivatives(output, *formulas)
        return tuple(map(as_formula, found))
    except Exception as error:  # a user's rule may fail on formulas in any way
        raise FormulaError(f"the derivatives of {operation.name} cannot be read as formulas: {error}") from error


def formula(output: Value) -> Formula:
    """The formula of a graph: how `output` was computed from the labelled Values, simplified.

    A labelled Value within it is named by its label, a leaf without a label by its number. Raises FormulaError if the
    text is longer than 4,000 characters; labels make it shorter.

    >>> x, n = Value(2.0, "x"), Value(0.5, "n")
    >>> print(formula((x**2 + 0 * n).tanh() / (1 + n)))
    tanh(x² + 0 · n) / (1 + n)
    """
    if not isinstance(output, Value):
        raise TypeError(f"formula() needs the Value that a computation ended in, not {output!r}")
    order = topological_order(output)
    wanted = {output}
    for node in reversed(order):
        if node in wanted and (node is output or not node.label):
            wanted.update(node.parents)
    needed = [node for node in order if node in wanted]
    named = [v for v in needed if not v.parents or (v.label and v is not output)]
    formulas = name_nodes(named)
    for node in needed:
        if node not in formulas and node.operation is not None:
            formulas[node] = Formula.apply_operation(node.operation, tuple(formulas[p] for p in node.parents))
    return formulas[output]
