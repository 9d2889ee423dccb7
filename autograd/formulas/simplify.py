"""The laws by which formulas are simplified: few, and each true for all real numbers for which both sides are defined.

A law takes the inputs of one operation, already simplified, and returns something simpler, or None.
"""

from collections.abc import Callable
from typing import Any

from autograd import operations as ops
from autograd.operation import Operation
from autograd.operations import constant

COMPARISONS = (ops.less, ops.less_equal, ops.equal)


def simpler(operation: Operation, inputs: tuple[Any, ...]) -> Any:
    """A formula or number equal to the operation of these formulas, or None where no law applies."""
    if inputs and all(x.operation is constant for x in inputs):
        return operation(*[x.number for x in inputs])
    law = LAWS.get(operation)
    return law(*inputs) if law else None


def is_one_or_zero(x: Any) -> bool:
    """Whether x is a comparison, or a product of comparisons: a condition."""
    return x.operation in COMPARISONS or (x.operation is ops.multiply and all(map(is_one_or_zero, x.inputs)))


def _is(x: Any, number: float) -> bool:
    return x.operation is constant and x.number == number


def _opposite(x: Any) -> Any:
    """The p of a formula −p, or of a negative number."""
    if x.operation is ops.negative:
        return x.inputs[0]
    return -x.number if x.operation is constant and x.number < 0 else None


def _sum(a: Any, b: Any) -> Any:
    if _is(a, 0):
        return b
    if _is(b, 0):
        return a
    p = _opposite(b)
    return a - p if p is not None else None


def _difference(a: Any, b: Any) -> Any:
    if _is(b, 0):
        return a
    if _is(a, 0):
        return -b
    p = _opposite(b)
    return a + p if p is not None else None


def _product(a: Any, b: Any) -> Any:
    for one, other in ((a, b), (b, a)):
        if _is(one, 1):
            return other
        if _is(one, -1):
            return -other
        if _is(one, 0) and is_one_or_zero(other):
            return 0.0
        if one.operation is ops.negative:
            return -(one.inputs[0] * b if one is a else a * one.inputs[0])
        if one.operation is constant and other.operation is ops.multiply and other.inputs[0].operation is constant:
            return one.number * other.inputs[0].number * other.inputs[1]
    if a is b:
        return a**2
    if a.operation is ops.multiply and a.inputs[1] is b:
        return a.inputs[0] * b**2
    return None


def _quotient(a: Any, b: Any) -> Any:
    if _is(b, 1):
        return a
    if a.operation is ops.negative:
        return -(a.inputs[0] / b)
    if b.operation is ops.negative:
        return -(a / b.inputs[0])
    if a.operation is ops.divide:
        return a.inputs[0] / (a.inputs[1] * b)
    return None


def _power(a: Any, n: Any) -> Any:
    return a if _is(n, 1) else 1.0 if _is(n, 0) else None


def _equality(a: Any, b: Any) -> Any:
    return 0.0 if a.number is not None and b.number is not None and a.number != b.number else None


def _choice(condition: Any, a: Any, b: Any) -> Any:
    if condition.operation is constant:
        return a if condition.number else b
    if a is b:
        return a
    return condition if is_one_or_zero(condition) and _is(a, 1) and _is(b, 0) else None


def _selected(i: Any, *xs: Any) -> Any:
    is_place = i.operation is constant and i.number in range(len(xs))
    return xs[int(i.number)] if is_place else None


LAWS: dict[Operation, Callable[..., Any]] = {
    ops.add: _sum,
    ops.subtract: _difference,
    ops.multiply: _product,
    ops.divide: _quotient,
    ops.power: _power,
    ops.fixed_power: _power,
    ops.negative: _opposite,
    ops.positive: lambda x: x,
    ops.equal: _equality,
    ops.where: _choice,
    ops.select: _selected,
}
