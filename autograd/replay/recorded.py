"""A function recorded for arguments of one shape: its program, the weights that it reads, and where the two part."""

import math
from collections.abc import Callable, Sequence
from itertools import zip_longest
from operator import attrgetter
from threading import RLock
from typing import Any
from weakref import ref

import numpy as np

from autograd.graphs import gradients_of, values_at
from autograd.operations import OPERATIONS
from autograd.replay.arguments import Batch, mapped
from autograd.replay.layout import Array
from autograd.replay.lookups import Lookups
from autograd.replay.program import counted
from autograd.replay.tracing import REMEDY, Input, ReplayError, Trace, flat, plain, trace
from autograd.value import Value, as_value, describe


class Recorded:
    """A function recorded for arguments of one shape.

    - program, parameters: what was recorded, and the Values whose numbers it reads at each call
    - shape: of the result: () for one Value
    - keeps_weights: whether a leaf that the function made has outlived the recording: at its next call it is a weight
    - calls: how many there have been
    - lock: held while it is evaluated
    """

    def __init__(self, name: str, f: Callable[..., Any], batch: Batch, lookups: Lookups, lock: RLock) -> None:
        self.name, self.f, self.lock = name, f, lock
        lookups.follow(batch.keywords)
        for x in lookups.found.values():
            if hasattr(type(x), "couples_samples") and x.couples_samples and x.training:
                raise ReplayError(
                    f"{name} uses {x.title()}, which changes its state at each call in training: call eval() on "
                    "the model, or leave the decorator away"
                )
        self.numbers = batch.X[0].tolist()
        drawers = lookups.drawers()
        found = self.traced(batch)
        made = [ref(leaf) for leaf in found.reached.constants if leaf.operation is None]
        if lookups.drawers() != drawers:
            raise ReplayError(
                f"{name} draws random numbers, which a replay would not: give them as a positional argument, and "
                "call eval() on a model with dropout"
            )
        lookups.take_own_changes()
        self.shape = np.shape(plain(found.result))
        self.slopes = _slopes(found.outputs[0], found.parameters)
        # Outside of the recording, for a program keeps the context it is made in.
        self.program = found.program()
        self.program.forget_graph()
        self.parameters = tuple(found.parameters)
        del found
        self.keeps_weights = any(leaf() is not None for leaf in made)
        self.first = self.program.parameters.tolist()
        self.calls = 0

    def traced(self, batch: Batch) -> Trace:
        """The function called with fresh Values that hold the numbers it was recorded for.

        Raises ReplayError where it changes what it is given, and where its result is a number taken from a Value.
        """
        inputs: list[Value] = [Input(x) for x in self.numbers]
        given = iter(inputs)
        args = mapped(lambda _: next(given), batch.sample(0))
        found = trace(lambda: self.f(*args, **batch.keywords), inputs, name=self.name, remedy=REMEDY)
        left: list[Value] = []
        mapped(left.append, args)
        if [*map(id, left)] != [*map(id, inputs)]:
            raise ReplayError(
                f"{self.name} changes what it is given, and a replay would not: let it work on a copy, as list(xs) is"
            )
        is_reached = found.parameters or found.interior or any(y in found.inputs for y in found.outputs)
        if not is_reached and any(v.parents for v in found.made):
            raise ReplayError(
                f"{self.name} computes with Values and returns the number {found.outputs[0].data!r}, which a replay "
                "would repeat for ever: return the Value, and take its .data there"
            )
        return found

    def __str__(self) -> str:
        """What a node stands for: "loss: 4,192 parameters, 75 instructions; loss.plain(…) shows the inside"."""
        parameters = counted(len(self.parameters), "parameter")
        instructions = counted(len(self.program._grouping.instructions), "instruction")
        return f"{self.name}: {parameters}, {instructions}; {self.name}.plain(…) shows the inside"

    def parents(self, batch: Batch) -> tuple[Value, ...]:
        """What a result depends on: the parameters, and the Values among the arguments."""
        return self.parameters + tuple(batch.values.values())

    def values(self, batch: Batch) -> Array:
        """The numbers of each sample's result, (samples, …)."""
        self.program.parameters[:] = _numbers_of(self.parameters)
        return self.program(batch.X).reshape(-1, *self.shape)

    def evaluate(self, batch: Batch, weights: Array, at: Sequence[float] | None = None) -> tuple[float, Array]:
        """The weighted sum, and its derivatives toward the parents: at their numbers of now, or at others."""
        if self.shape:
            raise TypeError(
                f"{self.name} gives its Values in a list, so there is no one loss: return one, or take their numbers "
                f"for each sample from {self.name}.each(…)"
            )
        k, places = len(self.parameters), [*batch.values]
        numbers = _numbers_of(self.parents(batch)) if at is None else at
        with self.lock:
            self.program.parameters[:], batch.X[0, places] = numbers[:k], numbers[k:]
            y, local = self.program.value_and_grad(batch.X, weights)
            if places:
                local = np.concatenate([local, self.program.input_gradient(batch.X)[0, places]])
        return y, local

    def compare(self, batch: Batch, i: int, call: Callable[[], Any]) -> None:
        """Raise ReplayError where the function itself gives something else for a sample, or changes weights.

        At the first call its gradient is compared too, for the first sample.
        """
        gradients = [p.grad for p in self.parameters]
        result, replayed = call(), self.program.outputs[i].tolist()
        for x, y in zip_longest(replayed, flat(result, self.name), fillvalue=math.nan):
            if not _is_near(x, as_value(y)) and np.isfinite(replayed).all():
                raise ReplayError(
                    f"{self.name} gives {x!r} by replay and {plain(y)!r} itself at call {self.calls} of its program"
                    f"{self.first_difference(batch, i)}. Nothing may be kept from call to call, or be chosen by .data, "
                    f"isinstance, a set or a dict{REMEDY}"
                )
        is_same = np.array_equal(_numbers_of(self.parameters), self.program.parameters, equal_nan=True)
        if not is_same or [p.grad for p in self.parameters] != gradients:
            raise ReplayError(
                f"{self.name} changes the .data or .grad of weights that it uses, and a replay would not: do that "
                "outside of it"
            )
        # Where there is one loss, and weights are not reached through arguments too.
        if self.calls == 1 and i == 0 and not self.shape and not batch.values:
            self.compare_gradients(as_value(result))

    def compare_gradients(self, result: Value) -> None:
        """Raise ReplayError where the gradient for which it was recorded differs from that of the function's result."""
        itself = _slopes(result, self.parameters)
        near = 1e-9 * max(map(abs, self.slopes), default=0.0)
        for p, replayed, slope in zip(self.parameters, self.slopes, itself, strict=True):
            if abs(replayed - slope) > near:
                raise ReplayError(
                    f"{self.name} has the derivative {replayed!r} toward {describe(p)} by replay and {slope!r} "
                    "itself. Nothing may be kept from call to call; and in a replay arguments are Values, so that "
                    "grad(f)(x) is differentiated: write grad(f)(Value(x)) where it should be, and detach() elsewhere"
                )

    def first_difference(self, batch: Batch, i: int) -> str:
        """Words on the first node that differs: ", first at Value = 0.3, made by multiply in line 7 of loss"."""
        itself = trace(lambda: self.f(*batch.sample(i), **batch.keywords), [], name=self.name, places=True)
        now = [p.data for p in self.parameters]
        self.put_in(self.first)  # so that the function does what it did when it was recorded
        try:
            recorded = self.traced(batch)
        finally:
            self.put_in(now)
        numbers = values_at(dict(zip(recorded.inputs, batch.X[i].tolist(), strict=True)), recorded.interior)
        for old, new in zip(_computed(recorded), _computed(itself), strict=False):
            if (old.operation, repr(numbers[old])) != (new.operation, repr(new.data)):
                return f", first at {describe(new)} in {itself.places[itself.made.index(new)]}"
        return ""

    def put_in(self, numbers: list[float]) -> None:
        for p, x in zip(self.parameters, numbers, strict=True):
            p.data = x


def _slopes(y: Value, parameters: Sequence[Value]) -> list[float]:
    slopes = gradients_of(y)
    return [slopes.get(p, 0.0) for p in parameters]


def _numbers_of(values: Sequence[Value]) -> Array:
    return np.fromiter(map(attrgetter("data"), values), float, len(values))


def _is_near(x: float, y: Value) -> bool:
    """Whether a number is that of a Value to 1e-9, of it or else of what cancels in it: of the sum of |v · ∂y/∂v|."""
    if x == y.data or abs(x - y.data) <= 1e-9 * abs(y.data):
        return True
    slopes = gradients_of(y, local_derivatives=lambda v: map(abs, v.local_derivatives))
    return abs(x - y.data) <= 1e-9 * sum(abs(v.data) * slope for v, slope in slopes.items())


def _computed(found: Trace) -> list[Value]:
    """The nodes that were made but for choices: one by a plain number makes no node."""
    return [v for v in found.interior if v.operation is not OPERATIONS["select"]]
