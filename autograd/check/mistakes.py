"""The usual mistakes in a sweep: its seed, its order, who is visited, what is left over from call to call."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import product
from typing import Any

from autograd.backprop import topological_order
from autograd.check.hints import Mistake
from autograd.check.sweeping import (
    LONGEST,
    Gradients,
    Side,
    TooLong,
    all_so_far,
    breadth_first,
    by_data,
    complete,
    depth_first,
    first_of_each_data,
    is_interior,
    not_seen_before,
    postorder,
    sides,
    swept,
    taken_twice,
    through,
    without_unnamed,
)
from autograd.operation import Operation
from autograd.value import Value


def sweeps(kind: str, hint: str, *changes: dict[str, Any]) -> Mistake:
    """The mistake of a sweep with these changes, one variant each."""
    return Mistake(kind, hint, lambda outputs: (swept(outputs, **change) for change in changes))


def _ordered(kind: str, hint: str, *orders: Callable[[Value, Side], Iterable[Value]]) -> Mistake:
    """The mistake of sweeping in one of these orders."""

    def variants(outputs: list[Value]) -> Iterator[Gradients]:
        for order in orders:
            for side in sides(outputs[-1]):
                yield swept(outputs, order=lambda outputs: order(outputs[-1], side))  # noqa: B023

    return Mistake(kind, hint, variants)


# ---- sweeps that are no sweeps


def _recursion(outputs: list[Value], *, seeds: bool) -> Gradients:
    """`backward()` of every parent called in turn: with the whole gradient so far, or each setting its own to one."""
    gradients: Gradients = defaultdict(float)
    visits = 0

    def visit(node: Value) -> None:
        nonlocal visits
        visits += 1
        if visits > LONGEST:
            raise TooLong
        if seeds:
            gradients[node] = 1.0
        for parent, d in zip(node.parents, node.local_derivatives, strict=True):
            gradients[parent] += d * gradients[node]
            if not seeds:
                visit(parent)
        for parent in node.parents if seeds else ():
            visit(parent)

    gradients[outputs[-1]] = 1.0
    visit(outputs[-1])
    return gradients


def _with_sets_of_parents(outputs: list[Value], operation: Operation) -> Iterator[Gradients]:
    """Parents in a set, zipped with local derivatives: of an equal pair one is left, an unequal one has any order."""
    pairs = [n for n in topological_order(outputs[-1]) if n.operation is operation and len(n.parents) == 2]
    for swaps in product((False, True), repeat=min(len(pairs), 4)):
        swapped = {node for node, swap in zip(pairs, swaps, strict=False) if swap}

        def rule(node: Value) -> Sequence[float]:
            d = node.local_derivatives[::-1] if node in swapped else node.local_derivatives  # noqa: B023
            return (d[0], 0.0) if node in pairs and node.parents[0] is node.parents[1] else d

        yield swept(outputs, rule=rule)


def _with_added_seed(outputs: list[Value], *, stale: bool) -> Gradients:
    """The output's gradient is added to; the other interior nodes restart, or do not."""
    gradients: Gradients = defaultdict(float)
    for output in outputs:
        gradients[output] += 1.0
        nodes = list(complete([output]))
        for node in nodes:
            if node.parents and node is not output and not stale:
                gradients[node] = 0.0
        for node in nodes:
            for parent, d in zip(node.parents, node.local_derivatives, strict=True):
                gradients[parent] += d * gradients[node]
    return gradients


def _over_the_outputs_parents(outputs: list[Value]) -> Iterator[Gradients]:
    """Each node's gradient is passed to the parents of the output."""
    *_, output = outputs
    for side in sides(output):
        gradients: Gradients = defaultdict(float, {output: 1.0})
        for node in postorder(output, side):
            for parent, d in zip(output.parents, output.local_derivatives, strict=True):
                gradients[parent] += d * gradients[node]
        yield gradients


def _met(part: slice, old: float, d: float, g: float, child: Value, i: int) -> float:
    """The event where this part of the parents is met only."""
    return old + d * g * (i in range(len(child.parents))[part])


# ---- the lists

KEPT = sweeps(
    "kept",
    "an earlier graph is swept over again: a list outlives the call (a tape never cleared, a default argument such as "
    "`topo=[]`)",
    {"order": all_so_far, "cleared": lambda node: False},
)


def lost_parents(operation: Operation) -> list[Mistake]:
    """What is missing where the nodes of an operation do not know both of their parents, or none."""
    hints = {
        (0, 0): "the gradient reaches the operands and goes no further: one of: the result does not know its parents; "
        "its function is stored on `self`, not on `out`, in the place of that one's own"
    }
    for known, lost in (((0, 1), "second"), ((1, 2), "first")) if operation.arity == 2 else ():
        hints[known] = (
            f"what the {lost} operand was computed from is not reached: it is missing among the result's parents"
        )
    return [sweeps("lost parent", hint, {"order": through(slice(*known), operation)}) for known, hint in hints.items()]


def parents_in_a_set(operation: Operation) -> Mistake:
    """What comes of an operation whose nodes keep their parents in a set."""
    return Mistake(
        "set",
        "`a * a` counts one of its operands: parents in a set do so, and lose their order too: keep both, in a tuple",
        lambda outputs: _with_sets_of_parents(outputs, operation),
    )


