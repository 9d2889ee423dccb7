"""The instructions of a recording as one Python function on arrays, and the buffers that it runs on."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from autograd.replay.grouping import Grouping
from autograd.replay.layout import Access, Array, Buffers, View
from autograd.replay.nodes import FIXED, INPUT, Node, Wrt
from autograd.replay.recording import Recording
from autograd.replay.source import Code
from autograd.replay.symbols import Call

FEW = 2000  # parameters, whose gradient is sooner copied than viewed anew


class Compiled(NamedTuple):
    """A function run(buffers, X, G, E, o, w, bound), and the views of the buffers that `bound` must hold.

    It writes the outputs of the samples X into the columns of o; toward parameters or inputs also the gradient of their
    sum with weights w into G or E.
    """

    run: Callable[..., None]
    views: list[View]


def compiled(recording: Recording, grouping: Grouping, wrt: Wrt) -> Compiled:
    """The function for the outputs, and for the gradient toward what `wrt` says."""
    sizes = {kind: len(nodes) for kind, nodes in grouping.nodes.items()}
    code = Code(sizes, grouping.wanted(wrt), "FVDG" if len(recording.parameters) <= FEW else "FVD")
    for instruction in grouping.instructions:
        instruction.forward(code)
    for first, nodes in _runs(recording.outputs):
        outputs = code.operand(Access.of(nodes, (len(nodes),)), varying=True)
        code.line(f"o[{first}:{first + len(nodes)}] = {outputs}")
    if wrt:
        start = len(code.lines)
        sweep(code, recording, grouping)
        code.lines[start:start] = code.blank_lines(INPUT if wrt == "inputs" else FIXED, len(recording.leaves(wrt)))
    source = [f"{', '.join(Buffers._fields)} = buffers"]
    source += [f"{', '.join([*code.bound, ''])}= bound"] if code.bound else []
    source += [*code.opening, *code.lines]
    exec("def run(buffers, X, G, E, o, w, bound):\n" + "".join(f" {line}\n" for line in source), code.namespace)
    return Compiled(code.namespace["run"], [*code.bound.values()])


def sweep(code: Code, recording: Recording, grouping: Grouping) -> None:
    """The lines of the backward pass from the first output, whose gradient in each sample is the sample's weight."""
    output = Access.of(recording.outputs[:1], ())
    if code.wants(output):
        code.contribute(output, Call("", ("w",)), batched=True)
        for instruction in reversed(grouping.instructions):
            if code.wants(instruction.result):
                instruction.backward(code)


def _runs(outputs: Sequence[Node]) -> Iterator[tuple[int, list[Node]]]:
    """Outputs that stand in slots one after another, with the position of the first."""
    for _, run in groupby(enumerate(outputs), key=lambda item: (item[1].kind, item[1].slot - item[0])):
        positions, nodes = zip(*run, strict=True)
        yield positions[0], [*nodes]


class Frame:
    """The buffers for batches of one size, and the views of them that each function needs."""

    def __init__(self, fixed: Array, parameters: int, slots: int, n: int) -> None:
        self.buffers = Buffers(n, np.ones(n), fixed, np.empty((slots, n)), np.empty((slots, n)))
        self.parameters = parameters
        self.keeps_gradient = parameters <= FEW
        self.gradient = np.empty(len(fixed) if self.keeps_gradient else 0)
        self.views: dict[Wrt, tuple[Array, ...]] = {}

    def run(self, wrt: Wrt, function: Compiled, X: Array, outputs: Array, weights: Array) -> Array:
        """Fill the outputs, and return the gradient toward what `wrt` says."""
        if wrt not in self.views:
            self.views[wrt] = tuple(map(self.view, function.views))
        G = self.gradient if self.keeps_gradient else np.empty(len(self.buffers.F))
        E = np.empty(X.shape) if wrt == "inputs" else X
        function.run(self.buffers, X, G, E, outputs.T, weights, self.views[wrt])
        if wrt == "inputs":
            return E
        gradient = G[: self.parameters]
        return gradient.copy() if self.keeps_gradient else gradient

    def view(self, view: View) -> Array:
        array = self.gradient if view.buffer == "G" else getattr(self.buffers, view.buffer)
        shape, row = view.shape, array.strides[0]  # in bytes: of one number, or of those of a batch
        strides = tuple([row * stride for stride in view.strides])
        if array.ndim == 2:
            shape, strides = (*shape, self.buffers.n), (*strides, 8)
        elif view.unit:
            shape, strides = (*shape, 1), (*strides, 0)
        return np.ndarray(shape, np.float64, array, row * view.first, strides)
