"""The float reading's elementary functions: those that `math` lacks, with the results that NumPy gives.

Where `math` or Python raises on a float (`exp(1000)`, `log(0)`, `1 / 0`) the row is read again with NumPy's scalars,
which follow IEEE 754; `FLOAT_ERRORS` are the exceptions that ask for it.
"""

import math
import operator
import sys
from collections.abc import Iterable
from functools import reduce
from numbers import Real
from typing import Any

import numpy as np

from autograd.tables import short

FLOAT_ERRORS = (ArithmeticError, ValueError)


def is_number(x: object) -> bool:
    """Whether x is one real number: int, float, bool, Fraction, a NumPy scalar, an array without axes; no Value is."""
    if isinstance(x, (float, int, Real, np.bool_)):  # the first two are found at once
        return True
    return isinstance(x, np.ndarray) and x.ndim == 0 and x.dtype.kind in "biuf"


def to_float(x: Any) -> float:
    """A real number as a float; TypeError for anything else, OverflowError for an integer beyond the largest float."""
    if not is_number(x):
        raise TypeError(f"expected a real number, got {short(x)} of type {type(x).__name__}")
    try:
        return float(x)
    except OverflowError:
        raise OverflowError(f"{type(x).__name__} beyond ±1.8e308 does not fit a float: scale it down first") from None


if sys.version_info < (3, 12):
    total = sum
else:  # from 3.12 the builtin compensates its rounding, for floats and for nothing else

    def total(xs: Iterable[float]) -> float:
        return reduce(operator.add, xs, 0.0)


def relu(x: float) -> float:
    return 0.0 if x <= 0.0 else x


def sign(x: float) -> float:
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else x + 0.0


def maximum(a: float, b: float) -> float:
    return (a if a >= b or a != a else b) + 0.0  # −0 becomes 0: of the two, processors differ in which is the larger


def minimum(a: float, b: float) -> float:
    return (a if a <= b or a != a else b) + 0.0


def less(a: float, b: float) -> float:
    return 1.0 if a < b else 0.0


def less_equal(a: float, b: float) -> float:
    return 1.0 if a <= b else 0.0


def equal(a: float, b: float) -> float:
    return 1.0 if a == b else 0.0


def where(condition: float, a: float, b: float) -> float:
    return a if condition else b


def select(i: float, *xs: float) -> float:
    return xs[int(i)] if 0 <= i < len(xs) and i == int(i) else math.nan


def as_index(i: float, count: int) -> int:
    """A number as an index into so many; IndexError for what is no whole number within: -1 is not the last."""
    if not (0 <= i < count and i == int(i)):
        given = str(i).removesuffix(".0")
        raise IndexError(f"one of {count} is chosen by a whole number from 0 to {count - 1}, not by {given}")
    return int(i)
