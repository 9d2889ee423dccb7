"""Gradients against central differences: what `backward()` gives of any function, and whose rule is at fault."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, isclose, isfinite, sqrt
from typing import Any, NamedTuple

from autograd.backprop import topological_order
from autograd.check.differences import EPSILON, Judgement, Slope, judge, measure
from autograd.check.driving import check_kind, number, rounding
from autograd.check.observe import heading
from autograd.check.reading import argument_names
from autograd.check.trouble import Trouble, limited
from autograd.operations import OPERATIONS, constant, own
from autograd.reports import Finding, Report, compared, shown, tally
from autograd.value import Value


def slopes(f: Callable[..., float], inputs: Sequence[float], step: float | None = None) -> list[float]:
    """The slopes of f toward each input, by differences."""
    return [measure(_along(f, inputs, i), x, step=step).expected for i, x in enumerate(inputs)]


def _along(f: Callable[..., float], inputs: Sequence[float], i: int) -> Callable[[float], float]:
    """The function of one input alone."""
    return lambda x: f(*inputs[:i], x, *inputs[i + 1 :])


class _Input(NamedTuple):
    """One number among the arguments: its name, such as `w[0]`, and what makes a new Value of it."""

    name: str
    make: Callable[[float], Any]
    x: float


@dataclass
class GradientCheck:
    """f at xs, whose arguments are numbers, Values of any engine and lists of them."""

    f: Callable[..., Any]
    xs: tuple[Any, ...]
    rtol: float
    atol: float
    step: float | None
    seconds: float
    epsilon: float = EPSILON

    def report(self) -> Report:
        none = "No gradient could be compared"
        names = argument_names(self.f, len(self.xs))
        title = f"{getattr(self.f, '__name__', 'f').replace('<lambda>', 'f')}({', '.join(names)})"
        named = [*zip(names, self.xs, strict=True)]
        try:
            self.inputs = limited(lambda: [leaf for name, x in named for leaf in _inputs_in(name, x)], self.seconds)
        except Trouble as trouble:
            error = TypeError(f"gradcheck takes numbers, Values and lists of them: {trouble.text}")
            return Report(none, [trouble.finding("the arguments", title)], error=error)
        title = heading(title, {leaf.name: leaf.x for leaf in self.inputs})
        try:
            output, yours = limited(self._gradients, self.seconds)
            judged = limited(lambda: [*map(self._judge, range(len(yours)), yours)], inf)
        except Trouble as trouble:
            return Report(none, [trouble.finding("the function", title)])
        found = [(leaf.name, d, *judgement) for leaf, d, judgement in zip(self.inputs, yours, judged, strict=True)]
        findings = [_fault(title, name, d, slope) for name, d, is_right, slope in found if is_right is False]
        notes = [_doubt(name, d, slope) for name, d, is_right, slope in found if is_right is None]
        undecided = len(notes)
        right = len(found) - len(findings) - undecided
        if self.epsilon > EPSILON:
            notes.append(
                f"the data are less exact than float64, so gradients are compared to {self.rtol:.1g} of their size"
            )
        verdict = tally(right, len(found), "gradients agree with central differences")
        verdict += f", {undecided} cannot be decided" * bool(undecided)
        if findings:
            findings = [*_wrong_rules(output), *findings]
        return Report(verdict, findings, notes, undecided > 0)

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
        y = number(output.data, "the result's .data", may_be_value=False)
        again = self._value(*numbers)
        if not isfinite(y):
            raise Trouble(f"the value is {shown(y)}, which has no derivatives: choose other inputs")
        if y != again:
            raise Trouble(
                f"two calls with the same inputs gave {y!r} and {again!r}",
                "the function must not depend on chance or on earlier calls: fix the seed inside it",
            )
        self.epsilon = max(EPSILON, *(rounding(v.data) for v in (output, *leaves)))
        if self.epsilon > EPSILON:
            self.rtol = max(self.rtol, sqrt(self.epsilon))
        # as the engine has them
        self.numbers = [number(v.data, i.name) for v, i in zip(leaves, self.inputs, strict=True)]
        output.backward()
        return output, [number(v.grad or 0.0, f"{i.name}.grad") for v, i in zip(leaves, self.inputs, strict=True)]

    def _judge(self, i: int, yours: float) -> Judgement:
        f = _along(self._value, self.numbers, i)
        return judge(yours, f, self.numbers[i], rtol=self.rtol, atol=self.atol, step=self.step, epsilon=self.epsilon)


def _fault(title: str, name: str, yours: float, slope: Slope) -> Finding:
    """What is wrong with one derivative. Where the slopes on both sides differ, any between them is right."""
    facts = f"d/d{name}: {compared(yours, slope.expected)} by central differences"
    if slope.is_kink:
        facts += f"\na kink: the slope is {shown(slope.below)} below and {shown(slope.above)} above"
    return Finding(f"d/d{name}", f"{title}\n{facts}", _ratio_hint(yours, slope.expected))


def _doubt(name: str, yours: float, slope: Slope) -> str:
    """Why one derivative could not be judged."""
    if not isfinite(slope.error):
        return f"d/d{name} is undecided: yours {shown(yours)}, and no differences can be taken here"
    return f"d/d{name} is undecided: yours {shown(yours)}, by differences {shown(slope.expected)} ± {slope.error:.1g}"


def _is_sequence(x: Any) -> bool:
    return isinstance(x, list | tuple) or getattr(x, "ndim", 0) > 0


def _inputs_in(name: str, x: Any) -> Iterator[_Input]:
    """The numbers in an argument. Of a Value a new one is made by its class, of a number one of ours."""
    if _is_sequence(x):
        for i, item in enumerate(x):
            yield from _inputs_in(f"{name}[{i}]", item)
        return
    yield _Input(name, type(x) if hasattr(x, "backward") else Value, number(x, name))


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
    """The first node of our own graph whose local derivatives are not the slopes of a user's Operation."""
    for node in topological_order(output) if isinstance(output, Value) else ():
        operation, inputs = node.operation, [p.data for p in node.parents]
        if operation is None or operation in (own, constant, OPERATIONS.get(operation.name)):
            continue
        for i, d in enumerate(node.local_derivatives):
            is_right, slope = judge(d, _along(operation, inputs, i), inputs[i])
            if is_right is False:
                call = f"{operation.name}({', '.join(map(shown, inputs))})"
                fact = f"local derivative toward input {i + 1}: {compared(d, slope.expected)} by central differences"
                yield Finding(f"`{operation.name}`", f"{call}\n{fact}", "the operation's rule of derivatives is wrong")
                return
