"""Value: arithmetic, comparison, conversion, NumPy on both sides, and every bad input with its message."""

import math
import operator
import statistics
import weakref
from fractions import Fraction

import numpy as np
import pytest

import autograd
from autograd import (
    OPERATIONS,
    Value,
    backward,
    derivatives,
    diagnose,
    draw,
    explain,
    formula,
    grad,
    record,
    step_through,
)
from autograd.operations import constant

OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
NUMBERS = [3, 3.0, True, np.float64(3), np.float32(3), np.int64(3), np.bool_(True), Fraction(3, 2)]


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("number", NUMBERS, ids=lambda x: type(x).__name__)
def test_a_number_on_either_side(op, number):
    v, plain = Value(1.5), float(number)
    for result, expected in ((op(v, number), op(1.5, plain)), (op(number, v), op(plain, 1.5))):
        assert type(result) is Value
        assert type(result.data) is float
        assert result.data == pytest.approx(expected, rel=1e-15)
        assert {type(p) for p in result.parents} == {Value}


@pytest.mark.parametrize("op", OPERATORS)
def test_a_reflected_operator_is_the_operator(op):
    v = Value(1.5)
    op(2.0, v).backward()
    two, w = Value(2.0), Value(1.5)
    op(two, w).backward()
    assert v.grad == w.grad


def test_a_plain_number_becomes_a_constant():
    a = Value(2.0)
    y = a * 5
    assert y.parents == (a, y.parents[1])
    assert y.parents[1].operation is constant
    assert (a.operation, y.operation) == (None, OPERATIONS["multiply"])
    assert y.local_derivatives == (5.0, 2.0)
    assert (3 - a).parents[1] is a


def test_unary_operators():
    v = Value(-2.0)
    assert ((-v).data, (+v).data, abs(v).data) == (2.0, -2.0, 2.0)
    (-v + abs(v) + +v).backward()
    assert v.grad == -1.0 - 1.0 + 1.0


@pytest.mark.parametrize(("x", "n", "slope"), [(-3.0, 2, -6.0), (-3.0, 3.0, 27.0), (0.0, 0, 0.0), (0.0, 1, 1.0)])
def test_a_plain_exponent_never_asks_for_the_logarithm(x, n, slope):
    v = Value(x)
    y = v**n
    assert y.local_derivatives == (slope, 0.0)
    y.backward()
    assert (v.grad, y.parents[1].grad) == (slope, 0.0)


def test_a_value_exponent_receives_a_gradient():
    a, b = Value(2.0), Value(3.0)
    (a**b).backward()
    assert (a.grad, b.grad) == (12.0, pytest.approx(8 * math.log(2), rel=1e-15))


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda v: (v * 1000).exp(), math.inf),
        (lambda v: (v * 0).log(), -math.inf),
        (lambda v: (-v).log(), math.nan),
        (lambda v: (v * -8) ** (1 / 3), math.nan),
        (lambda v: v / 0, math.inf),
        (lambda v: -v / 0.0, -math.inf),
        (lambda v: 0 / (v * 0), math.nan),
        (lambda v: (v * 0) ** -1, math.inf),
        (lambda v: (v * 1e200) ** 2, math.inf),
        (lambda v: v * 1e308 * 10, math.inf),
        (lambda v: (v * math.inf).sin(), math.nan),
        (lambda v: (v * math.nan).relu(), math.nan),
        (lambda v: (v * math.nan).maximum(1), math.nan),
        (lambda v: v.maximum(math.nan), math.nan),
        (lambda v: (v * -1000).sigmoid(), 0.0),
        (lambda v: (v * 1000).sigmoid(), 1.0),
        (lambda v: (v * 1000).softplus(), 1000.0),
        (lambda v: (v * -1000).tanh(), -1.0),
    ],
)
def test_ieee_results_and_never_complex(make, expected):
    y = make(Value(1.0))
    assert type(y.data) is float
    assert y.data == expected or (math.isnan(y.data) and math.isnan(expected))


