"""The nodes of a recording: each stands for one Value or for several.

A node's *kind* says what it changes with: a constant with nothing, a fixed node with the parameters only, an input and
a varying node from sample to sample.
"""

from collections.abc import Iterable
from typing import Literal

from autograd.operation import Operation
from autograd.operations import OPERATIONS

DOT, SUM, MEAN, PROD, DETACHED_MAX, LOGSUMEXP, SELECT, LOG_LOSS = (
    OPERATIONS[name] for name in ("dot", "sum", "mean", "prod", "detached_max", "logsumexp", "select", "log_loss")
)

CONSTANT, FIXED, INPUT, VARYING = "CFXV"
Wrt = Literal["parameters", "inputs"] | None  # what a gradient is asked for toward, if one is


class Node:
    """A node of the recording.

    - operation, parents: as in a Value; None and () for a leaf
    - kind: CONSTANT, FIXED, INPUT or VARYING
    - data: the number that was recorded, of what stands for a Value of its own
    - slot: where its number stands in the array of its kind
    - stands_for: how many Values of the recorded graph it replaces
    - level, distance: the most edges to what it is computed from, and to an output that is computed from it
    - learns: whether a gradient flows from it to a parameter
    - matters: whether a gradient flows to it from the first output
    - uses: how many times it is a parent or an output
    """

    __slots__ = (
        "data",
        "distance",
        "kind",
        "learns",
        "level",
        "matters",
        "operation",
        "parents",
        "slot",
        "stands_for",
        "uses",
    )

    def __init__(
        self,
        operation: Operation | None,
        parents: tuple["Node", ...],
        kind: str,
        data: float = 0.0,
        slot: int = -1,
        stands_for: int = 1,
    ) -> None:
        self.operation = operation
        self.parents = parents
        self.kind = kind
        self.data = data
        self.slot = slot
        self.stands_for = stands_for
        self.level = 0
        self.distance = 0
        self.uses = 0
        self.learns = False
        self.matters = False


def leaf(kind: str, slot: int, data: float) -> Node:
    """A node that is not computed from others."""
    return Node(None, (), kind, float(data), slot)


def kind_of(operands: Iterable[str]) -> str:
    """The kind of what is computed from operands of these kinds.

    >>> kind_of("CF"), kind_of("FX")
    ('F', 'V')
    """
    kinds = {*operands}
    return VARYING if INPUT in kinds or VARYING in kinds else FIXED if FIXED in kinds else CONSTANT
