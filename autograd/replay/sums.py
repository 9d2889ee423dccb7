"""The rewriting of sums: what is added up in many single steps becomes few and large sums and dots."""

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
    kind_of,
    leaf,
)
from autograd.value import Value

NEURON_KINDS = [FIXED + kind for kind in (CONSTANT, INPUT, VARYING)]  # of w and x
MANY = 8  # terms of a sum
RANK = {CONSTANT: 0, FIXED: 1, INPUT: 2, VARYING: 3}

SUMS, TERMS = {add, SUM, MEAN}, {add, SUM, multiply}

Pairs = dict[str, list[Node]]  # the factors of products, one after another, by their two kinds: w, x, w, x under "FV"


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
        self.copies: dict[tuple[Node | str, str], Node] = {}

    def record(self, value: Value) -> None:
        """Append the node of a Value that is no term of a sum to the result, with what it needs before it."""
        operation = value.operation
        if operation is own:
            own.rules.value()  # says that it has no rule
        if operation in SUMS and self.is_chain(value):
            node = self.nodes[value] = Node(operation, (), CONSTANT, value.data)
            self.add_up(node, *self.terms(node, value))
            return
        if operation is MEAN:
            total, count = Node(SUM, (), CONSTANT, stands_for=0), leaf(CONSTANT, -1, float(len(value.parents)))
            self.add_up(total, *self.terms(total, value))
            operation = divide
            parents: tuple[Node, ...] = total, count
        else:
            parents = tuple([self.nodes[p] for p in value.parents])
        node = self.nodes[value] = Node(operation, parents, kind_of([p.kind for p in parents]), value.data)
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
        pairs: Pairs = defaultdict(list)
        for a, b in zip(node.parents[:half], node.parents[half:], strict=True):
            pairs[a.kind + b.kind] += (a, b)
        if half > 1 and len(pairs) == 1 and next(iter(pairs)) in NEURON_KINDS:
            self.result.append(node)
        else:
            self.add_up(node, pairs, [], by_sum=True, each=0)

    def is_chain(self, value: Value) -> bool:
        """Whether a sum is more than a single addition."""
        if value.operation is add:
            return not self.terms_of_sums.isdisjoint(value.parents) or any(
                _is_zero(self.nodes[p]) for p in value.parents
            )
        return value.operation is SUM or len(value.parents) == 1

    def terms(self, root: Node, value: Value) -> tuple[Pairs, list[Node], bool]:
        """The products and the other terms of a sum, those of the sums that it absorbs among them; the last come first.

        And whether it was written as a sum: by `sum` or `mean`, or begun with 0 as Python's `sum` begins.
        """
        nodes, terms, by_sum = self.nodes, self.terms_of_sums, value.operation is not add
        pairs: Pairs = defaultdict(list)
        others: list[Node] = []
        chain = [value]
        for addition in chain:  # which grows
            for term in reversed(addition.parents):
                if term in terms:
                    if term.operation is multiply:
                        left, right = term.parents
                        a, b = nodes[left], nodes[right]
                        pairs[a.kind + b.kind] += (a, b)
                    else:
                        chain.append(term)
                elif _is_zero(node := nodes[term]):
                    by_sum = True
                else:
                    others.append(node)
        root.stands_for += len(chain) - 1
        return pairs, others, by_sum

    def add_up(self, root: Node, pairs: Pairs, others: list[Node], by_sum: bool = False, each: int = 1) -> None:
        """Make root the sum of the products of pairs, which stand for a Value `each`, and of other terms.

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
                dot = self.made(DOT, (*left, *right), kinds)
                dot.stands_for = each * (2 * len(left) - 1)  # products and the additions between them
                root.stands_for -= each * (len(left) - 1)
                parts[dot.kind].append(dot)
            else:
                for both in zip(left, right, strict=True):
                    node = self.made(multiply, both, kinds)
                    node.stands_for = each
                    parts[node.kind].append(node)
        for term in others:
            parts[term.kind].append(term)
        summands = [self.total(part, short and not pairs) for part in parts.values() if part]
        if by_sum and all(map(_may_be_minus_zero, summands)):
            summands.append(leaf(CONSTANT, -1, 0.0))  # from which it was added up: 0.0 + -0.0 is 0.0
        while len(summands) > 2:
            *summands, a, b = summands
            summands.append(self.made(add, (a, b), a.kind + b.kind))
        if len(summands) == 2:
            a, b = summands
            root.become(add, (a, b), kind_of(a.kind + b.kind))
        elif self.result[start:] and self.result[-1] is summands[0]:  # made here, for root alone
            new = self.result.pop()
            root.become(new.operation, new.parents, new.kind)
            root.stands_for += new.stands_for
        elif summands:
            root.become(positive, (summands[0],), kind_of(summands[0].kind))
        if root.kind == CONSTANT:
            root.operation, root.parents = None, ()
        else:
            self.result.append(root)

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
        factors[1::2] = self.of_one_kind(tuple(factors[1::2]))
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
            terms = few + [self.made(SUM, tuple(part), part[0].kind) for part in parts.values() if len(part) >= MANY]
        return self.made(add if len(terms) == 2 and not short else SUM, tuple(terms), terms[0].kind)

    def made(self, operation: Operation, parents: tuple[Node, ...], kinds: str) -> Node:
        """A new node of parents of these kinds, or leaf where it is constant."""
        kind = kind_of(kinds)
        if kind == CONSTANT:
            return leaf(CONSTANT, -1, operation(*[p.data for p in parents]))
        node = Node(operation, parents, kind, stands_for=0)
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
        key = (repr(node.data) if node.kind == CONSTANT else node), kind  # equal constants have one copy
        if key not in self.copies:
            copy = self.copies[key] = Node(positive, (node,), kind, node.data, stands_for=0)
            self.result.append(copy)
        return self.copies[key]


def _is_zero(node: Node) -> bool:
    return node.kind == CONSTANT and repr(node.data) == "0.0"  # to which -0.0 is another number


def _may_be_minus_zero(node: Node) -> bool:
    """Whether a node may be -0.0, which a sum or dot of many never is, and no addition of one."""
    added = node.parents if node.operation is add else (node,)
    return not any(p.operation in (SUM, DOT) or (p.kind == CONSTANT and p.data) for p in added)


def _weights_first(pairs: Pairs) -> Pairs:
    """The pairs, their kinds in the order constant, fixed, input, varying, and leaves of one kind by their slots."""
    result: Pairs = defaultdict(list)
    for kinds, factors in pairs.items():
        first, second = [*kinds]
        if RANK[second] < RANK[first]:
            factors[::2], factors[1::2] = factors[1::2], factors[::2]
            first, second = second, first
        elif first == second and first in (FIXED, INPUT):
            for i in range(0, len(factors), 2):
                factors[i : i + 2] = sorted(factors[i : i + 2], key=_leaves_first)
        result[first + second] += factors
    return result


def _leaves_first(node: Node) -> tuple[bool, int]:
    return node.slot < 0, node.slot
