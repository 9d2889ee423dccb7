"""The usual mistakes in an operation's value: what stands in the place of the right function."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd.backprop import interior_order
from autograd.check.hints import one_of, same
from autograd.check.trouble import holds
from autograd.graphs import values_at
from autograd.operation import Operation
from autograd.operations import OPERATIONS
from autograd.value import Value

WrongValue = tuple[str, Callable[..., Any]]


def explain_values(row: Operation, runs: Sequence[tuple[Value, float]], rtol: float = 0.0) -> str:
    """The hint for wrong values: what in the place of the row gives all of them."""
    return one_of(
        hint for hint, f in _wrong_values(row) if all(holds(_gives, row, f, y, yours, rtol) for y, yours in runs)
    )


def _gives(row: Operation, f: Callable[..., Any], output: Value, yours: float, rtol: float) -> bool:
    def compute(node: Value, *inputs: float) -> Any:
        return f(*inputs) if node.operation is row else node.operation(*inputs)  # type: ignore[misc]

    return same(values_at({}, interior_order(output), compute).get(output, output.data), yours, rtol)


def _wrong_values(row: Operation) -> Iterator[WrongValue]:
    f = row
    yield "the sign is wrong", lambda *x: -f(*x)
    yield "the result is cut to a whole number by int()", lambda *x: int(f(*x))
    for digits in range(4):
        yield f"the result is rounded to {digits} decimals", lambda *x, digits=digits: round(f(*x), digits)
    for digits in range(1, 6):
        yield (
            f"what goes in is rounded to {digits} decimals",
            lambda *x, digits=digits: f(*[round(i, digits) for i in x]),
        )
    if row.arity == 2:
        yield "the operands are swapped", lambda a, b: f(b, a)
        yield "that is the first operand, as it was", lambda a, b: a
        yield "that is the second operand, as it was", lambda a, b: b
        for name in ("add", "subtract", "multiply", "divide", "power"):
            other = OPERATIONS[name]
            if other.symbol != row.symbol:
                yield f"that is a {other.symbol} b", other
    if row.name == "divide":
        yield "`//` cuts the result to a whole number: `/` divides", lambda a, b: a // b
        yield "that is 1 / b: a multiplies it", lambda a, b: 1 / b
        yield "that is 1 / a: b has the exponent -1, and a multiplies it", lambda a, b: 1 / a
        yield "that is 1 / (a · b): b alone has the exponent -1", lambda a, b: 1 / (a * b)
        yield "that is a / b²: the exponent of b is -1, once", lambda a, b: a / b**2
    if row.name == "fixed_power":
        yield "that is the derivative: the value is xⁿ", lambda x, n: f.at(x, n)[1][0]
        yield "that is xⁿ⁻¹: n goes down by one in the derivative alone", lambda x, n: x ** (n - 1)
        for times in (lambda n: n, lambda n: max(n, 0)):  # the second in a loop, which starts with x
            yield "that is xⁿ⁺¹, one factor too many", lambda x, n, times=times: x ** (times(n) + 1)
        yield "that is x²: the exponent is n, not always 2", lambda x, n: x**2
        yield "the exponent is cut to a whole number", lambda x, n: x ** int(n)
        yield "the sign of a negative base is lost", lambda x, n: abs(x) ** n
    if row.arity == 1:
        yield "that is the input, as it was", lambda x: x
        yield f"that is {row.name}(-x)", lambda x: f(-x)
        for digits in range(3, 9):
            yield (
                "something small is added to what goes in, which changes the function",
                lambda x, digits=digits: f(x + 0.1**digits),
            )
        for name, other in OPERATIONS.items():
            if other.arity == 1 and name not in (row.name, "positive", "negative"):
                yield f"that is {name}(x)", other
