"""The check of a topological sort: graphs whose orders go wrong in their own ways, and what is wrong with one."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd.backprop import topological_order
from autograd.check.deadline import OutOfTime
from autograd.check.evaluating import evaluate
from autograd.check.trouble import Trouble, items, limited
from autograd.reports import Finding, Report, tally
from autograd.tables import short
from autograd.value import Value

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
            _check_order(limited(lambda: items(fn(output)), seconds), output, earlier)  # noqa: B023
        except Trouble as trouble:
            wrong += 1
            hint = ""
            if isinstance(trouble.__cause__, RecursionError):
                hint = "a recursion goes one call deeper for each node: keep a list as a stack of your own"
            elif isinstance(trouble.__cause__, OutOfTime):
                seconds, hint = min(seconds, 0.1), VISITED
            finding = trouble.finding("the order", text, hint)
            findings += [finding] if finding.hint not in [f.hint for f in findings] else []
        earlier.update(topological_order(output))
    return Report(tally(len(graphs) - wrong, len(graphs), "graphs are in order"), findings)


def _labelled(text: str) -> Value:
    """The output of a graph whose nodes are labelled as the text names them, and `y` if it does not."""
    scope = evaluate(text, {name: Value(x, name) for name, x in zip("abc", (2.0, 3.0, 5.0), strict=True)}, getattr)
    for name, node in scope.items():
        node.label = node.label or name or "y"
    output: Value = scope[""]
    return output


def _check_order(returned: Any, output: Value, earlier: set[Value]) -> None:
    """Trouble where an order has strangers, nodes missing or twice, or a child before its parent."""
    if returned is None:
        raise Trouble("the function returned None, not a list of nodes", "the `return` of the list is missing")
    if not isinstance(returned, Iterable):
        raise Trouble(f"the function returned {short(returned)}, not a list of nodes")
    nodes = list(returned)
    expected = topological_order(output)
    places: dict[Value, int] = {}
    for i, node in enumerate(nodes):
        if not isinstance(node, Value):
            raise Trouble(f"the order holds {short(node)}, which is no node")
        if node in earlier:
            hint = "a list or a set outlives the call: a default argument such as `order=[]` is made once only"
            raise Trouble(f"{_named(node)} belongs to another graph, of an earlier call", hint)
        if node in places:
            raise Trouble(f"{_named(node)} comes twice", VISITED)
        places[node] = i
    missing = [node for node in expected if node not in places]
    if missing:
        raise Trouble(
            f"{_named(missing[0])} is missing: {len(nodes)} nodes, expected {len(expected)}", _loss(missing, output)
        )
    for node in expected:
        for parent in node.parents:
            if places[parent] > places[node]:
                raise Trouble(f"{_named(node)} comes before its parent {_named(parent)}", _disorder(nodes, places))


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
