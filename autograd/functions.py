"""Functions of many inputs, for floats and Values alike, each a single node; softmax; and `backward` as a function."""

from collections.abc import Iterable
from typing import Any, overload

import numpy as np

from autograd.elementary import exp
from autograd.floats import as_index
from autograd.operation import Operation
from autograd.operations import OPERATIONS
from autograd.tables import short
from autograd.value import Number, Value, is_operand, make_node

Floats = Iterable[float]
Values = Iterable[Value] | Iterable[Value | float]


def _listed(name: str, values: Any) -> tuple[Any, ...]:
    is_scalar = is_operand(values) or (isinstance(values, np.ndarray) and values.ndim == 0)
    if is_scalar or not hasattr(values, "__iter__"):
        raise TypeError(
            f"{name} takes a sequence of numbers and Values, not {short(values)} of type {type(values).__name__}"
        )
    return tuple(values)


def _of_many(name: str, inputs: tuple[Any, ...], asked_for: str = "") -> Any:
    if not inputs:
        raise ValueError(f"{asked_for or name} of nothing: it needs at least one input")
    operation: Operation = OPERATIONS[name]
    if set(map(type, inputs)) == {Value}:  # a dot of 784 pairs takes half the time
        return make_node(operation, inputs)
    _refuse_rows(asked_for or name, inputs)
    return operation(*inputs)


def _refuse_rows(name: str, inputs: tuple[Any, ...]) -> None:
    """TypeError for a sequence of sequences, which an operation would read down its columns."""
    for x in inputs:
        if not is_operand(x) and hasattr(x, "__iter__") and not isinstance(x, str | bytes):
            call = f"{name}(row, v)" if name == "dot" else f"{name}(row)"
            raise TypeError(
                f"{name} takes one sequence of numbers and Values, and {short(x)} in it is a sequence itself: "
                f"loop over the first axis, [{call} for row in rows], or for columns over zip(*rows)"
            )


@overload
def sum(values: Floats, start: float = 0) -> float: ...
@overload
def sum(values: Values, start: Value | float = 0) -> Value: ...
def sum(values: Any, start: Any = 0) -> Any:
    """x₁ + … + xₙ as one node; of nothing 0.0.

    >>> sum([1.0, 2.0, 4.0])
    7.0
    """
    inputs = _listed("sum", values)
    if type(start) is not int or start != 0:
        inputs = (start, *inputs)
    return _of_many("sum", inputs) if inputs else 0.0


