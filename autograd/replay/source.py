"""The source of a function on arrays, written line by line: reading operands, storing results, adding gradients."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.replay.layout import GRADIENTS, Access, View, regular_shape, side_by_side, sums_of_rows
from autograd.replay.nodes import FIXED, INPUT
from autograd.replay.symbols import Call, Writer, number

NAMES = (
    *("add", "subtract", "multiply", "divide", "negative", "matmul", "maximum"),
    *("ndarray", "float64", "copyto", "broadcast_to", "inf", "nan"),
)
OUT_FUNCTIONS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}


class Code:
    """The source of one function of a program, written line by line, and the arrays that it needs beside the buffers.

    `wanted` says for each slot of each kind whether its gradient is asked for. A gradient's first contribution is
    written, those that follow are added to it; `written` says which slots have theirs. Views of `kept_buffers` are made
    once, those of the others at each call.
    """

    def __init__(self, sizes: dict[str, int], wanted: dict[str, NDArray[np.bool_]], kept_buffers: str) -> None:
        self.kept_buffers = kept_buffers
        self.lines: list[str] = []
        # Lines that come first: what depends on the batch size, and views of the arrays that each call brings along.
        self.opening = ["outer = multiply if n == 1 else matmul"]
        self.namespace: dict[str, Any] = {name: getattr(np, name) for name in NAMES} | {"outer": np.matmul}
        self.bound: dict[str, View] = {}
        self.names: dict[Any, str] = {}
        self.functions: dict[Any, str] = {}
        self.take_out: set[str] = set()  # names of functions that write into out=, as ufuncs do
        self.indices: list[Any] = []
        self.wanted = wanted
        self.row = 8 * sizes[INPUT]  # bytes from one sample of X to the next
        self.written = {kind: np.zeros(size, bool) for kind, size in sizes.items()}
        self.blank = {kind: np.zeros(size, bool) for kind, size in sizes.items()}

    def line(self, text: str) -> None:
        self.lines.append(text)

    # ---- reading

    def operand(self, access: Access, *, varying: bool) -> str:
        """The text of an operand's numbers, in the shape of the group and with an axis for the batch if it varies."""
        if access.constants is not None:
            literal = access.literal
            if literal is not None:
                return number(literal)
            return self.constant(access.constants[..., None] if varying else access.constants)
        name = self.view(access.kind, access, unit=varying and access.kind == FIXED)
        return self.rows_of(name) if varying and access.kind == INPUT and access.strides is not None else name

    def rows_of(self, name: str) -> str:
        """The name of a copy of inputs, which stand in columns: number by number, rows are read more quickly."""
        line = f"{name}r = {name}.copy()"
        if line not in self.opening:
            self.opening.append(line)
        return f"{name}r"

    def matrix(self, access: Access) -> str:
        """The text of the numbers of a fixed or constant operand as a matrix or vector."""
        return self.view(FIXED, access) if access.constants is None else self.constant(access.constants)

    def gradient(self, access: Access, *, unit: bool = False) -> str:
        """The text of a strided operand's gradient."""
        return self.view(GRADIENTS[access.kind], access, unit=unit)

    def view(self, buffer: str, access: Access, *, unit: bool = False) -> str:
        """The name of a view of a buffer, or of what was read from it by an index."""
        if access.strides is None:
            return self.gathered(buffer, access, unit)
        view = View(buffer, access.index.shape, int(access.index.flat[0]), access.strides, unit)
        if view not in self.names:
            name = self.names[view] = f"{buffer}{len(self.names)}"
            if buffer in self.kept_buffers:
                self.bound[name] = view
            else:
                self.opening.append(f"{name} = {self.view_of_call(view)}")
        return self.names[view]

    def view_of_call(self, view: View) -> str:
        """The text of a view of an array that each call brings along: a slice, where one is enough, is quicker."""
        buffer, shape, first, strides, unit = view
        batched = buffer in "XE"
        rows = f"{buffer}.T" if batched else buffer
        if batched and not shape:
            return f"{rows}[{first}]"
        if len(shape) == 1 and strides[0] > 0 and not unit:
            return f"{rows}[{first}:{first + (shape[0] - 1) * strides[0] + 1}:{strides[0]}]"
        sizes = [*map(str, shape), *(["n"] if batched else ["1"] if unit else [])]
        steps = [*(str(8 * s) for s in strides), *([str(self.row)] if batched else ["0"] if unit else [])]
        if not sizes:
            return f"ndarray((), float64, {buffer}, {8 * first})"
        return f"ndarray(({', '.join(sizes)},), float64, {buffer}, {8 * first}, ({', '.join(steps)},))"

    def gathered(self, buffer: str, access: Access, unit: bool) -> str:
        key = buffer, id(access), unit
        if key not in self.names:
            name = self.names[key] = f"{buffer}{len(self.names)}"
            index = self.constant(access.index[..., None] if unit else access.index)
            rows = f"{buffer}.T" if buffer in "XE" else buffer
            self.line(f"{name} = {rows}.take({index}, 0)")
            self.indices.append(access)  # so that its id is not used again
        return self.names[key]

    def constant(self, array: Any) -> str:
        name = f"c{len(self.namespace)}"
        self.namespace[name] = array
        return name

    def name_of(self, function: Any) -> str:
        """The name that stands for a function in the source: NumPy's own, or a number."""
        if function not in self.functions:
            name = getattr(function, "__name__", "")
            if getattr(np, name, None) is not function or not name.isidentifier():
                name = f"f{len(self.functions)}"
            self.functions[function] = name
            self.namespace[name] = function
        return self.functions[function]

    # ---- writing

    def write(self, expressions: list[Any], names: dict[str, str]) -> list[Call]:
        """Expressions on arrays as calls, after the lines of what they share."""
        return Writer(self.name_of, self.line, names, prefix=f"t{len(self.lines)}_").calls(expressions)

    def store(self, call: Call, target: str) -> None:
        """The line that computes a call into an array."""
        function = OUT_FUNCTIONS.get(call.function, call.function)
        if not function:
            self.line(f"copyto({target}, {call.arguments[0]})")
            return
        known = self.namespace.get(function.partition(".")[0])
        if isinstance(known, np.ufunc) or function in self.take_out:
            self.line(f"{function}({', '.join(call.arguments)}, out={target})")
        else:
            self.line(f"{target}[...] = {call}")

    # ---- gradients

    def wants(self, access: Access) -> bool:
        return access.constants is None and bool(self.wanted[access.kind][access.index].any())

    def upstream(self, result: Access) -> str:
        """The gradient of a group, all of whose contributions have been written."""
        self.blank[result.kind][result.index] |= ~self.written[result.kind][result.index]
        self.written[result.kind][result.index] = True
        return self.gradient(result)

    def contribute(self, access: Access, call: Call, *, batched: bool, full: bool = True) -> None:
        """Write or add the contribution that an operand's gradient gets from a group.

        The call gives it in the operand's shape, with an axis for the batch if `batched`; if it is not `full` some
        axes are one long. What an operand repeats, the batch of a fixed one among it, is summed over.
        """
        axes = access.repeated_axes
        sums_batch = batched and access.kind == FIXED
        if not full and not (access.strides is not None and access.is_each_once()):
            sizes = (*map(str, access.index.shape), *(("n",) if batched else ()))
            call = Call("broadcast_to", (str(call), f"({', '.join(sizes)},)"))
            full = True
        if sums_batch and not axes:
            call = Call("matmul", (str(call), "ones"))  # the quickest of NumPy's ways to sum along the last axis
        elif axes:
            reduced = (*axes, access.index.ndim) if sums_batch else axes
            call = Call("add.reduce", (str(call), str(reduced[0] if len(reduced) == 1 else reduced), "None"))
            access = access.without(axes)
        if access.strides is None or not access.is_each_once():
            access, call = self.summed(access, call, batched=batched and not sums_batch)
            full = True
        kind, slots = access.kind, access.index
        written = self.written[kind][slots]
        if written.any():
            self.blank[kind][slots] |= ~written
            self.line(f"{self.target(access)} += {call}")
        elif access.strides is None:
            self.line(f"{self.target(access)} = {call}")
        elif full:
            self.store(call, self.target(access))
        else:
            self.line(f"{self.target(access)}[...] = {call}")
        self.written[kind][slots] = True

    def summed(self, access: Access, call: Call, *, batched: bool) -> tuple[Access, Call]:
        """The same contributions to each slot once, and in the order of the slots, which as a rule make a view.

        Contributions to the slots 7, 5, 7, 6 are taken in the order 1, 3, 0, 2 and added up from 0, 1 and 2 on.
        """
        order = np.argsort(access.index, axis=None, kind="stable")
        slots, starts = np.unique(access.index.ravel()[order], return_index=True)
        text, behind = str(call), ", n" if batched else ""
        if access.index.ndim > 1:
            text = f"({text}).reshape({access.index.size}{behind})"
        if len(slots) < len(order):
            each = self.sums(text, np.diff(starts, append=len(order)), order)
        else:
            each = Call("", (f"({text}).take({self.constant(order)}, 0)" if (np.diff(order) < 0).any() else text,))
        result = Access(access.kind, slots.reshape(regular_shape(slots)))
        if result.index.ndim > 1:
            each = Call("", (f"({each}).reshape({', '.join(map(str, result.index.shape))}{behind})",))
        return result, each

    def sums(self, terms: str, lengths: Any, order: NDArray[np.intp]) -> Call:
        """The call that adds up so many terms for each sum; in this order they stand one behind another.

        Side by side they are added up in long rows, some four times as quickly as by NumPy's `reduceat`.
        """
        rows = side_by_side(lengths)
        if rows is None:
            starts = np.cumsum(lengths) - lengths
            in_order = f"({terms}).take({self.constant(order)}, 0)"
            return Call("+", (f"add.reduceat({in_order}, {self.constant(starts)}, 0)", "0.0"))  # which is never -0.0
        places = self.constant(np.append(order, len(order))[rows])
        if rows.size == len(order):
            return Call("add.reduce", (f"({terms}).take({places}, 0)", "0", "None"))
        function = self.name_of(sums_of_rows)
        self.take_out.add(function)
        return Call(function, (terms, places))

    def target(self, access: Access) -> str:
        """The text of the gradients of slots, to be written or added to."""
        if access.strides is not None:
            return self.gradient(access)
        buffer = GRADIENTS[access.kind]
        return (
            f"{buffer}.T[{self.constant(access.index)}]"
            if buffer == "E"
            else f"{buffer}[{self.constant(access.index)}]"
        )

    def blank_lines(self, kind: str, leaves: int) -> list[str]:
        """The lines that set to zero what is read or added to before it is written, and leaves that nothing reaches."""
        self.blank[kind][:leaves] |= ~self.written[kind][:leaves]
        lines = []
        for kind, blank in self.blank.items():
            edges = np.flatnonzero(np.diff(blank, prepend=False, append=False))
            for start, stop in edges.reshape(-1, 2).tolist():
                rows = f"{GRADIENTS[kind]}.T" if kind == INPUT else GRADIENTS[kind]
                lines.append(f"{rows}[{start}:{stop}] = 0.0")
        return lines
