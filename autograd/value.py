"""Value: a number that remembers how it was computed.

A Value holds its data, its gradient, its parents and the local derivatives toward them, recorded when it is made. That
is the whole graph: an operator makes a node, `backward()` sweeps over the nodes.
"""

import math
import sys
import warnings
from collections.abc import Callable, Iterable
from copy import deepcopy
from importlib import import_module
from numbers import Number as NumberType
from typing import Any

import numpy as np

from autograd import listening
from autograd import operations as ops
from autograd.aliases import OWN_NODE, Aliases, Refused
from autograd.backprop import backpropagate, topological_order
from autograd.cuts import warn_of_cut
from autograd.elementary import Methods
from autograd.floats import FLOAT_ERRORS, is_number, to_float
from autograd.listening import Question, ask
from autograd.operation import Operation
from autograd.operations import OPERATIONS
from autograd.pickling import reduce_value
from autograd.tables import short

Number = int | float


def _unary(operation: Operation) -> Callable[["Value"], "Value"]:
    """The function that makes a node of `operation` from one Value.

    It and `_binary` repeat `make_node` by hand: that halves the time.
    """
    value, derivatives = operation.on_floats

    def method(self: "Value") -> "Value":
        x = self.data
        node: Value = _new(Value)
        try:
            node.data = y = value(x)
            node.local_derivatives = derivatives(y, x)
            if type(y) is not float:  # a NumPy scalar was put into .data, and would spread
                node.data, node.local_derivatives = operation.at(x)
        except FLOAT_ERRORS:
            node.data, node.local_derivatives = operation.at(x)
        node.grad = 0.0
        node.parents = (self,)
        node.operation = operation
        node.label = ""
        if listening.on_node is not None:
            listening.on_node(node)
        return node

    return method


def _binary(operation: Operation) -> tuple[Callable[["Value", Any], "Value"], Callable[["Value", Any], "Value"]]:
    """The operator method and its reflection, which make a node of `operation` from a Value and a Value or number."""
    value, derivatives = operation.on_floats

    def method(self: "Value", other: Any) -> Any:
        if type(other) is not Value:
            other = _operand(other)
            if other is NotImplemented:
                return other
        a, b = self.data, other.data
        node: Value = _new(Value)
        try:
            node.data = y = value(a, b)
            node.local_derivatives = derivatives(y, a, b)
            if type(y) is not float:
                node.data, node.local_derivatives = operation.at(a, b)
        except FLOAT_ERRORS:
            node.data, node.local_derivatives = operation.at(a, b)
        node.grad = 0.0
        node.parents = (self, other)
        node.operation = operation
        node.label = ""
        if listening.on_node is not None:
            listening.on_node(node)
        return node

    def reflected(self: "Value", other: Any) -> Any:
        other = _operand(other)
        return other if other is NotImplemented else method(other, self)

    method.__name__, reflected.__name__ = operation.name, f"reflected {operation.name}"
    return method, reflected


def _method(operation: Operation) -> Callable[..., "Value"]:
    """The method of a Value that is named after a row."""
    method = _unary(operation) if operation.arity == 1 else lambda self, *others: operation(self, *others)
    method.__name__ = operation.name
    method.__qualname__ = f"Value.{operation.name}"
    method.__doc__ = f"{operation.doc}."
    return method


