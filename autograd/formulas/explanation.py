"""The chain rule spelled out: the product of local derivatives along every path, and the sum over the paths.

Local derivatives are written ∂child/∂parent, a gradient dy/dx. The numbers are the graph's, the formulas are the rules
of the table read on names. Nothing here changes a gradient, and nothing is recursive.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, overload

from autograd import operations as ops
from autograd.formulas.algebra import Formula, FormulaError, write
from autograd.formulas.chain_rule import ChainRule
from autograd.formulas.derivative_names import derivative_symbol, edge_symbol, named_by_number, number_of
from autograd.formulas.lines import BLANK, MOST_LINES, Line, equation, joined, left_out, readable, shortened, way
from autograd.formulas.naming import named
from autograd.formulas.notation import label_text
from autograd.formulas.reading import derivative_formulas, expanded, input_names
from autograd.graphs import COUNTED, Edge, Path, is_whole_graph
from autograd.operation import Operation
from autograd.operations import constant
from autograd.tables import printable, short
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

    def __init__(self, found: ChainRule, names: Names) -> None:
        self.total, self.count, self.gradients = found.total, found.count, found.gradients
        self.paths, self.uses, self.terms = found.paths, found.uses, found.terms
        self.rules, self.chain = list(_rules([found], names)), list(_chain(found, names))
        super().__init__([self.chain[0], *self.rules, *self.chain[1:]])


class Story(Explanation):
    """What `explain(output)` and `explain(output, [a, b])` say: the rules, then each gradient.

    - each: the explanation of each gradient, by its Value
    """

    def __init__(self, blocks: Iterable[Sequence[Line]], each: Mapping[Value, ChainRuleExplanation]) -> None:
        self.each = dict(each)
        super().__init__([line for block in blocks for line in (BLANK, *block)][1:])


@overload
def explain(output: Value, wrt: Value, *, parameters: Any = None, max_paths: int = 20) -> ChainRuleExplanation: ...
@overload
def explain(
    output: Value, wrt: Iterable[Value] | None = None, *, parameters: Any = None, max_paths: int = 20
) -> Story: ...
@overload
def explain(output: Operation, wrt: None = None, *, parameters: Any = None, max_paths: int = 20) -> Explanation: ...
def explain(
    output: Value | Operation,
    wrt: Value | Iterable[Value] | None = None,
    *,
    parameters: Any = None,
    max_paths: int = 20,
) -> Explanation:
    """How `output` changes with `wrt`: every path between them, its product of local derivatives, and their sum.

    `wrt` is one Value or several. Without it, the whole story: the formula, what each value computes with its local
    derivatives, and the gradient of every leaf. Of an Operation, its rule. Values are called as everywhere: see
    `names`, and `parameters` there.

    Where there are more than `max_paths` paths, the sum is over the uses of `wrt` instead. The result prints as text, a
    notebook shows it as mathematics, and it holds what was found: see `ChainRule`. Every number has four digits, so
    that the factors shown multiply out to the product shown, but for rounding.

    Raises ValueError for a graph whose `.data` was changed after it was recorded, TypeError for anything but Values.

    >>> w, x, b = Value(-3.0, "w"), Value(2.0, "x"), Value(6.5, "b")
    >>> explain((w * x + b).tanh(), w)
    dy/dw = 1.573: one path leads from w to y
    v1 = w · x = (−3) · 2 = −6
        ∂v1/∂w = x = 2
    v2 = v1 + b = (−6) + 6.5 = 0.5
        ∂v2/∂v1 = 1
    y = tanh(v2) = tanh(0.5) = 0.4621
        ∂y/∂v2 = 1 − y² = 0.7864
    w → v1 → v2 → y
        ∂y/∂v2 · ∂v2/∂v1 · ∂v1/∂w = 0.7864 · 1 · 2 = 1.573
    """
    if isinstance(output, Operation) and wrt is None:
        return Explanation(_row_lines(output))
    wanted: list[Any] = [] if wrt is None else [*wrt] if isinstance(wrt, Iterable) else [wrt]
    for v in (output, *wanted):
        if not isinstance(v, Value):
            raise TypeError(f"explain(output, wrt) is about Values, not {short(v)} of type {type(v).__name__}")
    assert isinstance(output, Value)
    names = named(output, parameters)
    names |= {v: Formula(label_text(v.label) or "x", v.data) for v in wanted if v not in names}
    if isinstance(wrt, Value):
        return ChainRuleExplanation(ChainRule.each(output, [wrt], max_paths)[0], names)
    leaves = [v for v in names if not v.parents and v.operation is not constant and v is not output]
    shown = shortened(leaves, MOST_LINES) if wrt is None else wanted
    found = ChainRule.each(output, [v for v in shown if v is not None], max_paths)
    told = {chain.wrt: ChainRuleExplanation(chain, names) for chain in found}
    chains = [[left_out(len(leaves), "leaves")] if v is None else told[v].chain for v in shown]
    start = _all_rules(output, names) if wrt is None else [[*_rules(found, names)]]
    return Story([block for block in (*start, *chains) if block], told)


# ---- one operation, one node


def _row_lines(operation: Operation) -> Iterator[Line]:
    inputs = [Formula(name) for name in input_names(operation)]
    form = write(operation, inputs)
    yield equation([form], f": {operation.doc}" if operation.doc else "")
    for x, rule in zip(inputs, derivative_formulas(operation, inputs), strict=True):
        yield equation([derivative_symbol(form, x), rule], indent="    ")


def _all_rules(output: Value, names: Names) -> Iterator[list[Line]]:
    """The formula of the output, and each value's equation with its local derivatives."""
    if not output.parents:
        kind = "a constant" if output.operation is constant else "a leaf"
        yield [equation([names[output], named_by_number(output.data)], f": {kind}, computed from nothing")]
        return
    if is_whole_graph(output):
        yield [_forward(output, names)]
        return
    forms = [names[output]]
    with suppress(FormulaError):
        forms.append(expanded(output, names))
    yield [equation([*readable(forms), named_by_number(output.data)])]
    nodes = [v for v in names if v.parents]
    for node in shortened(nodes, MOST_LINES):
        if node is None:
            yield [left_out(len(nodes), "values")]
        else:
            wanted = {parent for parent in node.parents if parent.operation is not constant}
            yield [_forward(node, names), *_derivatives(node, names, wanted, in_full=True)]