def test_stable_at_a_thousand():
    xs = [Value(1000.0), Value(-1000.0), Value(0.0)]
    total = autograd.logsumexp(xs)
    total.backward()
    assert total.data == 1000.0
    assert [x.grad for x in xs] == [1.0, 0.0, 0.0]
    assert [p.data for p in autograd.softmax(xs)] == [1.0, 0.0, 0.0]
    assert [p.data for p in autograd.log_softmax(xs)] == [0.0, -2000.0, -1000.0]


def test_order_compares_data():
    a, b = Value(1.0), Value(2.0)
    assert a < b
    assert a <= 1
    assert not a > np.float64(1)
    assert 2 >= b
    assert sorted([b, a]) == [a, b]
    assert max(a, b) is b
    assert type(a < b) is bool
    with pytest.raises(TypeError, match="not supported between"):
        _ = a < "1"


def test_equality_is_identity():
    a, b = Value(1.0), Value(1.0)
    assert a == a
    assert a != b
    assert len({a, b, a}) == 2
    assert (a == None) is False  # noqa: E711
    assert (a != None) is True  # noqa: E711
    assert a != "a"


@pytest.mark.parametrize("number", [*NUMBERS, 1j])
def test_equality_with_a_number_says_to_compare_data(number):
    for compare in (lambda: Value(3.0) == number, lambda: number == Value(3.0), lambda: Value(3.0) != number):
        with pytest.raises(TypeError, match=r"equal only to itself, .* compare its number, as in v\.data =="):
            compare()


def test_conversions_and_text():
    v = Value(2.5, "v")
    assert (float(v), v.item(), bool(v), bool(Value(0))) == (2.5, 2.5, True, False)
    assert f"{v:.4f} {v:8.2e}" == "2.5000 2.50e+00"
    assert repr(v) == f"{v}" == "Value(data=2.5, grad=0, label='v')"
    assert repr(Value(1)) == "Value(data=1, grad=0)"


def test_detach_is_a_new_leaf():
    a = Value(3.0, "a")
    d = (a * a).detach()
    assert (d.data, d.parents, d.operation) == (9.0, (), None)
    (d * a).backward()
    assert a.grad == 9.0


def test_what_is_detached_is_computed_again_in_a_replay_and_nothing_flows_to_it():
    w = Value(2.0, "w")

    @autograd.replayed
    def loss(x):
        return (w * x * x).detach() * x * w

    for x in (3.0, -1.0, 0.5):
        w.data += 0.5
        w.grad = 0.0
        given = Value(x)
        y = loss(given)
        y.backward()
        c = w.data * x * x
        assert (y.data, w.grad, given.grad) == pytest.approx((c * x * w.data, c * x, c * w.data))
    assert autograd.grad(lambda x: x.detach() * x)(3.0) == 3.0
    assert autograd.grad(autograd.grad(lambda x: x.detach() * x * x))(3.0) == 6.0


def test_where_a_graph_is_recorded_by_hand_detached_max_stands_for_detach():
    x = Value(3.0)
    with pytest.raises(ValueError, match=r"detached_max\(\[v\]\) in the place of v.detach\(\)"):
        autograd.record((x * x).detach() * x, [x])
    program = autograd.record(autograd.detached_max([x * x]) * x, [x])
    assert program([[3.0], [2.0]]).tolist() == [[27.0], [8.0]]
    assert program.input_gradient([[3.0], [2.0]]).tolist() == [[9.0], [4.0]]


