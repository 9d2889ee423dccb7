"""Explanations: every path's product and their sum, against `backward()`, central differences, paths found by hand."""

import math
import operator
import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd
from autograd import OPERATIONS, Operation, Value, derivatives, explain, topological_order
from autograd.formulas.chain_rule import ChainRule
from tests.shared import assert_balanced, assert_drawn

# ---- what is said


def neuron():
    w, x, b = Value(-3.0, "w"), Value(2.0, "x"), Value(6.5, "b")
    n = w * x + b
    n.label = "n"
    y = n.tanh()
    return y, n, w, x, b


NEURON = """\
dy/dw = 1.573: one path leads from w to y
v1 = w · x = (−3) · 2 = −6
    ∂v1/∂w = x = 2
n = v1 + b = (−6) + 6.5 = 0.5
    ∂n/∂v1 = 1
y = tanh(n) = tanh(0.5) = 0.4621
    ∂y/∂n = 1 − y² = 0.7864
w → v1 → n → y
    ∂y/∂n · ∂n/∂v1 · ∂v1/∂w = 0.7864 · 1 · 2 = 1.573"""

REUSED = """\
dy/da = 15: 4 paths lead from a to y
v1 = a · a = 2 · 2 = 4
    ∂₁v1/∂a = a = 2
    ∂₂v1/∂a = a = 2
c = v1 · a = 4 · 2 = 8
    ∂c/∂v1 = a = 2
    ∂c/∂a = v1 = 4
v2 = 3 · a = 3 · 2 = 6
    ∂v2/∂a = 3
y = c + v2 = 8 + 6 = 14
    ∂y/∂c = 1
    ∂y/∂v2 = 1
a → v1 → c → y
    ∂y/∂c · ∂c/∂v1 · ∂₁v1/∂a = 1 · 2 · 2 = 4
a → v1 → c → y
    ∂y/∂c · ∂c/∂v1 · ∂₂v1/∂a = 1 · 2 · 2 = 4
a → c → y
    ∂y/∂c · ∂c/∂a = 1 · 4 = 4
a → v2 → y
    ∂y/∂v2 · ∂v2/∂a = 1 · 3 = 3
dy/da = 4 + 4 + 4 + 3 = 15"""

SUM_OF_USES = """\
dy/da = 15: 4 paths lead from a to y, too much to list, so the sum is over the uses of a
v1 = a · a = 2 · 2 = 4
    ∂₁v1/∂a = a = 2
    ∂₂v1/∂a = a = 2
c = v1 · a = 4 · 2 = 8
    ∂c/∂a = v1 = 4
v2 = 3 · a = 3 · 2 = 6
    ∂v2/∂a = 3
    dy/dv2 · ∂v2/∂a = 1 · 3 = 3
    dy/dv1 · ∂₁v1/∂a = 2 · 2 = 4
    dy/dv1 · ∂₂v1/∂a = 2 · 2 = 4
    dy/dc · ∂c/∂a = 1 · 4 = 4
dy/da = 3 + 4 + 4 + 4 = 15"""


def reused():
    a = Value(2.0, "a")
    c = a * a * a
    c.label = "c"
    return a, c + 3 * a


def test_one_path():
    y, _, w, *_ = neuron()
    found = explain(y, w)
    assert str(found) == repr(found) == found.text == NEURON
    assert (found.count, found.total) == (1, found.paths[0].product)
    assert found.paths[0].edges == ((y, 0), (y.parents[0], 0), (y.parents[0].parents[0], 0))


def unnumbered(text):
    """The lines, without regard to the order in which independent values are told and numbered."""
    return sorted(re.sub(r"v\d", "v", line) for line in text.split("\n"))


def test_several_paths_add_up():
    a, y = reused()
    found = explain(y, a)
    assert unnumbered(found.text) == unnumbered(REUSED)
    assert (found.count, found.total, [path.product for path in found.paths]) == (4, 15.0, [4.0, 4.0, 4.0, 3.0])


def test_too_many_paths_are_summed_by_use():
    a, y = reused()
    found = explain(y, a, max_paths=3)
    assert unnumbered(found.text) == unnumbered(SUM_OF_USES)
    assert (found.count, found.total, found.paths) == (4, 15.0, ())
    assert sorted(term.product for term in found.terms) == [3.0, 4.0, 4.0, 4.0]
    assert explain(y, a, max_paths=4).paths


def test_what_is_found_stands_without_what_is_said():
    a, y = reused()
    y.backward()
    for max_paths in (20, 3):
        (found,), told = ChainRule.each(y, [a], max_paths), explain(y, a, max_paths=max_paths)
        assert {v: v.grad for v in topological_order(y)} == found.gradients == told.gradients
        assert (found.total, found.count) == (told.total, told.count) == (15.0, 4)
        assert (found.paths, found.uses, found.terms) == (told.paths, told.uses, told.terms)
        assert {use.parent for use in found.uses} == {a}
        assert sorted(told.lines) == sorted(told.chain + told.rules)


