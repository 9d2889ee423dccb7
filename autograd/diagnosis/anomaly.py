"""detect_anomaly: stop at the first nan or infinity, and name the operation, its inputs and the line that made it.

While it is on, two names in `value.py` mean something else: nodes are born as `_Watched`, which look at themselves when
they are complete, and the sweep is looked over afterwards. While it is off nothing is asked of anyone.
"""

import linecache
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from autograd import value
from autograd.backprop import backpropagate, interior_order
from autograd.reports import is_someone_elses, shown
from autograd.value import Value


class _Line(NamedTuple):
    """Where a node was made: the innermost line of the user's code."""

    filename: str
    number: int
    function: str

    def __str__(self) -> str:
        source = linecache.getline(self.filename, self.number).strip()
        place = f"{Path(self.filename).name}, line {self.number}, in {self.function}"
        return f"{place}: `{source}`" if source else place


# By the node's id, while it is on in this thread: an id that comes again is overwritten by the new node.
_lines: ContextVar[dict[int, _Line] | None] = ContextVar("lines", default=None)
_set_label = Value.__dict__["label"].__set__
_lock = threading.Lock()
_users = 0


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
    token = _lines.set({} if _lines.get() is None else _lines.get())
    _count(1)
    try:
        yield
    finally:
        _count(-1)
        _lines.reset(token)


def _count(change: int) -> None:
    """Put our functions into `value.py` for the first user, and its own back after the last."""
    global _users
    with _lock:
        _users += change
        is_on = _users > 0
        value._new = _new_watched if is_on else object.__new__  # type: ignore[assignment]
        value.backpropagate = _backpropagate_watched if is_on else backpropagate  # type: ignore[assignment, attr-defined]


class _Watched(Value):
    """A node in the making. Its label is set last: then it becomes a Value as any other, and is looked at."""

    __slots__ = ()

    @property
    def label(self) -> str:
        raise AttributeError("label")  # it is a Value by then

    @label.setter
    def label(self, label: str) -> None:
        _set_label(self, label)
        self.__class__ = Value  # type: ignore[assignment]
        lines = _lines.get()
        if lines is not None and hasattr(self, "parents"):  # a copy gets its parents later, and is not computed
            lines[id(self)] = _line_of_user()
            if not isfinite(self.data):
                _raise(f"{_name(self)} gave {shown(self.data)} at {_inputs(self)}{_already(self)}", self)


def _new_watched(kind: type[Value]) -> Any:
    return object.__new__(_Watched if kind is Value and _lines.get() is not None else kind)


def _line_of_user() -> _Line:
    frame = sys._getframe(1)
    while frame.f_back and not is_someone_elses(frame.f_code):
        frame = frame.f_back
    return _Line(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)


def _backpropagate_watched(output: Value, gradient: float) -> None:
    """The sweep as it is, whose events are then looked through in their order for the first that was not finite."""
    backpropagate(output, gradient)
    if _lines.get() is None:
        return
    order = interior_order(output)
    for node in reversed(order):
        if not isfinite(node.grad):
            what = "backward() starts from" if node is output else "the contributions add up to"
            _raise(f"{what} the gradient {shown(node.grad)} at {_name(node)} of {_inputs(node)}", node)
        for i, (parent, d) in enumerate(zip(node.parents, node.local_derivatives, strict=True)):
            if not isfinite(d * node.grad):
                product = f"local derivative {shown(d)} * upstream gradient {shown(node.grad)}"
                to = f"{_label(parent, i)} of {_name(node)}"
                _raise(f"backward() gave {shown(d * node.grad)} to {to}, at {_inputs(node)}: {product}", node)
    for node in order:
        for parent in node.parents:
            if not isfinite(parent.grad):
                _raise(f"the contributions to {_label(parent, 0)} add up to the gradient {shown(parent.grad)}", node)


def _raise(text: str, node: Value) -> NoReturn:
    line = (_lines.get() or {}).get(id(node), "a line before detect_anomaly() began")
    raise FloatingPointError(f"{text}\nmade in {line}")


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