def mistakes_in_sweep() -> list[Mistake]:
    """Wrong seeds, orders and sets of visited nodes."""
    return [
        sweeps(
            "seed",
            "nothing starts: one of: `backward()` does not begin by setting the output's own gradient to 1; gradients "
            "are set back to zero at its end",
            {"start": lambda old, y: 0.0},
        ),
        sweeps(
            "seed",
            "`backward()` starts from the output's data: its own gradient is 1",
            {"start": lambda old, y: y.data},
        ),
        sweeps(
            "no sweep",
            "nothing is passed on by any operation: does the loop of `backward()` go over the nodes, the output first, "
            "and does each of them add something (`+=`) to its parents' gradients?",
            {"order": lambda outputs: []},
        ),
        sweeps(
            "shallow",
            "`reversed` is missing: a node passes on before it has anything, so only the output's parents get some",
            {"order": lambda outputs: topological_order(outputs[-1]), "cleared": lambda node: False},
        ),
        sweeps(
            "shallow",
            "the gradient stops at the output's own parents: one of: `backward()` does not go on to their parents, or "
            "not in `reversed` order; an operation copies its inputs into new Values",
            {"order": lambda outputs: outputs[-1:]},
        ),
        Mistake(
            "parents",
            "a node passes its gradient on to its own parents, `v.parents`, not to those of `self`",
            _over_the_outputs_parents,
        ),
        sweeps(
            "always 1",
            "each node passes on a 1 of its own: it is the output's `self.grad` that starts at 1, and a node passes on "
            "its own `grad`",
            {"event": lambda old, d, g, child, i: old + d, "start": lambda old, y: 0.0},
        ),
        *(
            sweeps(
                "one parent",
                f"a loop over a node's parents gets to the {which} only: does a `break`, a `return` or a line that "
                "stands too far out leave it early?",
                {"event": partial(_met, part)},
                {"order": through(part)},
            )
            for which, part in (("first", slice(1)), ("last", slice(-1, None)))
        ),
        sweeps(
            "unnamed",
            "a computed operand that has no name of its own is gone: keep parents in a tuple, not by weak references",
            {"order": without_unnamed},
        ),
        _ordered(
            "order",
            "a node passed its gradient on before all its uses had added to it: sweep in reversed topological order",
            breadth_first,
            depth_first,
        ),
        _ordered(
            "visited",
            "a node used twice is swept over twice: keep a set of the visited nodes, and ask it, `if v not in visited`",
            partial(postorder, is_new=lambda node, visited: True),
            partial(breadth_first, visited=False),
            partial(depth_first, visited=False),
        ),
        _ordered(
            "each time",
            "a node is appended each time it is met, and swept over as often: `topo.append(v)` belongs inside the `if`",
            partial(postorder, each_time=True),
        ),
        _ordered(
            "each parent",
            "a node is appended after each of its parents, and swept over as often: `topo.append(v)` belongs below the "
            "loop over the parents, not inside it",
            partial(postorder, each_parent=True),
        ),
        *(
            _ordered(
                kind,
                "a node stands on the list twice before it is visited, and is swept over twice: ask `if v not in "
                "visited` when it is taken off too",
                *orders,
            )
            for kind, *orders in (
                ("order", partial(taken_twice, last=-1), partial(taken_twice, last=0)),
                ("taken twice", partial(taken_twice, last=-1, after=True)),
            )
        ),
        Mistake(
            "recursion",
            "a node passes on all it has each time it is reached: let it wait until every use has reported "
            "(reversed topological order)",
            lambda outputs: [_recursion(outputs, seeds=False)],
        ),
        Mistake(
            "reseeding",
            "`backward()` is called on the parents too, and sets each one's gradient to 1: only the output starts at 1",
            lambda outputs: [_recursion(outputs, seeds=True)],
        ),
        sweeps(
            "equality",
            "different nodes with equal data are taken for one: visited nodes are told apart by identity, so do not "
            "define `__eq__` by data (for a dataclass: `@dataclass(eq=False)`)",
            {"order": by_data},
            {"order": first_of_each_data},
        ),
        sweeps(
            "clipped",
            "the gradients are cut off at 1 and -1: `backward()` leaves them as they are",
            {"event": lambda old, d, g, child, i: max(-1.0, min(1.0, old + d * g))},
        ),
        KEPT,
    ]


def mistakes_in_repeating() -> list[Mistake]:
    """What is left over from one `backward()` to the next."""
    return [
        sweeps(
            "stale",
            "interior nodes still hold the gradients of the call before: set them to zero when `backward()` begins, "
            "and let only leaves accumulate",
            {"cleared": lambda node: False},
        ),
        Mistake(
            "seed",
            "the output's gradient is added to: it is set, `self.grad = 1`, not `+=`",
            lambda outputs: [_with_added_seed(outputs, stale=stale) for stale in (False, True)],
        ),
        sweeps(
            "erased",
            "leaves lose the gradients of the call before: `backward()` adds to them, interior nodes restart at zero",
            {"cleared": lambda node: True},
        ),
        sweeps(
            "only once",
            "a node takes part in the first `backward()` only: one of: the set of visited nodes outlives the call (a "
            "default argument, a flag on the node); the sweep takes the graph apart",
            {"order": not_seen_before, "cleared": lambda node: False},
            {"order": not_seen_before, "cleared": is_interior},
        ),
        KEPT,
    ]