STORY = """\
n = w · x + b = 0.5

v1 = w · x = (−3) · 2 = −6
    ∂v1/∂w = x = 2
    ∂v1/∂x = w = −3

n = v1 + b = (−6) + 6.5 = 0.5
    ∂n/∂v1 = 1
    ∂n/∂b = 1

dn/dw = 2: one path leads from w to n
w → v1 → n
    ∂n/∂v1 · ∂v1/∂w = 1 · 2 = 2

dn/dx = −3: one path leads from x to n
x → v1 → n
    ∂n/∂v1 · ∂v1/∂x = 1 · (−3) = −3

dn/db = 1: one path leads from b to n
b → n
    ∂n/∂b = 1"""


def test_the_whole_story():
    y, n, w, *_ = neuron()
    assert str(explain(n)) == STORY
    assert "\ny = tanh(n) = tanh(0.5) = 0.4621\n    ∂y/∂n = 1 − tanh(n)² = 1 − y² = 0.7864\n" in str(explain(y))
    assert str(explain(y)).startswith("y = tanh(n) = 0.4621\n")
    assert str(explain(w)) == "w = −3: a leaf, computed from nothing"
    assert str(explain((n * 3).parents[1])) == "3: a constant, computed from nothing"
    assert "y = w² = (−3)² = 9\n    ∂y/∂w = 2 · w = −6" in str(explain(w**2))
    assert "y = relu(w) = relu(−3) = 0\n    ∂y/∂w = 1 if w > 0 else 0 = 0" in str(explain(w.relu()))


def test_the_story_of_some():
    y, _, w, x, b = neuron()
    y.backward()
    told = explain(y, [b, w])
    assert {v: found.total for v, found in told.each.items()} == {w: w.grad, b: b.grad}
    assert [line.text for line in told.lines if line.text.startswith("dy/")] == [
        "dy/db = 0.7864: one path leads from b to y",
        "dy/dw = 1.573: one path leads from w to y",
    ]
    assert told.text.startswith("v1 = w · x = (−3) · 2 = −6\n    ∂v1/∂w = x = 2\nn = v1 + b = ")
    assert "∂v1/∂x" not in told.text  # nobody asked
    assert {v: found.total for v, found in explain(y).each.items()} == {v: v.grad for v in (w, x, b)}
    with pytest.raises(TypeError, match=r"is about Values, not 3.0 of type float"):
        explain(y, [w, 3.0])


def test_an_operation():
    assert str(explain(OPERATIONS["divide"])) == "a / b: a / b\n    ∂(a / b)/∂a = 1 / b\n    ∂(a / b)/∂b = −a / b²"
    assert str(explain(autograd.tanh)).endswith("\n    ∂tanh(x)/∂x = 1 − tanh(x)²")


def test_what_does_not_depend_has_derivative_zero():
    y, *_ = neuron()
    other = Value(1.0, "other")
    found = explain(y, other)
    assert (found.total, found.count, found.paths, found.terms) == (0.0, 0, (), ())
    assert str(found) == "dy/dother = 0: y does not depend on other"
    assert str(explain(other, y)) == "dother/dx = 0: other does not depend on x"


def test_a_value_of_itself():
    y, n, *_ = neuron()
    for v, text in (
        (n, "dn/dn = 1: every value changes as itself\nn"),
        (y, "dy/dy = 1: every value changes as itself\ny"),
    ):
        assert (explain(v, v).total, explain(v, v).count) == (1.0, 1)
        assert str(explain(v, v)) == text


def test_toward_a_value_that_was_computed():
    a, b = Value(2.0, "a"), Value(5.0)
    c = a * b
    assert str(explain(c * c, c)).startswith("dy/dv2 = 20: 2 paths lead from v2 to y\nv2 = a · v1 = 2 · 5 = 10\n")
    a.label, b.label = "x", "y"
    assert str(explain(c * c, c)).startswith("dv2/dv1 = 20: 2 paths lead from v1 to v2\nv1 = x · y = 2 · 5 = 10\n")


# ---- the numbers

BINARY = ["add", "subtract", "multiply", "divide", "maximum"]
UNARY = ["tanh", "sin", "sigmoid", "square", "negative", "softplus"]

