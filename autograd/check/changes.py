"""The small changes of a function's source that may mend it, from the likeliest on."""

import ast
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

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
}
OPPOSITES = [(ast.Eq, ast.NotEq), (ast.In, ast.NotIn), (ast.Is, ast.IsNot), (ast.And, ast.Or)]
SWAPS.update({a: (b,) for pair in OPPOSITES for a, b in (pair, pair[::-1])})
Place = tuple[ast.AST, str]  # where a change is, and what is said of it
TWINS = [("any", "all"), ("min", "max"), ("data", "grad"), ("sin", "cos"), ("sinh", "cosh"), ("exp", "log")]
TWIN = {a: b for pair in TWINS for a, b in (pair, pair[::-1])}


def changes_of(function: ast.AST) -> Iterator[Place]:
    """Make every change in turn, from the likeliest on; each is undone when the next one is asked for."""
    keys = {n.value for n in ast.walk(function) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    names = sorted({n.arg for n in ast.walk(function) if isinstance(n, ast.arg)})
    names += sorted({n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)})
    yield from replaced(function, operators, brackets, _numbers, less)
    yield from _rewritten(function)
    yield from replaced(function, partial(_renamed, keys=keys, names=names), partial(_more, names=names))


def replaced(tree: ast.AST, *kinds: Callable[[Any], Iterator[tuple[ast.AST, str]]]) -> Iterator[Place]:
    """Put every other expression of these kinds into the place of each one in turn."""
    slots = [*_slots_of(tree)]
    for others in kinds:
        for node, put in slots:
            for new, about in others(node):
                put(new)
                yield node, about
                put(node)


def _slots_of(tree: ast.AST) -> Iterator[tuple[ast.expr, Callable[[ast.AST], object]]]:
    """Every expression, and what puts another one into its place."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.expr) and field not in ("args", "returns", "annotation"):
                yield value, partial(setattr, parent, field)
            elif isinstance(value, list):
                for i, item in enumerate(value):
                    if isinstance(item, ast.expr):
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


def _renamed(node: Any, keys: set[str], names: list[str]) -> Iterator[tuple[ast.AST, str]]:
    """Another key of the function's, another name, or a name in the place of its attribute."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        for key in sorted(keys - {node.value}):
            yield ast.Constant(key), ""
    of = node.value if isinstance(node, ast.Attribute) else node
    if isinstance(of, ast.Name) and isinstance(of.ctx, ast.Load) and of.id in names:
        for name in names:
            if name != of.id or of is not node:
                yield ast.Name(name, ast.Load()), ""


def _more(node: Any, names: list[str]) -> Iterator[tuple[ast.AST, str]]:
    """The expression with something beside it: a sign, a number, a variable, abs() around it."""
    if not isinstance(node, ast.BinOp | ast.UnaryOp | ast.Call | ast.Name | ast.Subscript | ast.Attribute):
        return
    one, two = ast.Constant(1), ast.Constant(2)
    found: list[ast.AST] = [ast.UnaryOp(ast.USub(), node)]
    found += [ast.BinOp(node, ast.Add(), one), ast.BinOp(node, ast.Sub(), one), ast.BinOp(one, ast.Sub(), node)]
    found += [ast.BinOp(node, op, two) for op in (ast.Mult(), ast.Div(), ast.Pow())]
    found += [ast.Call(ast.Name(name, ast.Load()), [node], []) for name in ("abs", "len", "sum")]
    found.append(ast.Attribute(node, "data", ast.Load()))
    for name in names:
        other = ast.Name(name, ast.Load())
        found += [ast.BinOp(node, op, other) for op in (ast.Mult(), ast.Div(), ast.Add(), ast.Sub())]
        found.append(ast.Call(other, [node], []))
    for new in found:
        yield new, "what is missing at "


def _rewritten(function: ast.AST) -> Iterator[Place]:
    """Rewrite the lines of every block in turn."""
    for parent in ast.walk(function):
        for _, body in ast.iter_fields(parent):
            if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                before = [*body]
                for i in range(len(before)):
                    for new, node, about in _other_lines(before, i):
                        body[:] = new
                        yield node, about
                body[:] = before


def _other_lines(body: list[Any], i: int) -> Iterator[tuple[list[Any], ast.AST, str]]:
    """`+=` for `=`, a line left out, two lines in the other order, a line farther in or out."""
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
    inner = getattr(line, "body", [])
    if len(inner) > 1:
        yield [*above, _with_body(line, inner[:-1]), inner[-1], *below], inner[-1], "how far in stands "
    if inner and below:
        yield [*above, _with_body(line, [*inner, below[0]]), *below[1:]], below[0], "how far out stands "


def _with_body(line: ast.stmt, body: list[Any]) -> ast.stmt:
    return type(line)(**{**vars(line), "body": body})
