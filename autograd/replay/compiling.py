"""The instructions of a recording as one Python function on arrays, and the buffers that it runs on."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd.replay.grouping import Grouping
from autograd.replay.layout import Access, Code
from autograd.replay.recording import FIXED, INPUT, VARYING, Node, Recording
from autograd.replay.symbols import Call

Array = NDArray[np.float64]


FEW = 2000  # parameters, whose gradient is sooner copied than viewed anew


class Compiled(NamedTuple):
    """A function run(n, ones, X, F, V, D, G, E, o, w, bound), and the views of its buffers that `bound` must hold.

    It writes the outputs of n samples X into the columns of o; with weights w also the gradient of their sum into G
    or E. There are n ones.
    """

    run: Callable[..., None]
    views: list[tuple[str, tuple[int, ...], int, tuple[int, ...], bool]]


def compiled(recording: Recording, grouping: Grouping, purpose: str) -> Compiled:
    """The function for a purpose: "values", or the gradient toward the "parameters" or the "inputs"."""
    sizes = {kind: len(nodes) for kind, nodes in grouping.nodes.items()}
    code = Code(sizes, grouping.wanted(purpose), "FVDG" if len(recording.parameters) <= FEW else "FVD")
    for instruction in grouping.instructions:
        instruction.forward(code)
    for first, nodes in _runs(recording.outputs):
        outputs = code.operand(Access.of(nodes, (len(nodes),)), varying=True)
        code.line(f"o[{first}:{first + len(nodes)}] = {outputs}")
    if purpose != "values":
        start = len(code.lines)
        sweep(code, recording, grouping)
        leaves = (FIXED, len(recording.parameters)) if purpose == "parameters" else (INPUT, len(recording.inputs))
        code.lines[start:start] = code.blank_lines(*leaves)
    source = [f"{', '.join([*code.bound, ''])}= bound"] if code.bound else []
    source += [*code.opening, *code.lines]
    exec(
        "def run(n, ones, X, F, V, D, G, E, o, w, bound):\n" + "".join(f" {line}\n" for line in source), code.namespace
    )
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
        self.n = n
        self.ones = np.ones(n)
        self.fixed = fixed
        self.buffers = {VARYING: np.empty((slots, n)), "D": np.empty((slots, n))}
        self.parameters = parameters
        self.keeps_gradient = parameters <= FEW
        self.gradient = np.empty(len(fixed) if self.keeps_gradient else 0)
        self.views: dict[str, tuple[Array, ...]] = {}

    def run(self, purpose: str, function: Compiled, X: Array, outputs: Array, weights: Array) -> Array:
        """Fill the outputs, and return the gradient that the purpose asks for."""
        if purpose not in self.views:
            self.views[purpose] = tuple([self.view(*view) for view in function.views])
        V, D = self.buffers.values()
        G = self.gradient if self.keeps_gradient else np.empty(len(self.fixed))
        E = np.empty(X.shape) if purpose == "inputs" else X
        function.run(self.n, self.ones, X, self.fixed, V, D, G, E, outputs.T, weights, self.views[purpose])
        if purpose == "inputs":
            return E
        gradient = G[: self.parameters]
        return gradient.copy() if self.keeps_gradient else gradient

    def view(self, buffer: str, shape: tuple[int, ...], first: int, strides: tuple[int, ...], unit: bool) -> Array:
        if buffer not in self.buffers:
            shape, strides = ((*shape, 1), (*strides, 0)) if unit else (shape, strides)
            array = self.fixed if buffer == FIXED else self.gradient
            return np.ndarray(shape, np.float64, array, 8 * first, tuple([8 * s for s in strides]))
        row = 8 * self.n
        strides = (*[row * s for s in strides], 8)
        return np.ndarray((*shape, self.n), np.float64, self.buffers[buffer], row * first, strides)
