"""Which nodes are one instruction: those of one operation on operands of the same kinds, on one level.

Nodes of one level depend only on levels below, so no two groups wait for each other, however often like nodes follow
upon each other in the graph. Of sums and dots of what varies the length does not matter. Attention at three positions
adds up 1, 2 and 3 terms, `p1`, `p1 + p2` and `p1 + p2 + p3`: one group on one level. By groups of one length it would
be three, and all that is computed from them, position by position, would come on three levels too.
"""

from collections import defaultdict
from typing import Any

from autograd.operations import fixed_power
from autograd.replay.nodes import CONSTANT, DETACHED_MAX, DOT, LOG_LOSS, LOGSUMEXP, SELECT, SUM, VARYING, Node
from autograd.replay.recording import Recording

OF_ANY_LENGTH = {DOT, SUM, LOGSUMEXP, DETACHED_MAX}  # on numbers that vary

Groups = dict[Any, list[Node]]


def grouped(recording: Recording) -> Groups:
    """The nodes that are alike, by what they have in common."""
    groups: Groups = defaultdict(list)
    for node in recording.nodes:
        groups[_key(node)].append(node)
    return groups


def _key(node: Node) -> tuple[Any, ...]:
    """What the nodes of a group have in common; the level comes first."""
    count, ends = len(node.parents), (node.parents[0].kind, node.parents[-1].kind)
    is_of_any_length = node.operation in OF_ANY_LENGTH
    kinds = ends if is_of_any_length or node.operation in (SELECT, LOG_LOSS) else tuple([p.kind for p in node.parents])
    if is_of_any_length and ends == (VARYING, VARYING):
        count = 0
    exponent = node.parents[1].data if node.operation is fixed_power and kinds[1] == CONSTANT else None
    special = exponent if exponent in (1.0, 2.0) else None  # a square is a product, and no power is asked for
    return node.level, node.operation, count, node.kind, kinds, special, node.learns, node.matters
