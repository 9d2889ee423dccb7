"""Data of any kind as an array of numbers; what is none is told by its row and column."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd import Value
from autograd.tables import short


def leaves(numbers: Any) -> Any:
    """Numbers in lists as fresh Values, in the same lists."""
    return list(map(leaves, numbers)) if isinstance(numbers, list) else Value(numbers)


def flat(nested: Any) -> list[Any]:
    """What nested lists hold, in one list."""
    return [v for part in nested for v in flat(part)] if isinstance(nested, list | tuple | np.ndarray) else [nested]


def numbers_in(name: str, data: ArrayLike) -> NDArray[Any]:
    """Samples or targets as an array of numbers, objects that are numbers as floats.

    A column is called by its name where the data has `.columns`, as a DataFrame has. Raises ValueError for rows of
    different lengths and for anything but real numbers.

    >>> numbers_in("X", [[1.5, "Oslo"], [2.5, "Rome"]])
    Traceback (most recent call last):
    ...
    ValueError: X must hold numbers, and column 1 has 'Oslo' in row 0: leave the column out, or number its words by ...
    """
    try:
        array = np.asarray(data)
        if array.dtype.kind in "SU":
            array = np.asarray(data, dtype=object)  # beside text, numbers became text too
    except ValueError as error:
        raise ValueError(f"{name} is no array: its rows must have one length ({error})") from None
    if array.dtype.kind == "O" and array.ndim:
        wrong = [(place, x) for place, x in np.ndenumerate(array) if isinstance(x, str | bytes) or not _converts(x)]
        if wrong:
            place, x = min(wrong, key=lambda cell: _converts(cell[1]))  # words before numbers written as text
            has = f"{_column(data, place)}has {short(x)} in row {place[0]}"
            raise ValueError(f"{name} must hold numbers, and {has}: {_remedy(name, x)}")
        return array.astype(float)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be an array of numbers, one sample a row, not {type(data).__name__}")
    return array.astype(float) if array.dtype.kind == "b" else array


def _converts(x: Any) -> bool:
    try:
        float(x)
    except (TypeError, ValueError):
        return False
    return True


def _column(data: Any, place: tuple[int, ...]) -> str:
    if len(place) == 1:
        return ""
    names = list(getattr(data, "columns", ()))
    column = ", ".join(map(str, place[1:]))
    return f"column {names[place[1]]!r} ({column}) " if place[1] < len(names) else f"column {column} "


def _remedy(name: str, x: Any) -> str:
    if not isinstance(x, str | bytes):
        return "put a number in its place, or leave the row or the column out"
    if _converts(x):
        return "np.array(..., dtype=float) reads numbers that are written as text"
    if name.endswith("y"):
        return "np.unique(y, return_inverse=True)[1] numbers any labels"
    return "leave the column out, or number its words by np.unique(column, return_inverse=True)[1] and nn.data.one_hot"