class Value(Methods, Aliases, Refused):
    """A number in a computation graph: a leaf that you make, or the result of an operation on other Values.

    - data: the number, a float
    - grad: ∂output/∂self, written by `output.backward()`
    - parents: the Values that this one was computed from, in order; () for a leaf
    - local_derivatives: ∂self/∂parent for each parent, recorded when this node was made
    - operation: what computed it, a row of the table or an Operation of yours; `own` for a node of your own, `constant`
      for a plain number, None for your own leaf
    - label: a name for pictures and messages

    `Value(2.0)` and `Value(2.0, "a")` are leaves. `Value(data, parents, local_derivatives)` is a node of your own. You
    may set further attributes: `v.m = 0.0`. Raises TypeError for data that is no real number and for parents that are
    no Values, ValueError where there is not one local derivative for each parent.

    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> c = a * b + 10
    >>> c.backward()
    >>> c.data, a.grad, b.grad
    (4.0, -3.0, 2.0)
    >>> cube = Value(a.data**3, (a,), (3 * a.data**2,))
    >>> cube.backward()
    >>> a.grad
    9.0
    """

    __slots__ = ("__dict__", "__weakref__", "data", "grad", "label", "local_derivatives", "operation", "parents")

    data: float
    grad: float
    parents: tuple["Value", ...]
    local_derivatives: tuple[float, ...]
    operation: Operation | None
    label: str

    def __init__(
        self,
        data: Number,
        parents: "Iterable[Value] | str" = (),
        local_derivatives: Iterable[Number] = (),
        label: str = "",
        **others: Any,
    ) -> None:
        self.grad = 0.0
        self.operation = None
        self.parents = ()
        self.local_derivatives = ()
        if type(data) is float:
            self.data = data
        elif isinstance(data, Value) and listening.is_heard():  # a recording gives Values where there will be numbers
            self.operation, self.parents = ops.positive, (data,)
            self.data, self.local_derivatives = ops.positive.at(data.data)
        else:
            self.data = _checked(data)
        if isinstance(parents, str):  # the second argument may be the label
            label, parents = label or parents, ()
        self.label = label if type(label) is str else _checked_label(label)
        if parents or type(parents) is not tuple or local_derivatives or others:
            self.parents, self.local_derivatives = _checked_node(parents, local_derivatives, others)
            self.operation = ops.own if self.parents else None
        if listening.on_node is not None:
            listening.on_node(self)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.__eq__ is not Value.__eq__ or cls.__hash__ is not Value.__hash__:
            raise TypeError(
                f"{cls.__name__} defines == or hash, and nodes are told apart by identity: two with equal numbers "
                "would be taken for one, and gradients be wrong. Compare .data, or define a method of another name"
            )

    # ---- making nodes

    __add__, __radd__ = _binary(ops.add)
    __sub__, __rsub__ = _binary(ops.subtract)
    __mul__, __rmul__ = _binary(ops.multiply)
    __truediv__, __rtruediv__ = _binary(ops.divide)
    _power, __rpow__ = _binary(ops.power)
    _fixed_power = _binary(ops.fixed_power)[0]
    __neg__ = _unary(ops.negative)
    __pos__ = _unary(ops.positive)
    __abs__ = _unary(ops.abs_)

    def __pow__(self, exponent: "Value | Number") -> "Value":
        """The power self ** exponent. A plain number is fixed: log(self) is not asked for, so self may be negative."""
        return self._power(exponent) if isinstance(exponent, Value) else self._fixed_power(exponent)

    @staticmethod
    def apply_operation(operation: Operation, inputs: tuple["Value | Number", ...]) -> "Value":
        """The node of an operation on Values and numbers: how an Operation reads Values."""
        if operation is ops.power or operation is ops.fixed_power:
            operation = ops.power if isinstance(inputs[1], Value) else ops.fixed_power
        return make_node(operation, tuple(map(as_value, inputs)))

    # ---- backpropagation

    def backward(self, gradient: Number = 1.0) -> None:
        """Backpropagate from this Value: ∂self/∂node × gradient for every node that it was computed from.

        Leaves accumulate over calls, interior nodes restart at zero; so two calls double the leaves' gradients and
        nothing else. Call `zero_grad()` between two steps of training. Uses the derivatives recorded when the graph
        was built, whatever has been done to `.data` since. Warns (RuntimeWarning) where this Value is nan or infinite.
        """
        if not math.isfinite(self.data):
            warnings.warn(
                f"backward() starts at {describe(self)}, which is not finite: the gradients will not mean anything",
                RuntimeWarning,
                stacklevel=2,
            )
        backpropagate(self, gradient if type(gradient) is float else _checked(gradient, "the gradient given is"))
        listening.swept(self)

    def zero_grad(self) -> None:
        """Set the gradient of every node in this Value's graph, leaves included, to zero."""
        for node in topological_order(self):
            node.grad = 0.0

    # ---- reading the number

    def item(self) -> float:
        """The number, as NumPy and PyTorch spell it."""
        return self.data

    def detach(self) -> "Value":
        """A new leaf with the same number and label: nothing flows back through it.

        Where a function is recorded, as by `replayed` and `nn.fit`, it is a node to whose parent nothing flows, so that
        each replay computes the number again.
        """
        if not listening.is_heard():
            return Value(self.data, self.label)
        node = make_node(OPERATIONS["detached_max"], (self,))
        node.label = self.label
        return node

    def conjugate(self) -> "Value":
        """The Value itself, since it is real: NumPy's `var` and `std` ask for it."""
        return self

    def __float__(self) -> float:
        """The number. Inside grad, jacobian and their like it is refused, since it would cut the graph unseen."""
        ask(Question.FLOAT)
        warn_of_cut(sys._getframe(1), self)
        return float(self.data)

    def __bool__(self) -> bool:
        ask(Question.BOOL)
        return bool(self.data)

    def __format__(self, specification: str) -> str:
        return format(self.data, specification) if specification else repr(self)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data:g}, grad={self.grad or 0.0:g}{label})"

    def _repr_html_(self) -> str:
        """What a notebook shows: equation, number, gradient. It is built on Values, so it is loaded when asked for."""
        return import_module("autograd.formulas").value_html(self)  # type: ignore[no-any-return]

    # ---- comparing: the order is the numbers', equality is identity, so that nodes live in sets and dicts

    def __lt__(self, other: "Value | Number") -> bool:
        ask(Question.ORDER)
        return self.data < _number(other) if is_operand(other) else NotImplemented

    def __le__(self, other: "Value | Number") -> bool:
        ask(Question.ORDER)
        return self.data <= _number(other) if is_operand(other) else NotImplemented

    def __gt__(self, other: "Value | Number") -> bool:
        ask(Question.ORDER)
        return self.data > _number(other) if is_operand(other) else NotImplemented

    def __ge__(self, other: "Value | Number") -> bool:
        ask(Question.ORDER)
        return self.data >= _number(other) if is_operand(other) else NotImplemented

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (NumberType, np.bool_)):
            raise TypeError(
                "a Value is equal only to itself, so ==, `in`, np.isclose and pytest.approx do not compare it with a "
                f"number: compare its number, as in v.data == {other!r}"
            )
        return self is other or NotImplemented

    __hash__ = object.__hash__

    # ---- copying and pickling: never recursive, so depth does not matter

    def __copy__(self) -> "Value":
        copy = Value._restored(*self._state())
        copy._take(self._own())
        return copy

    def __deepcopy__(self, memo: dict[Any, Any]) -> "Value":
        for node in topological_order(self, memo.setdefault(Value, set())):
            if id(node) not in memo:
                copy = memo[id(node)] = Value._restored(*node._state())
                copy.parents = tuple([memo[id(parent)] for parent in node.parents])
                copy._take(deepcopy(node._own(), memo))
        return memo[id(self)]  # type: ignore[no-any-return]

    def __reduce__(self) -> tuple[Any, ...]:
        return reduce_value(self)

    def _state(self) -> tuple[Any, ...]:
        """What makes another such node, its class first and its parents last, but for attributes of one's own."""
        return type(self), self.data, self.grad, self.local_derivatives, self.operation, self.label, self.parents

    @staticmethod
    def _restored(kind: type["Value"], *state: Any) -> "Value":
        node = _new(kind)
        node.data, node.grad, node.local_derivatives, node.operation, node.label, node.parents = state
        return node

    def _own(self) -> dict[str, Any]:
        """The attributes that a user gave it, those in the slots of a subclass among them."""
        if type(self) is Value:
            return self.__dict__
        slots = {name for kind in type(self).__mro__ for name in _slots(kind)} - {*Value.__slots__}
        return {name: getattr(self, name) for name in slots if hasattr(self, name)} | self.__dict__

    def _take(self, own: dict[str, Any]) -> None:
        for name, x in own.items():
            setattr(self, name, x)


