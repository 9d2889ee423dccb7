"""The names that other engines have for what a Value has: they answer, or say what it is called here.

A Value takes any attribute of one's own, so what code for another engine sets under its name would be a silent nothing:
it is refused, and ours is named.
"""

from typing import Any

OWN_NODE = (
    "a node of your own is Value(data, parents, local_derivatives), with ∂node/∂parent for each parent as a number; "
    "an Operation has its rule too"
)


class Alias:
    """Answers with another attribute; setting it raises AttributeError."""

    def __init__(self, ours: str) -> None:
        self.ours = ours

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, value: Any, owner: type | None = None) -> Any:
        return self if value is None else getattr(value, self.ours)

    def __set__(self, value: Any, new: object) -> None:
        raise AttributeError(f"a Value's `{self.name}` is only read: set `{self.ours}`")


class Absent:
    """Has nothing to answer with: raises AttributeError with what does its work here."""

    def __init__(self, instead: str) -> None:
        self.instead = instead

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, value: Any, owner: type | None = None) -> Any:
        if value is None:
            return self
        raise AttributeError(f"a Value has no `{self.name}`: {self.instead}")

    def __set__(self, value: Any, new: object) -> None:
        raise AttributeError(f"a Value takes no `{self.name}`: {self.instead}")


class Aliases:
    """The names of micrograd, of microgpt and of engines like them."""

    __slots__ = ()

    value, val = Alias("data"), Alias("data")
    gradient = Alias("grad")
    _children, children = Alias("parents"), Alias("parents")
    _local_grads, local_grads = Alias("local_derivatives"), Alias("local_derivatives")
    _backward = Absent(
        "nothing is called node by node, since each node holds its local derivatives: backward() sweeps over the "
        f"graph, step_through(output) shows its steps one by one, and {OWN_NODE}"
    )
    topo = Absent("topological_order(output) gives the nodes, each after its parents")

    @property
    def _prev(self) -> set[Any]:
        return set(self.parents)  # type: ignore[attr-defined]

    @property
    def _op(self) -> str:
        return self.operation.symbol if self.operation and self.parents else ""  # type: ignore[attr-defined]
