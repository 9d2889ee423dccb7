"""What outputs are computed from, found in one search that takes sums of products as one, and then put in order.

Of a network that is written out nine nodes in ten are products and additions that vanish into dots. The search looks at
each once, in no order, and only the tenth that is left is put in order:

    h = w1*x1 + w2*x2 + b        h absorbs both products and the inner sum: it needs w1, x1, w2, x2 and b
    y = h*h                      y needs h
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from autograd.operations import add, multiply
from autograd.replay.call import Call
from autograd.replay.nodes import MEAN, SUM
from autograd.value import Value

SUMS = {add, SUM, MEAN}


class Reached(NamedTuple):
    """What outputs are computed from.

    - met: all of it, each with the sum that absorbs it, or with itself
    - leaves: where the search ended: Values without parents and, of a function's graph, those that were there before it
    - constants: leaves that the function made
    - needs: the nodes that are recorded one by one, parents first, and from what: their parents, or, of a sum, the two
      factors of each product and then the other terms
    - counts: for each of these how many factors it needs, and how many sums it absorbs
    """

    met: dict[Value, Value]
    leaves: list[Value]
    constants: list[Value]
    needs: dict[Value, Sequence[Value]]
    counts: dict[Value, tuple[int, int]]

    def interior(self, outputs: Iterable[Value]) -> list[Value]:
        """All nodes, also those that a sum absorbs, parents first."""
        return [*in_order(outputs, {value: parents_of(value)[::-1] for value in self.met}, self.leaves)]


def reached(outputs: Sequence[Value], made: Sequence[Value] | None = None) -> Reached:
    """What outputs are computed from: the whole graph, or as much of it as a function has made, which is in order.

    A sum absorbs what it meets first. If that is met again, it is no term: it is kept, and both are looked at anew.
    """
    inside = None if made is None else {*made}
    leaves: list[Value] = []
    constants: list[Value] = []
    needs: dict[Value, Sequence[Value]] = {}
    counts: dict[Value, tuple[int, int]] = {}
    given_back: list[Value] = []
    met = {y: y for y in outputs}
    kept, stack = {*met}, [*met]
    while stack:
        value = stack.pop()
        if inside is not None and value not in inside:
            leaves.append(value)
        elif not value.parents:
            (leaves if inside is None else constants).append(value)
        else:
            needs[value], counts[value] = needs_of(value, met, inside)
            if not kept.issuperset(needs[value]):  # most are: weights and inputs of another row
                for v in needs[value]:
                    if v not in kept:
                        kept.add(v)
                        if v in met:
                            given_back.append(v)
                        else:
                            met[v] = v
                            stack.append(v)
    met_again = {v: v for v in kept}
    for value in dict.fromkeys([*given_back, *(met[v] for v in given_back)]):
        needs[value], counts[value] = needs_of(value, met_again, inside)
    order: Iterable[Value] = made if made is not None else in_order(outputs, needs, leaves)
    return Reached(met, leaves, constants, {value: needs[value] for value in order if value in needs}, counts)


def needs_of(
    value: Value, met: dict[Value, Value], inside: Collection[Value] | None
) -> tuple[Sequence[Value], tuple[int, int]]:
    """What a node needs, and the counts. A sum absorbs sums and products that have not been met: now they have been."""
    if value.operation not in SUMS:
        return parents_of(value), (0, 0)
    terms: list[Value] = []
    factors: list[Value] = []
    chain = [value]
    for addition in chain:  # which grows
        for term in reversed(addition.parents):
            operation = term.operation
            if term in met or (inside is not None and term not in inside):
                terms.append(term)
            elif operation is multiply:
                met[term] = value
                factors += term.parents
            elif operation is add or operation is SUM:
                met[term] = value
                chain.append(term)
            else:
                terms.append(term)
    return (terms + factors)[::-1], (len(factors), len(chain) - 1)


def in_order(
    outputs: Iterable[Value], needs: Mapping[Value, Sequence[Value]], leaves: Iterable[Value]
) -> Iterator[Value]:
    """The nodes that outputs need, and they themselves, each once and after all that it needs.

    Depth first with a stack of its own, on which a node stays until all that it needs is done.
    """
    stack, done = [*outputs], {*leaves}
    while stack:
        value = stack[-1]
        if value in done:
            stack.pop()
        elif done.issuperset(needs[value]):
            done.add(stack.pop())
            yield value
        else:
            stack += [v for v in needs[value] if v not in done]


def parents_of(value: Value) -> Sequence[Value]:
    """The parents of a node; of what a replayed function gave, the graph that is written out in its place."""
    return (value.operation.graph(),) if type(value.operation) is Call else value.parents