graphs = st.tuples(
    st.lists(st.floats(-2, 2), min_size=1, max_size=3),
    st.lists(
        st.tuples(st.sampled_from(BINARY + UNARY), st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=12
    ),
)


def grown(leaves, steps, make=OPERATIONS.__getitem__):
    """All numbers or nodes of an expression: each step is an operation on two of those before, or one."""
    nodes = list(leaves)
    for name, i, j in steps:
        inputs = [nodes[i % len(nodes)], nodes[j % len(nodes)]][: 2 if name in BINARY else 1]
        nodes.append(make(name)(*inputs))
    return nodes


@settings(max_examples=200)
@given(graphs)
def test_the_sum_of_the_paths_is_the_gradient(graph):
    numbers, steps = graph
    leaves = [Value(x) for x in numbers]
    nodes = grown(leaves, steps)
    y = nodes[-1]
    assume(math.isfinite(y.data))
    y.backward()
    before = [v.grad for v in nodes]
    for v in [*leaves, *nodes[len(leaves) :: 3]]:
        found = explain(y, v, max_paths=50)
        assert found.count == paths_by_recursion(y, v)
        if v in topological_order(y):
            np.testing.assert_equal(found.total, v.grad)
        else:
            assert found.total == 0.0
        assert bool(found.paths) == (0 < found.count <= 50)
        if math.isfinite(found.total):
            scale = sum(abs(term.product) for term in found.terms)
            assert math.fsum(term.product for term in found.terms) == pytest.approx(found.total, abs=1e-13 * scale)
            assert_numbers_multiply_out(found.text)
        for line in found.lines:
            assert_balanced(line.latex)
    assert [v.grad for v in nodes] == pytest.approx(before, abs=0, nan_ok=True)


def paths_by_recursion(output, wrt):
    return 1 if output is wrt else sum(paths_by_recursion(parent, wrt) for parent in output.parents)


def assert_numbers_multiply_out(text):
    """The numbers of each product and sum, as they are shown, against the result that is shown."""
    for line in text.split("\n"):
        if "∂" not in line.split(" = ")[0] and not line.startswith("d"):
            continue
        shown = [
            part.replace("−", "-") for part in line.split(":")[0].split(" = ") if not re.search("[a-z∂(]{2}|…", part)
        ]
        numbers = [
            list(map(float, part.replace("(", "").replace(")", "").split(" · "))) for part in shown if is_product(part)
        ]
        for factors in numbers[:-1]:
            assert math.prod(factors) == pytest.approx(numbers[-1][0], rel=6e-4 * (len(factors) + 1)), line


def is_product(text):
    return re.fullmatch(r"\(?-?[0-9.]+(e[-+]\d+)?\)?( · \(?-?[0-9.]+(e[-+]\d+)?\)?)*", text)


@given(graphs)
def test_the_total_is_the_central_difference(graph):
    numbers, steps = graph
    steps = [(name if name not in ("divide", "maximum") else "multiply", i, j) for name, i, j in steps]
    leaves = [Value(x) for x in numbers]
    y = grown(leaves, steps)[-1]
    if max(abs(v.data) for v in topological_order(y)) < 100:
        for k, leaf in enumerate(leaves):
            f = lambda h, k=k: grown([*numbers[:k], numbers[k] + h, *numbers[k + 1 :]], steps)[-1]  # noqa: E731
            h = 1e-4
            expected = (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)
            assert explain(y, leaf).total == pytest.approx(expected, rel=1e-5, abs=1e-4)


# ---- large graphs


def test_thirty_doublings_are_counted_not_walked():
    y = x = Value(1.0, "x")
    for _ in range(30):
        y = y + y
    found = explain(y, x)
    assert (found.count, found.total, len(found.terms)) == (2**30, 2.0**30, 2)
    assert str(found).startswith("dy/dx = 1.074e+09: 1,073,741,824 paths lead from x to y, too much to list")
    assert str(found).endswith("dy/dx = 5.369e+08 + 5.369e+08 = 1.074e+09")


def test_paths_beyond_all_counting():
    y = x = Value(1.0, "x")
    for _ in range(20_000):
        y = 0.5 * y + 0.5 * y
    assert str(explain(y, x)).startswith("dy/dx = 1: more than 10¹⁵ paths lead from x to y, too much to list")


def test_depth_does_not_matter():
    y = x = Value(1.0, "x")
    for _ in range(20_000):
        y = y + 1e-6
    found = explain(y, x)
    assert (found.count, found.total, len(found.terms)) == (1, 1.0, 1)
    assert len(found.text) < 1000


def test_long_lists_are_shortened():
    y = x = Value(1.0, "x")
    for _ in range(1000):
        y = y * 1.001
    found = explain(y, x)
    assert len(found.paths[0].edges) == 1000
    assert "… 961 more values …" in found.text
    assert "x → v1 → v2 → v3 → v4 → v5 → v6 → v7 → … → v997 → v998 → v999 → y" in found.text
    shared = [x * float(i) for i in range(1000)]
    text = str(explain(autograd.sum(shared), x))
    assert "… 961 more values …" in text
    assert "… 961 more uses …" in text
    assert text.endswith("dy/dx = 999 + 998 + 997 + 996 + 995 + 994 + 993 + 992 + … + 3 + 2 + 1 + 0 = 499500")
    assert "y = 499500: sum of 1000 inputs\n    ∂y/∂v1 = 1\n" in str(explain(autograd.sum(shared)))
    dot = str(explain(autograd.dot([x] * 100, [0.1 * i for i in range(100)]), x))
    assert "… 61 more inputs …" in dot
    assert "∂₄y/∂x = 0.3\n" in dot
    assert len(dot.split("\n")) < 100


# ---- labels, LaTeX, notebooks


@pytest.mark.parametrize("label", ["<script>", 'a"b', "{x|y}", "∂", "x" * 500, "", "50%", "w_1", "a\nb", "alpha"])
def test_latex_is_whole_and_drawn_whatever_the_labels(label):
    w, x = Value(-3.0, label), Value(2.0, label)
    y = (w * x + w).tanh()
    for found in (explain(y, w), explain(y, w, max_paths=1), explain(y), explain(y.parents[0]), explain(w)):
        assert found.latex.startswith(r"\begin{aligned} & ")
        assert found._repr_latex_() == rf"$\displaystyle {found.latex}$"
        assert "<s" not in found.latex
        for line in found.lines:
            assert_balanced(line.latex)
            assert_drawn(line.latex or "0")
            assert line.text.isprintable()


def test_latex_of_a_path():
    y, _, w, *_ = neuron()
    lines = [line.latex for line in explain(y, w).lines]
    assert lines[0] == r"\frac{\mathrm{d} y}{\mathrm{d} w} = 1.573"
    assert lines[-2] == r"w \to v_{1} \to n \to y"
    assert lines[-1] == (
        r"\quad \frac{\partial y}{\partial n} \cdot \frac{\partial n}{\partial v_{1}} \cdot "
        r"\frac{\partial v_{1}}{\partial w} = 0.7864 \cdot 1 \cdot 2 = 1.573"
    )


# ---- what it leaves alone, what it refuses


def test_gradients_are_left_alone():
    y, n, w, *_ = neuron()
    y.backward()
    before = [v.grad for v in topological_order(y)]
    for v in (y, n, w):
        explain(y, v)
        explain(v)
    assert [v.grad for v in topological_order(y)] == before


def test_a_users_rule_that_is_no_formula_is_told_in_numbers():
    cosine = Operation("cosine", math.cos, lambda y, x: (-math.sin(x),))
    x = Value(0.5, "x")
    assert "y = cosine(x) = cosine(0.5) = 0.8776\n    ∂y/∂x = −0.4794\n" in str(explain(cosine(x)))
    found = explain(cosine(x) * x, x)
    assert found.total == pytest.approx(math.cos(0.5) - 0.5 * math.sin(0.5), rel=1e-15)
    assert "∂v1/∂x = −0.4794" in found.text
    with pytest.raises(TypeError, match="derivatives of cosine cannot be read as formulas: it calls float"):
        explain(cosine)


def test_derivatives_of_derivatives_are_explained():
    x = Value(0.5, "x")
    (slope,) = derivatives(x.tanh() * x, [x])
    (curvature,) = derivatives(slope, [x])
    assert explain(slope, x).total == pytest.approx(curvature.data, rel=1e-12)


@pytest.mark.parametrize("change", [lambda y, w: setattr(w, "data", 5.0), lambda y, w: setattr(y, "data", 5.0)])
def test_a_stale_graph_is_refused(change):
    y, _, w, *_ = neuron()
    change(y, w)
    with pytest.raises(ValueError, match="the graph is stale"):
        explain(y, w)
    y.data, w.data = 3.0, -3.0
    with pytest.raises(ValueError, match="the graph is stale"):
        explain(y)


@pytest.mark.parametrize("wrong", [(3.0,), (Value(1.0), 3.0), (None, Value(1.0)), ("y",), (operator.add,)], ids=repr)
def test_only_values_are_explained(wrong):
    with pytest.raises(TypeError, match=r"explain\(output, wrt\) is about Values, not .* of type"):
        explain(*wrong)


def test_nan_and_infinity_are_told():
    x = Value(0.0, "x")
    assert str(explain(1 / x, x)).startswith("dy/dx = −∞: one path")
    assert str(explain((x - 1).log(), x)).startswith("dy/dx = −1: one path")
    assert "log(−1) = nan" in str(explain((x - 1).log(), x))
