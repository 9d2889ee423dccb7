"""The usual mistakes in a sweep: its seed, its order, who is visited, what is left over from call to call.

Each is a way to change `swept`, or several ways where more than one is usual, and the hint that names it.
"""

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
    by_data,
    first_of_each_data,
    not_seen_before,
    postorder,
    searched,
    sides,
    swept,
    through,
    without_unnamed,
)
from autograd.operation import Operation
from autograd.value import Value

Change = dict[str, Any]  # of the keywords of `swept`


def varied(kind: str, changes: Callable[[list[Value]], Iterable[Change]], *, hint: str) -> Mistake:
    """The mistake of a sweep that is changed in one of these ways, which may depend on the graph."""
    return Mistake(kind, hint, lambda outputs: (swept(outputs, **change) for change in changes(outputs)))


def sweeps(kind: str, *changes: Change, hint: str, **change: Any) -> Mistake:
    """The mistake of a sweep with one change, or with one of several."""
    return varied(kind, lambda outputs: changes or [change], hint=hint)


def _ordered(kind: str, *orders: Callable[[Value, Side], Iterable[Value]], hint: str, **change: Any) -> Mistake:
    """The mistake of sweeping in one of these orders, with a change besides."""

    def changes(outputs: list[Value]) -> Iterator[Change]:
        for order in orders:
            for side in sides(outputs[-1]):
                yield {"order": lambda outputs: order(outputs[-1], side), **change}  # noqa: B023

    return varied(kind, changes, hint=hint)


def _recursion(outputs: list[Value]) -> Iterator[Gradients]:
    """`backward()` of every parent called in turn, with the whole gradient so far."""
    gradients: Gradients = defaultdict(float, {outputs[-1]: 1.0})
    visits: list[Value] = []

    def visit(node: Value) -> None:
        visits.append(node)
        if len(visits) > LONGEST:
            raise TooLong
        for parent, d in zip(node.parents, node.local_derivatives, strict=True):
            gradients[parent] += d * gradients[node]
            visit(parent)

    visit(outputs[-1])
    yield gradients


def _rules_of_sets(operation: Operation, outputs: list[Value]) -> Iterator[Change]:
    """Parents in a set, zipped with local derivatives: of an equal pair one is left, an unequal one has any order."""
    pairs = [n for n in topological_order(outputs[-1]) if n.operation is operation and len(n.parents) == 2]
    for swaps in product((False, True), repeat=min(len(pairs), 4)):
        swapped = {node for node, swap in zip(pairs, swaps, strict=False) if swap}

        def rule(node: Value) -> Sequence[float]:
            d = node.local_derivatives[::-1] if node in swapped else node.local_derivatives  # noqa: B023
            return (d[0], 0.0) if node in pairs and node.parents[0] is node.parents[1] else d

        yield {"rule": rule}


def _met(part: slice, old: float, d: float, g: float, child: Value, i: int, gradients: Gradients) -> float:
    """The event where this part of the parents is met only."""
    return old + d * g * (i in range(len(child.parents))[part])


def _never(node: Value, output: Value) -> bool:
    return False


# ---- the mistakes, each with the change of a sweep first, then the hint

# fmt: off
KEPT = sweeps("kept", order=all_so_far, cleared=_never, hint=
    "an earlier graph is swept over again: a list outlives the call (a tape never cleared, a default argument such as "
    "`topo=[]`)")

