"""Every row of the table, read on floats, arrays and Values; and operations that a user makes."""

import copy
import math
import operator
import pickle
from fractions import Fraction
from inspect import signature
from itertools import pairwise, product

import numpy as np
import pytest

import autograd
from autograd import OPERATIONS, Operation, Value, derivatives, grad
from autograd.value import as_value, make_node
from tests.shared import OPERATORS, cube, every_row, is_fixed


def for_each(operations):
    return pytest.mark.parametrize("operation", operations, ids=lambda operation: operation.name)


every_row_of_fixed_arity = for_each([row for row in OPERATIONS.values() if row.arity])


def difference(f, inputs, i):
    """∂f/∂inputs[i] by central differences of fourth order."""
    h = 1e-4 * max(1.0, abs(inputs[i]))
    shifted = lambda steps: f(*inputs[:i], inputs[i] + steps * h, *inputs[i + 1 :])  # noqa: E731
    return (8 * (shifted(1) - shifted(-1)) - (shifted(2) - shifted(-2))) / (12 * h)


# ---- the rules are the derivatives of the values


@every_row
def test_local_derivatives_are_central_differences(operation):
    for inputs in operation.points:
        _, local = operation.at(*inputs)
        for i, d in enumerate(local):
            expected = 0.0 if is_fixed(operation, i) else difference(operation, inputs, i)
            assert d == pytest.approx(expected, rel=1e-7, abs=1e-9), f"{inputs}, input {i}: a kink is an edge, no point"


@every_row
def test_second_derivatives_are_central_differences_of_the_first(operation):
    for inputs in operation.points:
        parents = tuple(as_value(x) if is_fixed(operation, i) else Value(x) for i, x in enumerate(inputs))
        for i, first in enumerate(derivatives(make_node(operation, parents), parents)):
            for j, second in enumerate(derivatives(first, parents)):
                if not (is_fixed(operation, i) or is_fixed(operation, j)):
                    expected = difference(lambda *xs, i=i: operation.at(*xs)[1][i], inputs, j)
                    assert second.data == pytest.approx(expected, rel=1e-6, abs=1e-8), (inputs, i, j)


@pytest.mark.parametrize("power", [operator.pow, lambda x, n: x ** Value(n)], ids=["of a number", "of a Value"])
def test_powers_have_derivatives_of_every_order_at_zero(power):
    for n in range(4):
        f = lambda x, n=n: power(x, n)  # noqa: E731
        for order in range(1, 6):
            f = grad(f)
            assert f(0.0) == (math.factorial(n) if order == n else 0.0), (n, order)


# ---- one row, many readings

inf, nan = math.inf, math.nan
GRID = (0.0, -0.0, 1e-300, -1e-300, 0.5, -0.5, 1.0, -1.0, 2.0, -2.0, 709.0, -709.0, 745.0, -745.0, 1000.0, -1000.0)
WIDE = (*GRID, 1e300, -1e300, inf, -inf, nan)


def samples(operation):
    """Points, edges, the grid in every combination (of 25 for three inputs) and 300 numbers from 1e-320 to 1e308."""
    rng = np.random.default_rng(1)
    arity = operation.arity or 3
    grid = list(product(WIDE, repeat=min(arity, 2)))
    if arity > 2:
        grid = [(*pair, x) for pair in grid for x in rng.choice(WIDE, 2).tolist()]
    numbers = rng.choice([-1.0, 1.0], (300, arity)) * 10 ** rng.uniform(-320, 308, (300, arity))
    everywhere = [*grid, *map(tuple, numbers.tolist())]
    if operation.name == "dot":
        everywhere = [(*xs, *xs[::-1]) for xs in everywhere]
    return [*operation.points, *operation.edges, *everywhere]


def assert_agree(actual, expected, atol):
    """Equal to a few units in the last place, or to `atol`; nan where nan, infinite where infinite."""
    np.testing.assert_allclose(actual, expected, rtol=1e-14, atol=atol, equal_nan=True)


@every_row
def test_floats_and_arrays_give_the_same(operation):
    points = samples(operation)
    for n in {len(inputs) for inputs in points}:
        inputs = [xs for xs in points if len(xs) == n]
        y, local = zip(*[operation.at(*xs) for xs in inputs], strict=True)
        columns = np.array(inputs).T
        with np.errstate(all="ignore"):
            y_of_arrays = operation.on_arrays.value(*columns)
            local_of_arrays = operation.on_arrays.derivatives(y_of_arrays, *columns)
        assert_agree(y_of_arrays, y, atol=1e-322)
        assert_agree(operation(*columns), y, atol=1e-322)
        for of_arrays, of_floats in zip(local_of_arrays, zip(*local, strict=True), strict=True):
            assert_agree(np.broadcast_to(of_arrays, len(inputs)), of_floats, atol=1e-15)


