"""Record once, replay in NumPy: the graph of single numbers as a few instructions on whole batches.

`recording.py` reads the graph, `grouping.py` turns it into instructions, `compiling.py` into a function on arrays and
`straight.py` into one on floats, whichever is quicker for the batch at hand. Source is written from the table's names
and from numbers of slots, never from labels.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from functools import cached_property
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograd.floats import FLOAT_ERRORS
from autograd.graphs import refuse_stale, stale_nodes
from autograd.replay.alike import grouped
from autograd.replay.collector import collector_paused
from autograd.replay.comparing import compare_with_floats
from autograd.replay.compiling import Compiled, Frame, compiled
from autograd.replay.export import NUMPY, TORCH, Labels, Vocabulary, text_of
from autograd.replay.grouping import Grouping
from autograd.replay.layout import Array
from autograd.replay.nodes import FIXED, VARYING, Wrt
from autograd.replay.recording import Recording
from autograd.replay.searching import Reached, reached
from autograd.replay.straight import Straight
from autograd.tables import printable
from autograd.value import Value, describe

SIZES_KEPT = 4  # batch sizes whose buffers are kept
BLOCK = 300_000  # numbers in a buffer: a larger batch is evaluated in blocks, whose temporaries the allocator keeps


@collector_paused()
def record(
    output: Value | Sequence[Value],
    inputs: Iterable[Value] = (),
    parameters: Iterable[Value] = (),
    check: ArrayLike | None = None,
) -> "Program":
    """The program that evaluates and differentiates `output` for whole batches of inputs, at NumPy's speed.

    `inputs` are leaves that change from sample to sample, targets among them, `parameters` leaves that training
    changes; both may be absent from the graph. Every other leaf must be a plain number in an expression, and stays
    fixed. Of several outputs the first is the one that is differentiated.

    What is replayed is the graph: a Python branch, `bool()` or `float()` of a Value went one way when it was
    recorded, and goes that way for every sample. `where`, `maximum` and the comparisons of the table decide anew.
    `check`, a batch of inputs, compares the program with the operations' rules on floats, node by node and in its
    gradient; so it notices an Operation that computes something else on arrays, and cannot notice a branch.

    Raises TypeError for anything but Values, and ValueError for an input or parameter that is given twice or is no
    leaf, for a leaf that is not listed, for a graph whose `.data` was changed after it was recorded, and for a check
    that fails.

    >>> w, b, x = Value(2.0, "w"), Value(1.0, "b"), Value(0.0, "x")
    >>> program = record((w * x + b).tanh(), inputs=[x], parameters=[w, b])
    >>> program([[0.0], [-0.5]])
    array([[0.76159416],
           [0.        ]])
    >>> program.value_and_grad([[0.0], [-0.5]])
    (0.3807970779778824, array([-0.25      ,  0.70998717]))
    """
    outputs = _values("output", [output] if isinstance(output, Value) else output)
    if not outputs:
        raise ValueError("record needs an output: the Value that the computation ended in, or several")
    inputs, parameters = _leaves("input", inputs), _leaves("parameter", parameters)
    both = set(inputs).intersection(parameters)
    if both:
        raise ValueError(f"{describe(both.pop())} is given as an input and as a parameter: it can be only one of them")
    found = reached(outputs)
    if next(stale_nodes(reversed(found.met)), None):
        refuse_stale(found.interior(outputs))  # in order, so that the first is named
    program = Program(outputs, inputs, parameters, found)
    if check is not None:
        X = program._batch(check)
        interior = found.interior(outputs)
        every_node = Program(interior or outputs, inputs, parameters, reached(interior or outputs))
        compare_with_floats(program, every_node(X), X, interior)
    return program


class Program:
    """A recorded graph, evaluated for batches: made by `record`.

    - parameters: the numbers of the parameters in the order given to `record`, one flat array; change it in place, or
      set it to other numbers, which are copied into it
    - outputs: the outputs (batch, outputs) of the last evaluation

    A batch X is an array (batch, inputs), its columns in the order given to `record`; nothing is needed for a graph
    without inputs. Buffers belong to the program, so it serves one thread at a time. It can be pickled and copied with
    its graph. Numbers are IEEE as everywhere: nan and inf go through without a warning. A call takes some microseconds
    by itself, so for one sample of two or three operations it is no faster than building the graph anew.
    """

    @collector_paused()
    def __init__(self, outputs: list[Value], inputs: list[Value], parameters: list[Value], found: Reached) -> None:
        self.output_values = outputs
        self.input_values = inputs
        self.parameter_values = parameters
        self._recording = Recording(outputs, inputs, parameters, found)
        self._keeps_graph = True
        self._groups = grouped(self._recording)
        kinds = [node.kind for node in self._recording.nodes]
        self._fixed = np.zeros(len(parameters) + kinds.count(FIXED))
        self._slots = kinds.count(VARYING)
        self._rows = max(1, BLOCK // max(1, self._slots))  # of a block
        edges = sum([len(node.parents) for node in self._recording.nodes])
        time_on_floats = 0.04 * (len(kinds) + edges)  # µs for a sample
        time_on_arrays = 2.5 * len(self._groups)  # µs for a small batch
        self._few = int(time_on_arrays / max(time_on_floats, 0.05))  # samples that are evaluated one by one, on floats
        self._parameters = self._fixed[: len(parameters)]
        self._parameters[:] = [p.data for p in parameters]
        self.outputs: Array = np.empty((0, len(outputs)))
        self._quietly = without_warnings()
        self._last_mean: Array = np.empty(0)
        self._on_arrays: dict[Wrt, Compiled] = {}
        self._on_floats: dict[Wrt, Any] = {}
        self._frames: OrderedDict[int, Frame] = OrderedDict()

    @property
    def parameters(self) -> Array:
        """The numbers of the parameters; the buffers are views of this array, so it stays the same one."""
        return self._parameters

    @parameters.setter
    def parameters(self, numbers: ArrayLike) -> None:
        array = _floats("the array of parameters", numbers)
        if array.shape != self._parameters.shape:
            raise ValueError(
                f"the parameters of this program are a flat array of {len(self._parameters)} numbers, in the order "
                f"given to record, not one of shape {array.shape}"
            )
        self._parameters[:] = array

    def __call__(self, X: ArrayLike | None = None) -> Array:
        """The outputs for each sample of a batch, (batch, outputs)."""
        X = self._batch(X)
        self._quietly(self._evaluate, None, X, X)
        return self.outputs.copy()

    def value_and_grad(self, X: ArrayLike | None = None, weights: ArrayLike | None = None) -> tuple[float, Array]:
        """The mean of the first output over the batch, and its gradient toward the parameters, a flat array.

        With `weights`, a number for each sample, it is the sum of weight · output instead: 1 / batch gives the mean,
        ones the sum, which is what eager losses add up to when they are backpropagated one by one. Afterwards `outputs`
        holds all outputs of the samples. Raises ValueError for an empty batch.
        """
        X = self._batch(X)
        if not len(X):
            raise ValueError("the mean over a batch of no samples is not defined")
        weights = self._mean(len(X)) if weights is None else weights_of(len(X), weights)
        return self._quietly(self._value_and_grad, X, weights)  # type: ignore[no-any-return]

    def input_gradient(self, X: ArrayLike | None = None) -> Array:
        """The gradient of the first output toward the inputs, for each sample of a batch: (batch, inputs)."""
        X = self._batch(X)
        return self._quietly(self._evaluate, "inputs", X, np.ones(len(X)))  # type: ignore[no-any-return]

    def write_back(self) -> None:
        """Copy `parameters` into the Values' data; compute again whatever was computed from them."""
        for value, data in zip(self.parameter_values, self.parameters.tolist(), strict=True):
            value.data = data

    # ---- evaluating

    @cached_property
    def _grouping(self) -> Grouping:
        """The instructions; a program that is evaluated on floats only has no need of them."""
        return Grouping(self._recording, self._groups)

    def _value_and_grad(self, X: Array, weights: Array) -> tuple[float, Array]:
        gradient = self._evaluate("parameters", X, weights)
        return float(weights.dot(self.outputs[:, 0])), gradient

    def _evaluate(self, wrt: Wrt, X: Array, weights: Array) -> Array:
        """Fill `outputs`, and return the gradient toward what `wrt` says: that alone reads the weights."""
        n, block = len(X), self._rows
        self.outputs = np.empty((n, len(self.output_values)))
        if 0 < n <= block:
            return self._block(wrt, X, self.outputs, weights)
        total = np.zeros(X.shape if wrt == "inputs" else len(self._parameters))
        blocks = ceil(n / block)
        for rows in (slice(n * i // blocks, n * (i + 1) // blocks) for i in range(blocks)):
            gradient = self._block(wrt, X[rows], self.outputs[rows], weights[rows])
            if wrt == "inputs":
                total[rows] = gradient
            elif wrt == "parameters":
                total += gradient
        return total

    def _block(self, wrt: Wrt, X: Array, outputs: Array, weights: Array) -> Array:
        n = len(X)
        if n <= self._few:
            try:
                return self._by_floats(wrt, X, outputs, weights)
            except FLOAT_ERRORS:  # a pole or an overflow, where floats raise and arrays go on
                pass
        if wrt not in self._on_arrays:
            self._on_arrays[wrt] = compiled(self._recording, self._grouping, wrt)
        frame = self._frames.get(n)
        if frame is None:
            frame = self._frames[n] = Frame(self._fixed, len(self._parameters), self._slots, n)
            if len(self._frames) > SIZES_KEPT:
                self._frames.popitem(last=False)
        return frame.run(wrt, self._on_arrays[wrt], X, outputs, weights)

    def _by_floats(self, wrt: Wrt, X: Array, outputs: Array, weights: Array) -> Array:
        """A block sample by sample."""
        if wrt not in self._on_floats:
            self._on_floats[wrt] = Straight(self._recording, wrt).function()
        run, parameters = self._on_floats[wrt], self._parameters.tolist()
        if len(X) == 1:
            outputs[0], gradient = run(X[0].tolist(), parameters, weights[0].item())
            return np.array(gradient, float).reshape(X.shape if wrt == "inputs" else -1)
        results = [run(x, parameters, w) for x, w in zip(X.tolist(), weights.tolist(), strict=True)]
        outputs[:] = [y for y, _ in results]
        gradients = np.array([g for _, g in results])
        if wrt == "inputs":
            return gradients.reshape(X.shape)
        return np.add.reduce(gradients, axis=0)  # type: ignore[no-any-return]

    def _batch(self, X: ArrayLike | None) -> Array:
        """X as floats, (batch, inputs), contiguous."""
        count = len(self.input_values)
        if type(X) is not np.ndarray or X.dtype != np.float64:
            X = _floats("a batch", np.zeros((1, 0)) if X is None and not count else X)
        if X.ndim != 2 or X.shape[1] != count:
            raise ValueError(
                f"a batch for this program has the shape (batch, {count}), a column for each input in the order given "
                f"to record, not {X.shape}" + (": for one sample write [x]" if X.shape == (count,) else "")
            )
        return np.ascontiguousarray(X)

    def _mean(self, n: int) -> Array:
        """The weights of n samples in their mean."""
        if len(self._last_mean) != n:
            self._last_mean = np.full(n, 1.0 / n)
        return self._last_mean

    # ---- as text, and as a pickle

    def to_numpy(self) -> str:
        """The program as Python source that needs NumPy alone, for reading and for taking it elsewhere.

        It defines `program(X, parameters)` and `value_and_grad(X, parameters)`, which give what the program and its
        method of that name give for a batch and a flat array of parameters. Labels that are names in Python are the
        names of what they label. Raises ValueError for an operation of your own whose rules cannot be written out.
        """
        return self._text(NUMPY)

    def to_torch(self) -> str:
        """The program as Python source that needs torch alone, for torch to differentiate, batch and distribute it.

        It defines `program(X, parameters)` on tensors. An operation of your own keeps its rule of derivatives. Raises
        ValueError as `to_numpy` does.
        """
        return self._text(TORCH)

    def _text(self, words: Vocabulary) -> str:
        lists = self.input_values, self.parameter_values, self.output_values
        labels = Labels(*[[value.label for value in values] for values in lists])
        return text_of(self._recording, self._grouping, labels, words)

    def __str__(self) -> str:
        instructions = counted(len(self._grouping.instructions), "instruction")
        return printable("\n".join([f"{self!r}, {instructions}", *self._grouping.lines()]))

    def __repr__(self) -> str:
        lists = ("input", self.input_values), ("parameter", self.parameter_values), ("output", self.output_values)
        counts = ", ".join(counted(len(values), what) for what, values in lists)
        return f"Program of {counted(self._recording.node_count, 'node')}: {counts}"

    def forget_graph(self) -> None:
        """Keep no node of the graph: it can be evaluated, and not be pickled."""
        self.output_values = [Value(y.data, y.label) for y in self.output_values]
        self._keeps_graph = False

    def __reduce__(self) -> tuple[Any, ...]:
        if not self._keeps_graph:
            raise TypeError("the program of a replayed function keeps no graph, so it is not copied or pickled")
        return _restored, (self.output_values, self.input_values, self.parameter_values, self.parameters)


def _restored(outputs: list[Value], inputs: list[Value], parameters: list[Value], numbers: Array) -> Program:
    program = Program(outputs, inputs, parameters, reached(outputs))
    program.parameters[:] = numbers
    return program


def weights_of(n: int, weights: ArrayLike) -> Array:
    """The weights of n samples as an array. Raises ValueError for any but a number for each."""
    array = _floats("the array of weights", weights)
    if array.shape != (n,):
        raise ValueError(f"the weights are one number for each of {n} samples, not an array of shape {array.shape}")
    return array


def counted(n: int, what: str) -> str:
    """A number of things in words: 4,192 parameters."""
    return f"{n:,} {what}{'s' * (n != 1)}"


def without_warnings() -> Callable[..., Any]:
    """A function call(f, *inputs) that returns f(*inputs) without NumPy's warnings of overflow and poles.

    From NumPy 2 on it is the context that says whether to warn, and our own is entered more quickly than np.errstate.
    """
    if np.lib.NumpyVersion(np.__version__) < "2.0.0":
        return np.errstate(all="ignore")(lambda f, *inputs: f(*inputs))
    context = copy_context()
    context.run(np.seterr, all="ignore")
    return context.run


def _floats(what: str, x: Any) -> Array:
    array = np.asarray(x)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{what} for a program is an array of real numbers, not of {array.dtype}")
    return array.astype(np.float64)


def _values(what: str, values: Any) -> list[Value]:
    if not isinstance(values, Iterable):
        raise TypeError(f"record needs Values, and {what} is {values!r} of type {type(values).__name__}")
    result = list(values)
    for v in result:
        if not isinstance(v, Value):
            raise TypeError(f"record needs Values, and among the {what}s is {v!r} of type {type(v).__name__}")
    return result


def _leaves(what: str, values: Iterable[Value]) -> list[Value]:
    """The inputs or parameters: leaves, each once."""
    leaves = _values(what, values)
    seen = set()
    for v in leaves:
        if v.parents:
            raise ValueError(
                f"the {what}s of a program are leaves, and {describe(v)} was computed: list what it was computed from, "
                "or compute from its .detach()"
            )
        if v in seen:
            raise ValueError(f"{describe(v)} is given twice among the {what}s")
        seen.add(v)
    return leaves
