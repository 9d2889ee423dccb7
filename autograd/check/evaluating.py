"""A probe's text: the names that it reads, the methods that it needs, and what an engine makes of it.

It is walked through, not run by Python, since `backward` and the functions may have other names.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.Pow: "pow"}


@cache
def _parsed(text: str) -> tuple[ast.stmt, ...]:
    return tuple(ast.parse(text.replace("; ", "\n")).body)


@cache
def names_in(text: str) -> tuple[str, ...]:
    """The names that a probe reads before it gives them a value: its inputs, in alphabetical order."""
    nodes = [node for statement in _parsed(text) for node in ast.walk(statement) if isinstance(node, ast.Name)]
    made = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    return tuple(sorted({node.id for node in nodes} - made - {"range", "abs"}))


@cache
def methods_in(text: str) -> frozenset[str]:
    """The methods that an engine needs for a probe: `__rsub__` where a plain number stands on the left."""
    found = set()
    for node in (node for statement in _parsed(text) for node in ast.walk(statement)):
        match node:
            case ast.BinOp(op=op) | ast.AugAssign(op=op):
                is_reflected = isinstance(node, ast.BinOp) and isinstance(node.left, ast.Constant)
                found.add(f"__{'r' * is_reflected}{OPERATORS[type(op)]}__")
            case ast.UnaryOp(operand=ast.Name() | ast.BinOp()):
                found.add("__neg__")
            case ast.Call(func=ast.Name(id="abs")):
                found.add("__abs__")
            case ast.Call(func=ast.Attribute(attr=name)) if name != "backward":
                found.add(name)
    return frozenset(found)


def evaluate(text: str, names: Mapping[str, Any], call: Callable[[Any, str], Any]) -> dict[str, Any]:
    """The names of a probe with their values, that of its last line under "". `call(object, name)` calls a method."""
    scope = dict(names)

    def value(node: ast.AST) -> Any:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=x):
                scope[name] = value(x)
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=x):
                scope[name] = getattr(operator, f"i{OPERATORS[type(op)]}")(scope[name], value(x))
            case ast.For(iter=ast.Call(args=[ast.Constant(value=int(count))]), body=body):
                for statement in body * count:
                    value(statement)
            case ast.Expr(value=x):
                scope[""] = value(x)
            case ast.Constant(value=number):
                return number
            case ast.Name(id=name):
                return scope[name]
            case ast.BinOp(left=left, op=op, right=right):
                return getattr(operator, OPERATORS[type(op)])(value(left), value(right))
            case ast.UnaryOp(op=ast.USub(), operand=x):
                return -value(x)
            case ast.Call(func=ast.Name(id="abs"), args=[x]):
                return abs(value(x))
            case ast.Call(func=ast.Attribute(value=x, attr=name)):
                return call(value(x), name)
            case _:
                raise SyntaxError(f"a probe has no {type(node).__name__}")
        return None

    for statement in _parsed(text):
        value(statement)
    return scope