IN_SWEEP = [
    sweeps("seed", start=lambda old, y: 0.0, hint=
        "nothing starts: one of: `backward()` does not begin by setting the output's own gradient to 1; gradients are "
        "set back to zero at its end"),
    sweeps("seed", start=lambda old, y: y.data, hint=
        "`backward()` starts from the output's data: its own gradient is 1"),
    sweeps("no sweep", order=lambda outputs: [], hint=
        "nothing is passed on by any operation: does the loop of `backward()` go over the nodes, the output first, "
        "and does each of them add something (`+=`) to its parents' gradients?"),
    sweeps("shallow", order=lambda outputs: topological_order(outputs[-1]), cleared=_never, hint=
        "`reversed` is missing: a node passes on before it has anything, so only the output's parents get some"),
    sweeps("shallow", order=lambda outputs: outputs[-1:], hint=
        "the gradient stops at the output's own parents: one of: `backward()` does not go on to their parents, or not "
        "in `reversed` order; an operation copies its inputs into new Values"),
    _ordered("parents", postorder, giver=lambda node, output: output, hint=
        "a node passes its gradient on to its own parents, `v.parents`, not to those of `self`"),
    sweeps("always 1", event=lambda old, d, *_: old + d, start=lambda old, y: 0.0, hint=
        "each node passes on a 1 of its own: it is the output's `self.grad` that starts at 1, and a node passes on "
        "its own `grad`"),
    *(sweeps("one parent", {"event": partial(_met, part)}, {"order": through(part)}, hint=
        f"a loop over a node's parents gets to the {which} only: does a `break`, a `return` or a line that stands too "
        "far out leave it early?")
      for which, part in (("first", slice(1)), ("last", slice(-1, None)))),
    sweeps("unnamed", order=without_unnamed, hint=
        "a computed operand that has no name of its own is gone: keep parents in a tuple, not by weak references"),
    _ordered("order", partial(searched, at=0), partial(searched, at=-1), hint=
        "a node passed its gradient on before all its uses had added to it: sweep in reversed topological order"),
    _ordered("visited", partial(postorder, is_new=lambda node, visited: True),
             partial(searched, at=0, asked=""), partial(searched, at=-1, asked=""), hint=
        "a node used twice is swept over twice: keep a set of the visited nodes, and ask it, `if v not in visited`"),
    _ordered("each time", partial(postorder, each_time=True), hint=
        "a node is appended each time it is met, and swept over as often: `topo.append(v)` belongs inside the `if`"),
    _ordered("each parent", partial(postorder, each_parent=True), hint=
        "a node is appended after each of its parents, and swept over as often: `topo.append(v)` belongs below the "
        "loop over the parents, not inside it"),
    *(_ordered(kind, *orders, hint=
        "a node stands on the list twice before it is visited, and is swept over twice: ask `if v not in visited` "
        "when it is taken off too")
      for kind, *orders in (("order", partial(searched, at=-1, asked="put"), partial(searched, at=0, asked="put")),
                            ("taken twice", partial(postorder, is_new=lambda node, visited: True, ahead=True)))),
    Mistake("recursion", variants=_recursion, hint=
        "a node passes on all it has each time it is reached: let it wait until every use has reported (reversed "
        "topological order)"),
    Mistake("reseeding", variants=lambda outputs: [dict.fromkeys(topological_order(outputs[-1]), 1.0)], hint=
        "`backward()` is called on the parents too, and sets each one's gradient to 1: only the output starts at 1"),
    sweeps("equality", {"order": by_data}, {"order": first_of_each_data}, hint=
        "different nodes with equal data are taken for one: visited nodes are told apart by identity, so do not "
        "define `__eq__` by data (for a dataclass: `@dataclass(eq=False)`)"),
    sweeps("clipped", event=lambda old, d, g, *_: max(-1.0, min(1.0, old + d * g)), hint=
        "the gradients are cut off at 1 and -1: `backward()` leaves them as they are"),
    KEPT,
]
IN_REPEATING = [
    sweeps("stale", cleared=_never, hint=
        "interior nodes still hold the gradients of the call before: set them to zero when `backward()` begins, and "
        "let only leaves accumulate"),
    sweeps("seed", {"start": lambda old, y: old + 1.0, "cleared": lambda node, y: node.parents and node is not y},
           {"start": lambda old, y: old + 1.0, "cleared": _never}, hint=
        "the output's gradient is added to: it is set, `self.grad = 1`, not `+=`"),
    sweeps("erased", cleared=lambda node, y: True, hint=
        "leaves lose the gradients of the call before: `backward()` adds to them, interior nodes restart at zero"),
    sweeps("only once", {"order": not_seen_before, "cleared": _never}, {"order": not_seen_before}, hint=
        "a node takes part in the first `backward()` only: one of: the set of visited nodes outlives the call (a "
        "default argument, a flag on the node); the sweep takes the graph apart"),
    KEPT,
]
# fmt: on


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
    return [sweeps("lost parent", hint=hint, order=through(slice(*known), operation)) for known, hint in hints.items()]


def parents_in_a_set(operation: Operation) -> Mistake:
    """What comes of an operation whose nodes keep their parents in a set."""
    hint = "`a * a` counts one of its operands: parents in a set do so, and lose their order too: keep both, in a tuple"
    return varied("set", partial(_rules_of_sets, operation), hint=hint)
