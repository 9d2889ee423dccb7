"""How an operation is read on arrays: on symbols where its rules allow, else by calling them, else number by number."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.operation import Operation
from autograd.operations import OPERATIONS
from autograd.replay.symbols import Reading, Symbol, evaluate, on_arrays, read

LONGEST_ON_SYMBOLS = 32  # inputs; with more of them the rule is called on arrays


class NumberByNumber:
    """The value and the derivatives of an operation whose rules work on floats only, for each element of arrays."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation

    def value(self, *inputs: Any) -> NDArray[np.float64]:
        return np.asarray(np.frompyfunc(self.operation, len(inputs), 1)(*inputs), dtype=float)

    def derivatives(self, y: Any, *inputs: Any) -> list[NDArray[np.float64]]:
        both = np.frompyfunc(lambda *xs: self.operation.at(*map(float, xs))[1], len(inputs), 1)(*inputs)
        return [np.asarray(np.frompyfunc(itemgetter(k), 1, 1)(both), dtype=float) for k in range(len(inputs))]


def reading_of(operation: Operation, inputs: tuple[Any, ...], columns: Callable[[], Sequence[Any]]) -> Reading:
    """The reading of an operation on symbols and numbers that gives on arrays what its rules give on floats.

    The table's rows do by their tests. A user's operation is tried on `columns`, the numbers that were recorded for
    each of its inputs: a rule may ask `if`, which goes wrong on arrays, or right for some of them by chance.
    """
    readings = [_called] if len(inputs) > LONGEST_ON_SYMBOLS else [read, _called]
    if OPERATIONS.get(operation.name) is operation:
        return readings[0](operation, inputs)
    arrays = [np.repeat(np.asarray(column, dtype=float), 2) for column in columns()]
    for reader in readings:
        try:
            reading = reader(operation, inputs)
            if _agrees(operation, reading, inputs, arrays):
                return reading
        except Exception:
            continue
    by_number = NumberByNumber(operation)
    return of_calls(by_number.value, by_number.derivatives, inputs)


def _called(operation: Operation, inputs: tuple[Any, ...]) -> Reading:
    return of_calls(operation.on_arrays.value, operation.rules.derivatives, inputs)


def of_calls(value: Any, derivatives: Any, inputs: tuple[Any, ...]) -> Reading:
    """The reading that calls two functions: value(*inputs), and derivatives(y, *inputs) for all of them at once."""
    both = Symbol(derivatives, (Symbol("y"), *inputs))
    return Reading(Symbol(value, inputs), tuple([Symbol(itemgetter(k), (both,)) for k in range(len(inputs))]))


def _agrees(operation: Operation, reading: Reading, inputs: tuple[Any, ...], arrays: list[Any]) -> bool:
    """Whether a reading on arrays gives what the rules give on floats."""
    expected = [operation.at(*numbers) for numbers in zip(*(a.tolist() for a in arrays), strict=True)]
    names = {x.function: a for x, a in zip(inputs, arrays, strict=True) if isinstance(x, Symbol)}
    with np.errstate(all="ignore"):
        y = evaluate(on_arrays(reading.value), names)
        local = [evaluate(on_arrays(d), names | {"y": y}) for d in reading.derivatives]
    shape = arrays[0].shape
    return np.allclose(np.broadcast_to(y, shape), [y for y, _ in expected], 1e-12, 0, equal_nan=True) and all(
        np.allclose(np.broadcast_to(d, shape), [ds[k] for _, ds in expected], 1e-12, 0, equal_nan=True)
        for k, d in enumerate(local)
    )
