"""Where the numbers of a program stand: the buffers, and the slots in them that a group of nodes reads or writes.

Numbers of each kind fill the slots of one array: F (fixed), X (inputs), V (varying); their gradients are in G, E and
D. V and D are (slots, batch), X and E are (batch, slots) as the user has them, F and G have no batch. A group of nodes
reads its operand as a strided view where slots are regular, and else by an index.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd.replay.nodes import CONSTANT, FIXED, INPUT, VARYING, Node

Array = NDArray[np.float64]
Index = NDArray[np.intp]
GRADIENTS = {FIXED: "G", INPUT: "E", VARYING: "D"}


class Buffers(NamedTuple):
    """What a program keeps for batches of n samples, with the names that its source has: n ones, and numbers in slots.

    The inputs and their gradients, X and E, come and go with each call, and so do the gradients of fixed nodes, G.
    """

    n: int
    ones: Array
    F: Array
    V: Array
    D: Array


class View(NamedTuple):
    """Regular slots of a buffer: the shape, the first slot and the strides, counted in slots.

    Of a buffer with a batch it has an axis for that too; of another, with `unit`, one of length one in its place.
    """

    buffer: str
    shape: tuple[int, ...]
    first: int
    strides: tuple[int, ...]
    unit: bool


class Access:
    """The slots of one operand of a group, or its numbers if they are constants, in the shape of the group."""

    def __init__(self, kind: str, index: Index, constants: Array | None = None) -> None:
        self.kind = kind
        self.index = index
        self.constants = constants
        self.strides = None if constants is not None else strides_of(index)

    @staticmethod
    def of(nodes: Sequence[Node], shape: tuple[int, ...]) -> "Access":
        index = np.array([node.slot for node in nodes], np.intp).reshape(shape)
        is_constant = nodes[0].kind == CONSTANT
        numbers = np.array([node.data for node in nodes]).reshape(shape) if is_constant else None
        return Access(nodes[0].kind, index, numbers)

    def reshaped(self, shape: tuple[int, ...]) -> "Access":
        numbers = None if self.constants is None else self.constants.reshape(shape)
        return Access(self.kind, self.index.reshape(shape), numbers)

    def turned(self) -> "Access":
        """The operand with its last axis first."""
        numbers = None if self.constants is None else np.moveaxis(self.constants, -1, 0)
        return Access(self.kind, np.moveaxis(self.index, -1, 0), numbers)

    @property
    def literal(self) -> float | None:
        """The one number that a constant operand is everywhere, if it is."""
        if self.constants is None or len(set(self.constants.view(np.int64).flat)) > 1:
            return None
        return float(self.constants.flat[0])

    @property
    def repeated_axes(self) -> tuple[int, ...]:
        """The axes along which a strided operand is the same."""
        if self.strides is None:
            return ()
        return tuple(d for d, stride in enumerate(self.strides) if stride == 0 and self.index.shape[d] > 1)

    def without(self, axes: tuple[int, ...]) -> "Access":
        """The operand with one number in place of the repeated ones: those axes are gone."""
        return Access(self.kind, self.index[tuple(0 if d in axes else slice(None) for d in range(self.index.ndim))])

    def is_each_once(self) -> bool:
        return np.unique(self.index).size == self.index.size


def strides_of(index: Index) -> tuple[int, ...] | None:
    """The strides with which slots are counted along each axis; None where they are not regular."""
    first = index.flat[0]
    corner = (0,) * index.ndim
    strides = []
    regular = np.array(first)
    for d, n in enumerate(index.shape):
        stride = int(index[(*corner[:d], 1, *corner[d + 1 :])] - first) if n > 1 else 0
        strides.append(stride)
        regular = regular[..., None] + stride * np.arange(n)
    return tuple(strides) if np.array_equal(regular, index) else None


def regular_shape(index: Index) -> tuple[int, ...]:
    """The shape in which an index is a strided view if it can be one of two axes: the first is broken where steps are.

    Slots 0, 1, 2, 10, 11, 12 are a view of shape (2, 3).
    """
    if index.size > 1 and strides_of(index) is None:
        steps = np.diff(index)
        width = 1 + int(np.argmax(steps != steps[0]))
        if index.size % width == 0 and strides_of(index.reshape(-1, width)) is not None:
            return index.size // width, width
    return index.shape


def grid(operands: Sequence[Access], count: int) -> tuple[int, ...]:
    """The shape in which a group's operands are strided views if they can be: count, or two factors of it.

    Operands that go round, such as the biases of a layer that was recorded for many samples, ask for two axes.
    """
    if count == 1:
        return ()
    for access in operands:
        if access.constants is None and access.strides is None:
            shape = regular_shape(access.index)
            if len(shape) > 1:
                return shape
    return (count,)


def shapes(counts: list[int]) -> tuple[tuple[int, ...], tuple[int, ...], list[int]]:
    """The shape of a group of nodes on so many terms, and of its terms; and the counts, if they differ."""
    if len(set(counts)) > 1:
        return (len(counts),), (sum(counts),), counts
    shape = grid([], len(counts))
    return shape, (*shape, counts[0]), []


def side_by_side(lengths: Sequence[int]) -> Index | None:
    """Where the terms of sums stand, in a row all the first ones, in the next the second, and so on.

    They stand one behind another, and what a sum does not have is behind all of them, where there is a zero to be. None
    where more than half would be zeros.

    >>> side_by_side([1, 2, 3]).tolist()
    [[0, 1, 3], [6, 2, 4], [6, 6, 5]]
    """
    counts = np.asarray(lengths, np.intp)
    rows, count = np.arange(counts.max())[:, None], counts.sum()
    if len(rows) * len(counts) > 2 * count:
        return None
    places: Index = np.where(rows < counts, np.cumsum(counts) - counts + rows, count)
    return places


def sums_of_rows(terms: Array, rows: Index, out: Array | None = None) -> Array:
    """The sums of the terms in each column of `rows`, in which the number after the last term stands for 0.0."""
    with_zero = np.empty((len(terms) + 1, *terms.shape[1:]))
    with_zero[:-1] = terms
    with_zero[-1] = 0.0
    return np.add.reduce(with_zero.take(rows, 0), 0, None, out, False, 0.0)  # type: ignore[no-any-return, call-overload]
