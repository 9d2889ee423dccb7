"""The arguments of a replayed function: their nesting and shapes, and their numbers."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd.floats import is_number
from autograd.operation import float_array
from autograd.value import Value


def mapped(f: Callable[[Any], Any], x: Any) -> Any:
    """An argument with f(number) in the place of each of its numbers and Values; TypeError for anything else in it.

    >>> mapped(abs, [[1, -2], (-3, 4)])
    [[1, 2], (3, 4)]
    """
    if isinstance(x, Value) or is_number(x):
        return f(x)
    if isinstance(x, np.ndarray):
        return np.array([mapped(f, item) for item in x.ravel().tolist()]).reshape(x.shape)
    if type(x) in (list, tuple) or (isinstance(x, tuple) and hasattr(x, "_make")):
        return getattr(x, "_make", type(x))([mapped(f, item) for item in x])  # a named tuple has its own way
    is_walked = isinstance(x, Iterable) and not isinstance(x, str | bytes)
    given = "a list of its numbers" if is_walked else "it as a keyword argument, or close over it"
    raise TypeError(
        f"positional arguments of a replayed function are its inputs, numbers and lists of numbers, not {x!r} of "
        f"type {type(x).__name__}: give {given}"
    )


def shape_of(x: Any) -> tuple[Any, ...]:
    """The nesting of an argument.

    It is () for a number, ("array", 3, 2), and ("list", 3, shape of each) or ("list", shape, …), where a named tuple
    has its class for "list".

    >>> shape_of([[1, 2], [3, 4]])
    ('list', 2, ('list', 2, ()))
    """
    if isinstance(x, np.ndarray) and x.ndim:
        return ("array", *x.shape)
    if not isinstance(x, list | tuple):
        return ()
    shapes = list(map(shape_of, x))
    kind = type(x) if hasattr(x, "_fields") else type(x).__name__
    return (kind, len(x), shapes[0]) if len(set(shapes)) == 1 else (kind, *shapes)


class Batch(NamedTuple):
    """The arguments of a call: samples of one shape.

    - key: what a program is chosen by: the shapes of a sample's positional arguments, and the keyword arguments
    - keywords: these
    - X: the numbers of each sample in a row, (samples, inputs)
    - sample: gives the positional arguments of sample i
    - values: the Values in the row of a single sample, each by its place there
    """

    key: tuple[Any, ...]
    keywords: dict[str, Any]
    X: NDArray[np.float64]
    sample: Callable[[int], tuple[Any, ...]]
    values: dict[int, Value]

    @staticmethod
    def of_one(args: tuple[Any, ...], keywords: dict[str, Any]) -> "Batch":
        """A single sample: the arguments of a call."""
        items: list[Any] = []
        args = mapped(lambda x: items.append(x) or x, args)  # type: ignore[func-returns-value]
        key = *map(shape_of, args), *[(name, _exactly(name, x)) for name, x in sorted(keywords.items())]
        X = np.array([[x.data if isinstance(x, Value) else x for x in items]], dtype=float)
        values = {i: x for i, x in enumerate(items) if isinstance(x, Value)}
        return Batch(key, keywords, X, lambda i: mapped(lambda x: x, args), values)

    @staticmethod
    def of_rows(name: str, arrays: tuple[ArrayLike, ...], keywords: dict[str, Any]) -> "Batch":
        """A sample in each row of all arrays."""
        rows = [np.asarray(a) for a in arrays]
        lengths = {len(a) if a.ndim else 0 for a in rows}
        if len(lengths) != 1 or 0 in lengths:
            raise ValueError(
                f"{name} takes an array for each of its inputs, with one sample a row, as many in each and at least "
                f"one, not arrays of the shapes {[a.shape for a in rows]}"
            )
        X = np.concatenate([float_array(name, a).reshape(len(a), -1) for a in rows], axis=1, dtype=float)
        one = Batch.of_one(tuple([a[0].tolist() for a in rows]), keywords)
        return one._replace(X=X, sample=lambda i: tuple([a[i].tolist() for a in rows]))


def _exactly(name: str, x: Any) -> Any:
    """What tells True, 1, 1.0 and −0.0 apart, in tuples too, which are equal to Python; TypeError if nothing does."""
    if isinstance(x, tuple):
        return type(x), *[_exactly(name, item) for item in x]
    try:
        hash(x)
    except TypeError:
        raise TypeError(
            f"keyword arguments choose what is replayed, so they are hashable, and {name} is {x!r}: give "
            "numbers as positional arguments, and other lists as tuples"
        ) from None
    return type(x), repr(x) if isinstance(x, float) else x