@every_row
def test_floats_and_numpy_scalars_give_the_same(operation):
    points = samples(operation)
    readings = [operation.at(*inputs) for inputs in points]
    assert {type(number) for y, local in readings for number in (y, *local)} == {float}
    y = [y for y, _ in readings]
    np.testing.assert_array_equal([operation(*inputs) for inputs in points], y)
    np.testing.assert_array_equal([operation(*map(np.float64, inputs)) for inputs in points], y)


@every_row
def test_the_rule_on_values_is_the_rule_on_floats(operation):
    for inputs in samples(operation):
        parents = tuple(map(Value, inputs))
        node = make_node(operation, parents)
        assert (node.parents, node.operation) == (parents, operation)
        np.testing.assert_array_equal([d.data for d in derivatives(node, parents)], node.local_derivatives, str(inputs))


@every_row_of_fixed_arity
def test_operators_methods_and_functions_of_values_make_the_same_node(operation):
    spelled = [getattr(autograd, operation.name)]
    if operation.name in OPERATORS:
        spelled.append(OPERATORS[operation.name])
    if operation.symbol == operation.name:
        spelled.append(getattr(Value, operation.name))
    for inputs in samples(operation):
        operands = [x if is_fixed(operation, i) else Value(x) for i, x in enumerate(inputs)]
        expected = make_node(operation, tuple(map(as_value, operands)))
        for function in spelled:
            node = function(*operands)
            assert node.operation is operation
            assert repr([node.data, *node.local_derivatives]) == repr([expected.data, *expected.local_derivatives])


@every_row_of_fixed_arity
def test_arrays_broadcast_and_numbers_of_every_kind_are_read_as_floats(operation):
    inputs = operation.points[0]
    y = operation(*inputs)
    column, *others = inputs
    many = operation(np.full((2, 1, 3), column), *(np.full(3, x) for x in others))
    assert (many.shape, many.dtype) == ((2, 1, 3), np.float64)
    assert_agree(many, y, atol=0)
    ones = operation(*[1] * operation.arity)
    assert type(ones) is float
    assert_agree([operation(*[one] * operation.arity) for one in (1.0, True, Fraction(1), np.int8(1))], ones, atol=0)


# ---- the points of every row cover its domain


def in_domain(operation, inputs):
    return not math.isnan(operation(*inputs))


def ends_of_domain(operation):
    """Where a function of one number turns nan between two numbers of the grid."""
    ends = set()
    grid = sorted({-5.0, -0.1, 0.1, 5.0, *GRID})
    for a, b in pairwise(grid):
        if in_domain(operation, (a,)) != in_domain(operation, (b,)):
            inside, outside = (a, b) if in_domain(operation, (a,)) else (b, a)
            for _ in range(60):
                middle = (inside + outside) / 2
                inside, outside = (middle, outside) if in_domain(operation, (middle,)) else (inside, middle)
            ends.add(round(inside, 12) + 0.0)
    return ends


def test_the_ends_of_a_domain_are_found():
    assert ends_of_domain(OPERATIONS["arcsin"]) == {-1.0, 1.0}
    assert ends_of_domain(OPERATIONS["log"]) == {0.0}
    assert ends_of_domain(OPERATIONS["exp"]) == set()


@every_row
def test_points_and_edges_cover_the_domain(operation):
    assert operation.points
    probes = [*operation.points, *operation.edges]
    if operation.arity is None:
        assert len({len(xs) for xs in probes}) > 2
        assert {np.sign(x) for xs in probes for x in xs} == {-1.0, 0.0, 1.0}
    else:
        numbers = product((-2.0, -0.5, 0.0, 0.5, 2.0), repeat=operation.arity)
        inside = [inputs for inputs in numbers if in_domain(operation, inputs)]
        for of_domain, of_probes in zip(zip(*inside, strict=True), zip(*probes, strict=True), strict=True):
            assert set(np.sign(of_domain)) <= set(np.sign(of_probes))
    if operation.arity == 1:
        assert ends_of_domain(operation) <= {x for (x,) in probes}
    else:
        assert any(len(set(xs)) < len(xs) for xs in probes), "equal inputs"


# ---- how an operation is called