_new = object.__new__


def make_node(operation: Operation, parents: tuple[Value, ...]) -> Value:
    """The node of an operation with these parents: its rules are read on their numbers."""
    value, derivatives = operation.on_floats
    inputs = tuple([p.data for p in parents])
    node: Value = _new(Value)
    try:
        node.data = y = value(*inputs)
        node.local_derivatives = derivatives(y, *inputs)
        if type(y) is not float:
            node.data, node.local_derivatives = operation.at(*inputs)
    except FLOAT_ERRORS:
        node.data, node.local_derivatives = operation.at(*inputs)
    node.grad = 0.0
    node.parents = parents
    node.operation = operation
    node.label = ""
    if listening.on_node is not None:
        listening.on_node(node)
    return node


def is_operand(x: object) -> bool:
    """Whether x can stand beside a Value in an expression: a Value or one real number."""
    return type(x) is float or isinstance(x, Value) or is_number(x)


def as_value(x: Value | Number) -> Value:
    """A Value as it is; a plain number as a leaf whose operation is `constant`."""
    if isinstance(x, Value):
        return x
    leaf: Value = _new(Value)
    leaf.data = x if type(x) is float else _checked(x)
    leaf.grad = 0.0
    leaf.parents = ()
    leaf.local_derivatives = ()
    leaf.operation = ops.constant
    leaf.label = ""
    return leaf


