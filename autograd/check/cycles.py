"""Whether the graphs of an engine are freed when they are dropped, or left to the cycle collector."""

import gc
from functools import partial

from autograd.check.driving import Engine
from autograd.check.trouble import limited
from autograd.reports import Finding

CYCLE_OF_NODES = (
    "a node refers to itself, as a closure on it does (`out._backward` that reads `out`): keep local derivatives, or "
    "pass the node in as an argument"
)
CYCLE_IN_BACKWARD = (
    "a function inside `backward()` that calls itself refers to itself, and to the nodes it has listed: make it a "
    "method, or a loop with a stack"
)


def cycle_in(engine: Engine, seconds: float) -> Finding | None:
    """What is found where a graph that is dropped leaves anything to the cycle collector, else None."""
    was_enabled = gc.isenabled()
    gc.collect(0)
    gc.disable()
    try:
        built, swept = (limited(partial(_left, engine, is_swept=is_swept), seconds) for is_swept in (False, True))
    finally:
        if was_enabled:
            gc.enable()
    if not swept:
        return None
    facts = f"a * b + c   leaves {swept} objects that only the cycle collector can free"
    return Finding("a graph that is dropped", facts, CYCLE_OF_NODES if built else CYCLE_IN_BACKWARD)


def _left(engine: Engine, *, is_swept: bool) -> int:
    a, b, c = (engine.make(x) for x in (1.3, 2.7, -0.7))
    y = a * b + c
    if is_swept:
        getattr(y, engine.backward)()
    del a, b, c, y
    return gc.collect(0)