def test_attributes_of_ones_own_and_weak_references():
    p = Value(1.0)
    p.m = 0.5
    assert p.m == 0.5
    assert weakref.ref(p)() is p


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("value", "data"),
        ("val", "data"),
        ("gradient", "grad"),
        ("_children", "parents"),
        ("children", "parents"),
        ("_local_grads", "local_derivatives"),
        ("local_grads", "local_derivatives"),
    ],
)
def test_other_engines_names_answer_and_are_not_set(name, ours):
    y = Value(2.0) * 3.0
    y.backward()
    assert getattr(y, name) == getattr(y, ours)
    with pytest.raises(AttributeError, match=f"a Value's `{name}` is only read: set `{ours}`"):
        setattr(y, name, 1.0)


@pytest.mark.parametrize("use", [lambda v: v._backward(), lambda v: setattr(v, "_backward", print)])
def test_a_backward_of_each_node_is_told_what_does_it_here(use):
    with pytest.raises(AttributeError, match=r"backward\(\) sweeps .* Value\(data, parents, local_derivatives\)"):
        use(Value(1.0))
    assert not hasattr(Value(1.0), "_backward")


# ---- a node of one's own


def test_a_node_of_ones_own_takes_part_in_a_sweep():
    a = Value(2.0, "a")
    cube = Value(a.data**3, (a,), (3 * a.data**2,), label="cube")
    (cube * a).backward()
    assert (cube.data, cube.label, cube.parents, cube.local_derivatives) == (8.0, "cube", (a,), (12.0,))
    assert a.grad == 32.0  # 4 a³


def test_its_parts_by_keyword_in_any_iterable():
    a, b = Value(2.0), Value(5.0)
    y = Value(data=10, parents=[a, b], local_derivatives=(x for x in (5, np.float64(2.0))))
    y.backward()
    assert (type(y.data), y.local_derivatives, a.grad, b.grad) == (float, (5.0, 2.0), 5.0, 2.0)
    assert Value(1.0, (), ()).operation is None


def test_the_second_argument_may_be_the_label():
    assert Value(1.0, "a").label == Value(1.0, label="a").label == "a"


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda a: Value(2.0, (a,), "exp"),
            TypeError,
            "local derivatives are a tuple, not 'exp'.*an Operation",
        ),
        (lambda a: Value(2.0, _children=(a,), _op="exp"), TypeError, "not _children, _op: a node of your own is Value"),
        (lambda a: Value(2.0, a), TypeError, "second argument is its label, a string, or its parents, not Value"),
        (lambda a: Value(2.0, None), TypeError, "its label, a string, or its parents, not None"),
        (lambda a: Value(2.0, (a, 2.0), (1.0, 1.0)), TypeError, "a node's parents are Values, not 2.0"),
        (lambda a: Value(2.0, (a,), (a,)), TypeError, "a local derivative is one real number, not Value"),
        (lambda a: Value(2.0, (a,), ()), ValueError, "there are 0 for 1"),
        (lambda a: Value(2.0, (), (1.0,)), ValueError, "there are 1 for 0"),
    ],
)
def test_a_node_of_ones_own_that_is_none(make, error, message):
    with pytest.raises(error, match=message):
        make(Value(1.0))


@pytest.mark.parametrize("use", [lambda y, a: derivatives(y, [a]), lambda y, a: record(y, [a]), grad])
def test_what_needs_its_rule_says_that_an_operation_has_one(use):
    def own(a):
        return Value(a.data**2, (a,), (2 * a.data,)) * 3

    a = Value(2.0)
    with pytest.raises(TypeError, match="holds numbers and no rule.*an Operation has its rule"):
        grad(own)(2.0) if use is grad else use(own(a), a)


def test_pictures_steps_explanations_and_diagnosis_take_it():
    a = Value(2.0, "a")
    cube = Value(8.0, (a,), (12.0,), label="cube")
    y = cube * a
    assert "cube = own" in draw(y).source
    assert [(step.parent.label, step.after) for step in step_through(y)] == [("cube", 2.0), ("a", 8.0), ("a", 32.0)]
    assert not any(step.is_stale for step in step_through(y).forward)
    assert '"leaf":"cube has no rule that a page can compute with"' in step_through(y)._repr_html_()
    assert explain(y, a).total == 32.0
    assert "∂cube/∂a = 12" in explain(y, a).text
    assert diagnose(y).ok
    assert str(formula(y)) == "cube · a"


