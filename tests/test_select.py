"""select(i, xs): a number chosen by an index that may be a Value, in every reading and in a replay."""

import math

import numpy as np
import pytest

import autograd
from autograd import OPERATIONS, Value, derivatives, draw, explain, formula, record, select
from autograd.expressions import evaluate
from tests.test_program import compare

WRONG = pytest.mark.parametrize("i", [-1, 3, 1.5, math.nan, math.inf, -0.5])


def table(rows, columns):
    return [[Value(10.0 * r + c, f"x{r}{c}") for c in range(columns)] for r in range(rows)]


def test_a_plain_number_makes_no_node():
    xs = [Value(1.0), Value(2.0)]
    for i in (1, 1.0, True, np.int64(1), np.array(1)):
        assert select(i, xs) is xs[1]
    assert select(0, [[1, 2], [3, 4]]) == [1, 2]
    assert select(1, (5.0, 6.0)) == 6.0


def test_a_value_makes_one_node_and_nothing_flows_to_it():
    i, xs = Value(2.0), [Value(1.0), Value(2.0), Value(5.0)]
    y = select(i, xs)
    (3 * y).backward()
    assert (y.data, y.parents, y.operation.name) == (5.0, (i, *xs), "select")
    assert [v.grad for v in (i, *xs)] == [0.0, 0.0, 0.0, 3.0]
    assert select(Value(1), [7.0, 8.0]).data == 8.0


def test_of_rows_it_is_the_row_by_columns():
    xs = table(3, 2)
    for rows in (xs, tuple(map(tuple, xs)), np.array(xs)):
        chosen = select(Value(1), rows)
        assert [v.data for v in chosen] == [10.0, 11.0]
        assert chosen[1].parents[1:] == (xs[0][1], xs[1][1], xs[2][1])
    deep = select(Value(1), [[[1.0, 2.0]], [[3.0, 4.0]]])
    assert [[v.data for v in row] for row in deep] == [[3.0, 4.0]]


@WRONG
def test_an_index_that_is_no_whole_number_within_is_refused(i):
    message = f"one of 3 is chosen by a whole number from 0 to 2, not by {i}$"
    for index in (i, Value(i)):
        with pytest.raises(IndexError, match=message):
            select(index, [1.0, 2.0, 3.0])
    with pytest.raises(IndexError, match=message):
        select(Value(i), table(3, 2))
    assert math.isnan(OPERATIONS["select"](i, 1.0, 2.0, 3.0))


def test_what_it_does_not_choose_from_is_refused():
    with pytest.raises(ValueError, match="select of nothing: it needs at least one to choose from"):
        select(0, [])
    with pytest.raises(ValueError, match=r"several rows of one length, and these have \[1, 2\]"):
        select(Value(0), [[1.0, 2.0], [3.0]])
    with pytest.raises(TypeError, match="one sequence of numbers and Values"):
        select(Value(0), [1.0, [2.0]])
    with pytest.raises(TypeError, match="select takes a sequence of numbers and Values, not 3.0"):
        select(0, 3.0)
    for wrong in ("0", None, [0], np.array([0, 1])):
        with pytest.raises(TypeError, match=r"select\(i, xs\) takes one number or Value for i, not "):
            select(wrong, [1.0, 2.0])


def test_on_arrays_each_sample_has_its_own():
    i = np.array([0.0, 2.0, 1.0])
    a, b, c = np.arange(9.0).reshape(3, 3)
    np.testing.assert_array_equal(OPERATIONS["select"](i, a, b, c), [0.0, 7.0, 5.0])
    np.testing.assert_array_equal(OPERATIONS["select"](i[:, None], a, 10.0, c).shape, (3, 3))


def test_a_derivative_decides_again():
    i, a, b = Value(1.0), Value(2.0), Value(3.0)
    y = select(i, [a * a, b * b * b])
    assert [d.data for d in derivatives(y, [i, a, b])] == [0.0, 0.0, 27.0]
    program = record(derivatives(y, [b])[0], [i], [a, b])
    np.testing.assert_array_equal(program([[1.0], [0.0]]), [[27.0], [0.0]])


def test_it_is_written_and_explained():
    i, a, b = Value(1.0, "i"), Value(2.0, "a"), Value(3.0, "b")
    assert str(formula(select(i, [a, b]))) == "select(i, a, b)"
    assert "∂select(i, x1, x2)/∂x2 = 1 if i = 1 else 0" in str(explain(OPERATIONS["select"]))
    assert evaluate("select(i, [a, b * b])", {"i": i, "a": a, "b": b}).data == 9.0
    for wrong, message in (
        ("select(i, a, b)", "select takes an index and a list: select"),
        ("select(7, [a, b])", "one of 2 is chosen by a whole number from 0 to 1, not by 7"),
    ):
        with pytest.raises(ValueError, match=message):
            evaluate(wrong, {"i": i, "a": a, "b": b})


