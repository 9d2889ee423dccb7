"""Formulas as text and LaTeX: what is simplified, where brackets stand, how labels and graphs are written.

The text is read back by Python, with Python's operators and precedence: it means what the tree means.
"""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import OPERATIONS, Formula, Operation, Value, derivatives, formula, grad
from autograd.formulas.algebra import FormulaError, as_formula, write
from autograd.formulas.notation import exact_text, label_latex, label_text, number_text
from autograd.formulas.reading import derivative_formulas, input_names
from autograd.operations import constant
from tests.shared import assert_balanced, assert_drawn, cube, every_row

a, b, c, x = (Formula(name) for name in "abcx")

WRITTEN = [
    # brackets where precedence asks, and nowhere else
    (a + b * c, "a + b · c", r"a + b \cdot c"),
    ((a + b) * c, "(a + b) · c", r"(a + b) \cdot c"),
    (a - (b - c), "a − (b − c)", "a - (b - c)"),
    (a - b - c, "a − b − c", "a - b - c"),
    (a + (b - c), "a + b − c", "a + b - c"),
    (a / (b * c), "a / (b · c)", r"\frac{a}{b \cdot c}"),
    (a / (b / c), "a / (b / c)", r"\frac{a}{\frac{b}{c}}"),
    (a * (b / c), "a · b / c", r"a \cdot \frac{b}{c}"),
    ((a + b) ** 2, "(a + b)²", "(a + b)^{2}"),
    ((a / b) ** 2, "(a / b)²", r"\left(\frac{a}{b}\right)^{2}"),
    ((-a) ** 2, "(−a)²", "(-a)^{2}"),
    (-(a**2), "−a²", "-a^{2}"),
    (a ** (-12), "a⁻¹²", "a^{-12}"),
    (a**0.5, "a^0.5", "a^{0.5}"),
    (a ** (b + 1), "a^(b + 1)", "a^{b + 1}"),
    ((a**b) ** c, "(a^b)^c", "(a^{b})^{c}"),
    (a ** (b**c), "a^(b^c)", "a^{b^{c}}"),
    (2**a, "2^a", "2^{a}"),
    ((-2) ** a, "(−2)^a", "(-2)^{a}"),
    (a - (-2) * b, "a − (−2) · b", r"a - (-2) \cdot b"),
    (abs(a) ** 2, "abs(a)²", r"{\left|a\right|}^{2}"),
    (autograd.sqrt(a) ** 2, "sqrt(a)²", r"{\sqrt{a}}^{2}"),
    (autograd.exp(a / b), "exp(a / b)", r"\exp\left(\frac{a}{b}\right)"),
    (autograd.leaky_relu(a, 0.01), "leaky_relu(a, 0.01)", r"\operatorname{leaky\_relu}(a, 0.01)"),
    # comparisons and choices
    (autograd.less(0, x), "1 if x > 0 else 0", r"\mathbf{1}[x > 0]"),
    (autograd.less_equal(a, b) + 1, "[a ≤ b] + 1", r"\mathbf{1}[a \leq b] + 1"),
    (autograd.exp(autograd.equal(a, b)), "exp([a = b])", r"\exp(\mathbf{1}[a = b])"),
    (2 * autograd.where(autograd.less(a, b), a, b), "2 · (a if a < b else b)", None),
    (autograd.where(a, b, autograd.where(b, a, c)), "b if a ≠ 0 else (a if b ≠ 0 else c)", None),
    (autograd.where(autograd.less(a, b) * autograd.less(b, c), a, 0), "a if a < b and b < c else 0", None),
    # numbers
    (a * 0.5, "a · 0.5", r"a \cdot 0.5"),
    (a + 1e-7, "a + 1e−07", r"a + 1 \cdot 10^{-7}"),
    (a / 3e10**2, "a / 9e+20", r"\frac{a}{9 \cdot 10^{20}}"),
    (a + math.inf, "a + ∞", r"a + \infty"),
    (a / 3 + 1 / 3, "a / 3 + 1 / 3", r"\frac{a}{3} + \frac{1}{3}"),
    (a * (-2 / 7), "a · (−2 / 7)", r"a \cdot \left(-\frac{2}{7}\right)"),
    (a / math.sqrt(2 * math.pi), "a / sqrt(2 · π)", r"\frac{a}{\sqrt{2 \cdot \pi}}"),
    (a * -math.pi, "a · (−π)", r"a \cdot (-\pi)"),
    (np.float64(2) * a, "2 · a", r"2 \cdot a"),
    (np.exp(a) + a.tanh(), "exp(a) + tanh(a)", r"\exp(a) + \tanh(a)"),
    # simplified, by laws of the real numbers
    (0 + a + 0, "a", "a"),
    (a - 0, "a", "a"),
    (0 - a, "−a", "-a"),
    (1 * a * 1 / 1, "a", "a"),
    (-1 * a, "−a", "-a"),
    (-(-1 * a), "a", "a"),
    (+a, "a", "a"),
    (a * a, "a²", "a^{2}"),
    (3 * (2 * a) * 0.5, "3 · a", r"3 \cdot a"),
    (a * b * b, "a · b²", r"a \cdot b^{2}"),
    (-a * a, "−a²", "-a^{2}"),
    (-a * -b, "a · b", r"a \cdot b"),
    (a + -b, "a − b", "a - b"),
    (a - -b, "a + b", "a + b"),
    (a + (-2), "a − 2", "a - 2"),
    (a / b / b, "a / b²", r"\frac{a}{b^{2}}"),
    (-a / -b, "a / b", r"\frac{a}{b}"),
    (a**1, "a", "a"),
    (a**0, "1", "1"),
    (autograd.where(as_formula(0), a, b), "b", "b"),
    (autograd.where(a, b, b), "b", "b"),
    (autograd.where(autograd.less(a, b), 1, 0) + a, "[a < b] + a", r"\mathbf{1}[a < b] + a"),
    # not simplified: the law would not hold everywhere
    (0 * a, "0 · a", r"0 \cdot a"),
    (a / a, "a / a", r"\frac{a}{a}"),
    (a - a, "a − a", "a - a"),
    (autograd.where(a, 1, 0), "1 if a ≠ 0 else 0", None),
]


