"""Which dots are a matrix product: those of the same rows of weights with the same rows of numbers.

A layer of two neurons on two samples is four dots, w1·x1, w2·x1, w1·x2 and w2·x2. Rows are the same if their slots are,
so the dots fill a table, which is the product of the matrices of the rows w1, w2 and x1, x2:

         w1  w2
    x1    0   1
    x2    2   3

Rows of numbers that meet the same rows of weights share a table, and a table that is not full would be none: a dot of
w1 with x3 alone stands beside. In `w·x` and `x·w`, and in a sum of products in another order, rows are the same, for
terms are read in the order of the slots on the right.
"""

from collections import defaultdict
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd.replay.layout import Access
from autograd.replay.nodes import CONSTANT, Node


class Rows(NamedTuple):
    """The left or the right operands of dots, (dots, terms), all of one kind: their slots, and numbers if constant."""

    kind: str
    slots: NDArray[np.intp]
    constants: NDArray[np.float64] | None

    @classmethod
    def of(cls, rows: list[tuple[Node, ...]]) -> "Rows":
        kind = rows[0][0].kind
        slots = np.array([node.slot for row in rows for node in row], np.intp).reshape(len(rows), -1)
        numbers = np.array([[node.data for node in row] for row in rows]) if kind == CONSTANT else None
        return cls(kind, slots, numbers)

    def reordered(self, order: NDArray[np.intp]) -> "Rows":
        """Each row in an order of its own."""
        constants = None if self.constants is None else np.take_along_axis(self.constants, order, 1)
        return Rows(self.kind, np.take_along_axis(self.slots, order, 1), constants)

    def keys(self) -> list[bytes]:
        """What tells the rows apart."""
        return [row.tobytes() for row in (self.slots if self.constants is None else self.constants)]

    def access(self, rows: Any) -> Access:
        return Access(self.kind, self.slots[rows], None if self.constants is None else self.constants[rows])


def sorted_terms(nodes: list[Node]) -> tuple[Rows, Rows]:
    """The left and the right operands of dots, in the order of the right's slots, or of the left's if more agree then.

    Windows at an image's edges agree then: the zeros around it have one slot, before or behind those of the image.
    """
    half = len(nodes[0].parents) // 2
    left, right = Rows.of([n.parents[:half] for n in nodes]), Rows.of([n.parents[half:] for n in nodes])
    orders = [np.lexsort(slots, axis=1) for slots in ((left.slots, right.slots), (right.slots, left.slots))]
    order = min(orders, key=lambda order: len({*left.reordered(order).keys()}))
    return left.reordered(order), right.reordered(order)


def tables_of(lefts: list[bytes], rights: list[bytes]) -> tuple[list[list[list[int]]], list[int]]:
    """The dots i of lefts[i] and rights[i] that fill tables, one row for each right and one column for each left.

    Returns the tables, and those dots that are in none: two weights met two inputs, and one of them a third.

    >>> tables_of([b"w1", b"w2", b"w1", b"w2", b"w1"], [b"x1", b"x1", b"x2", b"x2", b"x3"])
    ([[[0, 1], [2, 3]]], [4])
    """
    rows: dict[bytes, dict[bytes, int]] = defaultdict(dict)
    lone = []
    for i, (left, right) in enumerate(zip(lefts, rights, strict=True)):
        if left in rows[right]:
            lone.append(i)
        else:
            rows[right][left] = i
    tables: dict[frozenset[bytes], list[dict[bytes, int]]] = defaultdict(list)
    for row in rows.values():
        tables[frozenset(row)].append(row)
    result = []
    for table in tables.values():
        if len(table) == 1 and len(table[0]) == 1:
            lone += table[0].values()
        else:
            result.append([[row[left] for left in table[0]] for row in table])
    return result, lone