@overload
def mean(values: Floats) -> float: ...
@overload
def mean(values: Values) -> Value: ...
def mean(values: Any) -> Any:
    """(x₁ + … + xₙ) / n as one node. Raises ValueError for no values.

    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    return _of_many("mean", _listed("mean", values))


@overload
def prod(values: Floats) -> float: ...
@overload
def prod(values: Values) -> Value: ...
def prod(values: Any) -> Any:
    """x₁ · … · xₙ as one node; of nothing 1.0. Its derivatives are right where factors are zero.

    >>> a, b = Value(0.0), Value(5.0)
    >>> prod([a, b]).backward()
    >>> a.grad, b.grad
    (5.0, 0.0)
    """
    inputs = _listed("prod", values)
    return _of_many("prod", inputs) if inputs else 1.0


@overload
def dot(a: Floats, b: Floats) -> float: ...
@overload
def dot(a: Values | Floats, b: Values | Floats) -> Value: ...
def dot(a: Any, b: Any) -> Any:
    """a₁b₁ + … + aₙbₙ as one node with 2n parents, a's then b's; of nothing 0.0. Raises ValueError for unequal lengths.

    >>> dot([1.0, 2.0], [3.0, 4.0])
    11.0
    """
    a, b = _listed("dot", a), _listed("dot", b)
    if len(a) != len(b):
        _refuse_rows("dot", a + b)
        raise ValueError(f"dot needs two sequences of one length, got {len(a)} and {len(b)}")
    return _of_many("dot", a + b) if a else 0.0


@overload
def logsumexp(values: Floats) -> float: ...
@overload
def logsumexp(values: Values) -> Value: ...
def logsumexp(values: Any) -> Any:
    """log(eˣ¹ + … + eˣⁿ) as one node, without overflow. Raises ValueError for no values.

    >>> print(f"{logsumexp([1000.0, 1000.0]):.4f}")
    1000.6931
    """
    return _of_many("logsumexp", _listed("logsumexp", values))


@overload
def detached_max(values: Floats) -> float: ...
@overload
def detached_max(values: Values) -> Value: ...
def detached_max(values: Any) -> Any:
    """The largest of x₁, …, xₙ as a number: one node, to whose parents nothing flows. Raises ValueError for no values.

    To shift numbers by it, as softmax does. Python's `max` chooses while a graph is recorded; this chooses in a replay.

    >>> detached_max([1.0, 5.0, 2.0])
    5.0
    """
    return _of_many("detached_max", _listed("detached_max", values))


@overload
def log_softmax(values: Floats) -> list[float]: ...
@overload
def log_softmax(values: Values) -> list[Value]: ...
def log_softmax(values: Any) -> Any:
    """The list of xᵢ − log(eˣ¹ + … + eˣⁿ): the logarithms of `softmax`, without overflow or log(0).

    >>> log_softmax([0.0, 1000.0])
    [-1000.0, 0.0]
    """
    scores = _shifted("log_softmax", values)
    total = _of_many("logsumexp", tuple(scores))
    return [z - total for z in scores]


def log_loss(i: Value | Number, scores: Any) -> Any:
    """−log softmax(scores)[i] as one node: how surprising class i is. Nothing flows to i, which may be a Value.

    It is logsumexp(scores) − scores[i], and the derivative toward a score is its probability, less 1 at i. Raises
    IndexError for what is no whole number from 0 to len(scores) − 1.

    >>> print(f"{log_loss(0, [0.0, 0.0]):.4f}")
    0.6931
    """
    inputs = _listed("log_loss", scores)
    _checked_index("log_loss", i, len(inputs))
    return _of_many("log_loss", (i, *inputs))


def _shifted(name: str, values: Any) -> list[Any]:
    """The values less their largest, taken out before anything is rounded: scores of 1e16 keep their differences."""
    inputs = _listed(name, values)
    largest = _of_many("detached_max", inputs, name)
    return [x - largest for x in inputs]


@overload
def softmax(values: Floats) -> list[float]: ...
@overload
def softmax(values: Values) -> list[Value]: ...
def softmax(values: Any) -> Any:
    """The list of eˣⁱ / (eˣ¹ + … + eˣⁿ): positive, adding up to one, without overflow.

    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    powers = [exp(z) for z in _shifted("softmax", values)]
    total = _of_many("sum", tuple(powers))
    return [power / total for power in powers]


def select(i: Value | Number, xs: Any) -> Any:
    """xs[i] for an index that may be a Value, counted from 0; of a list of rows the list that each column gives.

    Nothing flows to i. With a plain number it is xs[i] itself, without a node. Raises IndexError for what is no whole
    number from 0 to len(xs) − 1: −1 is not the last.

    >>> a, b = Value(2.0), Value(3.0)
    >>> select(Value(1), [a, b]).backward()
    >>> a.grad, b.grad
    (0.0, 1.0)
    >>> [x.data for x in select(Value(0), [[a, b], [b, b]])]
    [2.0, 3.0]
    """
    inputs = _listed("select", xs)
    index = _checked_index("select", i, len(inputs))
    if not isinstance(i, Value):
        return inputs[index]
    if any(map(is_operand, inputs)):
        return _of_many("select", (i, *inputs))
    lengths = set(map(len, inputs))
    if len(lengths) > 1:
        raise ValueError(f"select chooses one of several rows of one length, and these have {sorted(lengths)}")
    return [select(i, column) for column in zip(*inputs, strict=True)]


def _checked_index(name: str, i: Any, count: int) -> int:
    if not is_operand(i):
        raise TypeError(f"{name}(i, xs) takes one number or Value for i, not {short(i)} of type {type(i).__name__}")
    if not count:
        raise ValueError(f"{name} of nothing: it needs at least one to choose from")
    return as_index(i.data if isinstance(i, Value) else i, count)


def backward(output: Value, gradient: Number = 1.0) -> None:
    """`output.backward(gradient)`. Raises TypeError where the output is no Value."""
    if not isinstance(output, Value):
        raise TypeError(
            f"backward() needs the Value that the computation ended in, not {short(output)} of type "
            f"{type(output).__name__}: compute it from Values, without float() and functions of math"
        )
    output.backward(gradient)