def _forward(node: Value, names: Names) -> Line:
    """The line y = tanh(n) = tanh(0.5) = 0.4621."""
    assert node.operation is not None
    if node.operation.summary:
        return equation([names[node], named_by_number(node.data)], f": {node.operation.summary}")
    forms = [names[node]]
    for inputs in ([names[p] for p in node.parents], [number_of(p, p.data) for p in node.parents]):
        with suppress(FormulaError):
            forms.append(write(node.operation, inputs))
    shown = readable(forms)
    words = f": {node.operation.name} of {len(node.parents)} inputs" if len(shown) == 1 else ""
    return equation([*shown, named_by_number(node.data)], words)


def _derivatives(node: Value, names: Names, wanted: Container[Value], *, in_full: bool = False) -> Iterator[Line]:
    """The line ∂y/∂n = 1 − y² = 0.7864 for each parent that is wanted; in full, with 1 − tanh(n)² too."""
    assert node.operation is not None
    if node.operation.summary:
        return
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


def _rules(found: Iterable[ChainRule], names: Names) -> Iterator[Line]:
    """What each value on the ways computes, and its local derivatives; and what they start from, if it is computed."""
    edges = {edge for chain in found for term in chain.terms for edge in term.edges}
    starts = {chain.wrt for chain in found if chain.output is not chain.wrt and chain.terms and chain.wrt.parents}
    nodes, parents = starts | {edge.child for edge in edges}, {edge.parent for edge in edges}
    children = {edge.child for edge in edges}
    for node in shortened([v for v in names if v in nodes], MOST_LINES):
        if node is None:
            yield left_out(len(nodes), "values")
        else:
            yield _forward(node, names)
            yield from _derivatives(node, names, parents if node in children else ())


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
