"""The instructions of `select` and `log_loss`: numbers chosen by an index that changes from sample to sample.

Only what is chosen is read, and a gradient arrives only there: a table of a thousand rows costs what one of ten does.
"""

from typing import Any

import numpy as np

from autograd.floats import as_index
from autograd.replay.folding import LogSumExp
from autograd.replay.instructions import extent
from autograd.replay.layout import GRADIENTS, Access, Array, Index
from autograd.replay.nodes import INPUT, VARYING
from autograd.replay.source import Code
from autograd.replay.symbols import Call


class Selection:
    """Each number of the result is one of a row of `choices` (result, choices), the one that `index` says.

    Raises IndexError where an index is no whole number within, as the function `select` does.
    """

    def __init__(self, index: Access, choices: Access, result: Access, nodes: int) -> None:
        self.index, self.choices, self.result, self.nodes = index, choices, result, nodes
        self.varying = result.kind == VARYING
        self.reached = Access(choices.kind, np.unique(choices.index))
        self.table = choices.index - self.reached.index.min()

    def forward(self, code: Code) -> None:
        self.places = f"s{len(code.lines)}"
        index = code.operand(self.index, varying=self.varying)
        table = self.table if self.choices.constants is None else np.arange(self.table.size).reshape(self.table.shape)
        starts = np.arange(0, table.size, table.shape[1])  # of the rows of the table, read one behind another
        start = code.constant(starts[:, None] if self.varying else starts)
        chosen = f"{code.name_of(whole)}({index}, {table.shape[1]})"
        found = f"{code.constant(table)}.take({start} + {chosen})"  # quicker than table[row, chosen]
        of_samples = f" * n + {code.name_of(np.arange)}(n)" if self.choices.kind in (INPUT, VARYING) else ""
        code.line(f"{self.places} = {found}{of_samples}")
        y = code.operand(self.result, varying=self.varying)
        code.store(Call(f"{self.rows(code, self.choices.kind)}.ravel().take", (self.places,)), y)

    def backward(self, code: Code) -> None:
        if self.choices.constants is None and code.wants(self.reached):
            kind, slots = self.reached.kind, self.reached.index
            g = code.upstream(self.result)
            code.blank[kind][slots] |= ~code.written[kind][slots]
            code.written[kind][slots] = True
            code.line(f"{code.name_of(scatter)}({self.rows(code, GRADIENTS[kind])}, {self.places}, {g})")

    def rows(self, code: Code, buffer: str) -> str:
        """The text of the slots of a buffer that the choices lie between, or of constants to choose from."""
        if self.choices.constants is not None:
            return code.constant(self.choices.constants.ravel())
        slots = self.reached.index
        rows = f"{buffer}.T" if self.choices.kind == INPUT else buffer
        return f"{rows}[{slots.min()}:{slots.max() + 1}]"

    def __str__(self) -> str:
        return f"select of {self.table.shape[1]} → {extent(self.result)}"


class LogLoss(LogSumExp):
    """−log softmax(scores) at the index. Off the power eˣ there goes the sum of all: over it they are derivatives."""

    name = "log_loss"

    def __init__(self, index: Access, scores: Access, result: Access, nodes: int) -> None:
        super().__init__(scores, result, nodes)
        self.index = index

    def forward(self, code: Code) -> None:
        index, terms, y = (code.operand(x, varying=self.varying) for x in (self.index, self.operand, self.result))
        self.powers, self.total = f"p{len(code.lines)}", f"q{len(code.lines)}"
        arguments = f"{index}, {terms}, {self.operand.index.shape[-1]}, {self.operand.index.ndim - 1}, {y}"
        code.line(f"{self.powers}, {self.total} = {code.name_of(log_loss)}({arguments})")


def log_loss(index: Any, terms: Any, count: int, axis: int, out: Array) -> tuple[Array, Array]:
    """The losses along an axis of so many terms, the first or the second, as the table's row computes one."""
    chosen = whole(index, count)
    powers = np.empty((*out.shape[:axis], count, *out.shape[axis:]))
    powers[...] = terms
    powers -= np.maximum.reduce(powers, axis, keepdims=True)
    at: list[Any] = [*np.indices(out.shape, sparse=True)]
    at.insert(axis, chosen)
    places = tuple(at)
    shifted = powers[places]
    np.exp(powers, powers)
    total = np.add.reduce(powers, axis)
    np.log(total, out)
    np.subtract(out, shifted, out)
    powers[places] -= total
    return powers, total


def whole(index: Any, count: int) -> Index:
    """Numbers as indices into so many. Raises IndexError for one that is no whole number within."""
    numbers = np.asarray(index)
    indices = numbers.astype(np.intp)
    is_known = (indices == numbers) & (indices.view(np.uintp) < count)  # read without a sign, -1 is the largest
    if np.count_nonzero(is_known) < is_known.size:
        as_index(numbers[~is_known][0].item(), count)  # which refuses it
    return indices


def scatter(rows: Array, places: Index, g: Array) -> None:
    """Add what has come to each chosen number to the gradient in its place."""
    numbers = rows.ravel()
    np.add.at(numbers, places.ravel(), g.ravel())
    if not rows.flags.c_contiguous:  # those of the inputs, which stand in columns, have been copied
        rows[...] = numbers.reshape(rows.shape)


def selected(i: float, *xs: float) -> float:
    """xs[i] on floats, with the function's IndexError."""
    return xs[as_index(i, len(xs))]
