"""What an engine makes of a probe: its numbers, or the trouble it got into, beside what is expected.

An engine is anything that makes objects with `data`, `grad`, `backward()` and operators from numbers.
"""

from collections.abc import Callable, Mapping
from math import isclose
from numbers import Real
from typing import Any, NamedTuple, TypeVar

import numpy as np

from autograd.check.deadline import Limit, OutOfTime
from autograd.check.hints import Evidence, hint_for_error
from autograd.check.probes import evaluate, names_in
from autograd.reports import Finding, compared, place_of, shown
from autograd.value import Value

RTOL, ATOL = 1e-9, 1e-11
Make = Callable[[float], Any]
T = TypeVar("T")
STOPPED = (Exception, SystemExit, OutOfTime)  # what ends a learner's code; an interrupt from the keyboard goes through


class Trouble(Exception):  # noqa: N818
    """Why a probe came to no gradients: facts, and a hint where they allow one."""

    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.hint = hint

    def finding(self, where: str, title: str, hint: str = "") -> Finding:
        """What is found of it at an expression and inputs. The trouble's own hint is the second."""
        unwritten = ""
        if isinstance(self.__cause__, NotImplementedError):
            place = place_of(self.__cause__)
            unwritten = f"`{place.function}`" if place and place.function.isidentifier() else where
        return Finding(where, f"{title}\n{self.text}", hint or self.hint, unwritten)


class Expected(NamedTuple):
    """What a probe should give: the value, the inputs' gradients, and the Values that `backward()` was called on."""

    value: float
    gradients: dict[str, float]
    leaves: dict[str, Value]
    outputs: list[Value]


class Observation(NamedTuple):
    """One run of a probe.

    - gradients: those of the inputs, None where it did not come to that
    - seed: the output's own gradient
    - trouble: what went wrong before any number could be compared
    - is_early: whether that was before `backward()`
    """

    text: str
    numbers: dict[str, float]
    expected: Expected
    value: float | None = None
    gradients: dict[str, float] | None = None
    seed: float | None = None
    trouble: Trouble | None = None
    is_early: bool = True
    calls: int = 0

    @property
    def wrong_value(self) -> bool:
        return self.value is not None and not is_close(self.value, self.expected.value)

    @property
    def wrong_inputs(self) -> list[str]:
        """The inputs whose gradients are wrong."""
        expected = self.expected.gradients
        return [n for n, g in (self.gradients or {}).items() if not is_close(g, expected[n])]

    @property
    def is_out_of_time(self) -> bool:
        return self.trouble is not None and isinstance(self.trouble.__cause__, OutOfTime)

    @property
    def evidence(self) -> Evidence:
        """What the hints are told of this run."""
        assert self.gradients is not None
        return Evidence(
            self.expected.outputs, list(self.expected.leaves.values()), [*self.gradients.values()], self.seed
        )

    @property
    def passed(self) -> bool:
        return self.trouble is None and not self.wrong_value and not self.wrong_inputs

    def finding(self, where: str, hint: str) -> Finding:
        """What is wrong, in words: the expression, its inputs, yours and expected."""
        title = heading(self.text, self.numbers)
        if self.trouble:
            return self.trouble.finding(where, title, hint)
        if self.value is not None and self.wrong_value:
            facts = [f"value: {compared(self.value, self.expected.value)}"]
        else:
            gradients, expected = self.gradients or {}, self.expected.gradients
            facts = [f"d/d{name}: {compared(gradients[name], expected[name])}" for name in self.wrong_inputs]
        return Finding(where, "\n".join([title, *facts]), hint)


def heading(text: str, numbers: Mapping[str, float]) -> str:
    """The expression and its inputs: a * b   at a = 1.3, b = 2.7."""
    inputs = ", ".join(f"{name} = {shown(x)}" for name, x in numbers.items())
    separator = "\n" if "\n" in text else "   "
    return f"{text}{separator}at {inputs}" if inputs else text


def is_close(yours: float, expected: float) -> bool:
    """Equal but for rounding: a difference quotient is not."""
    return isclose(yours, expected, rel_tol=RTOL, abs_tol=ATOL) or (yours != yours and expected != expected)


def expect(text: str, numbers: Mapping[str, float]) -> Expected:
    """What our own engine makes of a probe."""
    leaves = {name: Value(numbers[name], name) for name in names_in(text)}
    outputs: list[Value] = []

    def call(v: Value, name: str) -> Any:
        if name == "backward":
            outputs.append(v)
        return getattr(v, name)()

    scope = evaluate(text, leaves, call)
    for name, node in scope.items():
        if isinstance(node, Value):
            node.label = node.label or name
    if not outputs:
        call(scope[""], "backward")
    return Expected(outputs[-1].data, {name: leaf.grad for name, leaf in leaves.items()}, leaves, outputs)


