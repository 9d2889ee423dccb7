"""The chain rule spelled out: the product of local derivatives along every path, and the sum over the paths.

Local derivatives are written ∂child/∂parent, a gradient dy/dx. The numbers are the graph's, the formulas are the rules
of the table read on names. Nothing here changes a gradient, and nothing is recursive.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import overload

from autograd import operations as ops
from autograd.formulas.algebra import Formula, FormulaError, write
from autograd.formulas.chain_rule import ChainRule
from autograd.formulas.lines import MOST_LINES, Line, equation, joined, left_out, readable, shortened, way
from autograd.formulas.names import derivative_symbol, edge_symbol, name_nodes, named_by_number
from autograd.formulas.notation import label_text
from autograd.formulas.reading import derivative_formulas, input_names
from autograd.graphs import COUNTED, Edge, Path, refuse_stale
from autograd.operation import Operation
from autograd.operations import constant
from autograd.tables import printable
from autograd.value import Value

Names = Mapping[Value, Formula]


class Explanation:
    """Lines that are printed as text and shown by notebooks as mathematics: `.text`, `.latex`, `.lines`."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.lines = list(lines)

    @property
    def text(self) -> str:
        """The lines as plain text."""
        return "\n".join(line.text for line in self.lines)

    @property
    def latex(self) -> str:
        """The lines as LaTeX, below one another."""
        lines = (f"& {line.latex}" for line in self.lines if line.latex)
        return r"\begin{aligned} " + r" \\ ".join(lines) + r" \end{aligned}"

    def __str__(self) -> str:
        return printable(self.text)

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex}$"


class ChainRuleExplanation(Explanation):
    """What `explain(output, wrt)` says: a `ChainRule` told.

    - total, count, paths, uses, terms, gradients: what was found, as in `ChainRule`
    - rules: the lines on what lies between the two values
    - chain: the lines on what is added up
    """

    def __init__(self, found: ChainRule) -> None:
        self.total, self.count, self.gradients = found.total, found.count, found.gradients
        self.paths, self.uses, self.terms = found.paths, found.uses, found.terms
        names = _names_between(found)
        self.rules, self.chain = list(_rules(found, names)), list(_chain(found, names))
        super().__init__([self.chain[0], *self.rules, *self.chain[1:]])


@overload
def explain(output: Value, wrt: Value, *, max_paths: int = 20) -> ChainRuleExplanation: ...
@overload
def explain(output: Value | Operation, wrt: None = None, *, max_paths: int = 20) -> Explanation: ...
def explain(output: Value | Operation, wrt: Value | None = None, *, max_paths: int = 20) -> Explanation:
    """How `output` changes with `wrt`: every path between them, its product of local derivatives, and their sum.

    Without `wrt`, the rule of one node: what it computes and its local derivatives; of an Operation, the same in names.
    Where there are more than `max_paths` paths, the sum is over the uses of `wrt` instead. The result prints as text, a
    notebook shows it as mathematics, and it holds what was found: see `ChainRule`. Every number has four digits, so
    that the factors shown multiply out to the product shown, but for rounding.

    Raises ValueError for a graph whose `.data` was changed after it was recorded, TypeError for anything but Values.

    >>> w, x, b = Value(-3.0, "w"), Value(2.0, "x"), Value(6.5, "b")
    >>> explain((w * x + b).tanh(), w)
    dy/dw = 1.573: one path leads from w to y
    v1 = w · x = −3 · 2 = −6
        ∂v1/∂w = x = 2
    v2 = v1 + b = −6 + 6.5 = 0.5
        ∂v2/∂v1 = 1
    y = tanh(v2) = tanh(0.5) = 0.4621
        ∂y/∂v2 = 1 − y² = 0.7864
    w → v1 → v2 → y
        ∂y/∂v2 · ∂v2/∂v1 · ∂v1/∂w = 0.7864 · 1 · 2 = 1.573
    """
    if isinstance(output, Operation) and wrt is None:
        return Explanation(_row_lines(output))
    for v in (output,) if wrt is None else (output, wrt):
        if not isinstance(v, Value):
            raise TypeError(f"explain(output, wrt) is about Values, not {v!r} of type {type(v).__name__}")
    assert isinstance(output, Value)
    if wrt is not None:
        return ChainRuleExplanation(ChainRule.between(output, wrt, max_paths))
    refuse_stale([output])
    return Explanation(_node_lines(output))


# ---- one operation, one node


def _row_lines(operation: Operation) -> Iterator[Line]:
    inputs = [Formula(name) for name in input_names(operation)]
    form = write(operation, inputs)
    yield equation([form], f": {operation.doc}" if operation.doc else "")
    for x, rule in zip(inputs, derivative_formulas(operation, inputs), strict=True):
        yield equation([derivative_symbol(form, x), rule], indent="    ")


def _node_lines(node: Value) -> Iterator[Line]:
    if not node.parents:
        kind = "a constant" if node.operation is constant else "a leaf"
        yield equation([*name_nodes([node]).values(), named_by_number(node.data)], f": {kind}, computed from nothing")
        return
    assert node.operation is not None
    if node.operation.summary:
        yield _forward(node, _names([node], (), {node: "y"}))
        return
    parents = dict.fromkeys(parent for parent in node.parents if parent.operation is not constant)
    names = _names([*dict.fromkeys(node.parents), node], parents, {node: "y"})
    yield _forward(node, names)
    yield from _derivatives(node, names, parents, in_full=True)