# ---- subclasses


@pytest.mark.parametrize("method", ["__eq__", "__hash__"])
def test_a_subclass_told_apart_by_its_numbers_is_refused(method):
    with pytest.raises(TypeError, match="Named defines == or hash, and nodes are told apart by identity"):
        type("Named", (Value,), {method: lambda self, *other: 0})


def test_a_subclass_told_apart_by_identity_works():
    class Named(Value):
        pass

    x, y = Named(2.0), Named(2.0)
    assert [d.data for d in derivatives(3 * x + 5 * y, [x, y])] == [3.0, 5.0]


def test_the_names_that_micrograd_code_reads():
    a, b = Value(1.0), Value(2.0)
    y = a * b
    assert (y._prev, y._op, a._prev, a._op) == ({a, b}, "*", set(), "")
    assert [(a * 5).parents[1]._op, a.tanh()._op, (a**2)._op] == ["", "tanh", "**"]
    with pytest.raises(AttributeError):
        y._prev = set()


# ---- NumPy


def test_numpy_scalars_and_functions():
    v = Value(0.5)
    for y, expected in [(np.float64(2) * v, 1.0), (np.exp(v), math.exp(0.5)), (np.float32(2) ** v, 2**0.5)]:
        assert type(y) is Value
        assert y.data == expected
    np.tanh(v).backward()
    assert v.grad == 1 - math.tanh(0.5) ** 2


@pytest.mark.parametrize("name", [n for n, row in OPERATIONS.items() if row.arity == 1 and hasattr(np, n)])
def test_numpy_functions_of_object_arrays_differentiate(name):
    if name in ("sign", "positive"):
        return
    xs = np.array([Value(1.5), Value(1.25)])
    if name in ("arcsin", "arccos", "arctanh"):
        xs = np.array([Value(0.5), Value(-0.25)])
    ys = getattr(np, name)(xs)
    assert [type(y) for y in ys] == [Value, Value]
    np.sum(ys).backward()
    for x, y in zip(xs, ys, strict=True):
        assert y.data == pytest.approx(float(getattr(np, name)(x.data)), rel=1e-15)
        assert x.grad == pytest.approx(OPERATIONS[name].at(x.data)[1][0], rel=1e-15)


@pytest.mark.parametrize("name", ["hypot", "arctan2"])  # NumPy's logaddexp takes no objects
def test_numpy_functions_of_two_object_arrays_differentiate(name):
    f = getattr(np, name)
    a, b = (np.array([Value(x) for x in xs]) for xs in ([0.6, -1.5, 2.0], [-0.8, 0.25, 3.0]))
    ys = f(a, b)
    np.sum(ys).backward()
    for u, v, y in zip(a, b, ys, strict=True):
        assert y.data == pytest.approx(f(u.data, v.data), rel=1e-15)  # NumPy has an arctan2 of its own
        assert u.grad == pytest.approx((f(u.data + 1e-6, v.data) - f(u.data - 1e-6, v.data)) / 2e-6, rel=1e-8)
        assert v.grad == pytest.approx((f(u.data, v.data + 1e-6) - f(u.data, v.data - 1e-6)) / 2e-6, rel=1e-8)
    assert f(a[0], 2.0).data == f(0.6, 2.0)


def test_logaddexp_is_numpys_where_numpy_takes_numbers():
    extremes = [0.0, -40.0, 1000.0, -1000.0, math.inf, -math.inf, math.nan]
    for a in extremes:
        for b in extremes:
            with np.errstate(invalid="ignore"):
                np.testing.assert_allclose(Value(a).logaddexp(b).data, np.logaddexp(a, b), rtol=1e-15)


