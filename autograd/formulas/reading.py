"""Formula: the fourth reading of the table. A rule fed with formulas gives the text and the LaTeX of the derivative.

So a derivative's text is never typed: it is the rule that computes the number. On the way formulas are simplified by
the laws in `simplify.py`, and written as `writing.py` says.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from inspect import signature
from itertools import count
from typing import Any

from autograd import operations as ops
from autograd.backprop import topological_order
from autograd.floats import is_number, to_float
from autograd.formulas.notation import exact_text, label_latex, label_text, number_latex, number_text
from autograd.formulas.simplify import simpler
from autograd.formulas.writing import ATOM, CONDITION, POWER, PRODUCT, SIGN, Written, operand, prefixed, written
from autograd.operation import Operation
from autograd.operations import OPERATIONS, constant
from autograd.value import Value

LONGEST = 4000  # characters of a formula
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class FormulaError(TypeError):
    """There is no formula: a rule computes with more than the table's operations, or the text would be too long."""


def _operator(operation: Operation) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The method for an operator, and its reflection."""

    def method(self: "Formula", *others: Any) -> Any:
        return operation(self, *others) if all(map(_is_operand, others)) else NotImplemented

    def reflected(self: "Formula", other: Any) -> Any:
        return operation(other, self) if _is_operand(other) else NotImplemented

    return method, reflected


class Formula:
    r"""An expression as text and LaTeX, made from named ones by arithmetic and the table's functions.

    text     plain text: `1 − tanh(x)²`
    latex    for LaTeX's mathematics: `1 - \tanh(x)^{2}`
    number   what it comes to, where the numbers of all names in it are known; else None

    A comparison is 1 or 0: alone it reads `1 if x > 0 else 0`, within an expression `[x > 0]`. With numbers known, an
    equality that does not hold is left out, so that what matters only at a tie is not written elsewhere.

    >>> w, x = Formula("w"), Formula("x_1")
    >>> print(-w * w * x + 0)
    −w² · x_1
    >>> print((x / w).latex)
    \frac{x_{1}}{w}
    """

    __slots__ = ("inputs", "latex", "level", "number", "operation", "text")

    text: str
    latex: str
    number: float | None
    level: int  # how tightly it holds together
    operation: Operation | None  # None for a name, `constant` for a number
    inputs: tuple["Formula", ...]

    def __init__(self, name: str, number: float | None = None) -> None:
        form = label_text(name), label_latex(name)
        self._set(form, ATOM if name.isidentifier() else CONDITION, number)

    def _set(
        self,
        form: Written,
        level: int,
        number: float | None,
        operation: Operation | None = None,
        inputs: tuple["Formula", ...] = (),
    ) -> "Formula":
        if len(form[0]) > LONGEST:
            raise FormulaError(
                f"the formula has more than {LONGEST:,} characters: label some of the Values inside it, so that their "
                "labels stand for them"
            )
        self.text, self.latex = form
        self.level, self.number, self.operation, self.inputs = level, number, operation, inputs
        return self

    @staticmethod
    def apply_operation(operation: Operation, inputs: tuple[Any, ...]) -> "Formula":
        """The formula of an operation on formulas and numbers, simplified: how an Operation reads formulas."""
        formulas = tuple(map(as_formula, inputs))
        found = simpler(operation, formulas)
        return write(operation, formulas) if found is None else as_formula(found)

    __add__, __radd__ = _operator(ops.add)
    __sub__, __rsub__ = _operator(ops.subtract)
    __mul__, __rmul__ = _operator(ops.multiply)
    __truediv__, __rtruediv__ = _operator(ops.divide)
    __pow__, __rpow__ = _operator(ops.power)
    __neg__ = _operator(ops.negative)[0]
    __pos__ = _operator(ops.positive)[0]
    __abs__ = _operator(ops.abs_)[0]

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<formula {self.text}>"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex}$"

    def __float__(self) -> float:
        raise FormulaError("it calls float() or a function of math, where autograd's functions read formulas")

    def __bool__(self) -> bool:
        raise FormulaError("it branches on a number, where autograd.where and the comparisons read formulas")

    def __lt__(self, other: object) -> bool:
        return bool(self)

    __le__ = __gt__ = __ge__ = __lt__


# The table's functions as methods, as Values have them; so NumPy's functions read formulas too.
for _row in OPERATIONS.values():
    if _row.symbol == _row.name and _row.arity is not None:
        setattr(Formula, _row.name, _operator(_row)[0])


def _is_operand(x: object) -> bool:
    return isinstance(x, Formula) or is_number(x)


def as_formula(x: Any) -> Formula:
    """A formula as it is, a number as a formula that is written exactly; TypeError for anything else."""
    if isinstance(x, Formula):
        return x
    if not is_number(x):
        raise FormulaError(f"a formula is made from formulas and numbers, not {x!r} of type {type(x).__name__}")
    number = to_float(x)
    known = known_constants().get(abs(number))
    if known is None:
        text = exact_text(number)
        level = PRODUCT if "/" in text else POWER if "e" in text else ATOM
        return _new((text, number_latex(text)), SIGN if number < 0 else level, number, constant)
    if number < 0:
        return _new(prefixed("-", known), SIGN, number, constant)
    return _new((known.text, known.latex), known.level, number, constant)


@cache
def known_constants() -> dict[float, Formula]:
    """π, √2, log(2) and their like, by number: what a rule computes with `math` is known again by all its digits."""
    pi = _new(("π", r"\pi"), ATOM, math.pi)
    two, ten = (_new((text, text), ATOM, float(text), constant) for text in ("2", "10"))
    root_pi, two_pi = write(ops.sqrt, (pi,)), write(ops.multiply, (two, pi))
    constants = [pi, two_pi, root_pi, write(ops.divide, (two, root_pi)), write(ops.sqrt, (two_pi,))]
    constants += [write(ops.sqrt, (two,)), write(ops.log, (two,)), write(ops.log, (ten,))]
    return {c.number: c for c in constants if c.number is not None}


def _new(*parts: Any) -> Formula:
    return object.__new__(Formula)._set(*parts)


DOTS = _new(("…", r"\dots"), ATOM, None)  # what is left out


# ---- writing one operation


def write(operation: Operation, inputs: Sequence[Formula]) -> Formula:
    """The formula of one operation on these inputs, as it stands, not simplified.

    >>> x = Formula("x")
    >>> print(write(OPERATIONS["add"], [x, as_formula(0)]))
    x + 0
    """
    numbers = [x.number for x in inputs]
    number = None if None in numbers else operation(*numbers)
    if operation.written:
        try:
            spelled = as_formula(operation.written(*inputs))
        except FormulaError:
            raise
        except Exception as error:
            raise FormulaError(f"`written` of {operation.name} cannot be read on formulas: {error}") from error
        return _new((spelled.text, spelled.latex), spelled.level, number, spelled.operation, spelled.inputs)
    form, level = written(operation, tuple(inputs))
    return _new(form, level, number, operation, tuple(inputs))


# ---- the derivatives of an operation


def input_names(operation: Operation, count: int | None = None) -> tuple[str, ...]:
    """The names that a rule gives to its inputs: `a, b` or `x`; x1, x2, … for an operation of many inputs.

    >>> input_names(OPERATIONS["leaky_relu"]), input_names(OPERATIONS["sum"], 3)
    (('x', 'slope'), ('x1', 'x2', 'x3'))
    """
    if operation.arity is None:
        return tuple(f"x{i}" for i in range(1, (2 if count is None else count) + 1))
    return tuple(signature(operation.rules.derivatives).parameters)[1:]


def derivative_formulas(
    operation: Operation, inputs: Iterable[Formula | str] | None = None, y: Formula | str | None = None
) -> tuple[Formula, ...]:
    """∂y/∂input for each input: the operation's rule, read on formulas or names.

    `y` names the output; if not given it is written out. Raises FormulaError, a TypeError, where the rule computes
    with more than the table's operations, as by a function of `math`: its numbers are then all there is.

    >>> print(*derivative_formulas(OPERATIONS["divide"]), sep="    ")
    1 / b    −a / b²
    >>> print(*derivative_formulas(OPERATIONS["tanh"], ["n"]), *derivative_formulas(OPERATIONS["tanh"], ["n"], "y"))
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


# ---- the formula of a graph


def name_nodes(nodes: Iterable[Value], numbered: Iterable[Value] = ()) -> dict[Value, Formula]:
    """A name for each node: its label, told apart where two have the same; v1, v2, … for those of `numbered` without.

    Constants are numbers that are simplified with, shown with four digits where they have more than ten; whatever else
    has no label is named by its number.
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
    return _new((f"{d}{lowered}{y_text}/{d}{x_text}", latex), ATOM, None)


def named_by_number(x: float, operation: Operation | None = None) -> Formula:
    """A name that is the number as it is shown. It is not simplified with, unless the operation is `constant`."""
    text = number_text(x)
    level = SIGN if text.startswith("−") else POWER if "e" in text else ATOM
    return _new((text, number_latex(text)), level, x, operation)


def formula(output: Value) -> Formula:
    """The formula of a graph: of what `output` was computed from, in terms of the labelled Values, and simplified.

    A labelled Value within it is named by its label, a leaf without label by its number. Raises FormulaError where the
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
