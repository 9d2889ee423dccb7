"""The chain rule spelled out: the product of local derivatives along every path, and the sum over the paths.

Local derivatives are written ∂child/∂parent, a gradient dy/dx. The numbers are the graph's, the formulas are the rules
of the table read on names. Nothing here changes a gradient, and nothing is recursive.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import reduce
from typing import NamedTuple, TypeVar, overload

from autograd import operations as ops
from autograd.backprop import topological_order
from autograd.formulas.notation import label_text
from autograd.formulas.reading import (
    DOTS,
    Formula,
    FormulaError,
    derivative_formulas,
    derivative_symbol,
    input_names,
    name_nodes,
    named_by_number,
    write,
)
from autograd.graphs import COUNTED, Edge, Path, count_paths, gradients_of, paths_between, refuse_stale
from autograd.operation import Operation
from autograd.operations import constant
from autograd.value import Value

MOST_EDGES = 10_000  # of all paths that are listed together
LINES, FACTORS, CHARACTERS = 40, 12, 160  # of a list, a product and a formula: beyond, the text leaves some out

Names = Mapping[Value, Formula]
T = TypeVar("T")


class Line(NamedTuple):
    """A line of an explanation, as text and as LaTeX."""

    text: str
    latex: str


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
        return self.text

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex}$"


class ChainRule(Explanation):
    """What `explain(output, wrt)` found.

    total      ∂output/∂wrt, the gradient that `output.backward()` gives
    count      how many paths lead from wrt to output; counted as far as 10¹⁵
    paths      the paths; empty where they are more than was asked for
    uses       the edges from wrt to the values that were computed from it
    terms      what is added up: the paths, or for each use the gradient of the child times the local derivative
    gradients  ∂output/∂node for every node
    rules      the lines on what lies between the two values; chain, the lines on what is added up
    """

    def __init__(self, output: Value, wrt: Value, max_paths: int) -> None:
        self.output, self.wrt = output, wrt
        self.order = topological_order(output)
        refuse_stale([node for node in self.order if node.parents])
        self.gradients = gradients_of(output)
        self.total = self.gradients.get(wrt, 0.0)
        self.counts = count_paths(self.order, wrt)
        self.count, edges = self.counts.get(output, (0, 0))
        is_short = 0 < self.count <= max_paths and edges <= MOST_EDGES
        self.paths = tuple(paths_between(output, wrt, self.counts)) if is_short else ()
        self.uses = tuple(Edge(v, i) for v in self.order for i, parent in enumerate(v.parents) if parent is wrt)
        self.terms = self.paths or tuple(
            Path((use,), use.local_derivative * self.gradients[use.child]) for use in self.uses
        )
        names = _names_between(self)
        self.rules = list(_rules(self, names))
        self.chain = list(_chain(self, names))
        super().__init__([self.chain[0], *self.rules, *self.chain[1:]])


@overload
def explain(output: Value, wrt: Value, *, max_paths: int = 20) -> ChainRule: ...
@overload
def explain(output: Value | Operation, wrt: None = None, *, max_paths: int = 20) -> Explanation: ...
def explain(output: Value | Operation, wrt: Value | None = None, *, max_paths: int = 20) -> Explanation:
    """How `output` changes with `wrt`: every path between them, its product of local derivatives, and their sum.

    Without `wrt`, the rule of one node: what it computes and its local derivatives; of an Operation, the same in names.
    Where there are more than `max_paths` paths, the sum is over the uses of `wrt` instead. The result is printed as
    text and shown by notebooks as mathematics; `ChainRule` says what else it holds. Every number is shown with four
    digits, so that those of a product multiply out to the digits shown, but for rounding.

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
        return ChainRule(output, wrt, max_paths)
    refuse_stale([output] if output.parents else [])
    return Explanation(_node_lines(output))


# ---- one operation, one node


def _row_lines(operation: Operation) -> Iterator[Line]:
    inputs = [Formula(name) for name in input_names(operation)]
    form = write(operation, inputs)
    yield _equation([form], f": {operation.doc}" if operation.doc else "")
    for x, rule in zip(inputs, derivative_formulas(operation, inputs), strict=True):
        yield _equation([derivative_symbol(form, x), rule], indent="    ")


def _node_lines(node: Value) -> Iterator[Line]:
    if not node.parents:
        kind = "a constant" if node.operation is constant else "a leaf"
        yield _equation([*name_nodes([node]).values(), named_by_number(node.data)], f": {kind}, computed from nothing")
        return
    parents = dict.fromkeys(parent for parent in node.parents if parent.operation is not constant)
    names = _names([*dict.fromkeys(node.parents), node], parents, {node: "y"})
    yield _forward(node, names)
    yield from _derivatives(node, names, parents, in_full=True)


