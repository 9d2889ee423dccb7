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


def _refused(what: str, advice: str) -> Any:
    def method(self: Any, *others: Any) -> Any:
        raise TypeError(f"{what} of a Value has derivative 0 or none, so it is not part of a graph: {advice}")

    return method


class Refused:
    """What Python and its library ask of a number, and a graph cannot keep: TypeError says what to write."""

    __slots__ = ()

    __round__ = _refused("round()", "round its .data; for printing write f'{v:.2f}'")
    __int__ = __trunc__ = _refused("int()", "take int(v.data)")
    __floor__ = __ceil__ = _refused("a whole number", "take it of its .data")
    __floordiv__ = __rfloordiv__ = _refused("//", "divide by /, or use its .data")
    __mod__ = __rmod__ = __divmod__ = __rdivmod__ = _refused("%", "use its .data")
    as_integer_ratio = _refused("a fraction", "autograd.mean adds Values, and statistics takes their .data")
