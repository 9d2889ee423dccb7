"""Expressions from text, such as `tanh(a*b + c)`: read by a whitelist over Python's syntax, never run as Python.

What is allowed stands in the tables below: numbers, names, arithmetic, comparisons, and the functions of the table of
operations. Everything is computed by the table's rows, on floats and Values, so no power is too large.
"""

import ast
import difflib
import re
import warnings
from collections.abc import Callable, Collection, Mapping
from math import pi
from typing import Any

from autograd import functions
from autograd import operations as ops
from autograd.operations import OPERATIONS
from autograd.spelling import OTHER_NAMES, OTHER_VALUES, advice, decimal_comma
from autograd.value import Value

OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: ops.add,
    ast.Sub: ops.subtract,
    ast.Mult: ops.multiply,
    ast.Div: ops.divide,
    ast.Pow: ops.power,
    ast.USub: ops.negative,
    ast.UAdd: ops.positive,
    ast.Lt: ops.less,
    ast.LtE: ops.less_equal,
    ast.Gt: lambda a, b: ops.less(b, a),
    ast.GtE: lambda a, b: ops.less_equal(b, a),
    ast.Eq: ops.equal,
}
OF_LISTS = {name: getattr(functions, name) for name, row in OPERATIONS.items() if row.arity is None}
INDEXED = {"select", "log_loss"}
USAGE: dict[str, tuple[str, list[type[ast.expr]]]] = {
    "dot": ("two lists: dot([a, b], [c, d])", [ast.List, ast.List]),
    **{name: (f"an index and a list: {name}(i, [a, b])", [ast.expr, ast.List]) for name in INDEXED},
}
FUNCTIONS: dict[str, Callable[..., Any]] = {**OPERATIONS, **OF_LISTS}
CONSTANTS = {"pi": pi}

ALLOWED = "use numbers, variables, + - * / ** ( ), comparisons, and functions such as tanh(x) or maximum(a, b)"
LISTS = "lists stand in " + ", ".join(f"{name}({'i, ' * (name in INDEXED)}[…])" for name in OF_LISTS)
CONDITIONS = "both of two conditions is their product, either is their maximum"

# What is not allowed: how it is called, and what to do instead. Whatever is not listed goes by Python's name for it.
REFUSED: dict[type[ast.AST], tuple[str, str]] = {
    ast.And: ("'and'", CONDITIONS),
    ast.Attribute: ("an attribute", ALLOWED),
    ast.BitXor: ("'^'", "a power is written **"),
    ast.Call: ("such a call", ALLOWED),
    ast.Compare: ("a chain of comparisons", CONDITIONS),
    ast.Constant: ("a constant that is no real number", ALLOWED),
    ast.FloorDiv: ("'//'", ALLOWED),
    ast.IfExp: ("'if'", "a choice is written where(condition, a, b)"),
    ast.List: ("a list here", LISTS),
    ast.Mod: ("'%'", ALLOWED),
    ast.Not: ("'not'", "the opposite of a condition is 1 - condition"),
    ast.NotEq: ("'!='", "it is written 1 - (a == b)"),
    ast.Or: ("'or'", CONDITIONS),
    ast.Tuple: ("a comma here", LISTS),
}


class ExpressionError(ValueError):
    """What is wrong with an expression and where: the message, then the expression with a mark below the column."""

    def __init__(self, message: str, text: str, column: int) -> None:
        start = max(0, column - 50)
        shown = text[start : start + 70]
        super().__init__(f"{message} (column {column + 1})\n    {shown}\n    {' ' * (column - start)}^")


def evaluate(text: str, variables: Mapping[str, Value]) -> Any:
    """The Value of an expression of these variables, or a float where none of them occurs.

    Raises ExpressionError, a ValueError that points at the column, for whatever else it is.

    >>> a, b = Value(2.0), Value(-3.0)
    >>> evaluate("maximum(a*b, 1) + a**2", {"a": a, "b": b}).data
    5.0
    >>> evaluate("a.data", {"a": a})
    Traceback (most recent call last):
    ...
    autograd.expressions.ExpressionError: an attribute is not allowed: use numbers, variables, ...
        a.data
         ^
    """
    text = re.sub(r"\s", " ", text.strip())
    reader = _Reader(text, variables)
    ahead, steps = [_syntax(text)], []
    while ahead:  # parents before children, right before left; so backwards it is the order to compute in
        node = ahead.pop()
        function, parts = reader.read(node)
        steps.append((node, function, len(parts)))
        ahead += parts
    results: list[Any] = []
    for node, function, count in reversed(steps):
        inputs = [results.pop() for _ in range(count)][::-1]
        try:
            results.append(function(*inputs))
        except (TypeError, ValueError, IndexError) as error:
            comma = decimal_comma(ast.get_source_segment(text, node) or "")
            raise reader.error(f"{error}; {comma}" if comma else str(error), node) from None
    return results[0]


