"""The rewriting of sums: what is added up in many single steps becomes few and large sums and dots."""

import math
from collections.abc import Sequence

from autograd.operation import Operation
from autograd.operations import add, divide, multiply, positive
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
    count_uses,
    leaf,
)

NEURON_KINDS = [({FIXED}, {kind}) for kind in (CONSTANT, INPUT, VARYING)]  # of the two halves of a dot: w and x
MANY = 8  # terms of a sum
RANK = {CONSTANT: 0, FIXED: 1, INPUT: 2, VARYING: 3}

Pair = tuple[Node, Node, Node | None]  # two factors, and the node that is their product if there is one


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
            self.add_up(node, pairs, [], by_sum=True)
        elif (
            node.operation is add
            and self.terms_of_sums.isdisjoint(node.parents)
            and not any(map(_is_zero, node.parents))
        ):
            self.result.append(node)
        elif node.operation in (add, SUM) or (node.operation is MEAN and len(node.parents) == 1):
            self.add_up(node, *self.terms(node))
        elif node.operation is MEAN:
            total = Node(SUM, node.parents, 0)
            count = leaf(CONSTANT, -1, float(len(node.parents)))
            self.rewrite(total)
            node.operation, node.parents = divide, (total, count)
            self.result.append(node)
        else:
            if node.operation in (LOGSUMEXP, DETACHED_MAX):
                node.parents = self.of_one_kind(node.parents)
            elif node.operation in (SELECT, LOG_LOSS):
                node.parents = (node.parents[0], *self.of_one_kind(node.parents[1:]))
            self.result.append(node)

    def terms(self, root: Node) -> tuple[list[Pair], list[Node], bool]:
        """The products and the other terms of a sum, those of the sums that it absorbs among them.

        And whether it was written as a sum: by `sum`, or begun with 0 as Python's `sum` begins.
        """
        by_sum = root.operation is SUM
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
            elif _is_zero(term):
                by_sum = True
            else:
                others.append(term)
        return products, others, by_sum

    def add_up(self, root: Node, pairs: list[Pair], others: list[Node], by_sum: bool = False) -> None:
        """Make root the sum of the products of pairs and of other terms.

        What was written `by_sum` and varies stays a sum, or a dot, however short: `sum(w * x for …)` over the one
        position before is like those over two and three, and is computed in one instruction with them.
        """
        kinds_of_all = {n.kind for n in others}.union(*[(a.kind, b.kind) for a, b, _ in pairs])
        short = by_sum and kinds_of_all == {VARYING} and not (pairs and others)
        parts: dict[str, list[Node]] = {kind: [] for kind in (VARYING, INPUT, FIXED, CONSTANT)}
        for kinds, same in _by_kinds(pairs).items():
            if len(same) >= (1 if short else 2 if kinds[0] in (CONSTANT, FIXED) else 3):
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
        summands = [self.total(part, short and not pairs) for part in parts.values() if part]
        self.become(root, summands)

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


def _is_zero(node: Node) -> bool:
    return node.kind == CONSTANT and node.data == 0.0


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
