"""The table's rules read on symbols: what a rule computes, as an expression that can be written down as source.

A rule is run once on `Symbol`s, so that a recorded program does not ask again and again what the rule is fed with,
computes only the derivatives that are wanted, and leaves out what is known beforehand: a factor of one, the exponent of
a square. What cannot be run on symbols, such as a user's rule with an `if`, stays a call.
"""

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, NoReturn

import numpy as np

from autograd import operations as ops
from autograd.floats import is_number
from autograd.operation import Operation
from autograd.operations import OPERATIONS

INFIX: dict[Any, str] = {
    ops.add: "+",
    ops.subtract: "-",
    ops.multiply: "*",
    ops.divide: "/",
    np.add: "+",
    np.subtract: "-",
    np.multiply: "*",
    np.divide: "/",
}
# On floats, where a factor True is as good as 1.0.
COMPARISONS = {operation: operation.symbol for operation in (ops.less, ops.less_equal, ops.equal)}
INFIX |= COMPARISONS
SIGNS = frozenset(INFIX.values())
UFUNCS: dict[Any, np.ufunc] = {
    ops.add: np.add,
    ops.subtract: np.subtract,
    ops.multiply: np.multiply,
    ops.divide: np.divide,
}
UFUNCS |= {ops.negative: np.negative, ops.positive: np.positive, ops.abs_: np.absolute}


def _infix(operation: Operation) -> tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]:
    return (
        lambda a, b: Symbol.apply_operation(operation, (a, b)),
        lambda a, b: Symbol.apply_operation(operation, (b, a)),
    )


def _refuse(*_: Any) -> NoReturn:
    raise TypeError("a rule that compares or asks `if` cannot be read on symbols")


class Symbol:
    """A name, or a function applied to symbols and numbers: an operation, a ufunc or another function of arrays."""

    __slots__ = ("arguments", "function")

    def __init__(self, function: Any, arguments: tuple[Any, ...] = ()) -> None:
        self.function = function
        self.arguments = arguments

    @staticmethod
    def apply_operation(operation: Operation, inputs: tuple[Any, ...]) -> Any:
        """How an Operation reads symbols: a row that is arithmetic is written out, another stays a call."""
        if operation is ops.multiply:
            for factor, other in (inputs, inputs[::-1]):
                if _is_number(factor, 1.0) and not _is_truth(other):
                    return other
        if operation is ops.where and not isinstance(inputs[0], Symbol):
            return inputs[1] if inputs[0] else inputs[2]
        if operation is ops.power or operation is ops.fixed_power:
            base, exponent = inputs
            for n, result in enumerate((1.0, base, Symbol(ops.multiply, (base, base)))):
                if _is_number(exponent, n):
                    return result
        is_row = OPERATIONS.get(operation.name) is operation
        if is_row and operation.on_arrays.value is operation.rules.value and operation not in UFUNCS:
            return operation.rules.value(*inputs)
        return Symbol(operation, inputs)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        return Symbol(ufunc, inputs) if method == "__call__" and not options and ufunc.nout == 1 else NotImplemented

    __add__, __radd__ = _infix(ops.add)
    __sub__, __rsub__ = _infix(ops.subtract)
    __mul__, __rmul__ = _infix(ops.multiply)
    __truediv__, __rtruediv__ = _infix(ops.divide)
    __pow__, __rpow__ = _infix(ops.power)

    def __neg__(self) -> "Symbol":
        return Symbol(ops.negative, (self,))

    def __pos__(self) -> "Symbol":
        return self

    def __abs__(self) -> "Symbol":
        return Symbol(ops.abs_, (self,))

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = _refuse
    __hash__ = object.__hash__


class Reading(NamedTuple):
    """An operation read on symbols: its value, and its derivative toward each input, a symbol or a number."""

    value: Any
    derivatives: tuple[Any, ...]

    def names_in_derivatives(self, wanted: Iterable[int]) -> set[str]:
        """What the derivatives toward the wanted inputs read."""
        return {name for i in wanted for name in names_in(self.derivatives[i])}


def read(operation: Operation, inputs: tuple[Any, ...]) -> Reading:
    """The operation read on symbols and numbers, with `y` for its output. Raises what the rule raises on them."""
    numbers = [x if isinstance(x, Symbol) else np.float64(x) for x in inputs]  # a rule may divide by a zero
    with np.errstate(all="ignore"):
        value = Symbol.apply_operation(operation, inputs)
        derivatives = operation.rules.derivatives(Symbol("y"), *numbers)
    return Reading(value, derivatives)


def on_arrays(expression: Any) -> Any:
    """The expression with NumPy's functions for the operations: a row's reading of arrays is itself run on symbols."""
    known: dict[int, Any] = {}

    def lowered(x: Any) -> Any:
        if not isinstance(x, Symbol):
            return x
        if id(x) not in known:
            arguments = tuple(map(lowered, x.arguments))
            known[id(x)] = _array_call(x.function, arguments)
        return known[id(x)]

    return lowered(expression)