def _syntax(text: str) -> ast.expr:
    if "#" in text:
        raise ExpressionError("'#' is not allowed", text, text.index("#"))
    if not text:
        raise ExpressionError("the expression is empty", text, 0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        if found := advice(text, FUNCTIONS):
            raise ExpressionError(found[0], text, found[1]) from None
        message = re.split("[.:;] ", str(error.msg))[0]
        column = error.offset - 1 if error.offset else len(text)  # no offset where something is missing at the end
        raise ExpressionError(f"this is no expression: {message}", text, column) from None
    except (RecursionError, MemoryError):
        message = "the expression is nested too deeply: write a long sum as sum([a, b, c])"
        raise ExpressionError(message, text, 0) from None
    except ValueError as error:
        raise ExpressionError(f"this is no expression: {error}", text, 0) from None


class _Reader:
    """Tells for each part of the syntax how it is computed, or that it is not allowed."""

    def __init__(self, text: str, variables: Mapping[str, Value]) -> None:
        self.text = text
        self.variables = variables
        self.lists: set[ast.expr] = set()  # those that are arguments of a function of lists

    def error(self, message: str, node: ast.expr) -> ExpressionError:
        """The error that points at where a part begins."""
        return ExpressionError(message, self.text, self.column(node.col_offset))

    def column(self, byte: int) -> int:
        return len(self.text.encode()[:byte].decode())

    def read(self, node: ast.expr) -> tuple[Callable[..., Any], list[ast.expr]]:
        """The function that computes this part, and the parts that give its inputs."""
        match node:
            case ast.Constant(value=bool() | None):
                pass
            case ast.Constant(value=int() | float() as number):
                return lambda: _float(number), []
            case ast.Name(id=name):
                return self.named(name, node), []
            case ast.UnaryOp(op=op, operand=x) if type(op) in OPERATORS:
                return OPERATORS[type(op)], [x]
            case ast.BinOp(op=op, left=a, right=b) if type(op) in OPERATORS:
                return OPERATORS[type(op)], [a, b]
            case ast.Compare(ops=[op], left=a, comparators=[b]) if type(op) in OPERATORS:
                return OPERATORS[type(op)], [a, b]
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self.called(name, node, args), args
            case ast.List(elts=items) if node in self.lists:
                return lambda *items: list(items), items
        raise self.refused(node)

    def refused(self, node: ast.expr) -> ExpressionError:
        """The error that points at what is not allowed: the operator, the dot of an attribute."""
        kind = getattr(node, "op", node.ops[0] if isinstance(node, ast.Compare) and len(node.ops) == 1 else node)
        own_name = re.sub("(?<=[a-z])(?=[A-Z])", " ", type(kind).__name__).lower()
        what, instead = REFUSED.get(type(kind), (f"'{own_name}'", ALLOWED))
        column = self.column(node.col_offset)
        match node:
            case ast.BinOp(left=x) | ast.Compare(left=x) | ast.Attribute(value=x) | ast.Subscript(value=x):
                column = self.column(x.end_col_offset or 0)
                column += len(self.text[column:]) - len(self.text[column:].lstrip(" )"))
        match node:
            case ast.Tuple() if comma := decimal_comma(self.text):
                instead = comma
            case ast.Call(func=ast.Constant() | ast.BinOp() | ast.UnaryOp() | ast.Call()):
                instead = "a product is written with *, as in 2*(a + b)"
        return ExpressionError(f"{what} is not allowed: {instead}", self.text, column)

    def named(self, name: str, node: ast.expr) -> Callable[[], Any]:
        if name in self.variables:
            return lambda: self.variables[name]
        if name in CONSTANTS:
            return lambda: CONSTANTS[name]
        if (ours := OTHER_NAMES.get(name, name)) in FUNCTIONS:
            raise self.error(f"{name} is a function: write {ours}(…)", node)
        other = f"{OTHER_VALUES[name]}, or " if name in OTHER_VALUES else ""
        close = _close(name, self.variables)
        raise self.error(f"{name} has no value: {other}give it one, as in {name}=2{close}", node)

    def called(self, name: str, node: ast.expr, args: list[ast.expr]) -> Callable[..., Any]:
        if name in self.variables and name not in FUNCTIONS:
            raise self.error(f"{name} is a variable: a product is written {name}*(…)", node)
        if name not in FUNCTIONS:
            raise self.error(f"there is no function {name}{_close(name, FUNCTIONS)}", node)
        if name in OF_LISTS:
            usage, kinds = USAGE.get(name) or (f"a list: {name}([a, b])", [ast.List])
            if len(args) != len(kinds) or not all(map(isinstance, args, kinds)):
                raise self.error(f"{name} takes {usage}", node)
            self.lists.update(args)
        return FUNCTIONS[name]


def _float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        raise ValueError("a number beyond 1.8e308") from None


def _close(name: str, names: Collection[str]) -> str:
    found = [OTHER_NAMES[name]] if OTHER_NAMES.get(name, "") in names else difflib.get_close_matches(name, names, n=1)
    return f" (did you mean {found[0]}?)" if found else ""
