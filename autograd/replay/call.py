"""The operation of a node that a replayed function gave: one node in the place of its whole graph."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from autograd.differentiation import derivatives
from autograd.operation import Operation
from autograd.operations import own, row_named
from autograd.replay.layout import Array
from autograd.value import Value


class Call(Operation):
    """A function's call: `evaluate` gives its value and local derivatives at other numbers of the parents, by replay.

    What needs the graph, derivatives of derivatives and a recording, has the function called again, once: `graph()`.
    """

    __slots__ = ("_summary", "graph")

    def __init__(
        self,
        name: str,
        parents: tuple[Value, ...],
        evaluate: Callable[[Sequence[float]], tuple[float, Array]],
        again: Callable[[], Value],
        summary: Callable[[], str],
    ) -> None:
        def of(y: Any, *xs: Any) -> tuple[Any, ...]:
            if not any(isinstance(x, Value) for x in xs):
                return tuple(evaluate(xs)[1].tolist())
            if any(x is not p for x, p in zip(xs, parents, strict=True)):
                raise TypeError(f"a copy of what {name} gave cannot be differentiated twice: call {name} again")
            return tuple(derivatives(self.graph(), xs))

        super().__init__(name if name.isidentifier() else "replayed", lambda *xs: evaluate(xs)[0], of)
        self.graph = cache(again)
        self._summary = summary

    @property
    def summary(self) -> str:
        """What it stands for: "loss: 4,192 parameters, 75 instructions; loss.plain(…) shows the inside"."""
        return self._summary()

    def __reduce__(self) -> tuple[Callable[..., Operation], tuple[str, ...]]:
        return row_named, (own.name,)  # a pickle keeps the numbers
