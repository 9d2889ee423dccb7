"""What a recorded graph says, before any array: its nodes, its sums of products as dots, its levels."""

from collections.abc import Sequence

from autograd.backprop import interior_order
from autograd.operations import constant, own
from autograd.replay.call import Call
from autograd.replay.nodes import CONSTANT, FIXED, INPUT, Node, Wrt, count_uses, leaf
from autograd.replay.sums import Sums
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
        nodes: dict[Value, Node] = dict(zip(parameters, self.parameters, strict=True))
        nodes.update(zip(inputs, self.inputs, strict=True))
        nodes.update((v, leaf(CONSTANT, -1, v.data)) for v in constants)
        recorded = []
        for value in interior:
            if isinstance(value.operation, Call):
                graph = value.operation.graph()
                nodes[value] = nodes[graph] if graph in nodes else _constant_leaf(graph, nodes)
            else:
                recorded.append(_record(value, nodes))
        self.node_count = len(recorded)
        self.outputs = [nodes[v] if v in nodes else _constant_leaf(v, nodes) for v in outputs]
        self.nodes = Sums(recorded, self.outputs).rewritten()
        count_uses(self.nodes, self.outputs)
        self.outputs[0].matters = True
        for node in reversed(self.nodes):
            if node.matters:
                for parent in node.parents:
                    parent.matters = True
        for node in self.nodes:
            node.level = 1 + max([p.level for p in node.parents])

    def leaves(self, wrt: Wrt) -> list[Node]:
        """What a gradient is asked for toward."""
        return [] if wrt is None else self.inputs if wrt == "inputs" else self.parameters


def interior_of(outputs: Sequence[Value]) -> list[Value]:
    """The interior nodes of several outputs, parents first, each once; what a replayed function gave is written out."""
    visited: set[Value] = set()
    interior: list[Value] = []
    for output in outputs:
        for node in interior_order(output, visited) if output not in visited else []:
            if isinstance(node.operation, Call):
                interior += interior_order(node.operation.graph(), visited)
            interior.append(node)
    return interior


def _constant_leaf(value: Value, nodes: dict[Value, Node]) -> Node:
    """The node of a leaf that is neither input nor parameter: a plain number in an expression, else an error."""
    if value.operation is not constant:
        raise ValueError(
            f"{describe(value)} is a leaf of the graph, but neither among the inputs nor among the parameters: list it "
            "there, or use a plain number in its place to fix it, or detached_max([v]) in the place of v.detach()"
        )
    node = nodes[value] = leaf(CONSTANT, -1, value.data)
    return node


def _record(value: Value, nodes: dict[Value, Node]) -> Node:
    parents = tuple([nodes[p] if p in nodes else _constant_leaf(p, nodes) for p in value.parents])
    if value.operation is own:
        own.rules.value()  # says that it has no rule
    node = nodes[value] = Node(value.operation, parents)
    node.data = value.data
    return node