def test_a_picture_has_one_edge_from_what_was_chosen():
    xs = [Value(x, label) * 1.5 for x, label in ((2.0, "a"), (3.0, "b"), (4.0, "c"))]
    y = select(Value(1.0, "i"), xs)
    y.label = "y"
    source = draw(y).source
    assert source.count("class=e") == 2  # b to its product, and that to y
    assert '"b\\n' in source
    assert not any(f'"{name}\\n' in source for name in ("a", "c", "i"))
    assert draw(y + xs[0]).source.count("class=e") == 5  # all of a's, and no edge from it to y


# ---- replayed


def eager(f, X, parameters):
    """The mean over the samples and its gradient, sample by sample."""
    for p in parameters:
        p.grad = 0.0
    total = 0.0
    for row in X.tolist():
        y = f(row)
        y.backward(1 / len(X))
        total += y.data / len(X)
    return total, [p.grad for p in parameters]


@pytest.mark.parametrize("way", ["arrays", "floats"])
@pytest.mark.parametrize("rows", [1, 2, 5, 40])
def test_rows_are_gathered_in_a_replay(rows, way):
    xs, w = table(rows, 3), [Value(0.5 * k + 1) for k in range(4)]
    parameters = [*(x for row in xs for x in row), *w]

    def f(tokens):
        rows = [select(t, xs) for t in tokens]
        inner = [wk * autograd.dot(row, row) for wk, row in zip(w, rows, strict=True)]
        return select(tokens[0], [*inner, *inner[:1] * 36]) + select(tokens[1], [v.tanh() for v in inner] * 10)

    inputs = [Value(0.0) for _ in w]
    program = record(f(inputs), inputs, parameters)
    program._few = 0 if way == "arrays" else 10**6
    for n in (1, 7):
        X = np.random.default_rng(n).integers(0, rows, (n, 4)).astype(float)
        value, gradient = program.value_and_grad(X)
        expected, gradients = eager(f, X, parameters)
        assert value == pytest.approx(expected, rel=1e-12)
        np.testing.assert_allclose(gradient, gradients, rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(program.input_gradient(X), 0.0)
        for i in (-1, rows, 0.5, math.nan):
            wrong = X.copy()
            wrong[-1, 2] = i
            with pytest.raises(
                IndexError, match=f"one of {rows} is chosen by a whole number from 0 to {rows - 1}, not by {i}$"
            ):
                program.value_and_grad(wrong)


def test_indices_and_choices_of_every_kind():
    """An index that is an input, computed, a parameter; choices that are inputs, weights, computed, numbers, mixed."""
    i, x, p, w = Value(1.0), Value(0.5), Value(2.0), [Value(1.5), Value(-2.0), Value(3.0)]
    indices = [i, 2 - i, p, 2 * i / i, +p]
    choices = [[x, x, i], w, [v * x for v in w], [1.0, 2.0, 3.0], [x, w[0], 4.0], [v * v for v in w], [w[0], 2.0, w[1]]]
    for index in indices:
        for xs in choices:
            y = select(index, xs) * w[0] + x
            X = [[1.0, 0.5], [2.0, -1.5], [1.0, 3.0]] if index is i else [[1.0, 0.5], [1.0, -1.5]]
            compare([y, select(index, xs)], [i, x], [p, *w], X)
    assert "select of 3 → 1×batch" in str(record(select(i, w), [i], w))


def test_two_that_choose_the_same_number_both_reach_it():
    """They are one instruction, and their contributions to one gradient are added up."""
    i, j, x, w = Value(1.0), Value(2.0), Value(0.5), [Value(1.5), Value(-2.0), Value(3.0)]
    products = [v * x for v in w]
    first, second = select(i, products), select(j, products)
    assert "select of 3 → 2×batch" in str(record(first * second, [i, j, x], w))
    compare([first * second], [i, j, x], w, [[1.0, 1.0, 0.5], [0.0, 2.0, -1.5], [2.0, 2.0, 1.0]])


def test_a_table_costs_what_is_chosen_from_it():
    """Twenty thousand rows replay in the time of twenty, but for the gradient, which is as long as the weights."""
    i, xs = Value(0.0), [Value(float(k)) for k in range(20_000)]
    program = record(select(i, xs), [i], xs)
    assert len(program._grouping.instructions) == 1
    value, gradient = program.value_and_grad([[19_999.0], [3.0]])
    assert value == (19_999 + 3) / 2
    assert np.flatnonzero(gradient).tolist() == [3, 19_999]