@pytest.mark.parametrize("f", [np.var, np.std, lambda x: np.var(x, ddof=1), lambda x: np.sum(np.std(x, axis=1))])
def test_variances_and_deviations_of_object_arrays_differentiate(f):
    numbers = np.array([[0.3, -1.2, 2.5], [0.7, 4.0, -0.1]])
    xs = np.array([[Value(x) for x in row] for row in numbers])
    y = f(xs)
    assert type(y) is Value
    assert y.data == pytest.approx(f(numbers), rel=1e-14)
    y.backward()
    for place in np.ndindex(numbers.shape):
        h = np.zeros_like(numbers)
        h[place] = 1e-6
        assert xs[place].grad == pytest.approx((f(numbers + h) - f(numbers - h)) / 2e-6, rel=1e-7, abs=1e-9)


def test_a_layer_norm_in_the_words_of_numpy():
    numbers = np.array([1.0, 4.0, -2.0])
    norm = lambda x: (x - np.mean(x)) / np.sqrt(np.var(x) + 1e-5)  # noqa: E731
    xs = np.array([Value(x) for x in numbers])
    ys = norm(xs)
    np.testing.assert_allclose([y.data for y in ys], norm(numbers), rtol=1e-14)
    ys[1].backward()
    for i, h in enumerate(1e-6 * np.eye(3)):
        assert xs[i].grad == pytest.approx((norm(numbers + h)[1] - norm(numbers - h)[1]) / 2e-6, rel=1e-7)


def test_arrays_on_either_side():
    v, array = Value(2.0), np.array([1.0, 2.0, 3.0])
    for result in (v * array, array * v, v + array, array - v, v / array, v**array, array**v):
        assert result.dtype == object
        assert result.shape == (3,)
        assert all(type(y) is Value for y in result)
    np.sum(v * array).backward()
    assert v.grad == 6.0


def test_matrix_products_sums_and_means_of_values():
    w = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    y = w @ np.array([10.0, 1.0])
    assert [v.data for v in y] == [12.0, 34.0]
    np.mean(y).backward()
    assert [v.grad for v in w.ravel()] == [5.0, 0.5, 5.0, 0.5]
    assert np.dot(w[0], np.array([1.0, 1.0])).data == 3.0


def test_maximum_of_an_object_array_differentiates():
    xs = np.array([Value(-1.0), Value(2.0)])
    np.sum(autograd.maximum(xs, 0.0)).backward()
    assert [x.grad for x in xs] == [0.0, 1.0]


def test_an_array_of_floats_from_values():
    assert np.array([Value(1.0), Value(2.0)], dtype=float).tolist() == [1.0, 2.0]


# ---- bad input


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("3", r"not '3' of type str: convert it first, as in Value\(float\(text\)\)"),
        (None, r"not None of type NoneType: convert it with float\(\) if it is one number"),
        ([1, 2], r"not \[1, 2\] of type list: make one Value for each element"),
        ((1,), r"not \(1,\) of type tuple: make one Value for each element"),
        (np.array([1.0]), r"not array\(\[1\.\]\) of type ndarray: make one Value for each element"),
        (1j, r"not 1j of type complex: Values are real: use its \.real or abs\(\)"),
        (np.complex128(1j), r"not .*1j.* of type complex128: Values are real"),
        (Value(2), r"not Value\(data=2, grad=0\) of type Value: use the Value as it is"),
    ],
)
def test_data_that_is_no_real_number(data, message):
    with pytest.raises(TypeError, match="a Value holds one real number, " + message):
        Value(data)


@pytest.mark.parametrize("label", [3, None, b"x"])
def test_a_label_that_is_no_string(label):
    with pytest.raises(TypeError, match="a Value's label is a string, not"):
        Value(1.0, label=label)


