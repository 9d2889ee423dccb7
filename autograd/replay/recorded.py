"""A function recorded for arguments of one shape: its program, the weights that it reads, and where the two part."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.graphs import values_at
from autograd.operations import OPERATIONS
from autograd.replay.arguments import Batch, Lookups
from autograd.replay.collector import collector_paused
from autograd.replay.program import counted
from autograd.replay.tracing import REMEDY, ReplayError, Trace, numbers_in, trace
from autograd.value import Value, describe

Array = NDArray[np.float64]
_data_of = attrgetter("data")


class Recorded:
    """A function recorded for arguments of one shape.

    - program, parameters: what was recorded, and the Values whose numbers it reads at each call
    - shape: of the result: () for one Value
    - lookups: what the function found by name
    - calls: how many there have been
    """

    def __init__(self, name: str, f: Callable[..., Any], batch: Batch) -> None:
        self.name, self.f = name, f
        self.lookups = Lookups(f, batch.keywords.values())
        for module, mode in self.lookups.modes:
            if mode and getattr(module, "couples_samples", False):
                raise ReplayError(
                    f"{name} uses {module.title()}, which changes its state at each call in training: call eval() on "
                    "the model, or leave the decorator away"
                )
        self.numbers = batch.X[0].tolist()
        with collector_paused():
            found = self.traced(batch, self.numbers)
            self.shape = np.shape(numbers_in(found.result))
            # Outside of the recording, for a program keeps the context it is made in.
            self.program = found.program()
            self.program.forget_graph()
            self.parameters = found.parameters
            del found  # the graph, before the collector goes on
        self.first = self.program.parameters.tolist()
        self.calls = 0

    def traced(self, batch: Batch, numbers: Sequence[float]) -> Trace:
        """The function called with fresh Values that hold these numbers."""
        inputs = [Value(x) for x in numbers]
        return trace(lambda: self.f(*batch.with_items(inputs), **batch.keywords), inputs, name=self.name, remedy=REMEDY)

    @property
    def summary(self) -> str:
        instructions = len(self.program._grouping.instructions)
        return f"{counted(len(self.parameters), 'parameter')}, {counted(instructions, 'instruction')}"

    def read(self, numbers: Sequence[float] | None = None) -> None:
        """Take the parameters' numbers of now, or others."""
        source = map(_data_of, self.parameters) if numbers is None else numbers
        self.program.parameters[:] = np.fromiter(source, float, len(self.parameters))

    def evaluate(self, batch: Batch, weights: Array, numbers: Sequence[float] | None = None) -> tuple[float, Array]:
        """The weighted sum, and its derivatives toward the parameters and the Values among the arguments."""
        self.read(numbers)
        y, local = self.program.value_and_grad(batch.X, weights)
        if batch.values:
            local = np.concatenate([local, self.program.input_gradient(batch.X)[0, batch.places]])
        return y, local

    def difference(self, batch: Batch, i: int, replayed: list[float], itself: list[float]) -> str:
        """What a comparison has shown for a sample, as a message."""
        pairs = zip(replayed, itself, strict=False)
        a, b = max(pairs, key=lambda pair: abs(pair[0] - pair[1]), default=(replayed, itself))
        return (
            f"{self.name} gives {a!r} by replay and {b!r} itself at call {self.calls} of its program"
            f"{self.first_difference(batch, i)}. Nothing may be drawn at random, or be chosen by .data, isinstance, a "
            f"set or a dict{REMEDY}"
        )

    def first_difference(self, batch: Batch, i: int) -> str:
        """Words on the first node that differs: ", first at Value = 0.3, made by multiply in line 7 of loss"."""
        now = [p.data for p in self.parameters]
        try:
            self.put_in(self.first)  # so that the function does what it did when it was recorded
            recorded = self.traced(batch, self.numbers)
            self.put_in(now)
            itself = trace(lambda: self.f(*batch.sample(i), **batch.keywords), [], name=self.name, places=True)
        except ReplayError:
            return ""
        finally:
            self.put_in(now)
        numbers = values_at(dict(zip(recorded.inputs, batch.X[i].tolist(), strict=True)), recorded.interior)
        for old, new in zip(_computed(recorded), _computed(itself), strict=False):
            if (old.operation, repr(numbers[old])) != (new.operation, repr(new.data)):
                place = itself.places[itself.made.index(new)]
                return f", first at {describe(new)}" + (f" in {place}" if place else "")
        return ""

    def put_in(self, numbers: list[float]) -> None:
        for p, x in zip(self.parameters, numbers, strict=True):
            p.data = x


def _computed(found: Trace) -> list[Value]:
    """The nodes that were made but for choices: one by a plain number makes no node."""
    return [v for v in found.interior if v.operation is not OPERATIONS["select"]]
