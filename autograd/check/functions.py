"""The check of an operation on plain numbers, which learners write as two functions: forward and backward."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import product
from math import isclose, isfinite
from typing import Any

from autograd.check.driving import is_close, number
from autograd.check.gradients import slopes
from autograd.check.hints import Evidence, explaining, one_of
from autograd.check.observe import heading
from autograd.check.reading import parameters_of
from autograd.check.trouble import Trouble, items, limited
from autograd.check.wrong_rules import mistakes_in_operation
from autograd.check.wrong_values import explain_values
from autograd.operation import Operation
from autograd.operations import OPERATIONS, fixed_power
from autograd.reports import Finding, Report, compared, shown, tally
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


def examine_operation(name: str, forward: Callable[..., Any], backward: Callable[..., Any], seconds: float) -> Report:
    """See `check_op`. At each point the value is compared first, then what is passed on to each input."""
    row = OPERATIONS.get(ALIASES.get(name, name))
    operation = row or own_operation(name, forward)
    rtol = 1e-9 if row else 1e-5  # their own is compared with central differences
    probes = [*product(operation.points, UPSTREAM)]
    passed = f"probes of `{name}` passed"
    values: list[tuple[Value, float]] = []
    evidence: list[Evidence] = []
    wrong_values: list[Finding] = []
    wrong_gradients: list[Finding] = []
    for inputs, upstream in probes:
        names = _names(operation, inputs)
        output, leaves = _graph(operation, names, inputs, upstream)
        (node,) = output.parents
        title = heading(f"{name}({', '.join(names)})", dict(zip(names, inputs, strict=True)))
        title += f", upstream {shown(upstream)}"
        try:
            y = number(limited(partial(forward, *inputs), seconds), "what forward returns")
            values.append((node, y))
            if not is_close(y, node.data):
                wrong_values.append(Finding(f"`{name}`", f"{title}\nvalue: {compared(y, node.data)}"))
                continue
            returned = limited(lambda: items(backward(upstream, *inputs)), seconds)  # noqa: B023
            yours = _contributions(returned, operation, len(leaves))
        except Trouble as trouble:
            return Report(tally(len(probes) - 1, len(probes), passed), [trouble.finding(f"`{name}`", title)])
        evidence.append(Evidence([output], leaves, yours, None))
        wrong = [
            f"toward {leaf.label}: {compared(g, leaf.grad)}"
            for g, leaf in zip(yours, leaves, strict=True)
            if not isclose(g, leaf.grad, rel_tol=rtol, abs_tol=rtol)
        ]
        if wrong:
            wrong_gradients.append(Finding(f"`{name}`", "\n".join([title, *wrong])))
    if wrong_values:
        hint = explain_values(operation, values)
    else:
        hint = one_of(mistake.hint for mistake in explaining(mistakes_in_operation(operation, sums=False), evidence))
    findings = [f._replace(hint=hint) for f in wrong_values or wrong_gradients]
    right = len(probes) - len(wrong_values) - len(wrong_gradients)
    return Report(tally(right, len(probes), passed), findings)


def _names(operation: Operation, inputs: Sequence[float]) -> Sequence[str]:
    if operation is fixed_power:
        return "xn"
    return "x" if len(inputs) == 1 else "ab" if len(inputs) == 2 else [f"x{i + 1}" for i in range(len(inputs))]


def _graph(
    operation: Operation, names: Sequence[str], inputs: Sequence[float], upstream: float
) -> tuple[Value, list[Value]]:
    """Our own node of these inputs under one that sends it the upstream gradient, and the inputs to compare."""
    leaves = [Value(x, name) for name, x in zip(names, inputs, strict=True)]
    scale = Operation("upstream", lambda x: upstream * x, lambda y, x: (upstream,))
    if operation is fixed_power:  # the exponent is a plain number, to which nothing flows
        leaves = leaves[:1]
    output = scale(Value.apply_operation(operation, (*leaves, *inputs[len(leaves) :])))
    output.backward()
    return output, leaves


def _contributions(returned: Any, operation: Operation, count: int) -> list[float]:
    if returned is None:
        raise Trouble("backward returned None", "the `return` of the contributions is missing")
    items = list(returned) if isinstance(returned, Iterable) and not isinstance(returned, str) else [returned]
    if operation is fixed_power:
        items = items[:1]
    if len(items) != count:
        raise Trouble(
            f"backward returned {short(returned)}: {len(items)} contributions, expected {count}",
            "return one contribution for each input, in a tuple",
        )
    return [number(x, "a contribution") for x in items]


def own_operation(name: str, forward: Callable[..., Any], step: float | None = None) -> Operation:
    """An operation that is no row: forward is taken as it is, its derivatives are central differences."""
    count = len(parameters_of(forward)) or 1
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
        return all(map(isfinite, slopes(f, point, step)))
    except (ArithmeticError, ValueError, TypeError):  # what is not done yet is told so
        return False
