"""The rewriting of sums: what is added up in many single steps becomes few and large sums and dots."""

from collections import defaultdict
from collections.abc import Sequence

from autograd.operation import Operation
from autograd.operations import add, divide, multiply, own, positive
from autograd.replay.call import Call
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
    kind_of,
    leaf,
)
from autograd.replay.searching import SUMS, Reached
from autograd.value import Value

NEURON_KINDS = [FIXED + kind for kind in (CONSTANT, INPUT, VARYING)]  # of w and x
MANY = 8  # terms of a sum
RANK = {CONSTANT: 0, FIXED: 1, INPUT: 2, VARYING: 3}

Pairs = dict[str, list[Node]]  # the factors of products, one after another, by their two kinds: w, x, w, x under "FV"


class Sums:
    """Records Values as nodes: a chain of `+` as one sum, and the products in it, as `w*x` written out, as one dot.

    A dot or sum whose terms are of several kinds becomes one for each kind, and these are added. So every dot is of
    pairs of the same two kinds, and takes part in a matrix product if others are like it. The number is the same to
    rounding, for additions are done in another order. `nodes` has the nodes of the leaves, and gets the others.
    """

    def __init__(self, nodes: dict[Value, Node], reached: Reached) -> None:
        self.nodes = nodes
        self.reached = reached
        self.result: list[Node] = []
        self.copies: dict[tuple[Node | str, str], Node] = {}

    def record(self, value: Value) -> None:
        """Append the node of a Value to the result; what it needs is recorded."""
        operation = value.operation
        assert operation is not None
        if type(operation) is Call:
            self.nodes[value] = self.nodes[operation.graph()]
            return
        if operation in SUMS:
            node = self.sum(value)
        else:
            node = self.node(operation, [self.nodes[p] for p in value.parents])
        node.data = value.data
        self.nodes[value] = node

    def node(self, operation: Operation, parents: list[Node]) -> Node:
        """The node of any operation but a sum of several."""
        if operation is own:
            own.rules.value()  # says that it has no rule
        kind = kind_of([p.kind for p in parents])
        if kind == CONSTANT:
            return leaf(CONSTANT, -1, 0.0)
        if operation is DOT:
            return self.dot(parents)
        if operation in (LOGSUMEXP, DETACHED_MAX):
            parents = self.of_one_kind(parents)
        elif operation in (SELECT, LOG_LOSS):
            parents = [parents[0], *self.of_one_kind(parents[1:])]
        node = Node(operation, tuple(parents), kind)
        self.result.append(node)
        return node

    def sum(self, value: Value) -> Node:
        """The node of a sum, which was written as one by `sum` or `mean`, or begun with 0 as Python's `sum` begins."""
        operation = value.operation
        count, absorbed = self.reached.counts[value]
        recorded = [*map(self.nodes.__getitem__, self.reached.needs[value])]
        factors, terms = recorded[:count][::-1], recorded[count:][::-1]  # the last come first
        others = [term for term in terms if not _is_zero(term)]
        by_sum = operation is not add or len(others) < len(terms)
        if operation is MEAN and len(value.parents) > 1:
            total = self.added_up(_pairs(factors), others, by_sum, absorbed)
            return self.node(divide, [total, leaf(CONSTANT, -1, len(value.parents))])
        if operation is add and not (factors or absorbed or by_sum):
            return self.node(add, terms[::-1])
        return self.added_up(_pairs(factors), others, by_sum, 1 + absorbed)

    def dot(self, parents: list[Node]) -> Node:
        """The node of a dot."""
        half = len(parents) // 2
        factors = [*parents]
        factors[::2], factors[1::2] = parents[:half], parents[half:]
        pairs = _pairs(factors)
        kinds, *others = pairs
        if half > 1 and not others and kinds in NEURON_KINDS:
            return self.made(DOT, parents, kinds, 1)
        return self.added_up(pairs, [], by_sum=True, each=0)

    def added_up(self, pairs: Pairs, others: list[Node], by_sum: bool, stands_for: int = 1, each: int = 1) -> Node:
        """The node of the sum of the products of pairs, which stand for a Value `each`, and of other terms.

        What was written `by_sum` and varies stays a sum, or a dot, however short: `sum(w * x for …)` over the one
        position before is like those over two and three, and is computed in one instruction with them.
        """
        start = len(self.result)
        pairs = self.with_zeros_beside(_weights_first(pairs))
        if pairs:
            short = by_sum and not others and [*pairs] == [VARYING + VARYING]
        else:
            short = by_sum and {term.kind for term in others} == {VARYING}
        parts: dict[str, list[Node]] = {kind: [] for kind in (VARYING, INPUT, FIXED, CONSTANT)}
        for kinds, factors in pairs.items():
            left, right = factors[::2], factors[1::2]
            if len(left) >= (1 if short else 2 if by_sum or kinds[0] in (CONSTANT, FIXED) else 3):
                dot = self.made(DOT, left + right, kinds, each * (2 * len(left) - 1))  # products and additions
                stands_for -= each * (len(left) - 1)
                parts[dot.kind].append(dot)
            else:
                for both in zip(left, right, strict=True):
                    node = self.made(multiply, both, kinds, each)
                    parts[node.kind].append(node)
        for term in others:
            parts[term.kind].append(term)
        summands = [self.total(part, short and not pairs) for part in parts.values() if part]
        if by_sum and all(map(_may_be_minus_zero, summands)):
            summands.append(leaf(CONSTANT, -1, 0.0))  # from which it was added up: 0.0 + -0.0 is 0.0
        while len(summands) > 1:
            *summands, a, b = summands
            summands.append(self.made(add, (a, b), a.kind + b.kind))
        node = summands[0]
        if len(self.result) == start or self.result[-1] is not node:  # it was there before
            node = self.made(positive, (node,), node.kind)
        node.stands_for += stands_for
        return node

    def with_zeros_beside(self, pairs: Pairs) -> Pairs:
        """The pairs; those of weights and zeros are with those of weights and other numbers, if there are any.

        So a window of an image with zeros around it, `w1*0.0 + w2*x`, is a dot of all its weights as one within is, and
        in a matrix product with it. Without that corners and edges would be dots of fewer weights, each of others.
        """
        zeros = pairs.get(CONSTANT + FIXED)
        if not zeros:
            return pairs
        others = [kinds for kinds in (FIXED + INPUT, FIXED + VARYING) if kinds in pairs]
        if not others or any(zero.data for zero in zeros[::2]):
            return pairs
        del pairs[CONSTANT + FIXED]
        factors = [*zeros]
        factors[::2], factors[1::2] = zeros[1::2], zeros[::2]
        for kinds in others:
            factors += pairs.pop(kinds)
        factors[1::2] = self.of_one_kind(factors[1::2])
        return pairs | {FIXED + VARYING: factors}

    def total(self, terms: list[Node], short: bool) -> Node:
        """The sum of terms of one kind: those of one operation, if many, first, for they stand in a row.

        If `short` it is a sum even of one or two.
        """
        if len(terms) == 1 and not short:
            return terms[0]
        parts: dict[Operation | None, list[Node]] = {}
        for term in terms:
            parts.setdefault(term.operation, []).append(term)
        if len(parts) > 1 and any(len(part) >= MANY for part in parts.values()):
            few = [term for part in parts.values() if len(part) < MANY for term in part]
            terms = few + [self.made(SUM, part, part[0].kind) for part in parts.values() if len(part) >= MANY]
        return self.made(add if len(terms) == 2 and not short else SUM, terms, terms[0].kind)

    def made(self, operation: Operation, parents: Sequence[Node], kinds: str, stands_for: int = 0) -> Node:
        """A new node of parents of these kinds, or leaf where it is constant."""
        kind = kind_of(kinds)
        if kind == CONSTANT:
            return leaf(CONSTANT, -1, operation(*[p.data for p in parents]))
        node = Node(operation, tuple(parents), kind, stands_for=stands_for)
        self.result.append(node)
        return node

    def of_one_kind(self, parents: list[Node]) -> list[Node]:
        """The parents of an operation on many numbers, copied where they stand in different arrays."""
        kinds = {p.kind for p in parents}
        if len(kinds) == 1:
            return parents
        target = VARYING if kinds & {INPUT, VARYING} else FIXED
        return [p if p.kind == target else self.copy(p, target) for p in parents]

    def copy(self, node: Node, kind: str) -> Node:
        key = (repr(node.data) if node.kind == CONSTANT else node), kind  # equal constants have one copy
        if key not in self.copies:
            copy = self.copies[key] = Node(positive, (node,), kind, node.data, stands_for=0)
            self.result.append(copy)
        return self.copies[key]


