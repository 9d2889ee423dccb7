"""How a part of an array is written: as slices where it is regular, as a view of another shape, or by an index."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from autograd.replay.layout import Index, strides_of

Shape = tuple[int, ...]
BATCH = 0  # stands in a shape for the number of samples, and broadcasts as that does


class Place(NamedTuple):
    """A part of an array: `view`, what follows its name, then what stands in brackets.

    `once` if it has no number twice, `is_view` if what is written into it arrives in the array.
    """

    view: str
    places: str
    once: bool = True
    is_view: bool = True

    def of(self, name: str) -> str:
        return f"{name}{self.view}[{self.places}]" if self.places else name + self.view

    def added(self, name: str, term: str) -> str:
        """The line that adds a term to this part."""
        if self.once:
            return (
                f"{name}{self.view}[{self.places or '...'}] += {term}"
                if self.view or self.places
                else f"{name} += {term}"
            )
        return f"np.add.at({name}{self.view}, ({self.places.replace(':', 'slice(None)')},), {term})"


WHOLE = Place("", "")


def place(shape: Shape, batched: bool, places: Index, constant: Callable[[Index], str]) -> Place:
    """The part of an array of this shape, behind the batch if it has one, whose numbers stand at these places."""
    size = int(np.prod(shape))
    samples, front = ["len(X)"] * batched, [":"] * batched

    def reshaped(*dims: int) -> str:
        return f".reshape({', '.join([*samples, *map(str, dims)])})"

    if places.shape == shape and np.array_equal(places.ravel(), np.arange(size)):
        return WHOLE
    items = slices(shape, places)
    if items is not None and not batched and "None" in items:  # a row of a matrix, a matrix of one row
        part = _joined([x for x in items if x != "None"])
        return Place(f"[{part}]" * bool(part) + reshaped(*places.shape), "")
    if items is not None:
        return Place("", _joined([*front, *items]))
    flat = "" if len(shape) == 1 else reshaped(-1)
    if np.array_equal(places.ravel(), np.arange(size)):
        return Place(reshaped(*places.shape) if places.ndim > 1 else flat, "")
    items = slices((size,), places)
    if items is not None:
        return Place(flat, _joined([*front, *items]))
    for turned, back in (places, ""), (places.T, ".swapaxes(-1, -2)" if batched else ".T"):
        found = blocks(size, turned)
        if found is not None and turned.ndim <= (2 if back else 9):
            start, dims = found
            whole = (start, int(np.prod(dims))) == (0, size)
            items = slices(dims, turned - start)
            if items is not None:
                part = "" if whole else f"[{_joined([*front, _slice(start, start + int(np.prod(dims)), 1, size)])}]"
                index = _joined([*front, *items])
                view = ("" if whole else flat + part) + reshaped(*dims)
                return Place(f"{view}[{index}]{back}" if index else view + back, "") if back else Place(view, index)
    once = np.unique(places).size == places.size
    return Place(flat, ", ".join([*front, constant(places)]), once, is_view=False)


def slices(shape: Shape, places: Index) -> list[str] | None:
    """The slices, one for each axis, that give these places of an array; None where they are no such part."""
    free = list(range(places.ndim))
    items: list[str] = []
    for size, at in zip(shape[::-1], np.unravel_index(places, shape)[::-1], strict=True):
        first = int(at.flat[0])
        if (at == first).all():
            if free and places.shape[free[-1]] == 1:
                free.pop()
                items.append(_slice(first, first + 1, 1, size))
            else:
                items.append(str(first))
            continue
        while free and places.shape[free[-1]] == 1:
            free.pop()
            items.append("None")
        if not free:
            return None
        axis = free.pop()
        line = np.moveaxis(at, axis, -1)
        step = int(line.flat[1]) - first
        if step <= 0 or (line != first + step * np.arange(places.shape[axis])).any():
            return None
        items.append(_slice(first, int(line.flat[-1]) + 1, step, size))
    if any(places.shape[axis] > 1 for axis in free):
        return None
    return (items + ["None"] * len(free))[::-1]


def blocks(size: int, places: Index) -> tuple[int, Shape] | None:
    """Where a row of numbers begins, and the shape of it, that has these places as slices; None if there is none.

    The weights 0, 1, 3, 4, 6, 7 of neurons with a bias each are two columns of three in the row from 0 to 9.
    """
    lengths = [n for n in places.shape if n > 1]
    strides = strides_of(places.reshape(lengths)) if len(lengths) > 1 else None
    if strides is None or min(strides) <= 0:
        return None
    inner = strides[:-1]
    dims = (lengths[0], *[a // b for a, b in pairwise(inner)], inner[-1])
    count = int(np.prod(dims))
    start = min(int(places.flat[0]), size - count)
    is_within = start >= 0 and places.max() < start + count == start + lengths[0] * strides[0]
    return (start, dims) if is_within else None


def index_text(places: Index, array: str, module: str) -> str:
    """An index as text: a sum of rows where it is one, such as corner + offset of the windows of an image."""
    first, ndim = int(places.flat[0]), places.ndim
    rows = [np.moveaxis(places, d, 0).reshape(n, -1)[:, 0] - first * (d > 0) for d, n in enumerate(places.shape)]
    if not np.array_equal(sum(np.ix_(*rows)), places):
        return f"{array}({places.tolist()})"
    behind = [f"[:{', None' * (ndim - 1 - d)}]" * (d < ndim - 1) for d in range(ndim)]
    return " + ".join(_row_text(row, array, module) + axes for row, axes in zip(rows, behind, strict=True))


def _row_text(row: Index, array: str, module: str) -> str:
    start, stop, step = int(row[0]), int(row[-1]) + 1, int(np.diff(row[:2]).sum())
    if len(row) < 3 or step <= 0 or not np.array_equal(row, np.arange(start, stop, step)):
        return f"{array}({row.tolist()})"
    bounds = (start, stop, step) if step > 1 else (start, stop) if start else (stop,)
    return f"{module}.arange({', '.join(map(str, bounds))})"


def _slice(start: int, stop: int, step: int, size: int) -> str:
    return f"{start or ''}:{'' if stop >= size and step == 1 else stop}{f':{step}' if step > 1 else ''}"


def _joined(items: list[str]) -> str:
    while items and items[-1] == ":":
        items = items[:-1]
    return ", ".join(items)
