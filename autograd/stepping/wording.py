"""How the steps of a forward and a backward pass are worded, and the tables of them that a terminal prints.

A local derivative is written ∂child/∂parent, a gradient dy/dx. Formulas are the table's rules read on names, and every
number has four digits, so that those shown side by side multiply out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import NamedTuple, TypeVar

from autograd.formulas import (
    Formula,
    FormulaError,
    derivative_formulas,
    derivative_symbol,
    label_text,
    name_nodes,
    named_by_number,
    number_text,
    write,
)
from autograd.operations import constant
from autograd.stepping.events import ForwardStep, Step, backward_steps, forward_steps, is_whole_graph, shown_order
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
    - nodes: its values, each after its parents
    - forward, backward: the steps of the passes
    """

    def __init__(self, output: Value) -> None:
        self.output = output
        self.nodes = shown_order(output)
        self.forward = tuple(forward_steps(output))
        self.backward = tuple(backward_steps(output))
        self._readings: dict[Value, list[Sequence[Formula]]] = {}

    @cached_property
    def names(self) -> Mapping[Value, Formula]:
        """Labels; y for an output without one, if free; v1, v2, … for other values without, and constants' numbers."""
        is_y = not self.output.label and "y" not in {label_text(v.label) for v in self.nodes}
        numbered = [v for v in self.nodes if v.operation is not constant and not (is_y and v is self.output)]
        names = name_nodes(self.nodes, numbered)
        return names | {self.output: Formula("y", self.output.data)} if is_y else names

    @cached_property
    def is_stale(self) -> bool:
        """Whether some `.data` was changed after the graph was recorded."""
        return any(step.is_stale for step in self.forward)

    # ---- the forward pass

    def definition(self, node: Value) -> str:
        """What a node is computed as, in names: v1 = w · x."""
        if is_whole_graph(node) and node.operation:
            return f"{self.names[node].text} = {node.operation.summary}"
        return f"{self.names[node].text} = {_written(node, [self.names[p] for p in node.parents])}"

    @staticmethod
    def evaluation(step: ForwardStep) -> str:
        """The same in numbers, without the result: −3 · 2."""
        return _written(step.node, [named_by_number(x) for x in step.inputs])

    # ---- the backward pass

    def gradient(self, node: Value) -> str:
        """The name of a gradient: dy/dw; dy/d(2) of a constant's."""
        return derivative_symbol(self._symbol(self.output), self._symbol(node), "d").text

    def local(self, step: Step) -> str:
        """The name of a local derivative: ∂v1/∂w; ∂₁v1/∂a and ∂₂v1/∂a where v1 has the parent a twice."""
        is_repeated = sum(parent is step.parent for parent in step.child.parents) > 1
        child, parent = self._symbol(step.child), self._symbol(step.parent)
        return derivative_symbol(child, parent, number=step.position + 1 if is_repeated else 0).text

    def _symbol(self, node: Value) -> Formula:
        """The name of a node within a derivative, where a constant is bracketed, as a label of several words is."""
        return Formula(self.names[node].text) if node.operation is constant else self.names[node]

    def rule(self, step: Step) -> str:
        """The event in names: dy/dw += dy/dv1 · ∂v1/∂w."""
        return f"{self.gradient(step.parent)} += {self.gradient(step.child)} · {self.local(step)}"

    @staticmethod
    def numbers(step: Step) -> str:
        """The event in numbers: 0 + 0.7864 · 2 = 1.573."""
        numbers = (step.before, step.upstream, step.local_derivative, step.after)
        return "{} + {} · {} = {}".format(*map(number_text, numbers))

    def formulas(self, step: Step) -> list[str]:
        """What the local derivative is: 1 − y², 1 − 0.4621², 0.7864; the number alone where the rule has no formula."""
        if step.child not in self._readings:
            self._readings[step.child] = list(self._local_derivatives(step.child))
        forms = [reading[step.position].text for reading in self._readings[step.child]]
        number = number_text(step.local_derivative)
        return [*dict.fromkeys(form for form in (*forms, number) if len(form) <= LONGEST)]

    def _local_derivatives(self, node: Value) -> Iterator[Sequence[Formula]]:
        """The formulas of a node's local derivatives, in names and in numbers."""
        assert node.operation is not None
        numbers = [named_by_number(p.data, p.operation if p.operation is constant else None) for p in node.parents]
        with suppress(FormulaError):  # of a rule that computes with more than the table's operations
            yield derivative_formulas(node.operation, [self.names[p] for p in node.parents], self.names[node])
            yield derivative_formulas(node.operation, numbers, named_by_number(node.data))

    @staticmethod
    def arrival(step: Step) -> str:
        """How much of the parent's gradient has arrived: 1 of 2; 2 of 2, final."""
        return f"{step.arrived} of {step.uses}" + (", final" if step.is_final else "")


def _written(node: Value, inputs: Sequence[Formula]) -> str:
    assert node.operation is not None
    with suppress(FormulaError):
        text = write(node.operation, inputs).text
        if len(text) <= LONGEST:
            return text
    return f"{node.operation.name} of {len(inputs)} inputs"


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
        Table(seed, backward_columns, _rows(wording.backward, backward_row, 5)),
    ]


def _rows(steps: Sequence[T], row: Callable[[T], tuple[str, ...]], columns: int) -> list[tuple[str, ...]]:
    numbered = [*enumerate(steps, 1)]
    if len(steps) <= MOST_STEPS:
        return [(str(i), *row(step)) for i, step in numbered]
    start, end = ([(str(i), *row(step)) for i, step in part] for part in (numbered[:ENDS], numbered[-ENDS:]))
    return [*start, ("…", f"{len(steps) - 2 * ENDS:,} more steps", *[""] * (columns - 2)), *end]
