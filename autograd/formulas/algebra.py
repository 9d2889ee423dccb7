"""Formula: an expression made from names by arithmetic and the table's functions, as text and as LaTeX.

On the way it is simplified by the laws in `simplify.py`, and written as `writing.py` says.
"""

import math
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from functools import cache
from typing import Any

from autograd import operations as ops
from autograd.floats import is_number, to_float
from autograd.formulas.notation import exact_text, is_word, label_latex, label_text, number_latex
from autograd.formulas.simplify import simpler
from autograd.formulas.writing import ATOM, CONDITION, POWER, PRODUCT, SIGN, Written, prefixed, written
from autograd.operation import Operation
from autograd.operations import OPERATIONS, constant
from autograd.tables import printable, short

LONGEST = 4000  # characters of a formula


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

    - text: plain text, `1 − tanh(x)²`
    - latex: for LaTeX's mathematics, `1 - \tanh(x)^{2}`
    - number: what it comes to, where the numbers of all names in it are known; else None

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
        self._set(form, ATOM if is_word(name) else CONDITION, number)

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
        return printable(self.text)

    def __format__(self, specification: str) -> str:
        return format(self.text, specification)

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
        raise FormulaError(f"a formula is made from formulas and numbers, not {short(x)} of type {type(x).__name__}")
    number = to_float(x)
    known = known_constants().get(abs(number))
    if known is None:
        text = exact_text(number)
        level = PRODUCT if "/" in text else POWER if "e" in text else ATOM
        return spelled((text, number_latex(text)), SIGN if number < 0 else level, number, constant)
    if number < 0:
        return spelled(prefixed("-", known), SIGN, number, constant)
    return spelled((known.text, known.latex), known.level, number, constant)


@cache
def known_constants() -> dict[float, Formula]:
    """π, √2, log(2) and their like, by number: what a rule computes with `math` is known again by all its digits."""
    pi = spelled(("π", r"\pi"), ATOM, math.pi)
    two, ten = (spelled((text, text), ATOM, float(text), constant) for text in ("2", "10"))
    root_pi, two_pi = write(ops.sqrt, (pi,)), write(ops.multiply, (two, pi))
    constants = [pi, two_pi, root_pi, write(ops.divide, (two, root_pi)), write(ops.sqrt, (two_pi,))]
    constants += [write(ops.sqrt, (two,)), write(ops.log, (two,)), write(ops.log, (ten,))]
    return {c.number: c for c in constants if c.number is not None}


def spelled(*parts: Any) -> Formula:
    """The formula with this text and LaTeX, level, number and, if it has them, operation and inputs."""
    return object.__new__(Formula)._set(*parts)


DOTS = spelled(("…", r"\dots"), ATOM, None)  # what is left out


def write(operation: Operation, inputs: Sequence[Formula]) -> Formula:
    """The formula of one operation on these inputs, as it stands, not simplified.

    >>> x = Formula("x")
    >>> print(write(OPERATIONS["add"], [x, as_formula(0)]))
    x + 0
    """
    numbers = [x.number for x in inputs]
    number = None if None in numbers or operation is ops.own else operation(*numbers)
    if operation.written and not _is_short.get():
        try:
            full = as_formula(operation.written(*inputs))
        except FormulaError:
            raise
        except Exception as error:
            raise FormulaError(f"`written` of {operation.name} cannot be read on formulas: {error}") from error
        return spelled((full.text, full.latex), full.level, number, full.operation, full.inputs)
    form, level = written(operation, tuple(inputs))
    return spelled(form, level, number, operation, tuple(inputs))


_is_short: ContextVar[bool] = ContextVar("is_short", default=False)


def write_short(operation: Operation, inputs: Sequence[Formula]) -> Formula:
    """The same, in which the operations that it is written out with are not written out themselves.

    >>> print(write_short(OPERATIONS["log_loss"], [as_formula(0), Formula("a"), Formula("b")]))
    logsumexp(a, b) − a
    """
    token = _is_short.set(True)
    try:
        return as_formula(operation.written(*inputs)) if operation.written else write(operation, inputs)
    finally:
        _is_short.reset(token)
