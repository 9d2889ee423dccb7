"""Functions of many inputs: one node each, the same on floats, Values and a mixture of both."""

import math
from fractions import Fraction

import numpy as np
import pytest

import autograd
from autograd import Value, detached_max, dot, log_loss, log_softmax, logsumexp, mean, prod, softmax

XS = [0.5, -2.0, 3.0]
CASES = [
    (autograd.sum, 1.5, [1.0, 1.0, 1.0]),
    (mean, 0.5, [1 / 3, 1 / 3, 1 / 3]),
    (prod, -3.0, [-6.0, 1.5, -1.0]),
    (logsumexp, math.log(sum(map(math.exp, XS))), [math.exp(x) / sum(map(math.exp, XS)) for x in XS]),
]


@pytest.mark.parametrize(("f", "value", "gradient"), CASES, ids=lambda x: getattr(x, "__name__", ""))
def test_one_node_with_a_parent_for_each_input(f, value, gradient):
    xs = [Value(x) for x in XS]
    y = f(x for x in xs)
    assert y.parents == tuple(xs)
    assert y.data == pytest.approx(value, rel=1e-15)
    y.backward()
    assert [x.grad for x in xs] == pytest.approx(gradient, rel=1e-15)


@pytest.mark.parametrize(("f", "value", "gradient"), CASES, ids=lambda x: getattr(x, "__name__", ""))
def test_floats_give_floats_and_numbers_mix_with_values(f, value, gradient):
    assert type(f(XS)) is float
    assert f(XS) == f(tuple(XS)) == float(f(np.array(XS))) == pytest.approx(value, rel=1e-15)
    mixed = f([XS[0], Value(XS[1]), 3])
    assert type(mixed) is Value
    assert mixed.data == pytest.approx(value, rel=1e-15)


def test_dot():
    a, b = [Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]
    y = dot(a, b)
    assert y.parents == (*a, *b)
    y.backward()
    assert (y.data, [v.grad for v in a + b]) == (11.0, [3.0, 4.0, 1.0, 2.0])
    assert dot([1, 2], b).data == dot(a, np.array([3.0, 4.0])).data == 11.0
    assert dot(a, a).data == 5.0
    with pytest.raises(ValueError, match="dot needs two sequences of one length, got 2 and 1"):
        dot(a, [1.0])


def test_a_value_given_twice_gets_both_contributions():
    x = Value(3.0)
    autograd.sum([x, x, prod([x, x]), dot([x], [x])]).backward()
    assert x.grad == 1 + 1 + 6 + 6


def test_zeros_in_a_product():
    xs = [Value(0.0), Value(5.0), Value(0.0), Value(2.0)]
    prod(xs).backward()
    assert [x.grad for x in xs] == [0.0, 0.0, 0.0, 0.0]
    xs = [Value(5.0), Value(0.0), Value(2.0)]
    prod(xs).backward()
    assert [x.grad for x in xs] == [0.0, 10.0, 0.0]


def test_nothing():
    assert (autograd.sum([]), prod([]), dot([], [])) == (0.0, 1.0, 0.0)
    for f in (mean, logsumexp, softmax, detached_max):
        with pytest.raises(ValueError, match="of nothing: it needs at least one input"):
            f([])


@pytest.mark.parametrize("values", [Value(1.0), 3.0, None, np.array(1.0)])
def test_what_is_no_sequence(values):
    for f in (autograd.sum, mean, prod, logsumexp, softmax, detached_max, lambda x: dot(x, [1.0])):
        with pytest.raises(TypeError, match=r"takes a sequence of numbers and Values, not"):
            f(values)


MATRIX = [[1.0, 2.0], [3.0, 4.0]]
OF_VALUES = [[Value(x) for x in row] for row in MATRIX]


