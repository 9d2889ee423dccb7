"""The table's rules as JavaScript, so that a page computes what Python would: no derivative is written down twice.

A rule is read on symbols, as for a replay, and written in JavaScript's words. One function serves all nodes of an
operation with the same number of inputs; what it calls is in JavaScript's `Math`, or stands in `LACKING`.
"""

from typing import Any

import numpy as np

from autograd import operations as ops
from autograd.formulas import FormulaError
from autograd.operation import Operation
from autograd.operations import OPERATIONS
from autograd.replay import Reading, Symbol, Writer, read

MOST_INPUTS = 128  # of a function that is written: it names each of them
POWER = "(a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b)"
# 2/√π e^(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (1 · 3 · … · (2n + 1)), DLMF 7.6.2: no term cancels another.
ERF = (
    "(x) => { if (Math.abs(x) > 6) return Math.sign(x); let t = x, s = x; "
    "for (let n = 1; n < 200; n++) s += t *= (2 * x * x) / (2 * n + 1); "
    "return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * s; }"
)
LACKING = {
    "erf": ERF,
    "exp2": "(x) => 2 ** x",
    "fixed_power": POWER,
    "maximum": "(a, b) => Math.max(a, b) + 0",
    "minimum": "(a, b) => Math.min(a, b) + 0",
    "positive": "(x) => x",
    "power": POWER,
    "relu": "(x) => (x <= 0 ? 0 : x)",
    "select": "(i, ...xs) => xs[i] ?? NaN",
    "sign": "(x) => Math.sign(x) + 0",
    "where": "(condition, a, b) => (condition == 0 ? b : a)",
}
IN_MATH = ["abs", "cbrt", "exp", "expm1", "hypot", "log", "log10", "log1p", "log2", "sqrt", "arctan2"]
IN_MATH += [arc + name for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh") for arc in ("", "arc")]
FUNCTIONS = {name: f"Math.{name.replace('arc', 'a')}" for name in IN_MATH} | LACKING


class Rows:
    """The JavaScript functions for some nodes, each written once.

    A function takes the inputs and gives [value, local derivatives]; where the rule asks whether numbers are equal,
    also which of them are.
    """

    def __init__(self) -> None:
        self.places: dict[tuple[Operation, int], int | None] = {}
        self.sources: list[str] = []
        self.used: set[str] = set()

    def place(self, operation: Operation, count: int) -> int | None:
        """Where the function of an operation of so many inputs stands in the list; None if it cannot be written."""
        key = operation, count
        if key not in self.places:
            try:
                self.sources.append(self._function(operation, count))
                self.places[key] = len(self.sources) - 1
            except (FormulaError, RecursionError):  # the writer follows the rule as deep as it goes
                self.places[key] = None
        return self.places[key]

    @property
    def source(self) -> str:
        """An expression for the list of functions."""
        names = "".join(f"const {name} = {FUNCTIONS[name]};\n" for name in sorted(self.used))
        listed = ",\n".join(self.sources)
        return f"(() => {{\nconst [inf, nan] = [Infinity, NaN];\n{names}return [\n{listed}];\n}})()"

    def _function(self, operation: Operation, count: int) -> str:
        reading = reading_of(operation, count)
        names = ["y", *(f"x{k}" for k in range(count))]
        lines: list[str] = []
        writer = Writer(self._name, lambda line: lines.append(f"const {line};"), {name: name for name in names})
        (value,) = writer.calls([reading.value])
        lines.append(f"const y = {value};")
        results = [list(reading.derivatives), _equalities(reading)]
        texts = iter([*map(str, writer.calls([x for result in results for x in result]))])
        found = "".join(f", [{', '.join(next(texts) for _ in result)}]" for result in results if result)
        return f"({', '.join(names[1:])}) => {{ {' '.join(lines)} return [y{found}]; }}"

    def _name(self, function: Any) -> str:
        is_row = OPERATIONS.get(getattr(function, "name", "")) is function
        name = function.name if is_row else function.__name__ if isinstance(function, np.ufunc) else ""
        if name == "negative":  # written as a sign
            return name
        if name not in FUNCTIONS:
            raise FormulaError(f"{function!r} has no counterpart in JavaScript")
        self.used.add(name)
        return name


def reading_of(operation: Operation, count: int) -> Reading:
    """An operation's rules on the symbols x0, x1, …. Raises FormulaError."""
    if count > MOST_INPUTS:
        raise FormulaError(f"{operation.name} of {count} inputs is too long to be written down")
    inputs = tuple(Symbol(f"x{k}") for k in range(count))
    try:
        if OPERATIONS.get(operation.name) is operation:
            return read(operation, inputs)
        return Reading(operation.rules.value(*inputs), operation.rules.derivatives(Symbol("y"), *inputs))
    except Exception as error:  # a user's rule may fail on symbols in any way
        raise FormulaError(f"{operation.name}: {error}") from error


def _equalities(reading: Reading) -> list[Symbol]:
    """Where the rule asks whether two numbers are equal."""
    found: dict[int, Symbol] = {}
    stack: list[Any] = [reading.value, *reading.derivatives]
    while stack:
        x = stack.pop()
        if isinstance(x, Symbol) and id(x) not in found:
            found[id(x)] = x
            stack += x.arguments
    return [x for x in found.values() if x.function is ops.equal]