def _forward(node: Value, names: Names) -> Line:
    """The line y = tanh(n) = tanh(0.5) = 0.4621."""
    assert node.operation is not None
    if node.operation.summary:
        return equation([names[node], named_by_number(node.data)], f": {node.operation.summary}")
    forms = [names[node]]
    for inputs in ([names[p] for p in node.parents], [named_by_number(p.data) for p in node.parents]):
        with suppress(FormulaError):
            forms.append(write(node.operation, inputs))
    shown = readable(forms)
    words = f": {node.operation.name} of {len(node.parents)} inputs" if len(shown) == 1 else ""
    return equation([*shown, named_by_number(node.data)], words)


def _derivatives(node: Value, names: Names, wanted: Container[Value], *, in_full: bool = False) -> Iterator[Line]:
    """The line ∂y/∂n = 1 − y² = 0.7864 for each parent that is wanted; in full, with 1 − tanh(n)² too."""
    assert node.operation is not None
    inputs = [names[parent] for parent in node.parents]
    rules: list[Sequence[Formula]] = []
    for y in (None, names[node]) if in_full else (names[node],):
        with suppress(FormulaError):  # of a rule that computes with more than the table's operations: numbers alone
            rules.append(derivative_formulas(node.operation, inputs, y))
    positions = [i for i, parent in enumerate(node.parents) if parent in wanted]
    for i in shortened(positions, MOST_LINES):
        if i is None:
            yield left_out(len(positions), "inputs")
        else:
            forms = [edge_symbol(Edge(node, i), names), *readable(rule[i] for rule in rules)]
            yield equation([*forms, named_by_number(node.local_derivatives[i])], indent="    ")


# ---- the chain rule


def _names_between(found: ChainRule) -> Names:
    """Names, in topological order, for the values on the way and those that they are computed from."""
    children = {edge.child for term in found.terms for edge in term.edges}
    mentioned = {found.output, found.wrt}.union(children, found.wrt.parents, *(child.parents for child in children))
    in_order = dict.fromkeys(v for v in (*found.order, found.wrt) if v in mentioned)
    return _names(in_order, found.counts, {found.wrt: "x", found.output: "y"})


def _rules(found: ChainRule, names: Names) -> Iterator[Line]:
    """What each value on the way computes, and its local derivatives."""
    edges = [edge for term in found.terms for edge in term.edges]
    children, parents = {edge.child for edge in edges}, {edge.parent for edge in edges}
    if edges and found.wrt.parents:
        yield _forward(found.wrt, names)
    for node in shortened([v for v in names if v in children], MOST_LINES):
        if node is None:
            yield left_out(len(children), "values")
        else:
            yield _forward(node, names)
            yield from _derivatives(node, names, parents)


def _chain(found: ChainRule, names: Names) -> Iterator[Line]:
    """The gradient, the terms that it is the sum of, and their sum."""
    slope, total = derivative_symbol(names[found.output], names[found.wrt], "d"), named_by_number(found.total)
    yield equation([slope, total], f": {_summary(found, names)}")
    for term in shortened(found.terms, MOST_LINES):
        if term is None:
            yield left_out(len(found.terms), "uses")
        else:
            yield from _term_lines(term, found, names)
    if len(found.terms) > 1:
        yield equation([slope, joined(ops.add, [named_by_number(term.product) for term in found.terms]), total])


def _summary(found: ChainRule, names: Names) -> str:
    x, y = names[found.wrt], names[found.output]
    if found.output is found.wrt:
        return "every value changes as itself"
    if found.count == 0:
        return f"{y} does not depend on {x}"
    many = f"{found.count:,} paths lead" if found.count < COUNTED else "more than 10¹⁵ paths lead"
    told = "" if found.paths else f", too much to list, so the sum is over the uses of {x}"
    return f"{many if found.count > 1 else 'one path leads'} from {x} to {y}{told}"


def _term_lines(term: Path, found: ChainRule, names: Names) -> Iterator[Line]:
    """The line w → n → y of a path, and ∂y/∂n · ∂n/∂w = 0.7864 · 2 = 1.573; dy/dn · ∂n/∂w of a use."""
    symbols = [edge_symbol(edge, names) for edge in term.edges]
    numbers = [named_by_number(edge.local_derivative) for edge in term.edges]
    if found.paths:
        passed = [names[found.output], *(names[edge.parent] for edge in term.edges)]
        yield way(passed[::-1])
    elif term.edges[0].child is not found.output:
        child = term.edges[0].child
        symbols.insert(0, derivative_symbol(names[found.output], names[child], "d"))
        numbers.insert(0, named_by_number(found.gradients[child]))
    if symbols:
        product = named_by_number(term.product)
        yield equation([joined(ops.multiply, symbols), joined(ops.multiply, numbers), product], indent="    ")


def _names(nodes: Collection[Value], numbered: Container[Value], ends: Mapping[Value, str]) -> Names:
    """Labels; for ends without one the letters given, where they are free; v1, v2, … for what else is numbered."""
    labels = {label_text(v.label) for v in nodes}
    letters = {v: letter for v, letter in ends.items() if not v.label and letter not in labels}
    names = name_nodes(nodes, [v for v in nodes if v in numbered and v not in letters])
    return names | {v: Formula(letter, v.data) for v, letter in letters.items()}