@pytest.mark.parametrize("number", [np.float64(3.0), np.float32(3.0), np.int64(3)])
def test_a_number_of_another_type_put_into_data_does_not_spread(number):
    a, b = Value(1.0), Value(2.0)
    a.data = number
    for y in (a * b, b - a, a.tanh(), -a, a**2, a / b):
        assert {type(y.data), *map(type, y.local_derivatives)} == {float}
    assert {type(f([a, b]).data) for f in (autograd.sum, autograd.mean, autograd.prod, autograd.logsumexp)} == {float}


def test_an_integer_beyond_the_floats():
    with pytest.raises(OverflowError, match=r"int beyond ±1.8e308 does not fit a float: scale it down first"):
        Value(10**400)
    with pytest.raises(OverflowError, match=r"beyond ±1.8e308"):
        Value(1.0) * 10**400


@pytest.mark.parametrize("other", ["3", None, [1.0], 1j, {}])
def test_operators_refuse_what_is_no_number(other):
    for op in OPERATORS:
        with pytest.raises(TypeError, match="unsupported operand|can't multiply|can only concatenate"):
            op(Value(1.0), other)


def test_backward_on_a_plain_number_says_what_is_missing():
    with pytest.raises(
        TypeError, match=r"backward\(\) needs the Value that the computation ended in, not 3\.0 of type f"
    ):
        backward(3.0)
    with pytest.raises(TypeError, match=r"the gradient given is one real number, not 'x'"):
        Value(1.0).backward("x")


def test_functions_refuse_strings_and_wrong_counts():
    with pytest.raises(TypeError, match="tanh takes numbers, Values and arrays, not 'x' of type str"):
        autograd.tanh("x")
    with pytest.raises(TypeError, match="maximum takes 2 inputs, got 1"):
        Value(1.0).maximum()
    with pytest.raises(TypeError, match="tanh takes 1 inputs?, got 2"):
        autograd.tanh(Value(1.0), 2.0)


def test_draw_refuses_what_is_no_value():
    with pytest.raises(TypeError, match=r"draw\(\) needs the Value that a computation ended in, not 3\.0"):
        draw(3.0)
    with pytest.raises(ValueError, match="direction is one of 'LR', 'TB', 'RL', 'BT', not 'up'"):
        draw(Value(1.0), direction="up")


# ---- what Python asks of a number, and a graph cannot keep


@pytest.mark.parametrize(
    ("ask", "advice"),
    [
        (round, "round its .data; for printing write"),
        (lambda v: round(v, 2), "round its .data"),
        (int, r"take int\(v.data\)"),
        (math.trunc, r"take int\(v.data\)"),
        (math.floor, "take it of its .data"),
        (math.ceil, "take it of its .data"),
        (lambda v: v // 2, "divide by /, or use its .data"),
        (lambda v: 2 // v, "divide by /, or use its .data"),
        (lambda v: v % 2, "use its .data"),
        (lambda v: divmod(2, v), "use its .data"),
        (lambda v: statistics.mean([v, v]), "autograd.mean adds Values, and statistics takes their .data"),
    ],
)
def test_a_step_of_a_number_is_no_part_of_a_graph(ask, advice):
    with pytest.raises(TypeError, match=f"of a Value has derivative 0 or none, .*{advice}"):
        ask(Value(2.5))


@pytest.mark.parametrize(
    "compare",
    [
        lambda v: v in [1.0],
        lambda v: np.isclose(v, 2.5),
        lambda v: np.allclose([v], [2.5]),
        lambda v: v == pytest.approx(2.5),
        lambda v: pytest.approx(2.5) == v,
    ],
)
def test_whoever_compares_by_equality_is_named(compare):
    earlier = "|ufunc 'isfinite' not supported" if np.__version__.startswith("1.") else ""  # NumPy 1 refuses by itself
    with pytest.raises(TypeError, match="==, `in`, np.isclose and pytest.approx .* as in v.data == " + earlier):
        compare(Value(2.5))
