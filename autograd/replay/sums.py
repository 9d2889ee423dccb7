"""The rewriting of sums: what is added up in many single steps becomes few and large sums and dots."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from autograd.operation import Operation
from autograd.operations import add, divide, multiply, own, positive
from autograd.replay.nodes import (
    CONSTANT,
    DETACHED_MAX,
    DOT,
    FIXED,
    INPUT,
    LOG_LOSS,
    LOGSUMEXP,
    MEAN,
    SELECT,
    SUM,
    VARYING,
    Node,
    leaf,
)
from autograd.value import Value

NEURON_KINDS = [({FIXED}, {kind}) for kind in (CONSTANT, INPUT, VARYING)]  # of the two halves of a dot: w and x
MANY = 8  # terms of a sum
RANK = {CONSTANT: 0, FIXED: 1, INPUT: 2, VARYING: 3}

SUMS, TERMS = {add, SUM, MEAN}, {add, SUM, multiply}

Pair = tuple[Node, Node, Value | None]  # two factors, and the Value that is their product if there is one


def terms_of_sums(interior: Sequence[Value], outputs: Iterable[Value]) -> set[Value]:
    """The sums and products whose only use is as a term of a sum: nine tenths of a network that is written out."""
    terms: set[Value] = set()
    used = set(outputs)
    for value in interior:
        is_sum = value.operation in SUMS
        for p in value.parents:
            if p.operation in TERMS:
                if p in used:
                    terms.discard(p)
                else:
                    used.add(p)
                    if is_sum:
                        terms.add(p)
    return terms


class Sums:
    """Records Values as nodes: a chain of `+` as one sum, and the products in it, as `w*x` written out, as one dot.

    A dot or sum whose terms are of several kinds becomes one for each kind, and these are added. So every dot is of
    pairs of the same two kinds, and takes part in a matrix product if others are like it. The number is the same to
    rounding, for additions are done in another order. `nodes` has the nodes of the leaves, and gets the others.
    """

    def __init__(self, nodes: dict[Value, Node], terms: set[Value]) -> None:
        self.nodes = nodes
        self.terms_of_sums = terms
        self.result: list[Node] = []
        self.copies: dict[tuple[Node, str], Node] = {}

    def record(self, value: Value) -> None:
        """Append the node of a Value that is no term of a sum to the result, with what it needs before it."""
        operation = value.operation
        if operation is own:
            own.rules.value()  # says that it has no rule
        if operation in SUMS and self.is_chain(value):
            node = self.nodes[value] = Node(operation, ())
            node.data = value.data
            self.add_up(node, *self.terms(node, value))
            return
        if operation is MEAN:
            total, count = Node(SUM, (), 0), leaf(CONSTANT, -1, float(len(value.parents)))
            self.add_up(total, *self.terms(total, value))
            operation = divide
            parents: tuple[Node, ...] = total, count
        else:
            parents = tuple([self.nodes[p] for p in value.parents])
        node = self.nodes[value] = Node(operation, parents)
        node.data = value.data
        if node.kind == CONSTANT:
            node.operation, node.parents = None, ()
        elif operation is DOT:
            self.record_dot(node)
        else:
            if operation in (LOGSUMEXP, DETACHED_MAX):
                node.parents = self.of_one_kind(node.parents)
            elif operation in (SELECT, LOG_LOSS):
                node.parents = (node.parents[0], *self.of_one_kind(node.parents[1:]))
            self.result.append(node)

    def record_dot(self, node: Node) -> None:
        half = len(node.parents) // 2
        left, right = node.parents[:half], node.parents[half:]
        if half > 1 and ({p.kind for p in left}, {p.kind for p in right}) in NEURON_KINDS:
            self.result.append(node)
        else:
            self.add_up(node, [(a, b, None) for a, b in zip(left, right, strict=True)], [], by_sum=True)

    def is_chain(self, value: Value) -> bool:
        """Whether a sum is more than a single addition."""
        if value.operation is add:
            return not self.terms_of_sums.isdisjoint(value.parents) or any(
                _is_zero(self.nodes[p]) for p in value.parents
            )
        return value.operation is SUM or len(value.parents) == 1

    def terms(self, root: Node, value: Value) -> tuple[list[Pair], list[Node], bool]:
        """The products and the other terms of a sum, those of the sums that it absorbs among them.

        And whether it was written as a sum: by `sum` or `mean`, or begun with 0 as Python's `sum` begins.
        """
        nodes, terms, by_sum = self.nodes, self.terms_of_sums, value.operation is not add
        products: list[Pair] = []
        others: list[Node] = []
        stack = [*reversed(value.parents)]
        while stack:
            term = stack.pop()
            if term in terms:
                if term.operation is multiply:
                    a, b = term.parents
                    products.append((nodes[a], nodes[b], term))
                else:
                    root.stands_for += 1
                    stack += reversed(term.parents)
            elif _is_zero(node := nodes[term]):
                by_sum = True
            else:
                others.append(node)
        return products, others, by_sum

    def add_up(self, root: Node, pairs: list[Pair], others: list[Node], by_sum: bool = False) -> None:
        """Make root the sum of the products of pairs and of other terms.

        What was written `by_sum` and varies stays a sum, or a dot, however short: `sum(w * x for …)` over the one
        position before is like those over two and three, and is computed in one instruction with them.
        """
        start = len(self.result)
        by_kinds = _by_kinds(pairs)
        if pairs:
            short = by_sum and not others and [*by_kinds] == [(VARYING, VARYING)]
        else:
            short = by_sum and {term.kind for term in others} == {VARYING}
        parts: dict[str, list[Node]] = {kind: [] for kind in (VARYING, INPUT, FIXED, CONSTANT)}
        for kinds, same in by_kinds.items():
            if len(same) >= (1 if short else 2 if kinds[0] in (CONSTANT, FIXED) else 3):
                dot = self.made(DOT, (*[a for a, _, _ in same], *[b for _, b, _ in same]))
                if same[0][2] is not None:  # products and the additions between them
                    dot.stands_for = 2 * len(same) - 1
                    root.stands_for -= len(same) - 1
                parts[dot.kind].append(dot)
            else:
                for a, b, product in same:
                    node = self.made(multiply, (a, b))
                    if product is not None:
                        node.data, node.stands_for = product.data, 1
                    parts[node.kind].append(node)
        for term in others:
            parts[term.kind].append(term)
        summands = [self.total(part, short and not pairs) for part in parts.values() if part]
        while len(summands) > 2:
            *summands, a, b = summands
            summands.append(self.made(add, (a, b)))
        if len(summands) == 2:
            root.become(add, tuple(summands))
        elif self.result[start:] and self.result[-1] is summands[0]:  # made here, for root alone
            new = self.result.pop()
            root.become(new.operation, new.parents)
            root.stands_for += new.stands_for
        elif summands:
            root.become(positive, (summands[0],))
        if root.kind == CONSTANT:
            root.operation, root.parents = None, ()
        else:
            self.result.append(root)

    def total(self, terms: list[Node], short: bool) -> Node:
        """The sum of terms of one kind: those of one operation, if many, first, for they stand in a row.

        If `short` it is a sum even of one or two.
        """
        parts: dict[Operation | None, list[Node]] = {}
        for term in terms:
            parts.setdefault(term.operation, []).append(term)
        if len(parts) > 1 and any(len(part) >= MANY for part in parts.values()):
            few = [term for part in parts.values() if len(part) < MANY for term in part]
            terms = few + [self.made(SUM, tuple(part)) for part in parts.values() if len(part) >= MANY]
        if len(terms) == 1 and not short:
            return terms[0]
        return self.made(add if len(terms) == 2 and not short else SUM, tuple(terms))

    def made(self, operation: Operation, parents: tuple[Node, ...]) -> Node:
        """A new node, or leaf where it is constant."""
        node = Node(operation, parents, 0)
        if node.kind == CONSTANT:
            return leaf(CONSTANT, -1, operation(*[p.data for p in parents]))
        self.result.append(node)
        return node

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


def _is_zero(node: Node) -> bool:
    return node.kind == CONSTANT and node.data == 0.0


def _by_kinds(pairs: list[Pair]) -> dict[tuple[str, str], list[Pair]]:
    """The pairs of each two kinds, in the order constant, fixed, input, varying: so weights come before inputs."""
    result: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for a, b, product in pairs:
        if RANK[b.kind] < RANK[a.kind] or (a.kind == b.kind and 0 <= b.slot < (a.slot if a.slot >= 0 else math.inf)):
            a, b = b, a
        result[a.kind, b.kind].append((a, b, product))
    return result
