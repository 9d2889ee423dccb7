"""The checks of two functions that learners write: an operation on plain numbers, and a topological sort."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from inspect import signature
from math import isclose, isfinite
from typing import Any

from autograd.backprop import topological_order
from autograd.check.deadline import OutOfTime
from autograd.check.driving import is_close, number
from autograd.check.evaluating import evaluate
from autograd.check.gradients import slopes
from autograd.check.hints import Evidence, explain
from autograd.check.observe import heading
from autograd.check.trouble import Trouble, limited
from autograd.check.wrong_rules import mistakes_in_operation
from autograd.check.wrong_values import explain_values
from autograd.operation import Operation
from autograd.operations import OPERATIONS, fixed_power
from autograd.reports import Finding, Report, compared, shown
from autograd.tables import short
from autograd.value import Value

# ---- one operation

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
        yours = self._contributions(
            limited(lambda: _items(self.backward(upstream, *inputs)), self.seconds), len(leaves)
        )
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


# ---- a topological sort

GRAPHS = (
    "a",
    "a * b",
    "a * a",
    "s = a * b; t = s * c; s + t",
    "s = a * b; t = s * c; t + s",
    "s = a + b; t = b + a; s * t",
    "s = a + a; t = s + s; u = t + a; (u + s) + (t + u)",
    "s = a\nfor i in range(30): s = s + s\ns",
    "s = a\nfor i in range(3000): s = s + b\ns",
)


VISITED = "a node is visited once for every path to it: keep a set of the visited nodes"


def examine_order(fn: Callable[[Any], Any], level: str, seconds: float) -> Report:
    """See `check_topological_order`. Every graph is new, so a list that outlives a call shows in the next one."""
    graphs = GRAPHS if level == "strict" else GRAPHS[:-2]
    findings: list[Finding] = []
    wrong, earlier = 0, set[Value]()
    for text in graphs:
        output = _labelled(text)
        try:
            trouble = _fault_in_order(limited(lambda: _items(fn(output)), seconds), output, earlier)  # noqa: B023
        except Trouble as error:
            trouble = error
        if trouble:
            wrong += 1
            hint = ""
            if isinstance(trouble.__cause__, RecursionError):
                hint = "a recursion goes one call deeper for each node: keep a list as a stack of your own"
            elif isinstance(trouble.__cause__, OutOfTime):
                seconds, hint = min(seconds, 0.1), VISITED
            finding = trouble.finding("the order", text, hint)
            findings += [finding] if finding.hint not in [f.hint for f in findings] else []
        earlier.update(topological_order(output))
    if findings:
        return Report(f"{len(graphs) - wrong} of {len(graphs)} graphs are in order", findings)
    return Report(f"All {len(graphs)} graphs are in order")


def _items(returned: Any) -> Any:
    """What a learner's generator gives, while the time is kept; anything else as it is."""
    return list(returned) if isinstance(returned, Iterator) else returned


def _labelled(text: str) -> Value:
    """The output of a graph whose nodes are labelled as the text names them, and `y` if it does not."""
    scope = evaluate(text, {name: Value(x, name) for name, x in zip("abc", (2.0, 3.0, 5.0), strict=True)}, getattr)
    for name, node in scope.items():
        node.label = node.label or name or "y"
    output: Value = scope[""]
    return output


def _fault_in_order(returned: Any, output: Value, earlier: set[Value]) -> Trouble | None:
    """What is wrong with an order: strangers, nodes missing or twice, a child before its parent."""
    if returned is None:
        return Trouble("the function returned None, not a list of nodes", "the `return` of the list is missing")
    if not isinstance(returned, Iterable):
        return Trouble(f"the function returned {short(returned)}, not a list of nodes")
    nodes = list(returned)
    expected = topological_order(output)
    places: dict[Value, int] = {}
    for i, node in enumerate(nodes):
        if not isinstance(node, Value):
            return Trouble(f"the order holds {short(node)}, which is no node")
        if node in earlier:
            hint = "a list or a set outlives the call: a default argument such as `order=[]` is made once only"
            return Trouble(f"{_named(node)} belongs to another graph, of an earlier call", hint)
        if node in places:
            return Trouble(f"{_named(node)} comes twice", VISITED)
        places[node] = i
    missing = [node for node in expected if node not in places]
    if missing:
        return Trouble(
            f"{_named(missing[0])} is missing: {len(nodes)} nodes, expected {len(expected)}", _loss(missing, output)
        )
    for node in expected:
        for parent in node.parents:
            if places[parent] > places[node]:
                return Trouble(f"{_named(node)} comes before its parent {_named(parent)}", _disorder(nodes, places))
    return None


def _named(node: Value) -> str:
    symbol = node.operation.symbol if node.operation and node.parents else ""
    return (
        f"`{node.label}`" if node.label else f"the node `{f' {symbol} '.join(p.label or '...' for p in node.parents)}`"
    )


def _loss(missing: Sequence[Value], output: Value) -> str:
    everything = topological_order(output)
    held = Counter(node.data for node in everything)
    if missing == [output]:
        return "the output itself belongs to the order" if output.parents else ""  # a leaf alone tells too little
    if len(missing) == len(everything):
        return "nothing is appended: does a `return` stand inside the loop, or is the line that appends never reached?"
    if not any(node.parents for node in missing):
        return "leaves belong to the order too"
    if any(held[node.data] > 1 for node in missing):
        return "different nodes with equal data must not be taken for one: compare by identity"
    return ""


def _disorder(nodes: Sequence[Value], places: dict[Value, int]) -> str:
    if all(places[parent] > places[node] for node in nodes for parent in node.parents):
        return "the order is reversed: parents come before children, and the output last"
    return "append a node only after all its parents: depth first, in postorder"
