"""detect_anomaly: stop at the first nan or infinity, and name the operation, its inputs and the line that made it.

While it is on, it looks at each node that is made, and after a sweep at each event of it. While it is off nothing is
asked of anyone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from typing import NoReturn

from autograd.backprop import interior_order
from autograd.diagnosis.branches import explanation
from autograd.graphs import Edge
from autograd.listening import watched_by
from autograd.operations import own
from autograd.reports import Line, line_now, shown
from autograd.value import Value


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """While active in this thread, raise FloatingPointError at the first nan or infinity, forward or backward.

    The message names the operation, its inputs by their labels, and the line of yours that made the node. Leaves may be
    nan or infinite: what is computed from them may not. May be nested, and be used as a decorator. Costs nothing when
    it is off.

    >>> from autograd import log
    >>> p = Value(0.0, "p")
    >>> with detect_anomaly():
    ...     log(p)
    Traceback (most recent call last):
    ...
    FloatingPointError: log gave -inf at p = 0
    made in ...
    """
    with watched_by(_Detector()):
        yield


class _Detector:
    """Remembers the line of each node by its id: one that comes again is overwritten by the new node's."""

    def __init__(self) -> None:
        self.lines: dict[int, Line] = {}

    def made(self, node: Value) -> None:
        if node.operation is None or node.operation is own:
            return  # a leaf, or a node of the user's own: what they compute from it is looked at
        self.lines[id(node)] = line_now()
        if not isfinite(node.data):
            self.stop(f"{_name(node)} gave {shown(node.data)} at {_inputs(node)}{_already(node)}", node)

    def swept(self, output: Value) -> None:
        """Look through the events of a sweep, in their order, for the first that was not finite."""
        order = interior_order(output)
        for node in reversed(order):
            if not isfinite(node.grad):
                what = "backward() starts from" if node is output else "the contributions add up to"
                self.stop(f"{what} the gradient {shown(node.grad)} at {_name(node)} of {_inputs(node)}", node)
            for i, (parent, d) in enumerate(zip(node.parents, node.local_derivatives, strict=True)):
                if not isfinite(d * node.grad):
                    product = f"local derivative {shown(d)} * upstream gradient {shown(node.grad)}"
                    to = f"{_label(parent, i)} of {_name(node)}"
                    why = explanation(Edge(node, i), order, {v: v.grad for v in order})
                    text = f"backward() gave {shown(d * node.grad)} to {to}, at {_inputs(node)}: {product}"
                    self.stop(f"{text}; {why}" if why else text, node)
        for node in order:
            for parent in node.parents:
                if not isfinite(parent.grad):
                    self.stop(
                        f"the contributions to {_label(parent, 0)} add up to the gradient {shown(parent.grad)}", node
                    )

    def stop(self, text: str, node: Value) -> NoReturn:
        line = self.lines.get(id(node))
        raise FloatingPointError(f"{text}\nmade in {line.in_file if line else 'a line before detect_anomaly() began'}")


def _name(node: Value) -> str:
    assert node.operation is not None
    return f"{node.operation.name} ({node.label})" if node.label else node.operation.name


def _label(parent: Value, i: int) -> str:
    return parent.label or f"input {i + 1}"


def _inputs(node: Value) -> str:
    """The inputs of a node; of many the first six, and all that are not finite."""
    shown_inputs = [
        f"{_label(p, i)} = {shown(p.data)}" for i, p in enumerate(node.parents) if i < 6 or not isfinite(p.data)
    ]
    return ", ".join(shown_inputs) + (", ..." if len(shown_inputs) < len(node.parents) else "")


def _already(node: Value) -> str:
    """A word on an input that was not finite itself: then this operation is not to blame."""
    labels = [_label(p, i) for i, p in enumerate(node.parents) if not isfinite(p.data)]
    return f" ({' and '.join(labels)} came in so)" if labels else ""
