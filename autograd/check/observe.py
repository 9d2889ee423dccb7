"""What an engine makes of a probe: its numbers, or the trouble it got into, beside what is expected.

An engine is anything that makes objects with `data`, `grad`, `backward()` and operators from numbers.
"""

from collections.abc import Mapping
from contextlib import suppress
from math import isfinite
from typing import Any, NamedTuple

from autograd.check.deadline import Limit, OutOfTime
from autograd.check.driving import Engine, check_kind, is_close, read
from autograd.check.evaluating import evaluate, names_in
from autograd.check.hints import Evidence
from autograd.check.trouble import Trouble, limited
from autograd.operation import Operation
from autograd.reports import Finding, compared, line_of, shown
from autograd.value import Value

SHARED = (
    "two nodes hold one and the same array as their gradient, and `+=` changes it for both: make a new one, "
    "`self.grad = self.grad + …`"
)


class Expected(NamedTuple):
    """What a probe should give: the value, the inputs with their gradients, and what `backward()` was called on."""

    value: float
    leaves: list[Value]
    outputs: list[Value]

    @property
    def is_compound(self) -> bool:
        """Whether the sweep goes further than to the output's own parents."""
        return any(p.parents for p in self.outputs[-1].parents)


class Observation:
    """One run of a probe on an engine. In odd turns inputs are made in reverse, which may change the order of a set.

    - gradients: those of the inputs, None where it did not come to that
    - seed: the output's own gradient
    - trouble: what went wrong before any number could be compared; error: what their code raised
    - is_early: whether that was before `backward()`
    - shares_gradients: whether two nodes have one and the same array for a gradient
    - calls, codes: how often functions of theirs were called, and which
    """

    value: float | None = None
    gradients: list[float] | None = None
    seed: float | None = None
    trouble: Trouble | None = None
    error: BaseException | None = None
    is_early = True
    shares_gradients = False

    def __init__(
        self, engine: Engine, text: str, numbers: Mapping[str, float], expected: Expected, limit: Limit, turn: int
    ) -> None:
        self.engine, self.text, self.expected, self.rtol = engine, text, expected, engine.rtol
        self.numbers = {name: numbers[name] for name in names_in(text)}
        try:
            limited(lambda: self._run(turn), limit)
        except Trouble as trouble:
            self.trouble, self.error = trouble, trouble.__cause__
        self.calls, self.codes = limit.calls, frozenset(limit.codes)

    # ---- the run

    def _run(self, turn: int) -> None:
        names = list(self.numbers)
        made = {name: self.engine.make(self.numbers[name]) for name in (names[::-1] if turn % 2 else names)}
        self.leaves = {name: made[name] for name in names}
        scope = evaluate(self.text, self.leaves, self._called)
        if self.is_early:
            self._sweep(scope[""])
        gradients = [read(self.engine, leaf, "grad", name) for name, leaf in self.leaves.items()]
        self._check_inputs("backward()")
        self.gradients, self.shares_gradients = gradients, self._shares_gradients(scope)

    def _called(self, v: Any, name: str) -> Any:
        return self._sweep(v) if name == "backward" else getattr(v, name)()

    def _sweep(self, output: Any) -> None:
        """`output.backward()`, unless the value of it is wrong: no gradient is judged after that."""
        check_kind(output, self.engine[1:4])
        value = read(self.engine, output, "data", "the result's ")
        self._check_inputs("computing it")
        self.value = value
        if len(self.expected.outputs) == 1 and self.wrong_value:
            raise Trouble(f"value: {compared(value, self.expected.value)}")
        self.is_early, self.seed = False, None
        getattr(output, self.engine.backward)()
        if getattr(output, self.engine.grad, None) is not None:
            self.seed = read(self.engine, output, "grad", "the result's ")

    def _check_inputs(self, when: str) -> None:
        for name, leaf in self.leaves.items():
            now = read(self.engine, leaf, "data", name)
            if not is_close(now, self.numbers[name], self.rtol):
                raise Trouble(
                    f"{name}.data was {shown(self.numbers[name])} and is {shown(now)} after {when}",
                    "an operation must leave its inputs as they are: put the result into a new Value",
                )

    def _shares_gradients(self, scope: Mapping[str, Any]) -> bool:
        with suppress(Exception):  # an engine may keep the gradients of inputs only
            held = {id(v): getattr(v, self.engine.grad, None) for v in scope.values()}
            arrays = [id(g) for g in held.values() if hasattr(g, "__setitem__")]
            return len(set(arrays)) < len(arrays)
        return False

    # ---- what came of it

    @property
    def wrong_value(self) -> bool:
        return self.value is not None and not is_close(self.value, self.expected.value, self.rtol)

    @property
    def wrong_gradients(self) -> list[str]:
        """Which inputs' gradients are wrong: yours and expected."""
        pairs = zip(self.expected.leaves, self.gradients or (), strict=False)
        return [f"d/d{x.label}: {compared(g, x.grad)}" for x, g in pairs if not is_close(g, x.grad, self.rtol)]

    @property
    def is_out_of_time(self) -> bool:
        return isinstance(self.error, OutOfTime)

    @property
    def overflows(self) -> bool:
        """Whether numbers became too large on the way."""
        numbers = [self.value or 0.0, *(self.gradients or ())]
        return isinstance(self.error, ArithmeticError) or not all(map(isfinite, numbers))

    @property
    def is_refused(self) -> bool:
        """Whether the operation says that it is not for these operands, by its own `raise` or an error of that kind."""
        is_told = isinstance(self.error, AttributeError | TypeError | AssertionError | NotImplementedError)
        return self.is_early and self.value is None and (is_told or self.is_forbidden)

    @property
    def is_forbidden(self) -> bool:
        """Whether it was refused on purpose: by a `raise` that was met, or by compiled code, which has no line."""
        line = line_of(self.error) if self.error else None
        return self.error is not None and (line is None or line.text.startswith("raise"))

    @property
    def evidence(self) -> Evidence:
        """What the hints are told of this run."""
        assert self.gradients is not None
        return Evidence(self.expected.outputs, self.expected.leaves, self.gradients, self.seed, self.rtol)

    @property
    def passed(self) -> bool:
        return self.trouble is None and not self.wrong_value and not self.wrong_gradients

    def finding(self, where: str, hint: str) -> Finding:
        """What is wrong, in words: the expression, its inputs, yours and expected."""
        title = heading(self.text, self.numbers)
        if self.trouble:
            return self.trouble.finding(where, title, hint)
        facts = self.wrong_gradients
        if self.value is not None and self.wrong_value:
            facts = [f"value: {compared(self.value, self.expected.value)}"]
        return Finding(where, "\n".join([title, *facts]), hint)


def heading(text: str, numbers: Mapping[str, float]) -> str:
    """The expression and its inputs: a * b   at a = 1.3, b = 2.7."""
    inputs = ", ".join(f"{name} = {shown(x)}" for name, x in numbers.items())
    separator = "\n" if "\n" in text else "   "
    return f"{text}{separator}at {inputs}" if inputs else text


def expect(text: str, numbers: Mapping[str, float], own: Operation | None = None) -> Expected:
    """What our own engine makes of a probe; `own` stands for the function of its name."""
    leaves = {name: Value(numbers[name], name) for name in names_in(text)}
    outputs: list[Value] = []

    def call(v: Value, name: str) -> Any:
        if name == "backward":
            outputs.append(v)
        return own(v) if own and name == own.name else getattr(v, name)()

    scope = evaluate(text, leaves, call)
    for name, node in scope.items():
        if isinstance(node, Value):
            node.label = node.label or name
    if not outputs:
        call(scope[""], "backward")
    return Expected(outputs[-1].data, [*leaves.values()], outputs)
