"""What a recorded graph says, before any array: its nodes, its sums of products as dots, its levels and groups.

A node of the recording stands for one Value or for several. Its *kind* says what it changes with: a constant with
nothing, a fixed node with the parameters only, an input and a varying node from sample to sample.
"""

import math
from collections.abc import Sequence

from autograd.backprop import interior_order
from autograd.operation import Operation
from autograd.operations import OPERATIONS, add, constant, divide, multiply, own, positive, subtract
from autograd.value import Value, describe

DOT, SUM, MEAN, DETACHED_MAX, LOGSUMEXP, SELECT, LOG_LOSS = (
    OPERATIONS[name] for name in ("dot", "sum", "mean", "detached_max", "logsumexp", "select", "log_loss")
)

CONSTANT, FIXED, INPUT, VARYING = "CFXV"
NEURON_KINDS = [({FIXED}, {kind}) for kind in (CONSTANT, INPUT, VARYING)]  # of the two halves of a dot: w and x
MANY = 8  # terms of a sum
RANK = {CONSTANT: 0, FIXED: 1, INPUT: 2, VARYING: 3}


class Node:
    """A node of the recording.

    - operation, parents: as in a Value; None and () for a leaf
    - kind: CONSTANT, FIXED, INPUT or VARYING
    - data: the number that was recorded
    - slot: where its number stands in the array of its kind
    - stands_for: how many Values of the recorded graph it replaces
    - learns: whether a parameter is among what it is computed from
    - matters: whether the first output is computed from it
    - uses: how many times it is a parent or an output; `user` is the node that has it for a parent, if only one
    """

    __slots__ = (
        "data",
        "kind",
        "learns",
        "level",
        "matters",
        "operation",
        "parents",
        "slot",
        "stands_for",
        "user",
        "uses",
    )

    def __init__(self, operation: Operation | None, parents: tuple["Node", ...], stands_for: int = 1) -> None:
        self.operation = operation
        self.parents = parents
        self.stands_for = stands_for
        self.kind = FIXED
        self.data = 0.0
        self.slot = -1
        self.level = 0
        self.uses = 0
        self.user: Node | None = None
        self.learns = False
        self.matters = False
        if parents:
            kinds = {p.kind for p in parents}
            self.kind = VARYING if INPUT in kinds or VARYING in kinds else FIXED if FIXED in kinds else CONSTANT
            self.learns = True in [p.learns for p in parents]

    @staticmethod
    def apply_operation(operation: Operation, inputs: tuple["Node", ...]) -> "Node":
        """How an operation reads nodes: so a row that is written with other rows becomes a node for each of these."""
        node = Node(operation, inputs, 0)
        node.data = operation(*[p.data for p in inputs])
        return node

    def __sub__(self, other: "Node") -> "Node":
        return Node.apply_operation(subtract, (self, other))


Pair = tuple[Node, Node, Node | None]  # two factors, and the node that is their product if there is one


class Recording:
    """The nodes that outputs are computed from, parents first, with sums and dots as large as they can be made."""

    def __init__(
        self, outputs: Sequence[Value], inputs: Sequence[Value], parameters: Sequence[Value], interior: Sequence[Value]
    ) -> None:
        self.parameters = [_leaf(FIXED, slot, v.data) for slot, v in enumerate(parameters)]
        self.inputs = [_leaf(INPUT, slot, v.data) for slot, v in enumerate(inputs)]
        for parameter in self.parameters:
            parameter.learns = True
        nodes: dict[Value, Node] = dict(zip(parameters, self.parameters, strict=True))
        nodes.update(zip(inputs, self.inputs, strict=True))
        recorded = [node for value in interior for node in _record(value, nodes)]
        self.node_count = len(interior)
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


def interior_of(outputs: Sequence[Value]) -> list[Value]:
    """The interior nodes of several outputs, parents first, each once."""
    visited: set[Value] = set()
    return [node for output in outputs if output not in visited for node in interior_order(output, visited)]


def _leaf(kind: str, slot: int, data: float) -> Node:
    node = Node(None, ())
    node.kind, node.slot, node.data = kind, slot, float(data)
    return node