def test_functions_of_floats_return_floats():
    assert type(autograd.exp(0)) is float
    assert autograd.exp(0) == 1.0
    assert autograd.maximum(2, 3.5) == 3.5
    assert autograd.exp(1000) == inf
    assert autograd.log(0) == -inf
    assert math.isnan(autograd.sqrt(-1))


def test_arrays_of_values_and_numbers_together_differentiate():
    x = np.array([[Value(-1.0), Value(2.0)], [Value(0.0), Value(3.0)]])
    y = autograd.maximum(x, 0.0)
    assert (y.dtype, y.shape) == (object, (2, 2))
    np.sum(y * np.array([1.0, 10.0])).backward()
    assert [v.grad for v in x.ravel()] == [0.0, 10.0, 0.5, 10.0]


def test_a_value_beside_an_array_of_floats_gives_an_array_of_values():
    x = Value(2.0)
    y = autograd.minimum(x, np.array([1.0, 5.0]))
    assert [v.data for v in y] == [1.0, 2.0]
    np.sum(y).backward()
    assert x.grad == 1.0


def test_defaults_of_the_last_input():
    x = Value(-2.0)
    for leaky in (autograd.leaky_relu(x), x.leaky_relu(), autograd.leaky_relu(x, 0.01), x.leaky_relu(0.01)):
        assert (leaky.data, leaky.local_derivatives[0]) == (-0.02, 0.01)
    assert autograd.leaky_relu(-2.0) == autograd.leaky_relu(-2) == -0.02
    assert autograd.leaky_relu(-2.0, 0.5) == -1.0
    assert autograd.elu(-2.0) == autograd.elu(-2.0, 1.0) == math.expm1(-2.0)
    assert autograd.elu(Value(-2.0), Value(3.0)).data == 3 * math.expm1(-2.0)
    np.testing.assert_array_equal(autograd.leaky_relu(np.array([-1.0, 1.0])), [-0.01, 1.0])


@pytest.mark.parametrize("x", [1.0, 1, Value(1.0), np.array([1.0]), np.array([Value(1.0)])], ids=repr)
def test_a_wrong_number_of_inputs_is_refused(x):
    for wrong in ((), (x, x)):
        with pytest.raises(TypeError, match=f"exp takes 1 inputs?, got {len(wrong)}"):
            autograd.exp(*wrong)
    for wrong in ((x,), (x, x, x)):
        with pytest.raises(TypeError, match=f"maximum takes 2 inputs, got {len(wrong)}"):
            autograd.maximum(*wrong)


@pytest.mark.parametrize("wrong", ["3", None, 1j, [1.0, 2.0]], ids=repr)
def test_what_is_no_number_is_refused_by_name(wrong):
    with pytest.raises(TypeError, match="exp takes numbers, Values and arrays, not .* of type"):
        autograd.exp(wrong)
    with pytest.raises(TypeError, match="maximum|real number"):
        autograd.maximum(Value(1.0), wrong)


# ---- a user's own operations

hypotenuse = Operation(
    "hypotenuse",
    math.hypot,
    lambda y, a, b: (a / y, b / y),
    on_arrays=np.hypot,
    doc="√(a² + b²)",
)
sum_of_squares = Operation("sum_of_squares", lambda *xs: sum(x * x for x in xs), lambda y, *xs: (*(2 * x for x in xs),))
# with a row of the table inside its rule, and a pole where Python raises
reciprocal_root = Operation("reciprocal_root", lambda x: 1 / autograd.sqrt(x), lambda y, x: (-0.5 * y / x,))

OWN = [(cube, (2.0,)), (hypotenuse, (3.0, 4.0)), (sum_of_squares, (1.0, -2.0, 0.5)), (reciprocal_root, (4.0,))]
OWN_RESULTS = {"cube": 8.0, "hypotenuse": 5.0, "sum_of_squares": 5.25, "reciprocal_root": 0.5}
every_own = pytest.mark.parametrize(("own", "inputs"), OWN, ids=OWN_RESULTS)


@every_own
def test_an_own_operation_reads_numbers_and_arrays(own, inputs):
    y = OWN_RESULTS[own.name]
    assert own(*inputs) == y
    assert type(own(*inputs)) is float
    assert own(*map(np.float64, inputs)) == y
    np.testing.assert_array_equal(own(*(np.full((2, 2), x) for x in inputs)), np.full((2, 2), y))


def test_an_own_operation_reads_integers():
    assert cube(2) == 8.0
    assert type(cube(2)) is float
    assert hypotenuse(3, np.int64(4)) == 5.0