@pytest.mark.parametrize(
    "rows", [MATRIX, np.array(MATRIX), OF_VALUES, np.array(OF_VALUES), np.zeros((2, 2, 2)), [1.0, MATRIX[0]]]
)
def test_rows_are_for_a_loop(rows):
    for f in (autograd.sum, mean, prod, logsumexp, softmax, log_softmax, detached_max):
        with pytest.raises(TypeError, match=rf"{f.__name__} takes one .* first axis, \[{f.__name__}\(row\) for row in"):
            f(rows)
    for a, b in ((rows, MATRIX[0]), (MATRIX[0], rows), (rows, [1.0, 2.0, 3.0])):
        with pytest.raises(
            TypeError, match=r"dot takes one sequence .* loop over the first axis, \[dot\(row, v\) for row"
        ):
            dot(a, b)


def test_a_loop_over_rows_or_columns_is_what_scipy_computes_along_an_axis():
    # scipy.special.softmax of MATRIX, axis=1 and axis=0
    assert [softmax(row) for row in np.array(MATRIX)] == [pytest.approx([0.2689414213699951, 0.7310585786300049])] * 2
    columns = [softmax(column) for column in zip(*MATRIX, strict=True)]
    assert columns == [pytest.approx([0.11920292202211755, 0.8807970779778823])] * 2
    assert autograd.sum(np.array([np.array(1.0), 2])) == 3.0


def test_whole_numbers_in_arrays_are_read_as_floats():
    assert autograd.sigmoid(np.array([200], np.uint8)).tolist() == [1.0]
    assert autograd.negative(np.array([1], np.uint8)).tolist() == [-1.0]
    assert autograd.square(np.array([10**10])).tolist() == [1e20]
    assert autograd.power(np.array([2, 4]), -1).tolist() == [0.5, 0.25]
    assert autograd.sigmoid(np.array([True, False])).tolist() == [autograd.sigmoid(1.0), 0.5]
    for array in (np.array([1j]), np.array(["x"])):
        with pytest.raises(TypeError, match="exp takes arrays of real numbers, not of"):
            autograd.exp(array)


def test_sum_takes_a_start_as_the_builtin_does():
    b = Value(1.0)
    y = autograd.sum([Value(2.0), 3.0], b)
    assert (y.data, y.parents[0]) == (6.0, b)


def test_softmax_and_log_softmax():
    xs = [Value(x) for x in XS]
    ps = softmax(xs)
    assert [p.data for p in ps] == pytest.approx(softmax(XS), rel=1e-15)
    assert sum(softmax(XS)) == pytest.approx(1.0, rel=1e-15)
    assert [math.exp(y) for y in log_softmax(XS)] == pytest.approx(softmax(XS), rel=1e-15)
    ps[0].backward()
    p = [p.data for p in ps]
    assert [x.grad for x in xs] == pytest.approx([p[0] * (1 - p[0]), -p[0] * p[1], -p[0] * p[2]], rel=1e-12)


@pytest.mark.parametrize("shift", [0.0, 1000.0, -(2.0**53), 2.0**60, -1e200])
@pytest.mark.parametrize("scores", [(0.0, 0.0), (2048.0, 0.0, 2048.0), (-4096.0, 0.0), (1.0, 1.0, 1.0, 1.0)])
def test_a_shift_that_all_scores_have_in_common_changes_nothing(shift, scores):
    scores = [shift + z for z in scores]  # here exactly, or each is the shift
    exact = [Fraction(z) - max(map(Fraction, scores)) for z in scores]
    powers = [math.exp(z) for z in exact]
    p = [power / math.fsum(powers) for power in powers]
    logs = [float(z) - math.log(math.fsum(powers)) for z in exact]
    for of, expected in ((softmax, p), (log_softmax, logs)):
        zs = [Value(z) for z in scores]
        ys = of(zs)
        assert of(scores) == [y.data for y in ys] == pytest.approx(expected, rel=1e-15)
        program = autograd.record(autograd.sum(ys), inputs=zs)
        for n in (1, 3, 40):
            assert program([scores] * n) == pytest.approx(np.full((n, 1), sum(expected)), rel=1e-14)
        ys[0].backward()
        gradient = [float(i == 0) - q for i, q in enumerate(p)]
        if of is softmax:
            gradient = [p[0] * d for d in gradient]
        assert [z.grad for z in zs] == pytest.approx(gradient, rel=1e-15, abs=1e-300)
        assert sum(z.grad for z in zs) == pytest.approx(0.0, abs=1e-15)