@pytest.mark.parametrize(("made", "text", "latex"), WRITTEN, ids=[text for _, text, _ in WRITTEN])
def test_written(made, text, latex):
    assert str(made) == made.text == text
    if latex is not None:
        assert made.latex == latex
    assert repr(made) == f"<formula {text}>"
    assert made._repr_latex_() == rf"$\displaystyle {made.latex}$"


# ---- the text means what the tree means

LEAVES = {"a": 2.0, "b": -1.5, "c": 0.75}


SIGNS = str.maketrans(
    {"−": "-", "·": "*", "^": "**", "∞": "inf", "≤": "<=", "≥": ">=", "≠": "!=", "[": "float(", "]": ")"}
)
LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
NAMES = {"float": float, "inf": math.inf, "nan": math.nan, "π": math.pi}


def read(text, names):
    """The number that the text of a formula comes to: the signs replaced by Python's, evaluated by Python."""
    text = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: f"**({m[0].translate(LOWERED)})", text)
    text = re.sub("(?<![<>!])=", "==", text.translate(SIGNS))
    return float(eval(text, {"__builtins__": {}, **OPERATIONS, **NAMES, **names}))


trees = st.recursive(
    st.sampled_from([*LEAVES, 0.0, 1.0, -1.0, 2.0, -0.5, 3.0]),
    lambda tree: (
        st.tuples(st.sampled_from(["add", "subtract", "multiply", "divide"]), tree, tree)
        | st.tuples(st.just("fixed_power"), tree, st.sampled_from([2.0, 1.0, 0.0, -1.0, 3.0]))
        | st.tuples(st.sampled_from(["negative", "tanh", "abs", "square"]), tree)
        | st.tuples(st.sampled_from(["less", "less_equal", "equal"]), tree, tree)
        | st.tuples(st.just("where"), tree, tree, tree)
    ),
    max_leaves=12,
)


def computed(tree, names):
    """The tree computed with `names` for its letters: on formulas a formula, on floats a number."""
    if isinstance(tree, tuple):
        return OPERATIONS[tree[0]](*(computed(t, names) for t in tree[1:]))
    return names[tree] if isinstance(tree, str) else tree