def _pairs(factors: list[Node]) -> Pairs:
    """The factors of products, one product after another, by their two kinds."""
    kinds = "".join([factor.kind for factor in factors])
    if factors and kinds == kinds[:2] * (len(factors) // 2):  # all alike, as nearly always: half the time
        return {kinds[:2]: factors}
    pairs: Pairs = defaultdict(list)
    for a, b in zip(factors[::2], factors[1::2], strict=True):
        pairs[a.kind + b.kind] += (a, b)
    return pairs


def _is_zero(node: Node) -> bool:
    return node.kind == CONSTANT and repr(node.data) == "0.0"  # to which -0.0 is another number


def _may_be_minus_zero(node: Node) -> bool:
    """Whether a node may be -0.0, which a sum or dot of many never is, and no addition of one."""
    added = node.parents if node.operation is add else (node,)
    return not any(p.operation in (SUM, DOT) or (p.kind == CONSTANT and p.data) for p in added)


def _weights_first(pairs: Pairs) -> Pairs:
    """The pairs, their kinds in the order constant, fixed, input, varying, and leaves of one kind by their slots."""
    result: Pairs = {}
    for kinds, factors in pairs.items():
        first, second = kinds[0], kinds[1]
        if RANK[second] < RANK[first]:
            factors[::2], factors[1::2] = factors[1::2], factors[::2]
            kinds = second + first
        elif first == second and first in (FIXED, INPUT):
            for i in range(0, len(factors), 2):
                factors[i : i + 2] = sorted(factors[i : i + 2], key=_leaves_first)
        result[kinds] = result.get(kinds, []) + factors
    return result


def _leaves_first(node: Node) -> tuple[bool, int]:
    return node.slot < 0, node.slot
