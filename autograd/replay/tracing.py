"""A function's graph, and what it rests on: inputs, parameters, constants, and why it cannot be replayed.

A graph holds what was computed, not what Python asked on the way, and not which of its leaves are weights. So a
function is called with fresh Values for its inputs while someone listens: what it asks of a number is a reason not to
replay it, a Value that it makes is its own, and what it uses without having made it existed before: a parameter.
"""

import sys
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from autograd.listening import Question, ask, heard_by, watched_by
from autograd.operations import constant
from autograd.replay.collector import collector_paused
from autograd.replay.program import Program
from autograd.replay.searching import Reached, reached
from autograd.reports import Line, is_library, line_now, line_of
from autograd.value import Value, as_value, describe, is_operand

REMEDY = (
    ". What Python decides is decided once for a replay: choose by where(less(a, b), …), maximum or select(i, xs), or "
    "give what decides as a keyword argument"
)


class ReplayError(Exception):
    """Why what a function computes cannot be recorded and replayed."""


class Input(Value):
    """A Value that a function is given in the place of a number: to look for it in a set or a dict is a question."""

    __slots__ = ()


def _hashed(x: Input) -> int:
    if not is_library(sys._getframe(1).f_code):
        ask(Question.HASH)
    return object.__hash__(x)


setattr(Input, "__hash__", _hashed)  # noqa: B010 # here, for Value refuses it in a class; == is identity all the same
Input.__name__ = "Value"  # which Python's own messages say


class Trace(NamedTuple):
    """What a function computed from its inputs.

    - result: what it returned; `outputs` are the Values in it, in one list
    - inputs: the Values that it was called with
    - parameters: Values that it used and had not made, in the order of use: leaves, or computed before
    - reached: what the outputs are computed from
    - made: all nodes and leaves that it made, in their order; `places` are the lines that made them, if asked for
    """

    result: Any
    outputs: list[Value]
    inputs: list[Value]
    parameters: list[Value]
    reached: Reached
    made: list[Value]
    places: list[Line]

    @property
    def interior(self) -> list[Value]:
        """The nodes that the outputs are computed from, parents first."""
        return [v for v in self.made if v.parents and v in self.reached.met]

    def program(self, parameters: list[Value] | None = None) -> Program:
        """The program of it, with its parameters or with those given. Raises ReplayError where there are others."""
        given = self.parameters if parameters is None else parameters
        others = set(self.parameters).difference(given)
        if others:
            raise ReplayError(f"{describe(others.pop())} is used and is no parameter")
        try:
            return Program(self.outputs, self.inputs, given, self.reached)
        except TypeError as error:  # a node of the user's own has no rule
            raise ReplayError(str(error)) from error


@collector_paused()
def trace(
    f: Callable[[], Any], inputs: Sequence[Value], *, name: str = "the function", remedy: str = "", places: bool = False
) -> Trace:
    """What f() computes from fresh Values that it closes over, `inputs`, to which it may add some that it makes.

    Raises ReplayError, with the line and the remedy, where f asks for a number, calls backward(), fails, or gives
    anything but Values and numbers.

    >>> w, x = Value(3.0, "w"), Value(2.0, "x")
    >>> found = trace(lambda: w * x + 1.0, [x])
    >>> [v.label for v in found.parameters], len(found.interior)
    (['w'], 2)
    """
    watcher = _Watcher(places)
    try:
        with heard_by(watcher.heard), watched_by(watcher):
            result = f()
    except Exception as error:
        line = line_of(error)
        watcher.refused = watcher.refused or f"fails when it is recorded{f' in {line}' if line else ''} ({error})"
        raise ReplayError(f"{name} {watcher.refused}{remedy}") from error
    if watcher.refused:
        raise ReplayError(f"{name} {watcher.refused}{remedy}")
    outputs = [as_value(y) for y in flat(result, name)]
    if not outputs:
        raise ReplayError(f"{name} returned {result!r}: there is no Value to replay")
    found = reached(outputs, watcher.nodes)
    before = {v for v in found.leaves if v.operation is not constant}.difference(inputs)
    used = chain.from_iterable([*found.needs.values(), outputs])
    parameters = [v for v in dict.fromkeys(used) if v in before]
    return Trace(result, outputs, list(inputs), parameters, found, watcher.nodes, watcher.places)


class _Watcher:
    """Notes what is made, and the first thing that a replay cannot do."""

    def __init__(self, places: bool) -> None:
        self.nodes: list[Value] = []
        self.places: list[Line] = []
        self.refused = ""
        self.made = self.made_in_place if places else self.nodes.append

    def made_in_place(self, node: Value) -> None:
        self.nodes.append(node)
        self.places.append(line_now())

    def heard(self, question: Question) -> None:
        self.refused = self.refused or f"asks {question} of a Value in {line_now()}"

    def swept(self, output: Value) -> None:
        self.refused = self.refused or f"calls backward() itself in {line_now()}: return the loss, and call it there"


def flat(nested: Any, name: str) -> list[Any]:
    """The Values and numbers in nested lists, tuples and arrays, in one list; ReplayError for anything else in them."""
    if isinstance(nested, list | tuple) or (isinstance(nested, np.ndarray) and nested.ndim):
        return [v for part in nested for v in flat(part, name)]
    if not is_operand(nested):
        raise ReplayError(f"{name} returns {nested!r}: only Values are replayed, in lists if there are several")
    return [nested]


def plain(result: Any) -> Any:
    """A result as plain numbers, in lists where it is in lists."""
    is_nested = isinstance(result, list | tuple | np.ndarray) and not is_operand(result)
    return list(map(plain, result)) if is_nested else as_value(result).data
