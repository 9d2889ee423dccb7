"""The fourth reading of the table: a rule fed with formulas gives the text and the LaTeX of the derivative.

So a derivative's text is never typed: it is the rule that computes the number. A graph is read in the same way.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from inspect import signature
from typing import Any

from autograd.formulas.algebra import Formula, FormulaError, as_formula, write, write_short
from autograd.formulas.naming import named
from autograd.formulas.writing import ATOM
from autograd.graphs import is_whole_graph
from autograd.operation import Operation
from autograd.tables import short
from autograd.value import Value

LONGEST = 100  # characters of an equation's right side


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


def formula(output: Value, parameters: Any = None) -> Formula:
    """The formula of a graph: how `output` was computed from the leaves and the labelled Values, simplified.

    They are called as everywhere: see `names`, and `parameters` there. Raises FormulaError if the text is longer than
    4,000 characters; labels make it shorter.

    >>> x, n = Value(2.0, "x"), Value(0.5, "n")
    >>> print(formula((x**2 + 0 * n).tanh() / (1 + n)))
    tanh(x² + 0 · n) / (1 + n)
    """
    if not isinstance(output, Value):
        raise TypeError(f"formula() needs the Value that a computation ended in, not {short(output)}")
    return expanded(output, named(output, parameters))


def expanded(output: Value, names: Mapping[Value, Formula]) -> Formula:
    """The formula of the output in these names of its graph's values, which are in topological order."""
    wanted = {output}
    for node in reversed([*names]):
        if node in wanted and (node is output or not node.label):
            wanted.update(node.parents)
    formulas = {v: names[v] for v in names if not v.parents or (v.label and v is not output)}
    formulas |= {v: _call_of(v) for v in names if is_whole_graph(v) and v not in formulas}
    for node in names:
        if node in wanted and node not in formulas and node.operation is not None:
            formulas[node] = Formula.apply_operation(node.operation, tuple(formulas[p] for p in node.parents))
    return formulas[output]


def computed(node: Value, inputs: Sequence[Formula], longest: int = LONGEST) -> str:
    """How a node is computed from these inputs: log(exp(a) + exp(b)); where that is longer, logsumexp(a, b)."""
    forms = computed_forms(node, inputs)
    return next((form for form in forms if len(form) <= longest), forms[-1])


def computed_forms(node: Value, inputs: Sequence[Formula]) -> list[str]:
    """The same in all its forms, the longest first."""
    operation = node.operation
    assert operation is not None
    if operation.summary:
        return [operation.summary]
    forms = []
    with suppress(FormulaError):
        forms = [write(operation, inputs).text, write_short(operation, inputs).text]
    forms += [f"{operation.name}({', '.join(x.text for x in inputs)})", f"{operation.name} of {len(inputs)} inputs"]
    return forms


def _call_of(node: Value) -> Formula:
    """The name of the function that a node stands for, as it is called: loss(…)."""
    assert node.operation is not None
    name = Formula(node.operation.name)
    return name._set((f"{name.text}(…)", rf"{name.latex}(\ldots)"), ATOM, node.data)


def equation_text(node: Value, names: Mapping[Value, Formula], longest: int = LONGEST) -> str:
    """A node's equation, v1 = w · x; the name of a leaf."""
    name = names[node].text
    inputs = [] if is_whole_graph(node) else [names[p] for p in node.parents]
    return f"{name} = {computed(node, inputs, longest)}" if node.parents else name