def observe(
    make: Make, text: str, numbers: Mapping[str, float], expected: Expected, limit: Limit, turn: int
) -> Observation:
    """Run a probe on an engine. In odd turns the inputs are made in reverse, which may change the order of a set."""
    inputs = {name: numbers[name] for name in names_in(text)}
    seen = Observation(text, inputs, expected)
    run = _Run(make, inputs, expected, turn)
    try:
        limited(lambda: run.evaluate(text), limit)
        seen = seen._replace(gradients=run.gradients, seed=run.seed)
    except Trouble as trouble:
        seen = seen._replace(trouble=trouble)
    return seen._replace(is_early=run.is_early, calls=limit.calls, value=run.value)


class _Run:
    """A probe on its way through an engine."""

    def __init__(self, make: Make, inputs: dict[str, float], expected: Expected, turn: int) -> None:
        self.make, self.inputs, self.expected, self.turn = make, inputs, expected, turn
        self.leaves: dict[str, Any] = {}
        self.is_early = True
        self.value: float | None = None
        self.gradients: dict[str, float] | None = None
        self.seed: float | None = None

    def evaluate(self, text: str) -> None:
        names = list(self.inputs)
        made = {name: self.make(self.inputs[name]) for name in (names[::-1] if self.turn % 2 else names)}
        self.leaves = {name: made[name] for name in names}
        scope = evaluate(text, self.leaves, self.call)
        if self.is_early:
            self.backward(scope[""])
        self.gradients = {name: number(leaf.grad, f"{name}.grad") for name, leaf in self.leaves.items()}
        self.check_inputs("backward()")

    def call(self, v: Any, name: str) -> Any:
        return self.backward(v) if name == "backward" else getattr(v, name)()

    def backward(self, output: Any) -> None:
        """`output.backward()`, unless the value of it is wrong: no gradient is judged after that."""
        check_kind(output)
        value = number(output.data, "the result's .data", may_be_value=False)
        self.check_inputs("computing it")
        self.value = value
        if len(self.expected.outputs) == 1 and not is_close(value, self.expected.value):
            raise Trouble(f"value: {compared(value, self.expected.value)}")
        self.is_early = False
        output.backward()
        if getattr(output, "grad", None) is not None:
            self.seed = number(output.grad, "the result's .grad")

    def check_inputs(self, when: str) -> None:
        for name, leaf in self.leaves.items():
            now = number(leaf.data, f"{name}.data")
            if now != self.inputs[name]:
                raise Trouble(
                    f"{name}.data was {shown(self.inputs[name])} and is {shown(now)} after {when}",
                    "an operation must leave its inputs as they are: put the result into a new Value",
                )


def check_kind(result: Any) -> None:
    """Trouble where the result of an expression of Values is no Value."""
    if result is None:
        raise Trouble("the result is None, not a Value", "the `return` of the result is missing")
    missing = [name for name in ("data", "grad", "backward") if not hasattr(result, name)]
    if isinstance(result, (Real, np.generic, np.ndarray)) or missing == ["data", "grad", "backward"]:
        raise Trouble(
            f"the result is {short(result)}, a plain {type(result).__name__}, not a Value",
            "wrap the number into a Value that knows its parents",
        )
    if missing:
        raise Trouble(f"the result, a {type(result).__name__}, has no `{missing[0]}`")


def number(x: Any, what: str, *, may_be_value: bool = True) -> float:
    """A number as a float, read out of a Value where gradients are Values; Trouble for anything else."""
    if isinstance(x, (Real, np.generic)) or (isinstance(x, np.ndarray) and x.size == 1):
        return float(x.item() if isinstance(x, np.ndarray) else x)
    if hasattr(x, "data") and hasattr(x, "backward"):
        if may_be_value:
            return number(x.data, what)
        raise Trouble(f"{what} is a Value, not a number", "a Value was wrapped into a Value again: pass its .data")
    raise Trouble(f"{what} is {short(x)}, not a number")


def short(x: object) -> str:
    """What an object looks like, in at most 60 characters."""
    text = repr(x)
    return text if len(text) <= 60 else f"{text[:57]}..."


def limited(function: Callable[[], T], limit: float | Limit) -> T:
    """function(), with its errors and endless loops as Trouble; the limit is one of seconds."""
    try:
        return (limit if isinstance(limit, Limit) else Limit(limit)).run(function)
    except Trouble:
        raise
    except STOPPED as error:
        raise _trouble_from(error) from error


def _trouble_from(error: BaseException) -> Trouble:
    """What a learner's code raised, told with its line."""
    place = place_of(error, outermost=isinstance(error, OutOfTime))  # where the loop is likely to be
    at = f"\nin {place}" if place else ""
    if isinstance(error, OutOfTime):
        text = f"{error}: an endless loop, or far too slow{at}"
    elif isinstance(error, NotImplementedError):
        text = f"not done yet: NotImplementedError{at}"
    else:
        text = f"raised {type(error).__name__}: {error}{at}"
    return Trouble(text, hint_for_error(error))
