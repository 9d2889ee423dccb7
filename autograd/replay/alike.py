"""Which nodes are one instruction: like operations on operands of the same kinds, in as few steps as can be found.

The simplest steps are levels. Nodes of one level depend only on levels below, so like nodes of a level are computed
together. Of sums and dots of what varies the length does not matter. Attention at three positions adds up 1, 2 and 3
terms, `p1`, `p1 + p2` and `p1 + p2 + p3`: one group on one level. By groups of one length it would be three, and all
that is computed from them, position by position, would come on three levels too.

Where each position waits for the one before, levels tear apart what could be done at once. A recurrent network reads
three letters and answers after each:

    h1 = tanh(w * h0)    h2 = tanh(w * h1)    h3 = tanh(w * h2)
    y1 = exp(h1)         y2 = exp(h2)         y3 = exp(h3)

By levels that is nine instructions, for each product, tanh and exp stands two levels above the one before. But nobody
waits for the answers. In seven steps all h are computed first, and then y1, y2 and y3 as one group.

Which of the like nodes are a group says a count: how many of their like lie on the way from a node to the outputs, on
the way that has most. For the products it is 3, 2 and 1, and so for the tanhs; for each exp it is 1. A node has a lower
count than any of its like that it is computed from, so nodes of a group never need each other. The same holds for ways
to the inputs. Both are tried, for in gated networks one is better, and in a plain recurrent one the other.

Two groups may wait for each other: one has a1 and a2, the other b1 = f(a1) and b2, and a2 = g(b2). No instruction comes
too early for that, since a step takes only nodes whose parents are all from steps before. While no group is ready as a
whole, one of them is torn: what is ready of it goes first, and the rest stays a group and comes later. In every graph
some node is ready, so there is always a next step. If it comes to more steps than levels make, levels are taken.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from typing import Any

from autograd.operations import fixed_power
from autograd.replay.nodes import CONSTANT, DETACHED_MAX, DOT, LOG_LOSS, LOGSUMEXP, SELECT, SUM, VARYING, Node
from autograd.replay.recording import Recording

OF_ANY_LENGTH = {DOT, SUM, LOGSUMEXP, DETACHED_MAX}  # on numbers that vary
MOST = 2000  # groups by levels that are scheduled: a graph of more is deep and narrow, and gains nothing


@dataclass(eq=False)
class Bundle:
    """Like nodes of one level that are equally far from the outputs: a step takes all of them or none.

    It waits for its parents, the bundles that its nodes are computed from, and its children wait for it.
    """

    nodes: list[Node]
    likeness: tuple[Any, ...]
    parents: list["Bundle"]
    children: list["Bundle"] = field(default_factory=list)


def grouped(recording: Recording) -> list[list[Node]]:
    """The nodes of each instruction, in an order in which each depends only on those before."""
    levels: dict[Any, list[Node]] = defaultdict(list)
    for node in recording.nodes:
        levels[node.level, _likeness(node)].append(node)
    by_level = [levels[key] for key in sorted(levels, key=lambda key: key[0])]
    if len(by_level) > MOST:
        return by_level
    bundles = bundled(by_level)
    to_outputs = counted(reversed(bundles), attrgetter("children"))
    to_inputs = counted(bundles, attrgetter("parents"))
    return min(scheduled(bundles, to_outputs), scheduled(bundles, to_inputs), by_level, key=len)


def bundled(by_level: list[list[Node]]) -> list[Bundle]:
    """The groups of levels, split by how far their nodes are from the outputs; parents come first."""
    bundles = []
    bundle_of: dict[Node, Bundle] = {}
    for nodes in by_level:
        parts = defaultdict(list)
        for node in nodes:
            parts[node.distance].append(node)
        for part in parts.values():
            before = dict.fromkeys(chain.from_iterable([node.parents for node in part]))
            parents = dict.fromkeys([bundle_of[p] for p in before if p in bundle_of])
            bundle = Bundle(part, _likeness(part[0]), [*parents])
            for parent in parents:
                parent.children.append(bundle)
            bundle_of.update(dict.fromkeys(part, bundle))
            bundles.append(bundle)
    return bundles


def counted(bundles: Iterable[Bundle], neighbours: Callable[[Bundle], list[Bundle]]) -> dict[Bundle, Any]:
    """The group of each bundle: its likeness, and how many of that lie on the way over such neighbours, itself too."""
    counts: dict[Bundle, Counter[Any]] = {}  # of each kind, on the way that has most of it
    for bundle in bundles:
        count: Counter[Any] = Counter()
        for neighbour in neighbours(bundle):
            count |= counts[neighbour]  # of each kind the larger count
        count[bundle.likeness] += 1
        counts[bundle] = count
    return {bundle: (bundle.likeness, count[bundle.likeness]) for bundle, count in counts.items()}


def scheduled(bundles: list[Bundle], groups: dict[Bundle, Any]) -> list[list[Node]]:
    """The nodes of each step: of one group, as many of its bundles as are ready."""
    left = Counter(groups.values())
    waits_for = {bundle: len(bundle.parents) for bundle in bundles}
    ready: dict[Any, list[Bundle]] = defaultdict(list)
    for bundle in bundles:
        if not bundle.parents:
            ready[groups[bundle]].append(bundle)
    steps = []
    while ready:
        group = max(ready, key=lambda group: len(ready[group]) / left[group])  # of those ready as a whole the first
        step = ready.pop(group)
        left[group] -= len(step)
        steps.append([node for bundle in step for node in bundle.nodes])
        for child in [child for bundle in step for child in bundle.children]:
            waits_for[child] -= 1
            if not waits_for[child]:
                ready[groups[child]].append(child)
    return steps


def _likeness(node: Node) -> tuple[Any, ...]:
    """What the nodes of a group have in common."""
    count, ends = len(node.parents), (node.parents[0].kind, node.parents[-1].kind)
    is_of_any_length = node.operation in OF_ANY_LENGTH
    kinds = ends if is_of_any_length or node.operation in (SELECT, LOG_LOSS) else tuple([p.kind for p in node.parents])
    if is_of_any_length and ends == (VARYING, VARYING):
        count = 0
    exponent = node.parents[1].data if node.operation is fixed_power and kinds[1] == CONSTANT else None
    special = exponent if exponent in (1.0, 2.0) else None  # a square is a product, and no power is asked for
    return node.operation, count, node.kind, kinds, special, node.learns, node.matters
