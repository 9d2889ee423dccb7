"""What a recorded graph says, before any array: its nodes, its sums of products as dots, its levels."""

from collections.abc import Sequence
from itertools import filterfalse

from autograd.backprop import interior_order
from autograd.operations import constant
from autograd.replay.call import Call
from autograd.replay.nodes import CONSTANT, DETACHED_MAX, FIXED, INPUT, Node, Wrt, leaf
from autograd.replay.sums import Sums, terms_of_sums
from autograd.value import Value, describe


class Recording:
    """The nodes that outputs are computed from, parents first, with sums and dots as large as they can be made."""

    def __init__(
        self,
        outputs: Sequence[Value],
        inputs: Sequence[Value],
        parameters: Sequence[Value],
        interior: Sequence[Value],
        constants: Sequence[Value] = (),
    ) -> None:
        self.parameters = [leaf(FIXED, slot, v.data) for slot, v in enumerate(parameters)]
        self.inputs = [leaf(INPUT, slot, v.data) for slot, v in enumerate(inputs)]
        for parameter in self.parameters:
            parameter.learns = True
        nodes = _Nodes(zip(parameters, self.parameters, strict=True))
        nodes.update(zip(inputs, self.inputs, strict=True))
        nodes.update((v, leaf(CONSTANT, -1, v.data)) for v in constants)
        terms = terms_of_sums(interior, outputs)
        is_term = terms.__contains__
        calls = {v: v.operation.graph() for v in filterfalse(is_term, interior) if type(v.operation) is Call}
        terms.difference_update(calls.values())
        self.node_count = len(interior) - len(calls)
        sums = Sums(nodes, terms)
        for value in filterfalse(is_term, interior):
            if value in calls:
                nodes[value] = nodes[calls[value]]
            else:
                sums.record(value)
        self.outputs = [nodes[v] for v in outputs]
        self.nodes = sums.result
        for node in self.nodes:
            level = 0
            for p in node.parents:
                p.uses += 1
                if p.level > level:
                    level = p.level
                if p.learns:
                    node.learns = True
            node.level = level + 1
            if node.operation is DETACHED_MAX:
                node.learns = False
        for output in self.outputs:
            output.uses += 1
        self.outputs[0].matters = True
        for node in reversed(self.nodes):
            matters, distance = node.matters, node.distance + 1
            for p in node.parents:
                if matters and p.operation is not DETACHED_MAX:
                    p.matters = True
                if p.distance < distance:
                    p.distance = distance

    def leaves(self, wrt: Wrt) -> list[Node]:
        """What a gradient is asked for toward."""
        return [] if wrt is None else self.inputs if wrt == "inputs" else self.parameters


def interior_of(outputs: Sequence[Value]) -> list[Value]:
    """The interior nodes of several outputs, parents first, each once; what a replayed function gave is written out."""
    visited: set[Value] = set()
    interior: list[Value] = []
    for output in outputs:
        order = interior_order(output, visited) if output not in visited else []
        calls = [(i, v.operation.graph()) for i, v in enumerate(order) if type(v.operation) is Call]
        insides = [(i, interior_order(graph, visited)) for i, graph in calls]
        for i, inside in reversed(insides):
            order[i:i] = inside
        interior += order
    return interior


class _Nodes(dict[Value, Node]):
    """The node of each Value. A leaf that is none of inputs and parameters is a plain number in an expression."""

    def __missing__(self, value: Value) -> Node:
        if value.operation is not constant:
            raise ValueError(
                f"{describe(value)} is a leaf of the graph, but neither among the inputs nor among the parameters: "
                "list it there, or use a plain number in its place to fix it, or detached_max([v]) in the place of "
                "v.detach()"
            )
        node = self[value] = leaf(CONSTANT, -1, value.data)
        return node
