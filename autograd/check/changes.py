"""The small changes of a function's source that may mend it, from the likeliest on."""

import ast
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

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


class Change(NamedTuple):
    """A change of a tree: what it does and undoes, the node where it is, and what is said of that."""

    do: Callable[[], object]
    undo: Callable[[], object]
    node: ast.AST
    about: str


def changes_of(function: ast.AST) -> Iterator[Change]:
    """Every change, from the likeliest on."""
    keys = {n.value for n in ast.walk(function) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    names = sorted({n.arg for n in ast.walk(function) if isinstance(n, ast.arg)})
    names += sorted({n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)})
    slots = [slot for slot in slots_of(function) if isinstance(slot[0], ast.expr)]
    for others in (operators, brackets, _numbers, less):
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


def slots_of(tree: ast.AST) -> Iterator[tuple[ast.AST, Callable[[ast.AST], object]]]:
    """Every node, and what puts another one into its place."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.AST) and field not in ("args", "returns", "annotation"):
                yield value, partial(setattr, parent, field)
            elif isinstance(value, list):
                for i, item in enumerate(value):
                    if isinstance(item, ast.AST):
                        yield item, partial(value.__setitem__, i)


def operators(node: Any) -> Iterator[tuple[ast.AST, str]]:
    """Other operators, or their operands in the other order."""
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


def brackets(node: Any) -> Iterator[tuple[ast.AST, str]]:
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


def less(node: Any) -> Iterator[tuple[ast.AST, str]]:
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