def _operand(x: Any) -> Any:
    return as_value(x) if is_operand(x) else NotImplemented


def _number(x: Value | Number) -> Number:
    return x.data if isinstance(x, Value) else x


def describe(value: Value) -> str:
    """A few words for messages: Value 'loss' = nan, made by log."""
    label = f" {value.label!r}" if value.label else ""
    made = f", made by {value.operation.name}" if value.operation and value.parents else ""
    return f"Value{label} = {value.data:g}{made}"


def _slots(kind: type) -> Iterable[str]:
    names: str | Iterable[str] = vars(kind).get("__slots__", ())
    return [names] if isinstance(names, str) else names


def _checked_node(
    parents: Any, local_derivatives: Any, others: dict[str, Any]
) -> tuple[tuple[Value, ...], tuple[float, ...]]:
    """The parents and local derivatives of a node of one's own."""
    if others:
        raise TypeError(f"Value takes data, parents, local_derivatives and label, not {', '.join(others)}: {OWN_NODE}")
    if isinstance(parents, bytes) or not isinstance(parents, Iterable):
        raise TypeError(
            f"a Value's second argument is its label, a string, or its parents, not {short(parents)}: {OWN_NODE}"
        )
    if isinstance(local_derivatives, str) or not isinstance(local_derivatives, Iterable):
        raise TypeError(f"a node's local derivatives are a tuple, not {short(local_derivatives)}: {OWN_NODE}")
    parents, local_derivatives = tuple(parents), tuple(local_derivatives)
    for parent in parents:
        if not isinstance(parent, Value):
            raise TypeError(
                f"a node's parents are Values, not {short(parent)} of type {type(parent).__name__}: {OWN_NODE}"
            )
    if len(parents) != len(local_derivatives):
        raise ValueError(
            f"a node has one local derivative for each parent, and there are {len(local_derivatives)} for "
            f"{len(parents)}: {OWN_NODE}"
        )
    return parents, tuple([_checked(d, "a local derivative is") for d in local_derivatives])


def _checked_label(label: object) -> str:
    if not isinstance(label, str):
        raise TypeError(f"a Value's label is a string, not {short(label)} of type {type(label).__name__}")
    return label


def _checked(data: object, what: str = "a Value holds") -> float:
    """One real number as a float; a TypeError that says what to do for anything else."""
    if is_number(data):
        return to_float(data)
    if isinstance(data, Value):
        advice = "use the Value as it is, its .detach() for a new leaf, or its .data for the number"
    elif isinstance(data, str):
        advice = "convert it first, as in Value(float(text))"
    elif isinstance(data, complex):
        advice = "Values are real: use its .real or abs()"
    elif isinstance(data, list | tuple | np.ndarray):
        advice = "make one Value for each element, as in [Value(x) for x in data]"
    else:
        advice = "convert it with float() if it is one number"
    raise TypeError(f"{what} one real number, not {short(data)} of type {type(data).__name__}: {advice}")


# Every row with a fixed number of inputs and no operator is a method: v.tanh(), v.maximum(0.0). A row of one or two
# inputs that is called on Values skips the dispatch.
for _operation in OPERATIONS.values():
    if _operation.symbol == _operation.name and _operation.arity is not None:
        setattr(Methods, _operation.name, _method(_operation))
    if _operation.arity in (1, 2):
        _operation.readers[Value] = _unary(_operation) if _operation.arity == 1 else _binary(_operation)[0]
ops.fixed_power.readers[Value] = Value._power  # a Value is no fixed exponent
