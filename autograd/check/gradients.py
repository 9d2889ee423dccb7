"""Gradients against central differences: what `backward()` gives of any function, and whose rule is at fault."""

from collections.abc import Callable, Iterator, Sequence
from inspect import Parameter, signature
from math import cbrt, inf, isclose, isfinite
from typing import Any, NamedTuple

from autograd.backprop import topological_order
from autograd.check.observe import Trouble, check_kind, heading, limited, number
from autograd.operations import fixed_power, own
from autograd.reports import Finding, Report, compared, shown
from autograd.value import Value

EPSILON = 2.0**-52


def step_size(x: float) -> float:
    """The step h where a central difference loses as much to rounding, eps/h, as to curvature, h²."""
    return cbrt(EPSILON) * max(1.0, abs(x))


def slopes(f: Callable[..., float], inputs: Sequence[float]) -> list[float]:
    """The central differences of f toward each input."""

    def slope(i: int) -> float:
        h = step_size(inputs[i])
        above, below = ([*inputs[:i], inputs[i] + step, *inputs[i + 1 :]] for step in (h, -h))
        return (f(*above) - f(*below)) / (above[i] - below[i])

    return [slope(i) for i in range(len(inputs))]


class _Input(NamedTuple):
    """One number among the arguments: its name, such as `w[0]`, and what makes a new Value of it."""

    name: str
    make: Callable[[float], Any]
    x: float


class GradientCheck:
    """f at xs, whose arguments are numbers, Values of any engine and lists of them."""

    def __init__(self, f: Callable[..., Any], xs: tuple[Any, ...], rtol: float, atol: float, seconds: float) -> None:
        self.f, self.xs, self.rtol, self.atol, self.seconds = f, xs, rtol, atol, seconds
        names = _argument_names(f, len(xs))
        self.inputs = [leaf for name, x in zip(names, xs, strict=True) for leaf in _inputs_in(name, x)]
        call = f"{getattr(f, '__name__', 'f').replace('<lambda>', 'f')}({', '.join(names)})"
        self.title = heading(call, {leaf.name: leaf.x for leaf in self.inputs})

    def report(self) -> Report:
        try:
            output, yours = limited(self._gradients, self.seconds)
            findings = limited(lambda: [found for i, g in enumerate(yours) if (found := self._compare(i, g))], inf)
        except Trouble as trouble:
            return Report("No gradient could be compared", [trouble.finding("the function", self.title)])
        agreeing = len(yours) - len(findings)
        if not findings:
            return Report(f"All {agreeing} gradients agree with central differences")
        findings = [*_wrong_rules(output), *findings]
        return Report(f"{agreeing} of {len(yours)} gradients agree with central differences", findings)

    def _run(self, numbers: Sequence[float]) -> tuple[Any, list[Any]]:
        """The function's result on new Values, and these."""
        leaves = [leaf.make(x) for leaf, x in zip(self.inputs, numbers, strict=True)]
        rest = iter(leaves)
        result = self.f(*[_refilled(x, rest) for x in self.xs])
        check_kind(result)
        return result, leaves

    def _value(self, *numbers: float) -> float:
        return number(self._run(numbers)[0].data, "the result's .data", may_be_value=False)

    def _gradients(self) -> tuple[Any, list[float]]:
        """What backward() gives, once the function is seen to give the same value twice."""
        numbers = [leaf.x for leaf in self.inputs]
        output, leaves = self._run(numbers)
        self.y = number(output.data, "the result's .data", may_be_value=False)
        again = self._value(*numbers)
        if not isfinite(self.y):
            raise Trouble(f"the value is {shown(self.y)}, which has no derivatives: choose other inputs")
        if self.y != again:
            raise Trouble(
                f"two calls with the same inputs gave {self.y!r} and {again!r}",
                "the function must not depend on chance or on earlier calls: fix the seed inside it",
            )
        output.backward()
        return output, [number(v.grad or 0.0, f"{i.name}.grad") for v, i in zip(leaves, self.inputs, strict=True)]

    def _compare(self, i: int, yours: float) -> Finding | None:
        """What is wrong with one derivative. Where the slopes on both sides differ, any between them is right."""
        numbers = [leaf.x for leaf in self.inputs]
        h = step_size(numbers[i])
        above, below = (self._value(*numbers[:i], numbers[i] + step, *numbers[i + 1 :]) for step in (h, -h))
        expected = (above - below) / (2 * h)
        noise = 10 * EPSILON * max(abs(above), abs(below)) / h
        tolerance = self.atol + self.rtol * abs(expected) + noise
        left, right = (self.y - below) / h, (above - self.y) / h
        is_kink = abs(right - left) > 1e-3 * max(1.0, abs(expected)) + 2 * noise
        low, high = (min(left, right), max(left, right)) if is_kink else (expected, expected)
        if low - tolerance <= yours <= high + tolerance:
            return None
        name = self.inputs[i].name
        facts = f"d/d{name}: {compared(yours, expected)} by central differences"
        if is_kink:
            facts += f"\na kink: the slope is {shown(left)} below and {shown(right)} above"
        return Finding(f"d/d{name}", f"{self.title}\n{facts}", _ratio_hint(yours, expected))


