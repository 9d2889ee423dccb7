"""The check of an operation on plain numbers, which learners write as two functions: forward and backward."""

from collections.abc import Callable, Iterable, Sequence
from inspect import signature
from math import isclose, isfinite
from typing import Any

from autograd.check.driving import is_close, number
from autograd.check.gradients import slopes
from autograd.check.hints import Evidence, explain
from autograd.check.observe import heading
from autograd.check.trouble import Trouble, items, limited
from autograd.check.wrong_rules import mistakes_in_operation
from autograd.check.wrong_values import explain_values
from autograd.operation import Operation
from autograd.operations import OPERATIONS, fixed_power
from autograd.reports import Finding, Report, compared, shown
from autograd.tables import short
from autograd.value import Value

ALIASES = {
    "mul": "multiply",
    "sub": "subtract",
    "truediv": "divide",
    "div": "divide",
    "neg": "negative",
    "pow": "fixed_power",
}
UPSTREAM = 1.7, -0.6
OWN_POINTS = 0.7, 1.6, -0.4, 2.3, 0.2, -1.3


class OperationCheck:
    """A learner's forward and backward at the points of a row, or of their own under a name that no row has."""

    def __init__(self, name: str, forward: Callable[..., Any], backward: Callable[..., Any], seconds: float) -> None:
        self.name, self.forward, self.backward, self.seconds = name, forward, backward, seconds
        row = OPERATIONS.get(ALIASES.get(name, name))
        self.operation = row or own_operation(name, forward)
        self.rtol = 1e-9 if row else 1e-5  # their own is compared with central differences
        self.values: list[tuple[Value, float]] = []
        self.evidence: list[Evidence] = []
        self.wrong_values: list[Finding] = []
        self.wrong_gradients: list[Finding] = []

    def report(self) -> Report:
        total = len(self.operation.points) * len(UPSTREAM)
        for inputs in self.operation.points:
            for upstream in UPSTREAM:
                title = self._title(inputs, upstream)
                try:
                    self._probe(inputs, upstream, title)
                except Trouble as trouble:
                    return self._report(1, total, [trouble.finding(f"`{self.name}`", title)])
        if self.wrong_values:
            hint = explain_values(self.operation, self.values)
        else:
            hint = explain(mistakes_in_operation(self.operation, sums=False), self.evidence)
        wrong = len(self.wrong_values) + len(self.wrong_gradients)
        findings = [f._replace(hint=hint) for f in self.wrong_values or self.wrong_gradients]
        return self._report(wrong, total, findings)

    def _report(self, wrong: int, total: int, findings: list[Finding]) -> Report:
        if not findings:
            return Report(f"All {total} probes of `{self.name}` passed")
        return Report(f"{total - wrong} of {total} probes of `{self.name}` passed", findings)

    def _probe(self, inputs: Sequence[float], upstream: float, title: str) -> None:
        """Compare the value, then what is passed on to each input."""
        output, leaves = self._graph(inputs, upstream)
        (node,) = output.parents
        y = number(limited(lambda: self.forward(*inputs), self.seconds), "what forward returns")
        self.values.append((node, y))
        if not is_close(y, node.data):
            self.wrong_values.append(Finding(f"`{self.name}`", f"{title}\nvalue: {compared(y, node.data)}"))
            return
        yours = self._contributions(limited(lambda: items(self.backward(upstream, *inputs)), self.seconds), len(leaves))
        self.evidence.append(Evidence([output], leaves, yours, None))
        wrong = [
            f"toward {leaf.label}: {compared(g, leaf.grad)}"
            for g, leaf in zip(yours, leaves, strict=True)
            if not isclose(g, leaf.grad, rel_tol=self.rtol, abs_tol=self.rtol)
        ]
        if wrong:
            self.wrong_gradients.append(Finding(f"`{self.name}`", "\n".join([title, *wrong])))

    def _graph(self, inputs: Sequence[float], upstream: float) -> tuple[Value, list[Value]]:
        """Our own node of these inputs under one that sends it the upstream gradient, and the inputs to compare."""
        leaves = [Value(x, name) for name, x in zip(self._names(inputs), inputs, strict=True)]
        scale = Operation("upstream", lambda x: upstream * x, lambda y, x: (upstream,))
        if self.operation is fixed_power:  # the exponent is a plain number, to which nothing flows
            leaves = leaves[:1]
        output = scale(Value.apply_operation(self.operation, (*leaves, *inputs[len(leaves) :])))
        output.backward()
        return output, leaves

    def _contributions(self, returned: Any, count: int) -> list[float]:
        if returned is None:
            raise Trouble("backward returned None", "the `return` of the contributions is missing")
        items = list(returned) if isinstance(returned, Iterable) and not isinstance(returned, str) else [returned]
        if self.operation is fixed_power:
            items = items[:1]
        if len(items) != count:
            raise Trouble(
                f"backward returned {short(returned)}: {len(items)} contributions, expected {count}",
                "return one contribution for each input, in a tuple",
            )
        return [number(x, "a contribution") for x in items]

    def _names(self, inputs: Sequence[float]) -> Sequence[str]:
        if self.operation is fixed_power:
            return "xn"
        return "x" if len(inputs) == 1 else "ab" if len(inputs) == 2 else [f"x{i + 1}" for i in range(len(inputs))]

    def _title(self, inputs: Sequence[float], upstream: float) -> str:
        names = self._names(inputs)
        at = heading(f"{self.name}({', '.join(names)})", dict(zip(names, inputs, strict=True)))
        return f"{at}, upstream {shown(upstream)}"


def own_operation(name: str, forward: Callable[..., Any], step: float | None = None) -> Operation:
    """An operation that is no row: forward is taken as it is, its derivatives are central differences."""
    try:
        count = len(signature(forward).parameters)
    except (TypeError, ValueError):
        count = 1
    rules: dict[int, Callable[..., Any]] = {
        1: lambda y, a: (*slopes(forward, [a], step),),
        2: lambda y, a, b: (*slopes(forward, [a, b], step),),
    }
    rule = rules.get(count, lambda y, *xs: (*slopes(forward, xs, step),))
    points = [tuple(OWN_POINTS[(i + k) % len(OWN_POINTS)] for k in range(count)) for i in range(len(OWN_POINTS))]
    inside = [point for point in points if _is_defined(forward, point, step)]
    if not inside:
        raise ValueError(f"no row of the table is named {name!r}, and forward gives no number at {points}: name a row")
    return Operation(name if name.isidentifier() else "own", forward, rule, points=inside)


def _is_defined(f: Callable[..., Any], point: Sequence[float], step: float | None) -> bool:
    try:
        return all(isfinite(d) for d in slopes(f, point, step))
    except (ArithmeticError, ValueError, TypeError):
        return False
