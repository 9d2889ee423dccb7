"""Pickling a graph: as columns of numbers, so that depth does not matter and shared nodes stay shared.

A Value is pickled as *node i of that graph*, and the graph, pickled once, as one list for each attribute, with parents
as indices. The shelf knows which graphs the pickle at hand holds already.
"""

import threading
import weakref
from collections.abc import Callable
from typing import Any

from autograd.backprop import topological_order


class _Graph:
    """The nodes that one pickled Value brings with it, parents before children."""

    __slots__ = ("nodes",)

    def __init__(self, nodes: list[Any]) -> None:
        self.nodes = nodes

    def __reduce__(self) -> tuple[Any, ...]:
        index = {node: i for i, node in enumerate(self.nodes)}
        *attributes, parents = map(list, zip(*[node._state() for node in self.nodes], strict=True))
        indexed = [tuple([index.get(p, p) for p in ps]) for ps in parents]
        own = {i: own for i, node in enumerate(self.nodes) if (own := node._own())}  # may lead back to these nodes
        return _rebuild, (attributes, indexed), own or None, None, None, _give_own


class _Shelf:
    """The graphs of the pickle at hand. The pickler's memo keeps it alive, so it is gone when the pickle is done."""

    __slots__ = ("__weakref__", "places", "visited")

    def __init__(self) -> None:
        self.places: dict[Any, tuple[_Graph, int]] = {}
        self.visited: set[Any] = set()

    def __reduce__(self) -> tuple[type[tuple[()]], tuple[()]]:
        return tuple, ()


_thread = threading.local()


def reduce_value(value: Any) -> tuple[Callable[..., Any], tuple[_Graph, int, _Shelf]]:
    """What `Value.__reduce__` returns: a new graph, or a node of one that this pickle holds already."""
    shelf: _Shelf | None = getattr(_thread, "shelf", lambda: None)()
    if shelf is None:
        shelf = _Shelf()
        _thread.shelf = weakref.ref(shelf)
    if value not in shelf.places:
        nodes = [node for node in topological_order(value, shelf.visited) if node not in shelf.places]
        graph = _Graph(nodes)
        shelf.places.update((node, (graph, i)) for i, node in enumerate(nodes))
    return _node, (*shelf.places[value], shelf)


def _node(nodes: list[Any], i: int, shelf: object) -> Any:
    return nodes[i]


def _rebuild(attributes: list[list[Any]], parents: list[tuple[Any, ...]]) -> list[Any]:
    """The nodes of a pickled graph; a parent is an index into them or a Value of another graph."""
    nodes: list[Any] = []
    for kind, *attribute, ps in zip(*attributes, parents, strict=True):
        nodes.append(kind._restored(kind, *attribute, tuple([nodes[p] if type(p) is int else p for p in ps])))
    return nodes


def _give_own(nodes: list[Any], own: dict[int, dict[str, Any]]) -> None:
    """Set the attributes of one's own."""
    for i, attributes in own.items():
        nodes[i]._take(attributes)
