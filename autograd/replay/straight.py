"""A recording as straight-line Python on floats, one line a node: what is quickest for deep and narrow graphs.

Where a graph has few nodes on each level, arrays have nothing to gather, and a call into NumPy costs as much as twenty
operations on floats: one sample of exclusive or takes a third of the time, a chain of a hundred nodes a thirtieth. The
functions are the table's float readings, the derivatives the table's rules read on symbols.
"""

from collections.abc import Callable, Sequence
from typing import Any

from autograd.operation import Operation
from autograd.operations import OPERATIONS
from autograd.replay.nodes import CONSTANT, DOT, FIXED, INPUT, SELECT, SUM, VARYING, Node, Wrt
from autograd.replay.readings import of_calls
from autograd.replay.recording import Recording
from autograd.replay.selecting import selected
from autograd.replay.symbols import COMPARISONS, Reading, Symbol, Writer, number, read

LONGEST_WRITTEN_OUT = 16  # inputs; an operation on more is a call
LETTERS = {INPUT: "x", FIXED: "p", VARYING: "v"}


class Straight:
    """The source of `run(x, p, w)` for one sample x, parameters p and its weight w, and what it names.

    It returns the outputs, and the gradient of the first output toward what `wrt` says, w times. Raises what the float
    readings raise, such as OverflowError.
    """

    def __init__(self, recording: Recording, wrt: Wrt) -> None:
        self.recording = recording
        self.wrt = wrt
        self.namespace: dict[str, Any] = {"inf": float("inf"), "nan": float("nan")}
        self.functions: dict[Any, str] = {}
        self.templates: dict[Any, tuple[list[str], list[str]]] = {}
        self.names: dict[Node, str] = {}
        self.written: set[str] = set()
        self.lines: list[str] = []

    def function(self) -> Callable[[Sequence[float], Sequence[float], float], tuple[Any, list[float]]]:
        for letter, leaves in (("x", self.recording.inputs), ("p", self.recording.parameters)):
            used = [leaf for leaf in leaves if leaf.uses]
            self.names.update((leaf, f"{letter}{leaf.slot}") for leaf in leaves)
            self.lines += [f"{letter}{leaf.slot} = {letter}[{leaf.slot}]" for leaf in used]
        for i, node in enumerate(self.recording.nodes):
            self.names[node] = f"v{i}"
            self.lines += self.filled(node)[0]
        outputs = ", ".join(map(self.name, self.recording.outputs))
        source = [*self.lines, *self.gradient_lines()]
        source.append(f"return ({outputs},), [{', '.join(self.gradients())}]")
        exec("def run(x, p, w):\n" + "".join(f" {line}\n" for line in source), self.namespace)
        return self.namespace["run"]  # type: ignore[no-any-return]

    def name(self, node: Node) -> str:
        return number(node.data) if node.kind == CONSTANT else self.names[node]

    def is_wanted(self, node: Node) -> bool:
        """Whether the gradient of a node is asked for, or needed on the way."""
        return node.kind in (INPUT, VARYING) if self.wrt == "inputs" else node.learns

    def gradients(self) -> list[str]:
        leaves = self.recording.leaves(self.wrt)
        return [f"d{name}" if (name := self.names[leaf]) in self.written else "0.0" for leaf in leaves]

    def gradient_lines(self) -> list[str]:
        first = self.recording.outputs[0]
        if self.wrt is None or not self.is_wanted(first):
            return []
        lines = [f"d{self.names[first]} = w"]
        self.written.add(self.names[first])
        for node in reversed(self.recording.nodes):
            if node.matters and self.is_wanted(node):
                shared, *derivatives = self.filled(node)[1]
                lines += shared.splitlines()
                for parent, d in zip(node.parents, derivatives, strict=True):
                    if parent.kind != CONSTANT and self.is_wanted(parent):
                        lines.append(self.contribution(self.names[parent], f"d{self.names[node]}", d))
        return lines

    def contribution(self, name: str, g: str, derivative: str) -> str:
        term = g if derivative == "1.0" else f"-{g}" if derivative == "-1.0" else f"{g} * {derivative}"
        sign = "+=" if name in self.written else "="
        self.written.add(name)
        return f"d{name} {sign} {term}"

    def filled(self, node: Node) -> tuple[list[str], list[str]]:
        """The lines that compute a node; and the lines that its derivatives share, with a text for each of these."""
        assert node.operation is not None
        literals = tuple([number(p.data) if p.kind == CONSTANT else "" for p in node.parents])
        key = node.operation, literals
        if key not in self.templates:
            self.templates[key] = self.template(node.operation, node.parents)
        names = {f"x{k}": self.name(p) for k, p in enumerate(node.parents)} | {"y": self.names[node]}
        forward, backward = self.templates[key]
        return [line.format_map(names) for line in forward], [text.format_map(names) for text in backward]

    def template(self, operation: Operation, parents: Sequence[Node]) -> tuple[list[str], list[str]]:
        """The source for an operation, with the names of its inputs and its output left open."""
        inputs = tuple([p.data if p.kind == CONSTANT else Symbol(f"x{k}") for k, p in enumerate(parents)])
        names = {name: f"{{{name}}}" for name in ("y", *(f"x{k}" for k in range(len(inputs))))}
        reading = float_reading(operation, inputs)
        lines: list[str] = []
        (value,) = Writer(self.name_of, lines.append, names).calls([reading.value])
        lines.append(f"{{y}} = {value}" + " * 1.0" * (operation in COMPARISONS))
        shared: list[str] = []
        derivatives = Writer(self.name_of, shared.append, names).calls(list(reading.derivatives))
        return lines, ["\n".join(shared), *map(str, derivatives)]

    def name_of(self, function: Any) -> str:
        """The name of a function in the source: that of a row of the table, or a number."""
        if function not in self.functions:
            is_row = isinstance(function, Operation) and OPERATIONS.get(function.name) is function
            name = f"{function.name}_" if is_row else f"f{len(self.functions)}"
            self.functions[function] = name
            value = selected if function is SELECT else function.on_floats.value if is_row else function
            self.namespace[name] = value
        return self.functions[function]


def float_reading(operation: Operation, inputs: tuple[Any, ...]) -> Reading:
    """A row's rules on symbols, written out if there are few inputs, else calls of its rules on floats."""
    if OPERATIONS.get(operation.name) is not operation:
        return of_calls(operation, lambda y, *xs: operation.at(*xs)[1], inputs)
    if len(inputs) <= LONGEST_WRITTEN_OUT:
        return read(operation, inputs)
    value = Symbol(operation, inputs)
    if operation in (DOT, SUM):  # their derivatives are inputs and ones
        return Reading(value, read(operation, inputs).derivatives)
    return Reading(value, of_calls(None, operation.on_floats.derivatives, inputs).derivatives)
