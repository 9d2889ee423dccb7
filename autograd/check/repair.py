"""Where a learner's function has its mistake: the one small change of its own source that would make it right.

Other operators, operands and brackets, numbers one off, other names, something missing or too much, a line too far in:
each is tried in the function itself, so whatever calls it sees the change. Its place is told, and not the change.
"""

import ast
import inspect
from collections.abc import Callable, Iterator
from functools import partial
from textwrap import dedent
from time import process_time
from types import FunctionType
from typing import Any, NamedTuple

SECONDS = 2.0  # of computing time for all changes together
LONGEST = 50  # characters of code that a hint shows


class Change(NamedTuple):
    """A change of a tree: what it does and undoes, the node where it is, and what is said of that."""

    do: Callable[[], object]
    undo: Callable[[], object]
    node: ast.AST
    about: str


def repair(function: Any, is_right: Callable[[], bool]) -> str:
    """The place of the first change after which is_right() holds, in words; "" if there is none.

    The function is changed meanwhile, and is afterwards what it was.
    """
    function = _written(function)
    if function is None:
        return ""
    tree = ast.parse(dedent(inspect.getsource(function)))
    code, start = function.__code__, process_time()
    tree.body[0].decorator_list = []  # type: ignore[attr-defined]
    try:
        for change in _changes(tree.body[0]):
            if process_time() - start > SECONDS:
                return ""
            change.do()
            try:
                function.__code__ = _compiled(tree, code)
                if is_right():
                    break
            except Exception:  # what is changed may do anything, and may not even compile
                continue
            finally:
                change.undo()
        else:
            return ""
    finally:
        function.__code__ = code
    line = code.co_firstlineno + getattr(change.node, "lineno", 1) - 1
    text = ast.unparse(change.node).splitlines()[0]
    text = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return f"one change in line {line} would make it right: look at {change.about}`{text}`"


def unused(function: Any, matters: Callable[[int], bool] = lambda i: True) -> str:
    """The first argument that a function never reads though it matters, in words; "" if there is none."""
    written = _written(function)
    if written is None:
        return ""
    (tree,) = ast.parse(dedent(inspect.getsource(written))).body
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    names = [n.arg for n in ast.walk(tree.args) if isinstance(n, ast.arg)]  # type: ignore[attr-defined]
    return next(
        (
            f"`{name}` is never used: what has it to do with the result?"
            for i, name in enumerate(names)
            if name not in read and matters(i)
        ),
        "",
    )


