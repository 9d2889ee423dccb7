"""How the steps of a forward and a backward pass are worded, and the tables of them that a terminal prints.

A local derivative is written ∂child/∂parent, a gradient dy/dx. Formulas are the table's rules read on names, and every
number has four digits, so that those shown side by side multiply out.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from autograd.formulas import (
    Formula,
    FormulaError,
    bracketed,
    computed,
    derivative_formulas,
    derivative_symbol,
    edge_symbol,
    equation_text,
    is_plain,
    named,
    named_by_number,
    number_of,
    number_text,
    parameter_names,
)
from autograd.graphs import Edge
from autograd.stepping.events import ForwardStep, Step, backward_steps, forward_steps
from autograd.tables import aligned
from autograd.value import Value

MOST_STEPS = 500  # of a pass that is shown in full; of a longer one the first and the last ENDS
ENDS = 20
LONGEST = 100  # characters of a formula; a longer one is left out

STALE = (
    "This graph is stale: some .data was changed after it was recorded. The backward pass uses the local derivatives "
    "that were recorded, as backward() does; the forward pass shows the numbers of now."
)

T = TypeVar("T")


class Wording:
    """Both passes of a graph, and the words for them: names, and from names the rules, formulas and numbers of a step.

    - output: where the graph ends
    - names, parameters: what its values are called, and its parameters in full
    - nodes: those that are shown, each after its parents; plain numbers are parts of the equations
    - forward, backward: the steps of the passes; `shown` are those of the backward pass between values that are shown
    """

    def __init__(self, output: Value, parameters: Any = None) -> None:
        self.output = output
        self.names = named(output, parameters)
        self.parameters = parameter_names(parameters)
        self.nodes = [v for v in self.names if v is output or not is_plain(v, self.names)]
        self.forward = tuple(forward_steps(output))
        self.backward = tuple(backward_steps(output))
        self.shown = tuple(step for step in self.backward if not is_plain(step.parent, self.names))
        self._readings: dict[Value, list[Sequence[Formula]]] = {}

    @cached_property
    def is_stale(self) -> bool:
        """Whether some `.data` was changed after the graph was recorded."""
        return any(step.is_stale for step in self.forward)

    # ---- the forward pass

    def definition(self, node: Value) -> str:
        """What a node is computed as, in names: v1 = w · x."""
        return equation_text(node, self.names)

    @staticmethod
    def evaluation(step: ForwardStep) -> str:
        """The same in numbers, without the result: −3 · 2."""
        return computed(step.node, [number_of(p, x) for p, x in zip(step.node.parents, step.inputs, strict=True)])

    # ---- the backward pass

    def gradient(self, node: Value) -> str:
        """The name of a gradient: dy/dw."""
        return derivative_symbol(self.names[self.output], self.names[node], "d").text

    def local(self, step: Step) -> str:
        """The name of a local derivative: ∂v1/∂w; ∂₁v1/∂a and ∂₂v1/∂a where v1 has the parent a twice."""
        return edge_symbol(Edge(step.child, step.position), self.names).text

    def rule(self, step: Step) -> str:
        """The event in names: dy/dw += dy/dv1 · ∂v1/∂w."""
        return f"{self.gradient(step.parent)} += {self.gradient(step.child)} · {self.local(step)}"

    @staticmethod
    def numbers(step: Step) -> str:
        """The event in numbers: 0 + 0.7864 · (−2) = −1.573."""
        numbers = (step.before, step.upstream, step.local_derivative)
        before, upstream, d = (bracketed(number_text(x)) for x in numbers)
        return f"{before} + {upstream} · {d} = {number_text(step.after)}"

    def formulas(self, step: Step) -> list[str]:
        """What the local derivative is: 1 − y², 1 − 0.4621², 0.7864; the number alone where the rule has no formula."""
        node = step.child
        if node not in self._readings:
            names = [self.names[p] for p in node.parents], self.names[node]
            numbers = [number_of(p, p.data) for p in node.parents], named_by_number(node.data)
            self._readings[node] = derivative_forms(node, names, numbers)
        forms = [reading[step.position].text for reading in self._readings[node]]
        number = number_text(step.local_derivative)
        return [*dict.fromkeys(form for form in (*forms, number) if len(form) <= LONGEST)]

    @staticmethod
    def arrival(step: Step) -> str:
        """How much of the parent's gradient has arrived: 1 of 2; 2 of 2, final."""
        return f"{step.arrived} of {step.uses}" + (", final" if step.is_final else "")


def derivative_forms(node: Value, *readings: tuple[Sequence[Formula], Formula]) -> list[Sequence[Formula]]:
    """The formulas of a node's local derivatives in each of these readings: its inputs and its output."""
    assert node.operation is not None
    found: list[Sequence[Formula]] = []
    with suppress(FormulaError):  # of a rule that computes with more than the table's operations
        for inputs, y in readings:
            found.append(derivative_formulas(node.operation, inputs, y))
    return found


# ---- tables


class Table(NamedTuple):
    """A table of steps: every row has a text for each column."""

    caption: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def __str__(self) -> str:
        sides = "r" + "l" * (len(self.columns) - 1)
        return "\n".join([self.caption, *aligned([self.columns, *self.rows], sides)])


def tables(wording: Wording) -> list[Table]:
    r"""The two passes as tables, without the middle where they are long.

    >>> a = Value(3.0, "a")
    >>> print(*tables(Wording(a * a)), sep="\n")
    Forward pass
    step  value      numbers
       1  y = a · a  3 · 3 = 9
    Backward pass: dy/dy = 1, every other gradient starts at 0
    step  rule                     local derivative  numbers        arrived
       1  dy/da += dy/dy · ∂₁y/∂a  a                 0 + 1 · 3 = 3  1 of 2
       2  dy/da += dy/dy · ∂₂y/∂a  a                 3 + 1 · 3 = 6  2 of 2, final
    """

    def forward_row(step: ForwardStep) -> tuple[str, ...]:
        numbers = f"{wording.evaluation(step)} = {number_text(step.value)}"
        return wording.definition(step.node), numbers + (" as recorded" if step.is_stale else "")

    def backward_row(step: Step) -> tuple[str, ...]:
        return wording.rule(step), wording.formulas(step)[0], wording.numbers(step), wording.arrival(step)

    seed = f"Backward pass: {wording.gradient(wording.output)} = 1, every other gradient starts at 0"
    backward_columns = ("step", "rule", "local derivative", "numbers", "arrived")
    return [
        Table("Forward pass", ("step", "value", "numbers"), _rows(wording.forward, forward_row, 3)),
        Table(seed, backward_columns, _rows(wording.shown, backward_row, 5)),
    ]


def _rows(steps: Sequence[T], row: Callable[[T], tuple[str, ...]], columns: int) -> list[tuple[str, ...]]:
    numbered = [*enumerate(steps, 1)]
    if len(steps) <= MOST_STEPS:
        return [(str(i), *row(step)) for i, step in numbered]
    start, end = ([(str(i), *row(step)) for i, step in part] for part in (numbered[:ENDS], numbered[-ENDS:]))
    return [*start, ("…", f"{len(steps) - 2 * ENDS:,} more steps", *[""] * (columns - 2)), *end]
