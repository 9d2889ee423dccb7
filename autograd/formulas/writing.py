"""How an operation on formulas is written, as text and as LaTeX: operators, powers, choices and calls.

Brackets stand only where precedence asks for them. Anything but an operator is written `name(inputs)`, so a new row
needs nothing here.
"""

import re
from typing import Protocol, Self

from autograd import operations as ops
from autograd.formulas.notation import raised
from autograd.formulas.simplify import COMPARISONS, is_one_or_zero
from autograd.operation import Operation
from autograd.operations import constant

# How tightly a formula holds together, from `a if c else b` to a name. A sign stands before a product: −a · b.
# A slot is a number that is filled in later, with its own sign.
CONDITION, SUM, SIGN, PRODUCT, POWER, ATOM, SLOT = range(7)

# An operator by its symbol: its level, the least levels of its left and right operand, and how it is written.
INFIX = {
    "+": (SUM, SUM, SUM, " + ", " + "),
    "-": (SUM, SUM, PRODUCT, " − ", " - "),
    "*": (PRODUCT, SIGN, PRODUCT, " · ", r" \cdot "),
    "/": (PRODUCT, SIGN, POWER, " / ", ""),
}
PREFIX = {"-": ("−", "-"), "+": ("+", "+")}
RELATIONS = {"<": ("<", "<"), "<=": ("≤", r"\leq"), "==": ("=", "=")}
TURNED = {"<": (">", ">"), "<=": ("≥", r"\geq"), "==": ("=", "=")}

# The functions that LaTeX has commands for.
COMMANDS = {"arccos", "arcsin", "arctan", "cos", "cosh", "exp", "log", "sin", "sinh", "tan", "tanh"}

Written = tuple[str, str]  # as text, as LaTeX


class Expression(Protocol):
    """What writing needs to know of a formula."""

    text: str
    latex: str
    level: int
    number: float | None
    operation: Operation | None

    @property
    def inputs(self) -> tuple[Self, ...]: ...


def written(operation: Operation, inputs: tuple[Expression, ...]) -> tuple[Written, int]:
    """An operation on these inputs as text and LaTeX, and how tightly that holds together."""
    symbol = operation.symbol
    if operation is ops.where:
        return _conditional(*inputs), CONDITION
    if operation in COMPARISONS:
        text, latex = _relation(operation, *inputs)
        return (f"1 if {text} else 0", rf"\mathbf{{1}}[{latex}]"), CONDITION
    if len(inputs) == 2 and symbol in INFIX:
        return _infix(symbol, *inputs), INFIX[symbol][0]
    if len(inputs) == 2 and symbol == "**":
        return _power(*inputs), POWER
    if len(inputs) == 1 and symbol in PREFIX:
        return prefixed(symbol, inputs[0]), SIGN
    return _call(operation, inputs), ATOM


def operand(x: Expression, level: int, *, after: bool = False) -> Written:
    """An operand: in brackets where it holds less tightly than `level`, or has a sign `after` an operator.

    Of a slot, a letter that says whether a number will need them: the next one if it is negative, the one after that
    if it has an exponent too.
    """
    if x.operation in COMPARISONS:
        return f"[{_relation(x.operation, *x.inputs)[0]}]", x.latex
    if x.level == SLOT:
        return chr(ord(x.text) + (2 if level > POWER else after or level > SIGN)), x.latex
    if x.level >= level and not (after and x.text.startswith(("−", "+"))):
        return x.text, x.latex
    return f"({x.text})", _bracketed(x.latex)


def _bracketed(latex: str) -> str:
    is_tall = r"\frac" in latex or r"\begin" in latex
    return rf"\left({latex}\right)" if is_tall else f"({latex})"


def _infix(symbol: str, a: Expression, b: Expression) -> Written:
    _, left, right, in_text, in_latex = INFIX[symbol]
    a_text, a_latex = operand(a, left, after=not a.inputs)  # a negative number stands in brackets here too
    b_text, b_latex = operand(b, right, after=True)
    if symbol == "/":
        return a_text + in_text + b_text, rf"\frac{{{a.latex}}}{{{b.latex}}}"
    return a_text + in_text + b_text, a_latex + in_latex + b_latex


def prefixed(symbol: str, x: Expression) -> Written:
    """A sign before a formula."""
    text, latex = operand(x, PRODUCT, after=True)
    return PREFIX[symbol][0] + text, PREFIX[symbol][1] + latex


def _power(a: Expression, n: Expression) -> Written:
    text, latex = operand(a, ATOM)
    if a.operation is not None and a.operation.latex:
        latex = f"{{{latex}}}"  # a template may end in a superscript, and two in a row are an error
    is_whole = n.level > CONDITION and re.fullmatch("−?[0-9]+", n.text)
    exponent = raised(n.text) if is_whole else "^" + operand(n, ATOM)[0]
    return text + exponent, f"{latex}^{{{n.latex}}}"


def _relation(operation: Operation | None, a: Expression, b: Expression) -> Written:
    """A comparison; turned round where the first is a number and the second is not, since `x > 0` is easier read."""
    turned = a.operation is constant and b.operation is not constant
    a, b = (b, a) if turned else (a, b)
    text, latex = (TURNED if turned else RELATIONS)[operation.symbol]  # type: ignore[union-attr]
    (a_text, a_latex), (b_text, b_latex) = operand(a, SUM), operand(b, SUM)
    return f"{a_text} {text} {b_text}", f"{a_latex} {latex} {b_latex}"


def _conditional(condition: Expression, a: Expression, b: Expression) -> Written:
    (when, when_latex), (a_text, a_latex), (b_text, _) = _condition(condition), operand(a, SUM), operand(b, SUM)
    cases = rf"{a_latex} & \mathrm{{if}}\ {when_latex} \\ {b.latex} & \mathrm{{else}}"
    return f"{a_text} if {when} else {b_text}", rf"\begin{{cases}} {cases} \end{{cases}}"


def _condition(x: Expression) -> Written:
    if x.operation in COMPARISONS:
        return _relation(x.operation, *x.inputs)
    if is_one_or_zero(x):
        (a, a_latex), (b, b_latex) = map(_condition, x.inputs)
        return f"{a} and {b}", rf"{a_latex}\ \mathrm{{and}}\ {b_latex}"
    text, latex = operand(x, SUM)
    return f"{text} ≠ 0", rf"{latex} \neq 0"


def _call(operation: Operation, inputs: tuple[Expression, ...]) -> Written:
    texts = [operand(x, CONDITION)[0] for x in inputs]
    name, latex = operation.name, operation.latex
    if "#" in latex:  # one pass, so that a `#` within an input is left alone
        return f"{name}({', '.join(texts)})", re.sub(r"#(\d)", lambda m: inputs[int(m[1]) - 1].latex, latex)
    escaped = name.replace("_", r"\_")
    command = latex or (rf"\{name}" if name in COMMANDS else rf"\operatorname{{{escaped}}}")
    return f"{name}({', '.join(texts)})", command + _bracketed(", ".join(x.latex for x in inputs))
