"""The events of a forward and a backward pass, one by one, as records that change nothing.

Backpropagation is one event, *parent.grad += local derivative × child.grad*, performed for every edge of the graph.
`backward_steps` lists these events in the order and with the rounding of `backward()`; `forward_steps` lists the values
that were computed before, each from its parents.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from autograd.backprop import interior_order, topological_order
from autograd.graphs import is_same, is_whole_graph, order_of_use, sweep
from autograd.operation import Operation
from autograd.operations import own
from autograd.value import Value, describe


@dataclass(slots=True, eq=False)
class Seed:
    """Where a backward pass starts: the output's gradient toward itself."""

    node: Value
    gradient: float


@dataclass(slots=True, eq=False)
class Step:
    """One event of the backward pass: `child` passes a share of its gradient on to `parent`.

    - index: the number of the step, from 0
    - child, parent: the ends of the edge
    - position: where the parent stands among the child's parents, from 0
    - local_derivative: ∂child/∂parent, as recorded when the child was made
    - upstream: the child's gradient
    - contribution: local_derivative × upstream
    - before, after: the parent's gradient; after = before + contribution
    - arrived, uses: how many of the parent's uses have reported, this one included, and how many there are
    """

    index: int
    child: Value
    parent: Value
    position: int
    local_derivative: float
    upstream: float
    contribution: float
    before: float
    after: float
    arrived: int
    uses: int

    @property
    def is_final(self) -> bool:
        """Whether every use of the parent has reported: its gradient is complete and may be passed on."""
        return self.arrived == self.uses


@dataclass(slots=True, eq=False)
class ForwardStep:
    """One value of the forward pass: `operation` of the numbers `inputs` gave `value`.

    `inputs` are the parents' numbers of now. Where `.data` was changed after the graph was recorded they may not give
    `value`: then `is_stale`.
    """

    index: int
    node: Value
    operation: Operation
    inputs: tuple[float, ...]
    value: float

    @property
    def is_stale(self) -> bool:
        """Whether the parents' numbers of now would give another value than the one recorded."""
        return self.operation is not own and not is_same(self.operation(*self.inputs), self.value)


def backward_steps(output: Value) -> Iterator[Step]:
    """The events of `output.backward()`, in its order, as if every gradient were 0 before.

    Zeros are reported too, which `backward()` may pass over where they change no sum. Raises ValueError where a part of
    a gradient arrives by a replayed function, whose result is one box.

    >>> a = Value(3.0)
    >>> [(step.before, step.contribution, step.after) for step in backward_steps(a * a)]
    [(0.0, 3.0, 3.0), (3.0, 3.0, 6.0)]
    """
    in_sight = set(order_of_use([output]))
    order = [node for node in interior_order(output) if node in in_sight and not is_whole_graph(node)]
    uses = Counter(parent for node in order for parent in node.parents)
    _refuse_parts(filter(is_whole_graph, in_sight), uses)
    arrived = dict.fromkeys(uses, 0)
    gradients = {output: 1.0}
    for index, ((child, position), d, contribution) in enumerate(sweep(order, gradients)):
        parent = child.parents[position]
        arrived[parent] += 1
        before = gradients.get(parent, 0.0)
        numbers = d, gradients[child], contribution, before, before + contribution
        yield Step(index, child, parent, position, *numbers, arrived[parent], uses[parent])


def _refuse_parts(folded: Iterable[Value], uses: Container[Value]) -> None:
    """Raise ValueError where what a node for a whole graph rests on has uses outside of it."""
    for node in folded:
        for v in topological_order(node):
            if v is not node and v in uses and node.operation is not None:
                raise ValueError(
                    f"{describe(v)} gets a part of its gradient by steps, and a part within one box, "
                    f"{node.operation.summary}: step through that instead"
                )


def forward_steps(output: Value) -> Iterator[ForwardStep]:
    """The values that `output` was computed from, and itself, in the code's order; leaves are given, not computed.

    >>> a = Value(3.0)
    >>> [(step.operation.name, step.inputs, step.value) for step in forward_steps(a * a + 1)]
    [('multiply', (3.0, 3.0), 9.0), ('add', (9.0, 1.0), 10.0)]
    """
    for index, node in enumerate(v for v in order_of_use([output]) if v.parents and not is_whole_graph(v)):
        assert node.operation is not None
        yield ForwardStep(index, node, node.operation, tuple(float(p.data) for p in node.parents), float(node.data))
