"""Time and memory of building a graph, backpropagating and dropping it."""

import gc
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from math import isclose
from time import perf_counter
from typing import Any, NamedTuple, TypeVar

from tests.benchmarks.workloads import Graph

T = TypeVar("T")


class Seconds(NamedTuple):
    forward: float
    backward: float
    drop: float

    @property
    def total(self) -> float:
        """Forward and backward. The drop stands apart, for micrograd's cycles are not freed with the collector off."""
        return self.forward + self.backward


def one_step(graph: Graph) -> Seconds:
    start = perf_counter()
    output = graph.forward()
    built = perf_counter()
    output.backward()
    graph.update()
    swept = perf_counter()
    del output
    return Seconds(built - start, swept - built, perf_counter() - swept)


def steps(graph: Graph, count: int) -> Seconds:
    """The mean of steps one after another, as in training: each pays for what the collector owes to those before."""
    gc.collect()
    return Seconds(*(sum(column) / count for column in zip(*(one_step(graph) for _ in range(count)), strict=True)))


@contextmanager
def collector_off() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def interleaved(ours: Graph, theirs: Graph, rounds: int, count: int) -> tuple[Seconds, Seconds, Seconds]:
    """The best round of: ours, theirs, theirs with the collector off. The collector is on for ours."""
    results: tuple[list[Seconds], ...] = [], [], []
    for _ in range(rounds):
        results[0].append(steps(ours, count))
        results[1].append(steps(theirs, count))
        with collector_off():  # one step only: what it leaves is collected outside the timed section
            results[2].append(one_step(theirs))
    best, best_theirs, best_off = (min(seconds, key=lambda s: s.total) for seconds in results)
    return best, best_theirs, best_off


def check_gradients(name: str, ours: Graph, theirs: Graph) -> None:
    """Raise ArithmeticError where a leaf's gradients in the two engines differ by more than 1e-9 of them."""
    for graph in ours, theirs:
        graph.forward().backward()
    for i, (a, b) in enumerate(zip(ours.leaves, theirs.leaves, strict=True)):
        if not isclose(a.grad, b.grad, rel_tol=1e-9):
            raise ArithmeticError(f"{name}: the gradient of leaf {i} is {a.grad!r}, in micrograd {b.grad!r}")
    for graph in ours, theirs:
        graph.update()


def bytes_after_backward(graph: Graph) -> int:
    gc.collect()
    tracemalloc.start()
    try:
        output = graph.forward()
        output.backward()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def left_to_collector(graph: Graph) -> int:
    """How many objects of a graph that was built, backpropagated and dropped only the cycle collector can free."""
    with collector_off():
        one_step(graph)
        return gc.collect()


def with_deep_stack(function: Callable[..., T], *inputs: Any) -> T:
    """function(*inputs), with room for micrograd's backward(), which recurses once for each node of a chain.

    That is beyond Python's limit of 1,000 calls, and beyond the stack of a program's first thread.
    """
    limit, size = sys.getrecursionlimit(), threading.stack_size(2**28)
    sys.setrecursionlimit(1_000_000)
    try:
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(function, *inputs).result()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
