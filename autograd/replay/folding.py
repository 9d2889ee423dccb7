"""The instructions that make one number of many: sums, dots of pairs, logsumexps, the largest, and calls of rules.

Where each result has as many terms, these are an axis of the operand. Where one has three terms and the next has five,
as in attention, whose every position looks at one more than that before, all terms stand in one row one behind another.
To be folded they are set side by side, or NumPy's `reduceat` folds them from start to start, where a few results have
far more terms than the others. So results of all lengths are one instruction.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.operation import Operation, Rules
from autograd.replay.instructions import extent
from autograd.replay.layout import Access, Array, side_by_side
from autograd.replay.nodes import VARYING
from autograd.replay.source import Code
from autograd.replay.symbols import Call


class Along:
    """As many terms for each result: operands have an axis for them, behind those of the group."""

    def __init__(self, axis: int, length: int) -> None:
        self.axis = axis
        self.length = str(length)

    def folded(self, function: str, terms: str, code: Code) -> Call:
        """The call that makes one number of each result's terms by a ufunc."""
        return Call(f"{function}.reduce", (terms, str(self.axis), "None"))

    def spread(self, g: str, code: Code) -> str:
        """The text of what each result has, once more for each of its terms; a first axis need not be said."""
        return f"{g}[{':, ' * self.axis}None]" if self.axis else g


class OneBehindAnother:
    """Terms of unequal number: operands have one axis, where those of a result follow those of the result before.

    The terms of results of 1, 2 and 3 terms start at 0, 1 and 3, and their owners are 0, 1, 1, 2, 2, 2.
    """

    def __init__(self, lengths: Sequence[int]) -> None:
        self.lengths = lengths
        self.starts = np.cumsum(lengths) - lengths
        self.owners = np.repeat(np.arange(len(lengths)), lengths)
        self.length = f"{min(lengths)} to {max(lengths)}"

    def folded(self, function: str, terms: str, code: Code) -> Call:
        if function == "add":
            return code.sums(terms, self.lengths, np.arange(len(self.owners)))
        rows = side_by_side(self.lengths)
        if rows is None:
            return Call(f"{function}.reduceat", (terms, code.constant(self.starts), "0", "None"))
        rows = np.where(rows < len(self.owners), rows, rows[0])  # a first term once more changes no largest
        return Call(f"{function}.reduce", (f"({terms}).take({code.constant(rows)}, 0)", "0", "None"))

    def spread(self, g: str, code: Code) -> str:
        return f"{g}.take({code.constant(self.owners)}, 0)"


def terms_of(operand: Access, lengths: Sequence[int]) -> Along | OneBehindAnother:
    """How an operand's numbers are the terms of results: of unequal number if there are lengths."""
    return OneBehindAnother(lengths) if len(lengths) else Along(operand.index.ndim - 1, operand.index.shape[-1])


class Sum:
    """Sums of many numbers."""

    name = "sum"

    def __init__(self, operand: Access, result: Access, nodes: int, lengths: Sequence[int] = ()) -> None:
        self.operand, self.result, self.nodes = operand, result, nodes
        self.terms = terms_of(operand, lengths)
        self.varying = result.kind == VARYING

    def forward(self, code: Code) -> None:
        self.fold("add", code)

    def fold(self, function: str, code: Code) -> None:
        terms, y = (code.operand(access, varying=self.varying) for access in (self.operand, self.result))
        code.store(self.terms.folded(function, terms, code), y)

    def backward(self, code: Code) -> None:
        if code.wants(self.operand):
            g = self.terms.spread(code.upstream(self.result), code)
            full = isinstance(self.terms, OneBehindAnother)
            code.contribute(self.operand, Call("", (g,)), batched=self.varying, full=full)

    def __str__(self) -> str:
        return f"{self.name} of {self.terms.length} → {extent(self.result)}"


class LogSumExp(Sum):
    """Logarithms of sums of many eˣ. What the forward pass sums up gives the derivatives eˣ⁻ʸ too, over their sum.

    The largest x is taken out; where it is infinite the largest float is, which gives ±inf as the table's row does.
    """

    name = "logsumexp"

    def forward(self, code: Code) -> None:
        terms, y = (code.operand(access, varying=self.varying) for access in (self.operand, self.result))
        largest, self.powers, self.total = (f"{letter}{len(code.lines)}" for letter in "mpq")
        code.line(f"{largest} = {code.name_of(finite)}({self.terms.folded('maximum', terms, code)})")
        code.line(f"{self.powers} = {terms} - {self.terms.spread(largest, code)}")
        code.line(f"{code.name_of(np.exp)}({self.powers}, {self.powers})")
        code.line(f"{self.total} = {self.terms.folded('add', self.powers, code)}")
        code.line(f"add({code.name_of(np.log)}({self.total}), {largest}, {y})")

    def backward(self, code: Code) -> None:
        if code.wants(self.operand):
            g = self.terms.spread(f"({code.upstream(self.result)} / {self.total})", code)
            code.contribute(self.operand, Call("*", (self.powers, g)), batched=self.varying)


