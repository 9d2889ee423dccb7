"""The operation of a node that a replayed function gave: one node in the place of its whole graph."""

from collections.abc import Callable
from functools import cache
from typing import Any

from autograd.differentiation import derivatives
from autograd.operation import Operation
from autograd.operations import own, row_named
from autograd.replay.arguments import Batch
from autograd.replay.layout import Array
from autograd.value import Value


class Call(Operation):
    """A function's call: its Recorded gives value and local derivatives at other numbers of the parents, by replay.

    What needs the graph, derivatives of derivatives and a recording, has the function called again, once: `graph()`.
    """

    __slots__ = ("_recorded", "graph")

    def __init__(self, recorded: Any, batch: Batch, weights: Array, again: Callable[[], Value]) -> None:
        def of(y: Any, *xs: Any) -> tuple[Any, ...]:
            if not any(isinstance(x, Value) for x in xs):
                return tuple(recorded.evaluate(batch, weights, xs)[1].tolist())
            if any(x is not p for x, p in zip(xs, recorded.parents(batch), strict=True)):
                raise TypeError(f"a copy of what {recorded.name} gave cannot be differentiated twice: call it again")
            return tuple(derivatives(self.graph(), xs))

        name = recorded.name if recorded.name.isidentifier() else "replayed"
        super().__init__(name, lambda *xs: recorded.evaluate(batch, weights, xs)[0], of)
        self.graph = cache(again)
        self._recorded = recorded

    @property
    def summary(self) -> str:
        """What it stands for: "loss: 4,192 parameters, 75 instructions; loss.plain(…) shows the inside"."""
        return str(self._recorded)

    def __reduce__(self) -> tuple[Callable[..., Operation], tuple[str, ...]]:
        return row_named, (own.name,)  # a pickle keeps the numbers