@settings(max_examples=500)
@given(trees)
def test_the_text_of_any_expression_evaluates_to_its_number(tree):
    expected = computed(tree, LEAVES)
    for names in ({n: Formula(n) for n in LEAVES}, {n: Formula(n, v) for n, v in LEAVES.items()}):
        made = as_formula(computed(tree, names))
        assert_balanced(made.latex)
        if math.isfinite(expected) and abs(expected) < 1e6:
            assert made.number is None or made.number == pytest.approx(expected, rel=1e-9, abs=1e-9)
            try:
                number = read(made.text, LEAVES)
            except ArithmeticError:  # Python raises where a part of the expression is infinite
                continue
            assert number == pytest.approx(expected, rel=1e-9, abs=1e-9), made.text


# ---- every row of the table


@every_row
def test_the_text_of_every_rows_derivative_evaluates_to_the_local_derivative(operation):
    for inputs in (*operation.points, *operation.edges):
        y, local = operation.at(*inputs)
        numbers = dict(zip(input_names(operation, len(inputs)), inputs, strict=True))
        symbols = [Formula(name) for name in numbers]
        known = [Formula(name, number) for name, number in numbers.items()]
        for names, output in ((symbols, None), (known, None), (symbols, "y"), (known, Formula("y", y))):
            found = derivative_formulas(operation, names, output)
            with np.errstate(all="ignore"):
                of_text = [read(d.text, {n: np.float64(x) for n, x in (*numbers.items(), ("y", y))}) for d in found]
            np.testing.assert_allclose(of_text, local, rtol=1e-12, err_msg=f"{found} at {inputs}")
            if names is known:
                np.testing.assert_allclose([d.number for d in found], local, rtol=1e-12)
            else:
                assert {d.number for d in found if d.operation is not constant} <= {None}


@every_row
def test_the_text_of_every_row_evaluates_to_its_value(operation):
    for inputs in (*operation.points, *operation.edges):
        numbers = dict(zip(input_names(operation, len(inputs)), inputs, strict=True))
        made = write(operation, [Formula(name, number) for name, number in numbers.items()])
        y = operation(*inputs)
        np.testing.assert_allclose(made.number, y, rtol=0)
        with np.errstate(all="ignore"):
            np.testing.assert_allclose(read(made.text, {n: np.float64(x) for n, x in numbers.items()}), y, rtol=1e-12)


@every_row
def test_the_latex_of_every_row_is_whole_and_drawn(operation):
    names = [Formula(name) for name in input_names(operation, 4)]
    written = [write(operation, names), *derivative_formulas(operation), *derivative_formulas(operation, names, "y")]
    for made in written:
        assert_balanced(made.latex)
        if "cases" not in made.latex:  # which matplotlib does not know
            assert_drawn(made.latex)


def test_the_issues_examples():
    assert [d.text for d in derivative_formulas(OPERATIONS["tanh"])] == ["1 − tanh(x)²"]
    assert [d.latex for d in derivative_formulas(OPERATIONS["tanh"])] == [r"1 - \tanh(x)^{2}"]
    assert [d.text for d in derivative_formulas(OPERATIONS["relu"])] == ["1 if x > 0 else 0"]
    assert [d.text for d in derivative_formulas(OPERATIONS["log2"])] == ["1 / (log(2) · x)"]
    assert [d.text for d in derivative_formulas(OPERATIONS["erf"])] == ["2 / sqrt(π) · exp(−x²)"]


def test_what_matters_only_at_a_tie_is_written_only_there():
    at = lambda name, **numbers: [d.text for d in derivative_formulas(OPERATIONS[name], formulas(numbers))]  # noqa: E731
    assert at("power", a=2.0, b=3.0) == ["b · a^(b − 1)", "a^b · log(a)"]
    assert at("power", a=0.0, b=0.0)[0] == "b · a^(0 if a = 0 and b = 0 else b − 1)"
    assert at("maximum", a=2.0, b=3.0) == ["1 − [a < b]", "1 − [b < a]"]
    assert at("maximum", a=2.0, b=2.0)[0] == "1 − [a < b] − 0.5 · [a = b]"


def formulas(numbers):
    return [Formula(name, number) for name, number in numbers.items()]


# ---- a user's operations

logistic = Operation("logistic", lambda x: 1 / (1 + np.exp(-x)), lambda y, x: (y * (1 - y),), latex=r"\Lambda")
halved = Operation("halved", lambda x: x / 2, lambda y, x: (0.5,), latex=r"\frac{#1}{2}", written=True)
norm = Operation("norm", lambda *xs: math.hypot(*xs), lambda y, *xs: tuple(x / y for x in xs))