def _argument_names(f: Callable[..., Any], count: int) -> list[str]:
    """The names of a function's arguments; x1, x2, … where it has none."""
    try:
        parameters = list(signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names = [p.name for p in parameters if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
    return names[:count] if len(names) >= count else [f"x{i + 1}" for i in range(count)]


def _is_sequence(x: Any) -> bool:
    return isinstance(x, list | tuple) or getattr(x, "ndim", 0) > 0


def _inputs_in(name: str, x: Any) -> Iterator[_Input]:
    """The numbers in an argument. Of a Value a new one is made by its class, of a number one of ours."""
    if _is_sequence(x):
        for i, item in enumerate(x):
            yield from _inputs_in(f"{name}[{i}]", item)
        return
    try:
        yield _Input(name, type(x) if hasattr(x, "backward") else Value, number(x, name))
    except Trouble as trouble:
        raise TypeError(f"gradcheck takes numbers, Values and lists of them: {trouble.text}") from None


def _refilled(x: Any, leaves: Iterator[Any]) -> Any:
    """The form of an argument with other leaves in it."""
    if not _is_sequence(x):
        return next(leaves)
    items = [_refilled(item, leaves) for item in x]
    return tuple(items) if isinstance(x, tuple) else items


def _ratio_hint(yours: float, expected: float) -> str:
    """What the ratio of a wrong derivative to the right one suggests."""
    if yours == 0.0:
        return "nothing arrives: was the graph cut by `.data`, float() or a function of math?"
    ratio = yours / expected if expected else 0.0
    causes = {
        -1.0: "the sign is wrong",
        0.5: "half of it: one of: a use was cut off by `.data` or float(); a factor 2 is missing",
        2.0: "twice as much: one of: a factor 2 too many; a node swept over twice; a gradient that was not zero",
    }
    return next((hint for r, hint in causes.items() if isclose(ratio, r, rel_tol=1e-4)), "")


def _wrong_rules(output: Any) -> Iterator[Finding]:
    """The first node of our own graph whose local derivatives are not the slopes of its operation."""
    for node in topological_order(output) if isinstance(output, Value) else ():
        operation, inputs = node.operation, [p.data for p in node.parents]
        if operation is None or operation in (fixed_power, own) or not inputs:
            continue
        for i, (d, slope) in enumerate(zip(node.local_derivatives, slopes(operation, inputs), strict=True)):
            if isfinite(slope) and abs(d - slope) > 1e-3 * max(1.0, abs(slope)):
                call = f"{operation.name}({', '.join(map(shown, inputs))})"
                fact = f"local derivative toward input {i + 1}: {compared(d, slope)} by central differences"
                yield Finding(f"`{operation.name}`", f"{call}\n{fact}", "the operation's rule of derivatives is wrong")
                return