def _forward(node: Value, names: Names) -> Line:
    """The line y = tanh(n) = tanh(0.5) = 0.4621."""
    assert node.operation is not None
    forms = [names[node]]
    for inputs in ([names[p] for p in node.parents], [named_by_number(p.data) for p in node.parents]):
        with suppress(FormulaError):
            forms.append(write(node.operation, inputs))
    readable = _readable(forms)
    words = f": {node.operation.name} of {len(node.parents)} inputs" if len(readable) == 1 else ""
    return _equation([*readable, named_by_number(node.data)], words)


def _derivatives(node: Value, names: Names, wanted: Container[Value], *, in_full: bool = False) -> Iterator[Line]:
    """The line ∂y/∂n = 1 − y² = 0.7864 for each parent that is wanted; in full, with 1 − tanh(n)² too."""
    assert node.operation is not None
    inputs = [names[parent] for parent in node.parents]
    rules: list[Sequence[Formula]] = []
    for y in (None, names[node]) if in_full else (names[node],):
        with suppress(FormulaError):  # of a rule that computes with more than the table's operations: numbers alone
            rules.append(derivative_formulas(node.operation, inputs, y))
    positions = [i for i, parent in enumerate(node.parents) if parent in wanted]
    for i in _shortened(positions, LINES):
        if i is None:
            yield _left_out(len(positions), "inputs")
        else:
            forms = [edge_symbol(Edge(node, i), names), *_readable(rule[i] for rule in rules)]
            yield _equation([*forms, named_by_number(node.local_derivatives[i])], indent="    ")


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
    for node in _shortened([v for v in names if v in children], LINES):
        if node is None:
            yield _left_out(len(children), "values")
        else:
            yield _forward(node, names)
            yield from _derivatives(node, names, parents)


def _chain(found: ChainRule, names: Names) -> Iterator[Line]:
    """The gradient, the terms that it is the sum of, and their sum."""
    slope, total = derivative_symbol(names[found.output], names[found.wrt], "d"), named_by_number(found.total)
    yield _equation([slope, total], f": {_summary(found, names)}")
    for term in _shortened(found.terms, LINES):
        if term is None:
            yield _left_out(len(found.terms), "uses")
        else:
            yield from _term_lines(term, found, names)
    if len(found.terms) > 1:
        yield _equation([slope, _joined(ops.add, [named_by_number(term.product) for term in found.terms]), total])


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
        way = [names[found.output], *(names[edge.parent] for edge in term.edges)]
        yield _way(way[::-1])
    elif term.edges[0].child is not found.output:
        child = term.edges[0].child
        symbols.insert(0, derivative_symbol(names[found.output], names[child], "d"))
        numbers.insert(0, named_by_number(found.gradients[child]))
    if symbols:
        product = named_by_number(term.product)
        yield _equation([_joined(ops.multiply, symbols), _joined(ops.multiply, numbers), product], indent="    ")


# ---- their parts


def _names(nodes: Collection[Value], numbered: Container[Value], ends: Mapping[Value, str]) -> Names:
    """Labels; for ends without one the letters given, where they are free; v1, v2, … for what else is numbered."""
    labels = {label_text(v.label) for v in nodes}
    letters = {v: letter for v, letter in ends.items() if not v.label and letter not in labels}
    names = name_nodes(nodes, [v for v in nodes if v in numbered and v not in letters])
    return names | {v: Formula(letter, v.data) for v, letter in letters.items()}


def edge_symbol(edge: Edge, names: Names) -> Formula:
    """∂child/∂parent; ∂₁, ∂₂ where the child has the parent more than once."""
    is_repeated = edge.child.parents.count(edge.parent) > 1
    return derivative_symbol(names[edge.child], names[edge.parent], number=edge.position + 1 if is_repeated else 0)


def _equation(parts: Iterable[Formula], words: str = "", indent: str = "") -> Line:
    """The parts with = between them, none twice; words follow in the text alone."""
    distinct = {part.text: part for part in parts}.values()
    latex = " = ".join(part.latex for part in distinct)
    return Line(indent + " = ".join(part.text for part in distinct) + words, r"\quad " * bool(indent) + latex)


def _way(names: Sequence[Formula]) -> Line:
    shown = [DOTS if name is None else name for name in _shortened(names, FACTORS)]
    return Line(" → ".join(name.text for name in shown), r" \to ".join(name.latex for name in shown))


def _joined(operation: Operation, formulas: Sequence[Formula]) -> Formula:
    """The sum or the product of these, with dots where there are many."""
    shown = [DOTS if formula is None else formula for formula in _shortened(formulas, FACTORS)]
    return reduce(lambda a, b: write(operation, [a, b]), shown)


def _readable(formulas: Iterable[Formula]) -> list[Formula]:
    return [formula for formula in formulas if len(formula.text) <= CHARACTERS]


def _shortened(items: Sequence[T], most: int) -> list[T | None]:
    """The items; where they are more than `most`, the first and the last of them with None between."""
    return [*items] if len(items) <= most else [*items[: most * 2 // 3], None, *items[-(most // 3) :]]


def _left_out(count: int, what: str) -> Line:
    return Line(f"… {count - len(_shortened(range(count), LINES)) + 1:,} more {what} …", r"\vdots")