def test_a_users_rule_is_read_as_a_row_is():
    assert [d.text for d in derivative_formulas(cube)] == ["3 · x²"]
    assert [d.text for d in derivative_formulas(logistic)] == ["logistic(x) · (1 − logistic(x))"]
    assert logistic(a).latex == r"\Lambda(a)"
    assert halved(a).text == "a / 2"
    assert [d.text for d in derivative_formulas(norm, ["a", "b"], "r")] == ["a / r", "b / r"]


NO_FORMULA = {
    "math": (lambda y, x: (math.cos(x),), "function of math"),
    "float": (lambda y, x: (2 * float(x),), "function of math"),
    "branch": (lambda y, x: (1.0 if x > 0 else 0.0,), "branches on a number"),
    "numpy": (lambda y, x: (np.heaviside(x, 1.0),), "cannot be read as formulas"),
    "array": (lambda y, x: (np.array([1.0, 2.0]),), "made from formulas and numbers"),
    "short": (lambda y, x: (), "tuple with one entry for each"),
    "error": (lambda y, x: ({}[x],), "cannot be read as formulas"),
    "value": (lambda y, x: (Value(2.0) * x,), "cannot be read as formulas"),
}


@pytest.mark.parametrize("name", NO_FORMULA)
def test_a_rule_that_cannot_be_read_is_named(name):
    rule, why = NO_FORMULA[name]
    own = Operation(name, lambda x: x, rule)
    with pytest.raises(TypeError, match=f"the derivatives of {name} cannot be read as formulas: .*") as caught:
        derivative_formulas(own)
    assert caught.type is FormulaError
    assert why in str(caught.value)


def test_a_formula_is_made_from_formulas_and_numbers():
    for wrong in ("x", None, [1.0]):
        with pytest.raises(TypeError):
            a + wrong
    with pytest.raises(FormulaError, match="not 'x' of type str"):
        as_formula("x")


# ---- labels and numbers

LABELS = {
    "w": "w",
    "w1": "w_{1}",
    "x_1": "x_{1}",
    "w_1_2": "w_{1, 2}",
    "alpha": r"\alpha",
    "beta2": r"\beta_{2}",
    "loss": r"\mathrm{loss}",
    "loss_train": r"\mathrm{loss}_{\mathrm{train}}",
    "é": "é",
    "a b": r"\mathrm{a\ b}",
    "_": r"\mathrm{{\_}}",
    "x_": r"\mathrm{x{\_}}",
    "<script>": r"\mathrm{{<}script{>}}",
    "50%": r"\mathrm{50{\%}}",
    "{x|y}": r"\mathrm{{\{}x|y{\}}}",
    "a\\b": r"\mathrm{a{\backslash}b}",
    "$x^2~#&'": r"\mathrm{{\$}x{\wedge}2{\sim}{\#}{\&}{’}}",
    'a"b': r"\mathrm{a{”}b}",
    "a\nb": r"\mathrm{a\ b}",
    "}": r"\mathrm{{\}}}",
    "\\": r"\mathrm{{\backslash}}",
}


@pytest.mark.parametrize("label", [*LABELS, "∂L/∂w", "x" * 500, "€_{", "\x1b[31m", "μ"])
def test_a_label_is_never_broken_latex(label):
    named = Formula(label)
    assert_balanced(named.latex)
    assert "<s" not in named.latex
    for made in (named, named**2, named / named, named + 1, autograd.sqrt(named) ** 2):
        assert_balanced(made.latex)
        assert_drawn(made.latex)
        assert made.text.isprintable()
        assert len(made.text) < 100
    assert label_latex(label) == LABELS.get(label, label_latex(label))


def test_a_label_that_is_no_identifier_stands_in_brackets():
    assert str(Formula("a b") * 2) == "(a b) · 2"
    assert str(autograd.tanh(Formula("a b"))) == "tanh(a b)"
    assert str(Formula("a b")) == "a b"


def test_a_long_label_is_cut():
    assert label_text("x" * 40) == "x" * 40
    assert label_text("x" * 41) == "x" * 39 + "…"


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (3.0, "3"), (-3.0, "−3"), (999999.0, "999999"), (1e6, "1e+06"), (12345.678, "12346"),
        (1234.5678, "1235"), (0.12345, "0.1235"), (1e-4, "0.0001"), (1.23456e-5, "1.235e−05"),
        (math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "nan"),
    ],
)  # fmt: skip
def test_numbers_are_shown_with_four_digits(x, text):
    assert number_text(x) == text