def _constant_leaf(value: Value, nodes: dict[Value, Node]) -> Node:
    """The node of a leaf that is neither input nor parameter: a plain number in an expression, else an error."""
    if value.operation is not constant:
        raise ValueError(
            f"{describe(value)} is a leaf of the graph, but neither among the inputs nor among the parameters: list it "
            "there, or use a plain number in its place to fix it"
        )
    node = nodes[value] = _leaf(CONSTANT, -1, value.data)
    return node


def _record(value: Value, nodes: dict[Value, Node]) -> list[Node]:
    """The node of a Value, with those that it is written with before it."""
    parents = tuple([nodes[p] if p in nodes else _constant_leaf(p, nodes) for p in value.parents])
    if value.operation is own:
        own.rules.value()  # says that it has no rule
    if value.operation is LOG_LOSS:
        node = LOG_LOSS.rules.value(*parents)
        node.stands_for = 1
        total, chosen = node.parents
        made = [total.parents[0].parents[1], *total.parents, total, chosen, node]
    else:
        node = Node(value.operation, parents)
        node.data = value.data
        made = [node]
    nodes[value] = node
    return made


def count_uses(nodes: Sequence[Node], outputs: Sequence[Node]) -> None:
    """Set `uses` and `user` of everything that the nodes are computed from."""
    for node in nodes:
        for p in (node, *node.parents):
            p.uses, p.user = 0, None
    for node in nodes:
        for p in node.parents:
            p.uses += 1
            p.user = node
    for output in outputs:
        output.uses += 1
        output.user = None


