"""A probe's text: the names that it reads, the methods that it needs, and what an engine makes of it.

It is walked through, not run by Python, since `backward` and the functions may have other names.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
IN_PLACE: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.iadd,
    ast.Sub: operator.isub,
    ast.Mult: operator.imul,
    ast.Div: operator.itruediv,
}


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
            case ast.BinOp(left=left, op=op):
                found.add(f"__{'r' * isinstance(left, ast.Constant)}{BINARY[type(op)].__name__}__")
            case ast.AugAssign(op=op):
                found.add(f"__{BINARY[type(op)].__name__}__")
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
    for statement in _parsed(text):
        _execute(statement, scope, call)
    return scope


def _execute(statement: ast.stmt, scope: dict[str, Any], call: Callable[[Any, str], Any]) -> None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            scope[name] = _value(value, scope, call)
        case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
            scope[name] = IN_PLACE[type(op)](scope[name], _value(value, scope, call))
        case ast.For(iter=ast.Call(args=[ast.Constant(value=int(count))]), body=body):
            for _ in range(count):
                for inner in body:
                    _execute(inner, scope, call)
        case ast.Expr(value=value):
            scope[""] = _value(value, scope, call)
        case _:
            raise SyntaxError(f"a probe has no {type(statement).__name__}")


def _value(node: ast.expr, scope: dict[str, Any], call: Callable[[Any, str], Any]) -> Any:
    match node:
        case ast.Constant(value=number):
            return number
        case ast.Name(id=name):
            return scope[name]
        case ast.BinOp(left=left, op=op, right=right):
            return BINARY[type(op)](_value(left, scope, call), _value(right, scope, call))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, scope, call)
        case ast.Call(func=ast.Name(id="abs"), args=[x]):
            return abs(_value(x, scope, call))
        case ast.Call(func=ast.Attribute(value=x, attr=name)):
            return call(_value(x, scope, call), name)
    raise SyntaxError(f"a probe has no {type(node).__name__}")