@given(st.floats(allow_nan=False))
def test_numbers_of_a_formula_are_exact(x):
    assert read(exact_text(x), {}) == x
    assert read(as_formula(x).text, {}) == x
    assert_balanced(as_formula(x).latex)


def test_known_numbers_are_written_as_what_they_are():
    known = {math.pi: "π", math.sqrt(2): "sqrt(2)", math.log(10): "log(10)", 2 / math.sqrt(math.pi): "2 / sqrt(π)"}
    for x, text in known.items():
        assert as_formula(x).text == text
        assert as_formula(x * (1 + 1e-15)).text != text


# ---- the formula of a graph


def test_the_formula_of_a_graph():
    w, x, b = Value(2.0, "w"), Value(3.0, "x"), Value(-1.5)
    n = w * x + b
    y = n.tanh() / (1 + n)
    assert str(formula(y)) == "tanh(w · x + v2) / (1 + w · x + v2)"
    n.label = "n"
    assert str(formula(y)) == "tanh(n) / (1 + n)"
    assert formula(y).latex == r"\frac{\tanh(n)}{1 + n}"
    y.label = "y"
    assert str(formula(y)) == "tanh(n) / (1 + n)"
    assert str(formula(n)) == "w · x + v2"
    assert str(formula(w)) == "w"
    assert str(formula(b)) == "y"
    assert formula(y).number == y.data


def test_the_formula_of_a_sum_and_of_a_power():
    xs = [Value(float(i), f"x{i}") for i in range(3)]
    assert str(formula(sum(xs))) == "x0 + x1 + x2"
    assert str(formula(autograd.sum(xs))) == "x0 + x1 + x2"
    assert str(formula(autograd.mean(xs))) == "(x0 + x1 + x2) / 3"
    assert str(formula(autograd.dot(xs, [0.5, 2.0, Value(4.0)]))) == "x0 · 0.5 + x1 · 2 + x2 · v1"
    assert str(formula(xs[1] ** 2 + xs[1] ** xs[2])) == "x1² + x1^x2"


def test_the_formula_of_a_derivative_names_what_has_a_label():
    w, x = Value(2.0, "w"), Value(0.3, "x")
    y = (w * x).tanh()
    (slope,) = derivatives(y, [w])
    assert str(formula(slope)) == "x · (1 − tanh(w · x)²)"
    y.label = "y"
    assert str(formula(slope)) == "x · (1 − y²)"
    assert formula(slope).number == pytest.approx(slope.data, rel=1e-15)
    assert str(formula(grad(lambda v: v**3)(x))) == "3 · x²"
    assert str(formula(grad(grad(lambda v: v**3))(x))) == "6 · x"


def test_values_of_one_label_are_told_apart():
    x, other, third = Value(1.0, "x"), Value(2.0, "x"), Value(3.0, "x_1")
    assert str(formula(x * other + third)) in ("x · x_2 + x_1", "x_2 · x + x_1")


def test_names_are_distinct_and_quickly_found():
    nodes = [Value(float(i), label) for i, label in zip(range(20_000), ["x", "", "v2", "x_1"] * 5000, strict=True)]
    found = autograd.names(autograd.sum(nodes))
    assert all(v is node for v, node in zip(found, nodes, strict=False))
    assert len(set(found.values())) == len(nodes) + 1
    assert found[nodes[1]] == "v1"
    assert found[nodes[5]] == "v3"


def test_a_formula_that_is_too_long_says_what_to_do():
    x = Value(1.0, "x")
    y = x
    for _ in range(40):  # written out, 2⁴⁰ times x
        y = y + y
    with pytest.raises(FormulaError, match="more than 4,000 characters: label some of the Values inside"):
        formula(y)
    y.parents[0].label = "half"
    assert str(formula(y)) == "half + half"


def test_depth_does_not_matter():
    y = x = Value(1.0, "x")
    for i in range(20_000):
        y = (y + x).tanh()
        y.label = f"h{i}"
    assert str(formula(y)) == "tanh(h19998 + x)"
    for node in autograd.topological_order(y):
        node.label = ""
    with pytest.raises(FormulaError):
        formula(y)


def test_formula_needs_a_value():
    with pytest.raises(TypeError, match="needs the Value that a computation ended in, not 3"):
        formula(3)
