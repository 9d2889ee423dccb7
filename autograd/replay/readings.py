"""How an operation is read on arrays: on symbols where its rules allow, else by calling them, else number by number."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.operation import Operation, Rules
from autograd.operations import OPERATIONS
from autograd.replay.symbols import Reading, Symbol, evaluate, on_arrays, read

Columns = Callable[[], Sequence[Any]]  # the numbers that were recorded for each input


class NumberByNumber:
    """The value and the derivatives of an operation whose rules work on floats only, for each element of arrays."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation

    def value(self, *inputs: Any) -> NDArray[np.float64]:
        rows, shape = _rows(inputs)
        return np.array([self.operation(*row) for row in rows], float).reshape(shape)

    def derivatives(self, y: Any, *inputs: Any) -> NDArray[np.float64]:
        rows, shape = _rows(inputs)
        return np.array([self.operation.at(*row)[1] for row in rows]).T.reshape(len(inputs), *shape)


def reading_of(operation: Operation, inputs: tuple[Any, ...], columns: Columns) -> Reading:
    """The reading of an operation on symbols and numbers that gives on arrays what its rules give on floats.

    The table's rows do by their tests. A user's operation is tried on the numbers that were recorded: a rule may ask
    `if`, which goes wrong on arrays, or right for some of them by chance.
    """
    if OPERATIONS.get(operation.name) is operation:
        return read(operation, inputs)
    arrays = _doubled(columns)
    names = {x.function: a for x, a in zip(inputs, arrays, strict=True) if isinstance(x, Symbol)}

    def evaluated(reading: Reading) -> tuple[Any, list[Any]]:
        y = evaluate(on_arrays(reading.value), names)
        return y, [evaluate(on_arrays(d), names | {"y": y}) for d in reading.derivatives]

    if _agrees(operation, lambda: evaluated(read(operation, inputs)), arrays):
        return read(operation, inputs)
    return of_calls(*rules_of(operation, columns), inputs)


def rules_of(operation: Operation, columns: Columns) -> Rules:
    """The operation's rules, to be called on arrays, if they give on these what they give on floats."""
    value, derivatives = rules = operation.on_arrays
    if OPERATIONS.get(operation.name) is not operation:
        arrays = _doubled(columns)
        if not _agrees(operation, lambda: ((y := value(*arrays)), derivatives(y, *arrays)), arrays):
            by_number = NumberByNumber(operation)
            return Rules(by_number.value, by_number.derivatives)
    return rules


def of_calls(value: Any, derivatives: Any, inputs: tuple[Any, ...]) -> Reading:
    """The reading that calls two functions: value(*inputs), and derivatives(y, *inputs) for all of them at once."""
    both = Symbol(derivatives, (Symbol("y"), *inputs))
    return Reading(Symbol(value, inputs), tuple([Symbol(itemgetter(k), (both,)) for k in range(len(inputs))]))


def _agrees(operation: Operation, on_arrays: Callable[[], tuple[Any, Sequence[Any]]], arrays: list[Any]) -> bool:
    """Whether a value and derivatives on arrays are found, and are what the rules give on floats."""
    rows = [operation.at(*row) for row in _rows(arrays)[0]]
    expected = np.array([[y, *slopes] for y, slopes in rows]).T
    try:
        with np.errstate(all="ignore"):
            y, slopes = on_arrays()
        found = np.array([np.broadcast_to(x, len(rows)) for x in (y, *slopes)], float)
    except Exception:
        return False
    return found.shape == expected.shape and np.allclose(found, expected, 1e-12, 0, equal_nan=True)


def _doubled(columns: Columns) -> list[NDArray[np.float64]]:
    """The columns as arrays of two numbers or more."""
    return [np.repeat(np.asarray(column, dtype=float), 2) for column in columns()]


def _rows(inputs: Sequence[Any]) -> tuple[list[tuple[float, ...]], tuple[int, ...]]:
    """The inputs of each element of arrays, and the shape of these."""
    arrays = np.broadcast_arrays(*inputs)
    return [*zip(*[np.asarray(a, float).ravel().tolist() for a in arrays], strict=True)], arrays[0].shape