def stuck(function: Any) -> str:
    """Which `while` of a function cannot end, since nothing in it changes what its condition asks; "" if none."""
    written = _written(function)
    tree = ast.parse(dedent(inspect.getsource(written))) if written else ast.Module([], [])
    for loop in ast.walk(tree):
        if isinstance(loop, ast.While) and not isinstance(loop.test, ast.Constant):
            asked = {node.id for node in ast.walk(loop.test) if isinstance(node, ast.Name)}
            inside = [node for line in loop.body for node in ast.walk(line)]
            set_there = {node.id for node in inside if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
            is_left = any(isinstance(node, ast.Break | ast.Return | ast.Raise | ast.Attribute) for node in inside)
            if not asked & set_there and not is_left:
                return f"nothing in the loop changes what `while {ast.unparse(loop.test)}` asks for"
    return ""


IN_PLACE = ("reverse", "sort", "append", "extend", "insert", "shuffle")


def emptied(function: Any) -> str:
    """Which `return` hands back the None of a method that changes its list in place; "" if none."""
    written = _written(function)
    tree = ast.parse(dedent(inspect.getsource(written))) if written else ast.Module([], [])
    for line in ast.walk(tree):
        called = getattr(getattr(line, "value", None), "func", None) if isinstance(line, ast.Return) else None
        if isinstance(called, ast.Attribute) and called.attr in IN_PLACE:
            return f"`.{called.attr}()` changes the list itself and returns None: then return the list, in a line below"
    return ""


def unreturned(function: Any) -> str:
    """Where a function ends without a `return`, in words; "" where it does not, or that cannot be told."""
    written = _written(function)
    (tree,) = ast.parse(dedent(inspect.getsource(written))).body if written else (ast.Module([], []),)
    inside = [*ast.walk(tree)]
    last = tree.body[-1] if isinstance(tree, ast.FunctionDef) else None
    if last is None or any(isinstance(node, ast.Yield | ast.YieldFrom) for node in inside):
        return ""
    if not any(isinstance(node, ast.Return) and node.value for node in inside):
        return "is the `return` missing?"
    in_loop = any(isinstance(node, ast.Return) for loop in inside if isinstance(loop, ast.For) for node in ast.walk(loop))
    if isinstance(last, ast.If) and not last.orelse and not in_loop:
        return f"where `{ast.unparse(last.test)}` does not hold, nothing is returned: what should be?"
    return ""


def _written(function: Any) -> FunctionType | None:
    """The function that a learner wrote: the innermost of one that is wrapped, or the one whose name a wrapper took."""
    named = inspect.unwrap(function)
    if getattr(named, "__name__", "") != getattr(getattr(named, "__code__", None), "co_name", ""):
        named = getattr(named, "__globals__", {}).get(getattr(named, "__name__", ""))
    try:
        is_def = isinstance(ast.parse(dedent(inspect.getsource(named))).body[0], ast.FunctionDef)
    except (OSError, TypeError, SyntaxError, IndexError):
        return None
    return named if isinstance(named, FunctionType) and is_def and not named.__code__.co_freevars else None


def _compiled(tree: ast.Module, code: Any) -> Any:
    module = compile(ast.fix_missing_locations(tree), code.co_filename, "exec")
    return next(c for c in module.co_consts if hasattr(c, "co_name") and c.co_name == code.co_name)


# ---- the changes, from the likeliest on

SWAPS: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add, ast.Pow),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Pow: (ast.Mult,),
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE),
    ast.LtE: (ast.Lt, ast.GtE, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
    ast.GtE: (ast.Gt, ast.LtE, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
TWINS = [("any", "all"), ("min", "max"), ("data", "grad"), ("sin", "cos"), ("sinh", "cosh"), ("exp", "log")]
TWIN = {a: b for pair in TWINS for a, b in (pair, pair[::-1])}


def _changes(function: ast.AST) -> Iterator[Change]:
    keys = {n.value for n in ast.walk(function) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    names = sorted({n.arg for n in ast.walk(function) if isinstance(n, ast.arg)})
    names += sorted({n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)})
    slots = [slot for slot in _slots(function) if isinstance(slot[0], ast.expr)]
    for others in (_operators, _brackets, _numbers, _less):
        for node, put in slots:
            for new, about in others(node):
                yield Change(lambda: put(new), lambda: put(node), node, about)  # noqa: B023
    yield from _statements(function)
    for node, put in slots:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for key in sorted(keys - {node.value}):
                yield Change(lambda: put(ast.Constant(key)), lambda: put(node), node, "")  # noqa: B023
        of = node.value if isinstance(node, ast.Attribute) else node
        if isinstance(of, ast.Name) and isinstance(of.ctx, ast.Load) and of.id in names:
            for name in names:
                if name != of.id or of is not node:
                    yield Change(lambda: put(ast.Name(name, ast.Load())), lambda: put(node), node, "")  # noqa: B023
    for node, put in slots:
        if isinstance(node, ast.BinOp | ast.UnaryOp | ast.Call | ast.Name | ast.Subscript | ast.Attribute):
            for new in _more(node, names):
                yield Change(lambda: put(new), lambda: put(node), node, "what is missing at ")  # noqa: B023


def _slots(tree: ast.AST) -> Iterator[tuple[ast.AST, Callable[[ast.AST], object]]]:
    """Every node, and what puts another one into its place."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.AST) and field not in ("args", "returns", "annotation"):
                yield value, partial(setattr, parent, field)
            elif isinstance(value, list):
                for i, item in enumerate(value):
                    if isinstance(item, ast.AST):
                        yield item, partial(value.__setitem__, i)


def _operators(node: Any) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.BinOp):
        for other in SWAPS.get(type(node.op), ()):
            yield ast.BinOp(node.left, other(), node.right), "the operator in "
        if isinstance(node.op, ast.Sub | ast.Div | ast.Pow | ast.MatMult):
            yield ast.BinOp(node.right, node.op, node.left), "which comes first in "
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in SWAPS.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [other()], node.comparators), "the comparison "
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(SWAPS[type(node.op)][0](), node.values), "the condition "
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body), "which comes when, in "
    elif isinstance(node, ast.Name) and node.id in TWIN:
        yield ast.Name(TWIN[node.id], node.ctx), ""
    elif isinstance(node, ast.Attribute) and node.attr in TWIN:
        yield ast.Attribute(node.value, TWIN[node.attr], node.ctx), ""


def _brackets(node: Any) -> Iterator[tuple[ast.AST, str]]:
    """(a ∘ b) ∘ c for a ∘ (b ∘ c), and the other way round."""
    if isinstance(node, ast.BinOp):
        left, right = node.left, node.right
        if isinstance(left, ast.BinOp):
            yield ast.BinOp(left.left, left.op, ast.BinOp(left.right, node.op, right)), "the brackets in "
        if isinstance(right, ast.BinOp):
            yield ast.BinOp(ast.BinOp(left, node.op, right.left), right.op, right.right), "the brackets in "


def _numbers(node: Any) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value), ""
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        for x in dict.fromkeys((node.value + 1, node.value - 1, 2 * node.value, node.value / 2, -node.value)):
            yield ast.Constant(x), "the number "


def _less(node: Any) -> Iterator[tuple[ast.AST, str]]:
    """What is left where something is left out."""
    about = "what is too much in "
    if isinstance(node, ast.BinOp):
        yield node.left, about
        yield node.right, about
    elif isinstance(node, ast.UnaryOp):
        yield node.operand, "the sign of " if isinstance(node.op, ast.USub) else about
    elif isinstance(node, ast.Call) and node.args:
        yield node.args[0], about
        if isinstance(node.func, ast.Attribute):
            yield node.func.value, about
    elif isinstance(node, ast.Attribute | ast.Subscript):
        yield node.value, about
    elif isinstance(node, ast.List | ast.Tuple) and len(node.elts) == 1:
        yield node.elts[0], about


def _more(node: Any, names: list[str]) -> Iterator[ast.AST]:
    """The expression with something beside it: a sign, a number, a variable, abs() around it."""
    yield ast.UnaryOp(ast.USub(), node)
    one, two = ast.Constant(1), ast.Constant(2)
    yield from (ast.BinOp(node, ast.Add(), one), ast.BinOp(node, ast.Sub(), one), ast.BinOp(one, ast.Sub(), node))
    yield from (ast.BinOp(node, op, two) for op in (ast.Mult(), ast.Div(), ast.Pow()))
    for name in ("abs", "len", "sum"):
        yield ast.Call(ast.Name(name, ast.Load()), [node], [])
    yield ast.Attribute(node, "data", ast.Load())
    for name in names:
        other = ast.Name(name, ast.Load())
        yield from (ast.BinOp(node, op, other) for op in (ast.Mult(), ast.Div(), ast.Add(), ast.Sub()))
        yield ast.Call(other, [node], [])


def _statements(function: ast.AST) -> Iterator[Change]:
    """`+=` for `=`, a line left out, two lines in the other order, a line farther in or out."""
    for parent in ast.walk(function):
        for _, body in ast.iter_fields(parent):
            if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                before, put = [*body], partial(body.__setitem__, slice(None))
                for i, line in enumerate(before):
                    for new, node, about in _rewritten(before, i):
                        yield Change(partial(put, new), partial(put, before), node, about)
                    inner = getattr(line, "body", None)
                    if isinstance(inner, list) and len(inner) > 1:
                        yield _moved(before, inner, i, out=True, put=put)
                    if isinstance(inner, list) and i + 1 < len(before):
                        yield _moved(before, inner, i, out=False, put=put)


def _rewritten(body: list[Any], i: int) -> Iterator[tuple[list[Any], ast.AST, str]]:
    """The lines of a block, one of them otherwise."""
    above, line, below = body[:i], body[i], body[i + 1 :]
    if isinstance(line, ast.AugAssign):
        yield [*above, ast.Assign([line.target], line.value, lineno=line.lineno), *below], line, "the sign in "
        other = SWAPS.get(type(line.op), (ast.Add,))[0]()
        yield [*above, ast.AugAssign(line.target, other, line.value), *below], line, "the sign in "
    elif isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name | ast.Attribute | ast.Subscript):
        yield [*above, ast.AugAssign(line.targets[0], ast.Add(), line.value), *below], line, "the sign in "
    elif isinstance(line, ast.If) and not line.orelse:
        yield [*above, ast.While(line.test, line.body, []), *below], line.test, "how often runs `if` "
    if len(body) > 1:
        yield [*above, *below], line, "whether it needs "
    if above:
        yield [*above[:-1], line, above[-1], *below], line, "which comes first, the line above or "


def _moved(outer: list[Any], inner: list[Any], i: int, *, out: bool, put: Callable[[list[Any]], None]) -> Change:
    """The last line of a block behind the block, or the line behind it into it."""
    block, line = [*inner], inner[-1] if out else outer[i + 1]

    def do() -> None:
        inner[:] = block[:-1] if out else [*block, line]
        put([*outer[: i + 1], line, *outer[i + 1 :]] if out else [*outer[: i + 1], *outer[i + 2 :]])

    def undo() -> None:
        inner[:] = block
        put(outer)

    return Change(do, undo, line, f"how far {'in' if out else 'out'} stands ")
