"""What a recorded graph says, before any array: its nodes, its sums of products as dots, its levels."""

from collections.abc import Sequence

from autograd.operations import constant
from autograd.replay.call import Call
from autograd.replay.nodes import CONSTANT, DETACHED_MAX, FIXED, INPUT, Node, Wrt, leaf
from autograd.replay.searching import Reached
from autograd.replay.sums import Sums
from autograd.value import Value, describe


class Recording:
    """The nodes that outputs are computed from, parents first, with sums and dots as large as they can be made."""

    def __init__(
        self, outputs: Sequence[Value], inputs: Sequence[Value], parameters: Sequence[Value], reached: Reached
    ) -> None:
        self.parameters = [leaf(FIXED, slot, v.data) for slot, v in enumerate(parameters)]
        self.inputs = [leaf(INPUT, slot, v.data) for slot, v in enumerate(inputs)]
        for parameter in self.parameters:
            parameter.learns = True
        nodes = _Nodes(zip(parameters, self.parameters, strict=True))
        nodes.update(zip(inputs, self.inputs, strict=True))
        nodes.update((v, leaf(CONSTANT, -1, v.data)) for v in reached.constants if v not in nodes)
        sums = Sums(nodes, reached)
        for value in reached.needs:
            sums.record(value)
        written_out = [value for value in reached.needs if type(value.operation) is Call]
        self.node_count = len(reached.met) - len(reached.leaves) - len(reached.constants) - len(written_out)
        self.outputs = [nodes[v] for v in outputs]
        self.nodes = sums.result
        for node in self.nodes:
            level, learns = 0, False
            for p in node.parents:
                p.uses += 1
                if p.level > level:
                    level = p.level
                if p.learns:
                    learns = True
            node.level = level + 1
            node.learns = learns and node.operation is not DETACHED_MAX
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
