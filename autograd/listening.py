"""Who is told when Python asks for a Value's number, when a node is made, and when a graph is swept.

A graph does not keep what Python asks, so `differentiation.py` and `replay/tracing.py` listen. `diagnosis/anomaly.py`
watches.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any, Protocol


class Question(StrEnum):
    """What Python can ask of a Value's number."""

    FLOAT = "float()"
    BOOL = "bool()"
    ORDER = "a comparison"
    HASH = "hash(), as a set and a dict do,"


Listener = Callable[[Question], None]
_listeners: ContextVar[tuple[Listener, ...]] = ContextVar("listeners", default=())


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Within it, listener(question) is called at each question that this thread asks; it may raise."""
    token = _listeners.set((*_listeners.get(), listener))
    try:
        yield
    finally:
        _listeners.reset(token)


def is_heard_by(listener: Listener) -> bool:
    """Whether this thread is within `heard_by` of this listener."""
    return listener in _listeners.get()


def is_heard() -> bool:
    """Whether anybody listens to what this thread asks: a graph is made to be replayed or differentiated."""
    return bool(_listeners.get())


def ask(question: Question) -> None:
    """Tell those who listen."""
    for listener in _listeners.get():
        listener(question)


def is_anybody_told() -> bool:
    """Whether this thread is within a `heard_by` or a `watched_by`: where numbers or nodes are looked at one by one."""
    return bool(_listeners.get() or _watchers.get())


class Watcher(Protocol):
    """Is told of each node and leaf when it is `made`, and of each output when `backward()` has `swept` its graph."""

    def made(self, node: Any) -> None: ...

    def swept(self, output: Any) -> None: ...


_watchers: ContextVar[tuple[Watcher, ...]] = ContextVar("watchers", default=())
_tell: ContextVar[Callable[[Any], None]] = ContextVar("tell", default=lambda node: None)  # one call: no loop for a node
_watched = 0  # how many watch, in all threads
_lock = threading.Lock()

# Called with each new node; None unless somebody watches, so that a node costs one question more (1 to 2 percent).
on_node: Callable[[Any], None] | None = None


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Within it, a watcher is told of the nodes that this thread makes by operations, and of its sweeps."""
    outer, tell_outer = _watchers.get(), _tell.get()

    def tell_both(node: Any) -> None:
        tell_outer(node)
        watcher.made(node)

    watchers = _watchers.set((*outer, watcher))
    tell = _tell.set(tell_both if outer else watcher.made)
    _count(1)
    try:
        yield
    finally:
        _count(-1)
        _tell.reset(tell)
        _watchers.reset(watchers)


def _count(change: int) -> None:
    global _watched, on_node
    with _lock:
        _watched += change
        on_node = _made if _watched else None


def _made(node: Any) -> None:
    _tell.get()(node)


def swept(output: Any) -> None:
    """Tell those who watch."""
    for watcher in _watchers.get():
        watcher.swept(output)