@every_own
def test_an_own_operation_makes_nodes(own, inputs):
    leaves = tuple(map(Value, inputs))
    node = own(*leaves)
    assert (node.data, node.operation, node.parents) == (OWN_RESULTS[own.name], own, leaves)
    node.backward()
    for i, leaf in enumerate(leaves):
        assert leaf.grad == pytest.approx(difference(own, inputs, i), rel=1e-9)
    assert [d.data for d in derivatives(node, leaves)] == [leaf.grad for leaf in leaves]
    (arrayed,) = own(*(np.array([leaf]) for leaf in leaves))
    assert (arrayed.data, arrayed.parents) == (node.data, leaves)


@every_own
def test_an_own_operation_is_differentiated_twice(own, inputs):
    for i in range(len(inputs)):
        twice = grad(grad(own, i), i)(*inputs)
        assert twice == pytest.approx(difference(lambda *xs, i=i: own.at(*xs)[1][i], inputs, i), rel=1e-9)


def test_an_own_operation_of_a_value_and_a_number():
    a = Value(3.0)
    hypotenuse(a, 4).backward()
    assert a.grad == 0.6


def test_an_own_operation_follows_ieee_where_rows_within_its_rule_do():
    assert reciprocal_root(0.0) == inf
    node = reciprocal_root(Value(0.0))
    assert (node.data, node.local_derivatives) == (inf, (-inf,))


def test_an_own_operation_of_numpy_functions_makes_nodes_of_floats():
    sinc = Operation("sinc", np.sinc, lambda y, x: ((np.cos(np.pi * x) - y) / x,))
    node = sinc(Value(0.5))
    assert {type(node.data), *map(type, node.local_derivatives)} == {float}
    assert node.data == sinc(0.5) == np.sinc(0.5)


@for_each([*OPERATIONS.values(), *(own for own, _ in OWN)])
def test_operations_are_pickled_by_name(operation):
    assert pickle.loads(pickle.dumps(operation)) is operation
    assert copy.copy(operation) is copy.deepcopy(operation) is operation


def test_a_graph_with_an_own_operation_is_pickled():
    x = Value(2.0)
    y = pickle.loads(pickle.dumps(cube(x)))
    y.backward()
    assert (y.data, y.operation, y.parents[0].grad, x.grad) == (8.0, cube, 12.0, 0.0)


def test_an_operation_that_no_module_names_says_how_to_pickle_it():
    local = Operation("local", lambda x: x, lambda y, x: (1.0,))
    impostor = Operation("cube", lambda x: x, lambda y, x: (1.0,))
    for operation in (local, impostor):
        with pytest.raises(TypeError, match=f"bind it as `{operation.name}` at the top level of .*test_operations"):
            pickle.dumps(operation)


@pytest.mark.parametrize("name", ["two words", "", "3d", "a-b", None, 3], ids=repr)
def test_a_name_is_an_identifier(name):
    with pytest.raises(ValueError, match=r"identifier such as 'cube', not"):
        Operation(name, lambda x: x, lambda y, x: (1.0,))


def test_an_operation_needs_two_functions():
    with pytest.raises(TypeError, match="'cube' needs two functions"):
        Operation("cube", lambda x: x**3, (3.0,))


@pytest.mark.parametrize(
    "rule",
    [lambda y, x: 2 * x, lambda y, x: [2 * x], lambda y, x: (), lambda y, x: (2 * x, 0.0), lambda y, x: None],
    ids=["number", "list", "none", "two", "None"],
)
def test_a_rule_without_one_derivative_for_each_input_is_refused(rule):
    wrong = Operation("wrong", lambda x: x * x, rule)
    with pytest.raises(TypeError, match="derivatives of wrong must be a tuple with one entry for each of its 1 input"):
        wrong(Value(3.0))


def test_an_operation_describes_itself():
    assert repr(cube) == "<operation cube>"
    assert repr(hypotenuse) == "<operation hypotenuse: √(a² + b²)>"
    for operation in OPERATIONS.values():
        assert operation.doc in repr(operation)
        assert operation.doc


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tanh", "(x, /)"),
        ("maximum", "(a, b, /)"),
        ("leaky_relu", "(x, slope=0.01, /)"),
        ("where", "(condition, a, b, /)"),
        ("sum", "(*xs)"),
    ],
)
def test_a_tooltip_shows_how_a_row_is_called(name, text):
    assert str(signature(OPERATIONS[name])) == text
    assert "derivatives" in signature(Operation).parameters
