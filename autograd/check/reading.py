"""What a learner's function tells by its source: its arguments, which of them is not read, a missing `return`."""

import ast
import inspect
from collections.abc import Callable
from contextlib import suppress
from textwrap import dedent
from types import FunctionType
from typing import Any

IN_PLACE = ("reverse", "sort", "append", "extend", "insert", "shuffle")
Jump = ast.Break | ast.Return | ast.Raise | ast.Attribute  # what leaves a loop, or may


def parameters_of(function: Any) -> list[inspect.Parameter]:
    """The parameters of a function, none where they cannot be told."""
    with suppress(TypeError, ValueError):
        return [*inspect.signature(function).parameters.values()]
    return []


def argument_names(function: Any, count: int, otherwise: str = "x{}") -> list[str]:
    """What a function calls its first arguments; x1, x2, … where it has no names for them."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [p.name for p in parameters_of(function) if p.kind in kinds]
    return names[:count] if len(names) >= count else [otherwise.format(i + 1) for i in range(count)]


def written(function: Any) -> tuple[FunctionType, ast.Module] | None:
    """The function that a learner wrote, and its tree.

    Of a wrapped one it is the innermost, or the one whose name a wrapper took.
    """
    named = inspect.unwrap(function)
    if getattr(named, "__name__", "") != getattr(getattr(named, "__code__", None), "co_name", ""):
        named = getattr(named, "__globals__", {}).get(getattr(named, "__name__", ""))
    with suppress(OSError, TypeError, SyntaxError, IndexError):
        tree = ast.parse(dedent(inspect.getsource(named)))
        is_def = isinstance(named, FunctionType) and isinstance(tree.body[0], ast.FunctionDef)
        return (named, tree) if is_def and not named.__code__.co_freevars else None
    return None


def parsed(function: Any) -> ast.FunctionDef | None:
    """The tree of a function that a learner wrote, None where there is no source."""
    own = written(function)
    return own[1].body[0] if own else None  # type: ignore[return-value]


def is_begun(function: Any) -> bool:
    """Whether more than a name for an empty list or a number stands above a `raise` that was never taken out."""
    for line in getattr(parsed(function), "body", ()):
        if isinstance(line, ast.Raise):
            return False
        literal = isinstance(getattr(line, "value", None), ast.Constant | ast.List | ast.Dict)
        if not (literal and isinstance(line, ast.Expr | ast.Assign)):
            return True
    return False


def unused(function: Any, matters: Callable[[int], bool] = lambda i: True) -> str:
    """The first argument that a function never reads though it matters, in words; "" if there is none."""
    tree = parsed(function)
    if tree is None:
        return ""
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    names = [n.arg for n in ast.walk(tree.args) if isinstance(n, ast.arg)]
    for i, name in enumerate(names):
        if name not in read and matters(i):
            return f"`{name}` is never used: what has it to do with the result?"
    return ""


def stuck(function: Any) -> str:
    """Which `while` of a function cannot end, since nothing in it changes what its condition asks; "" if none."""
    for loop in ast.walk(parsed(function) or ast.Module([], [])):
        if isinstance(loop, ast.While) and not isinstance(loop.test, ast.Constant):
            asked = {node.id for node in ast.walk(loop.test) if isinstance(node, ast.Name)}
            inside = [node for line in loop.body for node in ast.walk(line)]
            set_there = {node.id for node in inside if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
            if not asked & set_there and not any(isinstance(node, Jump) for node in inside):
                return f"nothing in the loop changes what `while {ast.unparse(loop.test)}` asks for"
    return ""


def emptied(function: Any) -> str:
    """Which `return` hands back the None of a method that changes its list in place; "" if none."""
    for line in ast.walk(parsed(function) or ast.Module([], [])):
        called = getattr(getattr(line, "value", None), "func", None) if isinstance(line, ast.Return) else None
        if isinstance(called, ast.Attribute) and called.attr in IN_PLACE:
            return f"`.{called.attr}()` changes the list itself and returns None: then return the list, in a line below"
    return ""


def unreturned(function: Any) -> str:
    """Where a function ends without a `return`, in words; "" where it does not, or that cannot be told."""
    tree = parsed(function)
    nodes = [*ast.walk(tree)] if tree else []
    if tree is None or any(isinstance(node, ast.Yield | ast.YieldFrom) for node in nodes):
        return ""
    if not any(isinstance(node, ast.Return) and node.value for node in nodes):
        return "is the `return` missing?"
    loops = [node for node in nodes if isinstance(node, ast.For | ast.While)]
    is_in_loop = any(isinstance(node, ast.Return) for loop in loops for node in ast.walk(loop))
    last = tree.body[-1]
    if is_in_loop or isinstance(last, ast.Return | ast.Raise | ast.Try | ast.With | ast.Match):
        return ""
    if not isinstance(last, ast.If):
        return f"`{ast.unparse(last).splitlines()[0]}` is the last line, and nothing is returned there"
    told = f"where `{ast.unparse(last.test)}` does not hold, nothing is returned: what should be?"
    return "" if last.orelse else told
