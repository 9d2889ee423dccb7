"""The instructions of a program: each stands for a group of nodes, and writes the source that computes them as arrays.

The derivatives are the table's, read on symbols. What is written here by hand is only what arrays do better than one
number at a time: matrix products for dots here, sums and the largest of many numbers in `folding.py`.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from autograd.operation import Operation
from autograd.operations import positive
from autograd.replay.layout import Access
from autograd.replay.nodes import CONSTANT, FIXED, VARYING
from autograd.replay.source import Code
from autograd.replay.symbols import Call, Reading, Symbol, on_arrays, without_unit

Array = NDArray[np.float64]


class Instruction(Protocol):
    """One step of a program: `result` says where it puts its numbers, `nodes` for how many Values it stands."""

    result: Access
    nodes: int

    def forward(self, code: Code) -> None: ...

    def backward(self, code: Code) -> None: ...


class Elementwise:
    """An operation on groups of numbers, number by number.

    `in_place` is the operand whose slots, and whose gradient's, the result takes over: nobody else needs them.
    """

    def __init__(
        self,
        operation: Operation,
        operands: Sequence[Access],
        result: Access,
        reading: Reading,
        in_place: int | None,
        nodes: int,
    ) -> None:
        self.operation = operation
        self.operands = operands
        self.result = result
        self.reading = reading
        self.in_place = in_place
        self.nodes = nodes

    def names(self, code: Code) -> dict[str, str]:
        varying = self.result.kind == VARYING
        names = {f"x{k}": code.operand(access, varying=varying) for k, access in enumerate(self.operands)}
        return names | {"y": code.operand(self.result, varying=varying)}

    def forward(self, code: Code) -> None:
        if self.operation is positive and self.in_place is not None:
            return  # the number stands there already
        names = self.names(code)
        code.store(code.write([without_unit(on_arrays(self.reading.value))], names)[0], names["y"])

    def backward(self, code: Code) -> None:
        wanted = [k for k, access in enumerate(self.operands) if code.wants(access)]
        wanted.sort(key=lambda k: k == self.in_place)  # that one last: it overwrites the gradient that comes in
        g = code.upstream(self.result)
        derivatives = [without_unit(on_arrays(self.reading.derivatives[k])) for k in wanted]
        for k, call in zip(wanted, products(code, derivatives, g, self.names(code)), strict=True):
            if k != self.in_place:
                code.contribute(self.operands[k], call, batched=self.result.kind == VARYING)
            elif call.function:
                code.store(call, g)

    def __str__(self) -> str:
        return f"{self.operation.name} {extent(self.result)}"


def products(code: Code, derivatives: list[Any], g: str, names: dict[str, str]) -> list[Call]:
    """The contributions derivative · g as calls; g itself, without a call, for a derivative of one."""
    calls = []
    for derivative, call in zip(derivatives, code.write(derivatives, names), strict=True):
        if isinstance(derivative, Symbol) or derivative not in (1.0, -1.0):
            calls.append(Call("*", (g, str(call))))
        else:
            calls.append(Call("", (g,)) if derivative == 1.0 else Call("negative", (g,)))
    return calls


class Product:
    """Dots that are a matrix product: each of the rows of `left` with each of the rows of `right`.

    `left` is fixed and of shape (r, n); `right` is (s, n), or (n,) for s = 1, perhaps with a batch. The result is
    (s, r) or (r,), and toward both the derivative is again a product: g · rightᵀ and leftᵀ · g.
    """

    def __init__(self, left: Access, right: Access, result: Access, nodes: int) -> None:
        self.left, self.right, self.result, self.nodes = left, right, result, nodes
        self.many = right.index.ndim == 2
        self.batched = result.kind == VARYING

    def forward(self, code: Code) -> None:
        left, right = self.factors(code)
        y = code.operand(self.result, varying=False)
        code.store(self.call(code, left, right, "forward"), y)

    def backward(self, code: Code) -> None:
        g = code.upstream(self.result)
        left, right = self.factors(code)
        if not self.batched and np.array_equal(self.left.index.ravel(), self.right.index):  # a sum of squares
            code.contribute(self.right, Call("*", (right, f"(2.0 * {g})")), batched=False)
            return
        if code.wants(self.left):
            code.contribute(self.left, self.call(code, g, right, "left"), batched=False)
        if code.wants(self.right):
            code.contribute(self.right, self.call(code, left, g, "right"), batched=self.batched)

    def factors(self, code: Code) -> tuple[str, str]:
        """The texts of left and right, which are arrays even where all of right is one constant number."""
        right = code.operand(self.right, varying=False) if self.right.constants is None else code.matrix(self.right)
        return code.matrix(self.left), right

    def call(self, code: Code, a: str, b: str, part: str) -> Call:
        """The product of two of left, right and g."""
        if self.many and self.batched:
            name = code.name_of(left_of_many if part == "left" else products_of_many)
            code.take_out.add(name)
            return Call(name, (f"{a}.T" if part == "right" else a, b))
        if self.many:
            return Call("matmul", {"forward": (b, f"{a}.T"), "left": (f"{a}.T", b), "right": (b, a)}[part])
        if part == "left" and not self.batched:
            return Call("multiply", (f"{a}[:, None]", b))
        if part == "right" and self.batched and self.left.index.shape[0] == 1:  # an outer product
            return Call("multiply", (f"{a}.T", b))
        if part == "left":
            return Call("outer", (a, f"{b}.T"))  # a matrix product, or for one sample each with each, without BLAS
        return Call("matmul", {"forward": (a, b), "right": (f"{a}.T", b)}[part])

    def __str__(self) -> str:
        r, n = self.left.index.shape
        batch = " · batch" if self.right.kind not in (CONSTANT, FIXED) else ""
        columns = f"{self.right.index.shape[0]}" if self.many else ""
        right = f"{n}×{columns}{'·' if columns and batch else ''}{'batch' if batch else '' if columns else '1'}"
        return f"matmul {r}×{n} · {right} → {extent(self.result)}"


FEW = 16  # samples, for which one product of all is quicker than a product for each


def products_of_many(left: Array, right: Array, out: Array | None = None) -> Array:
    """Left (r, n) times each of right (s, n, batch), as (s, r, batch)."""
    if right.shape[2] == 1:
        return np.matmul(right[:, :, 0], left.T, None if out is None else out[:, :, 0])[:, :, None]
    return np.matmul(left, right, out)


def left_of_many(g: Array, right: Array, out: Array | None = None) -> Array:
    """Σ over s and the batch of g (s, r, batch) times right (s, n, batch), as (r, n)."""
    if g.shape[2] == 1:
        return np.matmul(g[:, :, 0].T, right[:, :, 0], out)
    if g.shape[2] <= FEW:
        rows, columns = g.transpose(1, 0, 2), right.transpose(0, 2, 1)
        return np.matmul(rows.reshape(len(rows), -1), columns.reshape(-1, columns.shape[2]), out)
    products = g @ right.transpose(0, 2, 1)
    return np.add.reduce(products, 0, None, out)  # type: ignore[no-any-return, arg-type]


def extent(result: Access) -> str:
    """The shape of a result in words: 10×batch."""
    return f"{result.index.size}×batch" if result.kind == VARYING else str(result.index.size)
