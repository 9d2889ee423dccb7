"""Derivatives as graphs: the sweep of backpropagation with Values for numbers, so that it can be swept over again.

The rules are the table's. Fed with Values instead of floats they build the derivative's own graph, and the derivative
of that is one more sweep.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from autograd.backprop import interior_order
from autograd.floats import is_number
from autograd.functions import sum as sum_of
from autograd.graphs import reached_from, refuse_stale
from autograd.listening import Question, heard_by, is_heard_by
from autograd.operations import constant
from autograd.tables import short
from autograd.value import Value, as_value, is_operand


def derivatives(output: Value, wrt: Value | Iterable[Value]) -> list[Value]:
    """∂output/∂v for each v of `wrt`, as Values that can be differentiated again; 0 where nothing depends on v.

    Leaves every `grad` alone. Raises ValueError for a graph whose `.data` was changed after it was recorded, since the
    derivatives would mix old and new numbers.

    >>> x = Value(3.0)
    >>> (slope,) = derivatives(x**3, [x])
    >>> (curvature,) = derivatives(slope, [x])
    >>> slope.data, curvature.data
    (27.0, 18.0)
    """
    targets: list[Any] = [wrt] if is_operand(wrt) else list(wrt)  # type: ignore[arg-type]
    for v in [output, *targets]:
        if not isinstance(v, Value):
            raise TypeError(f"derivatives(output, wrt) is about Values, not {short(v)} of type {type(v).__name__}")
    order = interior_order(output)
    refuse_stale(order)
    reached = reached_from(targets, order)  # only through them does anything flow
    contributions: dict[Value, list[Any]] = {output: [1.0]}
    for node in reversed(order):
        if node in reached and node in contributions and node.operation is not None:
            g = _total(contributions[node])
            contributions[node] = [g]
            inputs = [p.data if p.operation is constant and p not in reached else p for p in node.parents]
            for parent, d in zip(node.parents, node.operation.rules.derivatives(node, *inputs), strict=True):
                if parent in reached:
                    contributions.setdefault(parent, []).append(_product(d, g))
    return [as_value(_total(contributions.get(v, [0.0]))) for v in targets]


def _total(terms: list[Any]) -> Any:
    return terms[0] if len(terms) == 1 else terms[0] + terms[1] if len(terms) == 2 else sum_of(terms)


def _product(d: Any, g: Any) -> Any:
    """The product d · g without a node for a factor that is exactly one."""
    if type(d) is float and d == 1.0:
        return g
    if type(g) is float and g == 1.0:
        return d
    return d * g


Function = Callable[..., Any]


def value_and_grad(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The function that returns (f(…), derivative) toward the argument at `argnums`, or a tuple of them for several.

    An argument is a number, or numbers in lists, tuples or an array; its derivative has the same form. `f` returns
    one number. Called with Values, or inside another derivative, the results are Values, else floats: to keep the graph
    toward Values that `f` closes over, pass Value(x) for x. Raises TypeError
    for other arguments and results, and where `f` loses the graph by float() or a function of `math`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    _check_function(f, argnums)

    @wraps(f)
    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        trace = _Trace(f, argnums, args, kwargs)
        if not (isinstance(trace.output, Value) or is_number(trace.output)):
            raise TypeError(
                f"grad needs a function that returns one number, and {trace.name} returned {trace.output!r}: "
                "use jacobian for several results"
            )
        return trace.plain(trace.output), trace.derivatives_of(trace.output)

    return value_and_gradient


def grad(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The derivative of f toward its argument at `argnums`: see `value_and_grad`. Nests to any order.

    >>> def cube(x):
    ...     return x**3
    >>> grad(cube)(2.0), grad(grad(cube))(2.0), grad(grad(grad(cube)))(2.0)
    (12.0, 12.0, 6.0)
    >>> grad(lambda v: v[0] * v[1])([2.0, 5.0])
    [5.0, 2.0]
    """
    both = value_and_grad(f, argnums)

    @wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def jacobian(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The derivatives of every result of f: in the form of the result, each entry in the form of the argument.

    For f from n numbers to m that is m rows of n; for arrays an array of shape (m, n). See `value_and_grad`.

    >>> jacobian(lambda v: [v[0] * v[1], v[0] + 2 * v[1]])([2.0, 5.0])
    [[5.0, 2.0], [1.0, 2.0]]
    """
    _check_function(f, argnums)

    @wraps(f)
    def derivative_of_each(*args: Any, **kwargs: Any) -> Any:
        trace = _Trace(f, argnums, args, kwargs)
        results, rebuild = _flatten(trace.output, f"the result of {trace.name}")
        return rebuild([trace.derivatives_of(y) for y in results])

    return derivative_of_each


def hessian(f: Function, argnums: int = 0) -> Function:
    """The second derivatives of f, a function of n numbers that returns one: n rows of n.

    >>> hessian(lambda v: v[0] ** 2 * v[1])([3.0, 5.0])
    [[10.0, 6.0], [6.0, 0.0]]
    """
    return jacobian(grad(f, argnums), argnums)


def _check_function(f: Any, argnums: Any) -> None:
    """Raise TypeError for what is no function, and for Values in the place of positions, where PyTorch takes them."""
    places = argnums if isinstance(argnums, Sequence) else [argnums]
    if isinstance(f, Value) or any(isinstance(place, Value) for place in places):
        raise TypeError(
            "grad takes a function and gives a function, as in grad(f)(x): the derivatives of a Value toward others "
            "are derivatives(loss, [w]), or loss.backward() and w.grad"
        )
    if not callable(f):
        raise TypeError(f"grad takes a function and gives a function, as in grad(f)(x), not {short(f)}")
    if not all(isinstance(place, int) for place in places):
        raise TypeError(f"argnums is the position of an argument, or several, not {short(argnums)}")


class _Trace:
    """One call of a function with fresh Values for the arguments to differentiate toward."""

    def __init__(
        self, f: Function, argnums: int | Sequence[int], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self.name = getattr(f, "__name__", getattr(f, "name", repr(f)))
        self.argnums = argnums
        positions = [argnums] if isinstance(argnums, int) else list(argnums)
        if len({position % len(args) for position in positions if args}) < len(positions) and args:
            raise ValueError(f"argnums names an argument of {self.name} twice: {argnums}")
        traced = list(args)
        self.arguments: list[tuple[list[Value], Callable[[list[Any]], Any]]] = []
        for position in positions:
            if not -len(args) <= position < len(args):
                raise TypeError(
                    f"{self.name} is differentiated toward argument {position}, but got {len(args)} "
                    "positional arguments"
                )
            numbers, rebuild = _flatten(args[position], f"argument {position} of {self.name}")
            # A Value is passed on under a new name (+x), so that an inner derivative is toward the inner use alone.
            fresh = [+x if isinstance(x, Value) else Value(x) for x in numbers]
            traced[position] = rebuild(fresh)
            self.arguments.append((fresh, rebuild))
        self.keeps_graphs = is_heard_by(_refuse_float) or any(map(_holds_value, [*args, *kwargs.values()]))
        with heard_by(_refuse_float):
            self.output = f(*traced, **kwargs)

    def plain(self, x: Any) -> Any:
        """A result as it is handed out: a Value where graphs are kept, else a float."""
        return as_value(x) if self.keeps_graphs else float(as_value(x).data)

    def derivatives_of(self, y: Any) -> Any:
        """The derivatives of y in the form of the arguments."""
        inputs = [x for fresh, _ in self.arguments for x in fresh]
        flat = iter([self.plain(d) for d in derivatives(as_value(y), inputs)])
        parts = [rebuild([next(flat) for _ in fresh]) for fresh, rebuild in self.arguments]
        return parts[0] if isinstance(self.argnums, int) else tuple(parts)


def _refuse_float(question: Question) -> None:
    if question is Question.FLOAT:
        raise TypeError(
            "float() of a Value, or a function of math or NumPy on its number, loses the graph inside a function "
            "that is being differentiated: use autograd's functions (autograd.sin), or .data to cut it on purpose"
        )


def _flatten(x: Any, what: str) -> tuple[list[Any], Callable[[list[Any]], Any]]:
    """The numbers in x, and the function that puts as many others into the same form."""
    if isinstance(x, Value) or is_number(x):
        return [x], lambda items: items[0]
    if isinstance(x, np.ndarray):
        shape = x.shape
        return list(x.ravel()), lambda items: _array(items, shape)
    if not isinstance(x, list | tuple):
        raise TypeError(f"{what} must be a number or a sequence of numbers, not {short(x)} of type {type(x).__name__}")
    kind: type = list if isinstance(x, list) else tuple
    parts = [_flatten(item, what) for item in x]

    def rebuild(items: list[Any]) -> Any:
        rest = iter(items)
        return kind(put([next(rest) for _ in numbers]) for numbers, put in parts)

    return [number for numbers, _ in parts for number in numbers], rebuild


def _array(items: list[Any], shape: tuple[int, ...]) -> Any:
    """Numbers, Values or arrays of one shape, as an array of the shape given (and theirs behind it)."""
    array = np.array(items, dtype=object if any(map(_holds_value, items)) else float)
    return array.reshape(shape + array.shape[1:])


def _holds_value(x: Any) -> bool:
    items = x.flat if isinstance(x, np.ndarray) else x if isinstance(x, list | tuple) else ()
    return isinstance(x, Value) or any(map(_holds_value, items))