class Sums:
    """Rewrites additions: a chain of `+` becomes one sum, and the products in it, as `w*x` written out, one dot.

    A dot or sum whose terms are of several kinds becomes one for each kind, and these are added. So every dot is of
    pairs of the same two kinds, and takes part in a matrix product if others are like it. The number is the same to
    rounding, for additions are done in another order.
    """

    def __init__(self, recorded: list[Node], outputs: Sequence[Node]) -> None:
        self.recorded = recorded
        self.result: list[Node] = []
        self.copies: dict[tuple[Node, str], Node] = {}
        count_uses(recorded, outputs)
        # Sums and products whose only use is as a term of a sum.
        self.absorbed = {node for node in recorded if node.operation in (add, SUM) and _is_term(node)}
        self.products = {node for node in recorded if node.operation is multiply and _is_term(node)}
        self.terms_of_sums = self.absorbed | self.products

    def rewritten(self) -> list[Node]:
        for node in self.recorded:
            if node.kind == CONSTANT:
                node.operation, node.parents = None, ()
            elif node not in self.terms_of_sums:
                self.rewrite(node)
        return self.result

    def rewrite(self, node: Node) -> None:
        """Append the node to the result, with what it needs before it."""
        if node.operation is DOT:
            half = len(node.parents) // 2
            kinds = {p.kind for p in node.parents[:half]}, {p.kind for p in node.parents[half:]}
            if half > 1 and kinds in NEURON_KINDS:
                self.result.append(node)
                return
            pairs: list[Pair] = [(a, b, None) for a, b in zip(node.parents[:half], node.parents[half:], strict=True)]
            self.add_up(node, pairs, [])
        elif node.operation is add and self.terms_of_sums.isdisjoint(node.parents):
            self.result.append(node)
        elif node.operation in (add, SUM) or (node.operation is MEAN and len(node.parents) == 1):
            self.add_up(node, *self.terms(node))
        elif node.operation is MEAN:
            total = Node(SUM, node.parents, 0)
            count = _leaf(CONSTANT, -1, float(len(node.parents)))
            self.rewrite(total)
            node.operation, node.parents = divide, (total, count)
            self.result.append(node)
        else:
            if node.operation in (LOGSUMEXP, DETACHED_MAX):
                node.parents = self.of_one_kind(node.parents)
            elif node.operation is SELECT:
                node.parents = (node.parents[0], *self.of_one_kind(node.parents[1:]))
            self.result.append(node)

    def terms(self, root: Node) -> tuple[list[Pair], list[Node]]:
        """The products and the other terms of a sum, those of the sums that it absorbs among them."""
        products: list[Pair] = []
        others: list[Node] = []
        stack = [*reversed(root.parents)]
        while stack:
            term = stack.pop()
            if term in self.absorbed:
                root.stands_for += term.stands_for
                stack += reversed(term.parents)
            elif term in self.products:
                a, b = term.parents
                products.append((a, b, term))
            elif not (term.kind == CONSTANT and term.data == 0.0):
                others.append(term)
        return products, others

    def add_up(self, root: Node, pairs: list[Pair], others: list[Node]) -> None:
        """Make root the sum of the products of pairs and of other terms."""
        parts: dict[str, list[Node]] = {kind: [] for kind in (VARYING, INPUT, FIXED, CONSTANT)}
        for kinds, same in _by_kinds(pairs).items():
            if len(same) >= (2 if kinds[0] in (CONSTANT, FIXED) else 3):
                dot = self.made(DOT, (*[a for a, _, _ in same], *[b for _, b, _ in same]))
                if same[0][2]:  # products and the additions between them
                    dot.stands_for = 2 * len(same) - 1
                    root.stands_for -= len(same) - 1
                parts[dot.kind].append(dot)
            else:
                for a, b, product in same:
                    node = product or self.made(multiply, (a, b))
                    if product:
                        self.result.append(node)
                    parts[node.kind].append(node)
        for term in others:
            parts[term.kind].append(term)
        summands = [self.total(part) for part in parts.values() if part]
        self.become(root, summands)

    def total(self, terms: list[Node]) -> Node:
        """The sum of terms of one kind: those of one operation, if many, first, for they stand in a row."""
        parts: dict[Operation | None, list[Node]] = {}
        for term in terms:
            parts.setdefault(term.operation, []).append(term)
        if len(parts) > 1 and any(len(part) >= MANY for part in parts.values()):
            few = [term for part in parts.values() if len(part) < MANY for term in part]
            terms = few + [self.made(SUM, tuple(part)) for part in parts.values() if len(part) >= MANY]
        if len(terms) == 1:
            return terms[0]
        return self.made(add if len(terms) == 2 else SUM, tuple(terms))

    def made(self, operation: Operation, parents: tuple[Node, ...]) -> Node:
        """A new node, or leaf where it is constant."""
        node = Node(operation, parents, 0)
        if node.kind == CONSTANT:
            return _leaf(CONSTANT, -1, operation(*[p.data for p in parents]))
        self.result.append(node)
        return node

    def become(self, root: Node, summands: list[Node]) -> None:
        """Make root the sum of one to four summands, of which those made last are new."""
        while len(summands) > 2:
            *summands, a, b = summands
            summands.append(self.made(add, (a, b)))
        if len(summands) == 2:
            root.operation, root.parents = add, tuple(summands)
        elif summands[0].uses == 0:  # a new node, so the last of the result
            new = self.result.pop()
            root.operation, root.parents = new.operation, new.parents
            root.stands_for += new.stands_for
        else:
            root.operation, root.parents = positive, (summands[0],)
        self.result.append(root)

    def of_one_kind(self, parents: tuple[Node, ...]) -> tuple[Node, ...]:
        """The parents of an operation on many numbers, copied where they stand in different arrays."""
        kinds = {p.kind for p in parents}
        if len(kinds) == 1:
            return parents
        target = VARYING if kinds & {INPUT, VARYING} else FIXED
        return tuple([p if p.kind == target else self.copy(p, target) for p in parents])

    def copy(self, node: Node, kind: str) -> Node:
        if (node, kind) not in self.copies:
            copy = self.copies[node, kind] = Node(positive, (node,), 0)
            copy.kind, copy.data = kind, node.data
            self.result.append(copy)
        return self.copies[node, kind]


def _is_term(node: Node) -> bool:
    if node.kind == CONSTANT or node.uses != 1 or node.user is None:
        return False
    return node.user.operation in (add, SUM, MEAN)


def _by_kinds(pairs: list[Pair]) -> dict[tuple[str, str], list[Pair]]:
    """The pairs of each two kinds, in the order constant, fixed, input, varying: so weights come before inputs."""
    result: dict[tuple[str, str], list[Pair]] = {}
    for a, b, product in pairs:
        if RANK[b.kind] < RANK[a.kind] or (a.kind == b.kind and 0 <= b.slot < (a.slot if a.slot >= 0 else math.inf)):
            a, b = b, a
        result.setdefault((a.kind, b.kind), []).append((a, b, product))
    return result