class LargestOf(Sum):
    """The largest of many numbers, to which nothing flows."""

    name = "largest"

    def forward(self, code: Code) -> None:
        self.fold("maximum", code)

    def backward(self, code: Code) -> None:
        pass


class PairedDots:
    """Dots of which each has its own two vectors, `left` and `right`."""

    def __init__(self, left: Access, right: Access, result: Access, nodes: int, lengths: Sequence[int] = ()) -> None:
        self.left, self.right, self.result, self.nodes = left, right, result, nodes
        self.terms = terms_of(left, lengths)
        self.sides = left, right
        if left.strides is right.strides is None and not lengths:  # gathered anyway: by a first axis it is added up
            self.sides = left.turned(), right.turned()  # in long rows, five times as quickly
            self.terms = Along(0, left.index.shape[-1])
        self.varying = result.kind == VARYING

    def forward(self, code: Code) -> None:
        left, right = (code.operand(access, varying=self.varying) for access in self.sides)
        y = code.operand(self.result, varying=self.varying)
        code.store(self.terms.folded("add", f"{left} * {right}", code), y)

    def backward(self, code: Code) -> None:
        g = f"g{len(code.lines)}"
        code.line(f"{g} = {self.terms.spread(code.upstream(self.result), code)}")
        left, right = self.sides
        sides = [(left, right), (right, left)]
        if self.left.kind == self.right.kind and np.array_equal(self.left.index, self.right.index):  # sums of squares
            code.line(f"{g} = 2.0 * {g}")
            sides = sides[:1]
        for access, other in sides:
            if code.wants(access):
                call = Call("*", (g, code.operand(other, varying=self.varying)))
                code.contribute(access, call, batched=self.varying, full=other.literal is None)

    def __str__(self) -> str:
        return f"dot of {self.terms.length} pairs → {extent(self.result)}"


class OfMany:
    """Any other operation on many numbers, by its rules: these are called once, on all the numbers.

    The operands stand in `runs` of one kind, which have an axis for them, behind those of the group.
    """

    def __init__(self, operation: Operation, rules: Rules, runs: Sequence[Access], result: Access, nodes: int) -> None:
        self.operation, self.rules, self.runs, self.result, self.nodes = operation, rules, runs, result, nodes
        self.turned = [run.turned() for run in runs]
        self.count = sum([len(run.index) for run in self.turned])
        self.terms = Along(0, self.count)
        self.varying = result.kind == VARYING

    def call(self, rule: Any, code: Code, *before: str) -> Call:
        return Call(code.name_of(rule), (*before, *[f"*{self.numbers(run, code)}" for run in self.turned]))

    def numbers(self, run: Access, code: Code) -> str:
        """The text of a run's numbers, which are an array even where all are one constant number."""
        if run.constants is None:
            return code.operand(run, varying=self.varying)
        return code.constant(run.constants[..., None] if self.varying else run.constants)

    def forward(self, code: Code) -> None:
        code.store(self.call(self.rules.value, code), code.operand(self.result, varying=self.varying))

    def backward(self, code: Code) -> None:
        g, y = code.upstream(self.result), code.operand(self.result, varying=self.varying)
        slopes, function, start = f"d{len(code.lines)}", code.name_of(contributions), 0
        code.take_out.add(function)
        code.line(f"{slopes} = {self.call(self.rules.derivatives, code, y)}")
        for run in self.turned:
            stop = start + len(run.index)
            if code.wants(run):
                code.contribute(run, Call(function, (f"{slopes}[{start}:{stop}]", g)), batched=self.varying)
            start = stop

    def __str__(self) -> str:
        return f"{self.operation.name} of {self.terms.length} → {extent(self.result)}"


def contributions(slopes: Sequence[Any], g: Array, out: Array | None = None) -> Array:
    """Each of the derivatives, numbers and arrays, times g."""
    out = np.empty((len(slopes), *g.shape)) if out is None else out
    for k, slope in enumerate(slopes):
        out[k] = slope * g
    return out


LARGEST = float(np.finfo(float).max)


def finite(x: Array) -> Array:
    """Numbers with the largest floats in the place of infinities."""
    return np.minimum(np.maximum(x, -LARGEST), LARGEST)