def _array_call(function: Any, arguments: tuple[Any, ...]) -> Any:
    if function is ops.where:
        for comparison, chosen in ((np.not_equal, (1.0, 0.0)), (np.equal, (0.0, 1.0))):
            if all(map(_is_number, arguments[1:], chosen)):
                return Symbol(comparison, (arguments[0], 0.0)) * 1.0
    if not isinstance(function, Operation):
        return Symbol(function, arguments)
    reading = UFUNCS.get(function, function.on_arrays.value)
    if isinstance(reading, np.ufunc) or reading is np.where:
        return Symbol(reading, arguments)
    try:
        result = reading(*arguments)
    except Exception:
        return Symbol(reading, arguments)
    return on_arrays(result) if isinstance(result, Symbol) or is_number(result) else Symbol(reading, arguments)


def without_unit(expression: Any) -> Any:
    """A truth value · 1.0 as the truth value alone, where a product with numbers follows anyway."""
    if isinstance(expression, Symbol) and expression.function in (np.multiply, ops.multiply):
        a, b = expression.arguments
        if _is_number(b, 1.0) and _is_truth(a):
            return a
    return expression


def names_in(expression: Any) -> set[str]:
    """The names that an expression reads."""
    seen: set[int] = set()
    names: set[str] = set()
    stack = [expression]
    while stack:
        x = stack.pop()
        if isinstance(x, Symbol) and id(x) not in seen:
            seen.add(id(x))
            stack += x.arguments
            if isinstance(x.function, str):
                names.add(x.function)
    return names


def evaluate(expression: Any, numbers: dict[str, Any]) -> Any:
    """An expression on arrays, evaluated."""
    known: dict[int, Any] = {}

    def value(x: Any) -> Any:
        if not isinstance(x, Symbol):
            return x
        if id(x) not in known:
            known[id(x)] = numbers[x.function] if isinstance(x.function, str) else x.function(*map(value, x.arguments))
        return known[id(x)]

    return value(expression)


class Call(NamedTuple):
    """A function's name, or a template with a place for each argument, and the arguments as text."""

    function: str
    arguments: tuple[str, ...]

    def __str__(self) -> str:
        if self.function in SIGNS:
            return f"({self.arguments[0]} {self.function} {self.arguments[1]})"
        if self.function == "negative":
            return f"(-{self.arguments[0]})"
        if self.function == "":
            return self.arguments[0]
        if "{" in self.function:
            return self.function.format(*self.arguments)
        return f"{self.function}({', '.join(self.arguments)})"


class Writer:
    """Writes expressions as source. What occurs twice is computed once, in a line of its own."""

    def __init__(
        self, name_of: Callable[[Any], str], line: Callable[[str], None], names: dict[str, str], prefix: str = "t"
    ) -> None:
        self.prefix = prefix
        self.name_of = name_of
        self.line = line
        self.names = names
        self.texts: dict[Any, str] = {}  # what has been written, by its key
        self.structures: dict[Any, tuple[int, bool]] = {}
        self.keys: dict[int, Any] = {}
        self.kept: list[Symbol] = []  # so that no id is used again

    def calls(self, expressions: list[Any]) -> list[Call]:
        """Each expression as a call of its outermost function, or of no function where it is a name or a number."""
        uses: dict[Any, int] = {}
        for expression in expressions:
            self._count(expression, uses)
        shared = {key for key, count in uses.items() if count > 1 and key[1]}
        return [self._call(expression, shared) for expression in expressions]

    def _key(self, x: Any) -> Any:
        if not isinstance(x, Symbol):
            return ("number", type(x), repr(x))
        if id(x) not in self.keys:
            structure = (x.function, tuple(map(self._key, x.arguments)))
            # A number in the place of the structure, whose hash would be computed through all that is below it.
            self.keys[id(x)] = self.structures.setdefault(structure, (len(self.structures), bool(x.arguments)))
            self.kept.append(x)
        return self.keys[id(x)]

    def _count(self, x: Any, uses: dict[Any, int]) -> None:
        if isinstance(x, Symbol):
            key = self._key(x)
            uses[key] = uses.get(key, 0) + 1
            if uses[key] == 1:
                for argument in x.arguments:
                    self._count(argument, uses)

    def _call(self, x: Any, shared: set[Any]) -> Call:
        if not isinstance(x, Symbol):
            return Call("", (number(x),))
        if isinstance(x.function, str):
            return Call("", (self.names[x.function],))
        key = self._key(x)
        if key in self.texts:
            return Call("", (self.texts[key],))
        call = Call(
            INFIX.get(x.function) or self.name_of(x.function), tuple(str(self._call(a, shared)) for a in x.arguments)
        )
        if key not in shared and len(str(call)) < 1000:  # Python takes no more than 200 brackets inside one another
            return call
        name = self.texts[key] = f"{self.prefix}{len(self.texts)}"
        self.line(f"{name} = {call}")
        return Call("", (name,))


def number(x: Any) -> str:
    """A number as source."""
    return repr(x) if type(x) is int else repr(float(x)) if math.isfinite(x) else f"({float(x)})"


def _is_number(x: Any, n: float) -> bool:
    return not isinstance(x, Symbol) and bool(x == n)


def _is_truth(x: Any) -> bool:
    """Whether an expression on arrays gives truth values."""
    ufunc = x.function if isinstance(x, Symbol) else None
    return isinstance(ufunc, np.ufunc) and "d" * ufunc.nin + "->?" in ufunc.types