def test_nothing_flows_through_a_detached_max():
    x, y = Value(2.0), Value(5.0)
    z = detached_max([x, y]) * y
    z.backward()
    assert (z.data, x.grad, y.grad) == (25.0, 0.0, 5.0)
    assert detached_max([1.0, math.inf]) == math.inf
    assert math.isnan(detached_max([math.nan, 1.0]))
    program = autograd.record(detached_max([x, y]), inputs=[x, y])  # which chooses again
    assert program([[7.0, 1.0], [1.0, 7.0], [-3.0, -4.0]]).tolist() == [[7.0], [7.0], [-3.0]]


@pytest.mark.parametrize(
    ("xs", "expected"),
    [
        ([1000.0, -1000.0], 1000.0),
        ([-math.inf, -math.inf], -math.inf),
        ([math.inf, 0.0], math.inf),
        ([-math.inf, 1.0], 1.0),
        ([-1000.0], -1000.0),
    ],
)
def test_logsumexp_at_extremes(xs, expected):
    assert logsumexp(xs) == logsumexp([Value(x) for x in xs]).data == expected


def test_nan_goes_through_logsumexp():
    assert math.isnan(logsumexp([math.nan, 1.0]))
    assert math.isnan(logsumexp([1.0, math.nan]))


@pytest.mark.parametrize("shift", [-1e200, -1e16, -3e7, 0.0, 1e3, 1e16, 1e300])
def test_derivatives_of_logsumexp_are_a_distribution_at_any_size_of_its_inputs(shift):
    # softmax is the same for scores that differ by a constant, here by one that leaves their differences exact
    for xs in ([0.0, 0.0], [0.0, 0.0, -math.inf], [0.0] * 40):
        values = [Value(x + shift) for x in xs]
        logsumexp(values).backward()
        finite = sum(map(math.isfinite, xs))
        assert [v.grad for v in values] == pytest.approx([math.isfinite(x) / finite for x in xs], rel=1e-14, abs=0)


@pytest.mark.parametrize("shift", [0.0, 1000.0, -(2.0**53), 2.0**60, 1e200])
def test_log_loss_is_minus_log_softmax_at_any_size(shift):
    scores = [shift, shift - (2.0**10 if shift else 3.0), shift]  # exact differences, or none
    p = softmax(scores)
    for i in range(3):
        zs = [Value(z) for z in scores]
        loss = log_loss(Value(i), zs)
        loss.backward()
        assert loss.data == log_loss(i, scores) == -log_softmax(scores)[i]
        assert [z.grad for z in zs] == pytest.approx([q - (k == i) for k, q in enumerate(p)], rel=1e-15, abs=1e-300)
        assert sum(z.grad for z in zs) == pytest.approx(0.0, abs=1e-15)
        index = Value(0)
        program = autograd.record(log_loss(index, zs), inputs=[index, *zs])
        for n in (1, 3, 40):
            assert program([[i, *scores]] * n) == pytest.approx(np.full((n, 1), loss.data), rel=1e-14)


def test_log_loss_refuses_what_is_no_class():
    for i in (-1, 3, 0.5, math.nan):
        with pytest.raises(IndexError, match="one of 3 is chosen by a whole number from 0 to 2, not by"):
            log_loss(i, [1.0, 2.0, 3.0])
    with pytest.raises(TypeError, match=r"log_loss\(i, xs\) takes one number or Value for i, not 'a' of type str"):
        log_loss("a", [1.0])
    with pytest.raises(ValueError, match="log_loss of nothing"):
        log_loss(0, [])
