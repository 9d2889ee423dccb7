"""Programs in use: networks and losses, what is recognised as a matrix product, users' operations, bad input."""

import copy
import math
import pickle
import threading
from itertools import pairwise

import numpy as np
import pytest

import autograd
import nn
from autograd import OPERATIONS, Operation, Value, dot, record
from tests.shared import cube
from tests.test_program import choose, compare, leaves


def lines(program):
    return str(program).splitlines()[1:]


def words(program):
    return [" ".join(line.split()[1:-2]) for line in lines(program)]


# ---- networks and losses

LOSSES = {
    "mse": ([0.3, -0.2], "linear"),
    "half_squared_error": ([0.3, -0.2], "linear"),
    "mae": ([0.3, -0.2], "linear"),
    "huber": ([0.3, -2.2], "linear"),
    "hinge": ([1.0, -1.0], "linear"),
    "binary_cross_entropy": ([1.0, 0.25], "sigmoid"),
    "binary_cross_entropy_with_logits": ([1.0, 0.25], "linear"),
    "cross_entropy": ([0.0, 1.0], "linear"),
    "categorical_cross_entropy": ([0.75, 0.25], "softmax"),
}


def sample_loss(name, model):
    """A recorded sample: the loss and the outputs, and the leaves for x and the target."""
    numbers, ending = LOSSES[name]
    x, target = leaves([0.5, -1.0, 2.0]), leaves(numbers)
    outputs = model(x)
    outputs = autograd.softmax(outputs) if ending == "softmax" else outputs
    outputs = [y.sigmoid() for y in outputs] if ending == "sigmoid" else outputs
    return [getattr(nn, name)(outputs, target), *outputs], [*x, *target]


def batch(name, n):
    rng = np.random.default_rng(5)
    targets = np.array(LOSSES[name][0])
    return np.hstack([rng.normal(size=(n, 3)), np.where(rng.random((n, 1)) < 0.5, targets, targets[::-1])])


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu", "elu"])
@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_on_a_network(name, activation):
    model = nn.MLP(3, [5, 4, 2], activation, rng=1)
    outputs, inputs = sample_loss(name, model)
    compare(outputs, inputs, model.parameters(), batch(name, 7))


@pytest.mark.parametrize("n", [1, 2, 31, 32, 1000])
def test_every_batch_size_with_the_penalty_of_the_parameters(n):
    model = nn.MLP(3, [5, 2], rng=1)
    outputs, inputs = sample_loss("cross_entropy", model)
    outputs[0] = outputs[0] + 1e-2 * sum(p * p for p in model.parameters())
    compare(outputs, inputs, model.parameters(), batch("cross_entropy", n))


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e200])
def test_nan_and_infinities_in_a_sample_of_a_network(number):
    model = nn.MLP(3, [5, 2], rng=1)
    for name in ("cross_entropy", "mse", "hinge"):
        outputs, inputs = sample_loss(name, model)
        X = batch(name, 3)
        X[1, 1] = number
        compare(outputs, inputs, model.parameters(), X)


def test_a_batch_recorded_as_one_graph_with_shared_parameters():
    model = nn.MLP(2, [4, 3, 1], "tanh", rng=0)
    rng = np.random.default_rng(0)
    X, t = rng.normal(size=(6, 2)), np.sign(rng.normal(size=6))
    loss = sum((1 - s * model(x)).relu() for x, s in zip(X.tolist(), t.tolist(), strict=True)) * (1 / 6)
    program = compare(loss, [], model.parameters(), np.empty((1, 0)))
    assert [text for text in words(program) if text.startswith("matmul")] == [
        "matmul 4×2 · 2×6 → 24",
        "matmul 3×4 · 4×6 → 18",
        "matmul 1×3 · 3×6 → 6",
    ]
    samples = [leaves(x) for x in X.tolist()]
    loss = sum((1 - s * model(x)).relu() for x, s in zip(samples, t.tolist(), strict=True)) * (1 / 6)
    inputs = [x for sample in samples for x in sample]
    rows = X.ravel() + rng.normal(0, 0.1, (5, 12))
    program = compare(loss, inputs, model.parameters(), rows)
    assert "matmul 3×4 · 4×6·batch → 18×batch" in words(program)
    compare(loss, inputs, model.parameters(), rows[:1])


def test_steps_of_training_are_those_of_eager_training():
    X, y = nn.data.moons(30, rng=0)
    X, t = X.tolist(), (2.0 * y - 1.0).tolist()
    eager, ours = nn.MLP(2, [8, 1], rng=3), nn.MLP(2, [8, 1], rng=3)
    x, target = leaves(X[0]), Value(1.0)
    program = record(nn.hinge(ours(x), target), [*x, target], ours.parameters())
    batches = np.column_stack([X, t])
    for optimizer in (nn.SGD(eager.parameters(), 0.1), nn.Adam(eager.parameters(), 0.01)):
        twin = type(optimizer)(ours.parameters(), optimizer.lr)
        for step in range(20):
            rows = slice(10 * (step % 3), 10 * (step % 3) + 10)
            loss = sum(nn.hinge(eager(a), b) for a, b in zip(X[rows], t[rows], strict=True)) / 10
            optimizer.zero_grad()
            loss.backward()
            value, gradient = program.value_and_grad(batches[rows])
            assert value == pytest.approx(loss.data, rel=1e-9)
            optimizer.step()
            twin.step_arrays(program.parameters, gradient)
    program.write_back()
    np.testing.assert_allclose([p.data for p in ours.parameters()], [p.data for p in eager.parameters()], rtol=1e-9)


# ---- the matrix product


def written_out(order, start_with_bias=False):
    """A layer 4→3 with relu and a sum, in plain `w * x + …`, without nn; `order` permutes the terms of each neuron."""
    rng = np.random.default_rng(0)
    W, b = [leaves(row) for row in rng.normal(size=(3, 4))], leaves([0.1, 0.2, 0.3])
    x = leaves([1.0, 2.0, 3.0, 4.0])
    neurons = []
    for r, (row, bias) in enumerate(zip(W, b, strict=True)):
        total = bias if start_with_bias else 0
        for k in order(r):
            total = total + (row[k] * x[k] if k % 2 else x[k] * row[k])
        neurons.append((total if start_with_bias else total + bias).relu())
    return (
        neurons[0] * 2 + neurons[1] + neurons[2],
        x,
        [p for row, bias in zip(W, b, strict=True) for p in (*row, bias)],
    )


ORDERS = {
    "in order": lambda r: [0, 1, 2, 3],
    "backwards": lambda r: [3, 2, 1, 0],
    "each in its own order": lambda r: [[2, 0, 3, 1], [0, 1, 2, 3], [3, 1, 0, 2]][r],
}


@pytest.mark.parametrize("bias_first", [False, True])
@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_a_layer_written_out_by_hand_is_a_matrix_product(order, bias_first):
    y, x, parameters = written_out(order, bias_first)
    X = np.random.default_rng(1).normal(size=(5, 4))
    program = compare(y, x, parameters, X)
    assert lines(program)[0].split() == ["1", "matmul", "3×4", "·", "4×batch", "→", "3×batch", "21", "nodes"]
    assert words(program)[1:3] == ["add 3×batch", "relu 3×batch"]
    y, *rest = pickle.loads(pickle.dumps((y, *x, *parameters)))
    assert str(record(y, rest[:4], rest[4:])) == str(program)


def test_the_instructions_stand_for_all_the_nodes():
    for make in (lambda: written_out(ORDERS["backwards"])[:3], network, recurrence):
        y, inputs, parameters = make()
        program = record(y, inputs, parameters)
        interior = [node for node in autograd.topological_order(y) if node.parents]
        counts = [int(line.split()[-2].replace(",", "")) for line in lines(program)]
        assert sum(counts) == len(interior)
        assert f"{len(interior):,} nodes" in repr(program)


def network():
    model = nn.MLP(3, [5, 2], rng=1)
    outputs, inputs = sample_loss("mse", model)
    return outputs[0], inputs, model.parameters()


def recurrence():
    """Each dot is of inputs and of computed numbers, so it is split in two."""
    x, w, u, h = leaves([1.0, 2.0, 3.0]), leaves([0.1, 0.2]), leaves([0.3, 0.4]), [Value(0.5), Value(0.6)]
    first = [dot([w[i], u[i], u[0]], [x[0], h[0], h[1]]).tanh() for i in range(2)]
    second = [dot([*w, *u], [x[1], x[2], *first]).tanh() for i in range(2)]
    return autograd.mean([*second, first[0], x[0], h[1]]), x, [*w, *u, *h]


def test_a_dot_of_inputs_and_computed_numbers():
    y, inputs, parameters = recurrence()
    compare(y, inputs, parameters, np.random.default_rng(0).normal(size=(4, 3)))


@pytest.mark.parametrize("of_many", [autograd.mean, autograd.sum, autograd.logsumexp, autograd.prod])
def test_operations_of_one_number(of_many):
    x, w = leaves([2.0, 3.0, 5.0]), leaves([0.5, -1.0, 0.25])
    for one in (x[0], w[0], x[0] * w[0], w[0] * w[1], x[0] + x[1] + w[2], dot(w, x), dot(w[:1], x[:1]), x[1].exp()):
        compare(of_many([one]), x, w, [[2.0, 3.0, 5.0], [0.1, -0.2, 0.3]])
        compare(of_many([one]) * 2 + x[0], x, w, [[2.0, 3.0, 5.0]])


def test_logsumexp_of_infinities():
    x = leaves([1.0, 2.0])
    inf = math.inf
    compare(autograd.logsumexp(x), x, [], [[-inf, -inf], [-inf, 1.0], [inf, 1.0], [inf, -inf], [inf, inf]])


def test_neighbours_that_overlap_and_repeat():
    x, w = leaves(np.linspace(-1, 1, 30)), leaves([0.2, 0.5, 0.3])
    smooth = [w[0] * a + w[1] * b + w[2] * c for a, b, c in zip(x, x[1:], x[2:], strict=False)]
    squares = [v * x[i % 4] for i, v in enumerate(smooth)]
    program = compare(autograd.sum(squares), x, w, np.random.default_rng(0).normal(size=(3, 30)))
    assert words(program)[0] == "matmul 1×3 · 3×28·batch → 28×batch"


def test_rosenbrock_is_seven_instructions():
    x = leaves(np.linspace(-1, 1, 50))
    y = sum(100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in pairwise(x))
    assert len(lines(compare(y, [], x, np.empty((1, 0))))) == 7
    compare(y, x, [], np.random.default_rng(0).normal(size=(3, 50)))


def test_a_deep_chain_on_arrays_and_on_floats():
    x, w, b = leaves([0.5, 1.0, 1e-3])
    y = x
    for _ in range(300):
        y = (y * w + b).tanh().relu()
    compare(y, [x], [w, b], [[0.5], [0.25]])
    program = record(y, [x], [w, b])
    assert program._few >= 1
    for _ in range(2_500):
        y = (y * w + b).tanh().relu()
    y.backward()
    value, gradient = record(y, [x], [w, b]).value_and_grad([[0.5]])
    assert (value, *gradient) == pytest.approx((y.data, w.grad, b.grad), rel=1e-9)


def test_the_way_is_chosen_by_shape_and_batch():
    y, inputs, parameters = network()
    program = record(y, inputs, parameters)
    assert 1 <= program._few < 32


def test_a_pole_on_floats_is_left_to_arrays():
    x = Value(1.0)
    program = record([1 / x, x.exp(), x.log()], [x])
    choose(program, "floats")
    np.testing.assert_array_equal(program([[0.0], [1000.0]])[[0, 1], [0, 1]], [math.inf, math.inf])


# ---- users' operations

sine = Operation("sine", lambda x: np.sin(x), lambda y, x: (np.cos(x),))
bent = Operation("bent", lambda x: x if x > 0 else 0.5 * x, lambda y, x: (1.0 if x > 0 else 0.5,))
steep = Operation("steep", math.gamma, lambda y, x: (y * (math.log(x) - 1 / (2 * x)),))
whole = Operation("whole", lambda x: x * (x > 0), lambda y, x: ((x == 2.0) * 3.0,))
norm = Operation("norm", lambda *xs: math.sqrt(sum(x * x for x in xs)), lambda y, *xs: tuple(x / y for x in xs))
keyword = Operation("lambda", lambda a, b: a * b + a, lambda y, a, b: (b + 1, a))


@pytest.mark.parametrize("operation", [cube, sine, bent, steep, whole, norm, keyword], ids=lambda o: o.name)
def test_users_operations(operation):
    x, w = leaves([2.0, 3.0, 0.5, 1.5]), leaves([2.0, 1.0])
    arity = operation.arity or 3
    nodes = [operation(*[v * u for v in x[i : i + arity]]) for i in range(2) for u in w]
    compare([autograd.sum(nodes), *nodes], x, w, [[2.0, 3.0, 0.5, 1.5], [1.0, 0.5, 2.5, 2.0], [0.1, 4.0, 1.0, 1.0]])
    many = Operation("cube", cube.rules.value, cube.rules.derivatives)
    compare(many(x[0]) + operation(*x[:arity]), x, w, [[2.0, 3.0, 0.5, 1.5]] * 2)


def of_many_inputs(operation):
    """Graphs of an operation on many numbers: of one kind and of several, in groups, some of them repeated."""
    x, w = leaves(np.linspace(0.6, 1.4, 40)), leaves(np.linspace(1.3, 0.7, 40))
    h, v = [a * b for a, b in zip(x, w, strict=True)], [(p * p).sin() for p in w]
    X = np.random.default_rng(7).uniform(0.5, 1.5, (4, 40))
    X[1, 3] = X[2, 5] = X[2, 39] = 0.0
    rows = [operation(*(h[k:] + h[:k])) for k in range(3)]
    for y in (
        operation(*x) * w[0],
        operation(*w) * x[0],
        operation(*v) + operation(*h),
        operation(*x[:20], 2.0, *w[:5], *h, 0.5, *v[:2]) * w[0],
        operation(*x, *x[:3], *h[:2], *h[:2], *w, *w),
        sum(rows) * rows[1],
        operation(*rows, *[operation(*w[:35], row) for row in rows], *w) * operation(*w[::-1]),
    ):
        yield [y, rows[2]], x, w, X


harmonic = Operation(
    "harmonic", lambda *xs: 1 / sum(1 / x for x in xs), lambda y, *xs: tuple(y * y / (x * x) for x in xs)
)
top = Operation("top", lambda *xs: max(xs), lambda y, *xs: tuple(1.0 if x == y else 0.0 for x in xs))


@pytest.mark.parametrize("operation", [OPERATIONS["prod"], norm, harmonic, top], ids=lambda o: o.name)
def test_operations_of_many_inputs(operation):
    for outputs, inputs, parameters, X in of_many_inputs(operation):
        compare(outputs, inputs, parameters, X, 1e-11)


def test_an_operation_of_many_inputs_is_one_call_of_its_rules():
    """Written out, with a line for each factor and a derivative of so many names, this would take a minute."""
    x = leaves(np.linspace(0.9, 1.1, 3000))
    assert words(compare(autograd.prod(x), x, [], [np.linspace(1.1, 0.9, 3000)])) == ["prod of 3000 → 1×batch"]
    program = compare(harmonic(*x), x, [], [np.linspace(1.1, 0.9, 3000)] * 2)
    assert words(program) == ["harmonic of 3000 → 1×batch"]


def test_a_product_of_many_factors_that_are_not_finite():
    x, w = leaves([0.5] * 40), Value(2.0)
    X = np.ones((6, 40))
    X[0, 3], X[1, 4], X[2, :2], X[3, :3] = math.inf, math.nan, (math.inf, 0.0), (1e200, 1e200, 1e-300)
    X[4, ::2], X[5] = -0.0, 1e-9
    compare(autograd.prod(x) * w, x, [w], X)


def test_a_long_rule_is_written_in_lines_that_python_takes():
    """An expression of more than 200 brackets inside one another is a SyntaxError."""

    def horner(x):
        y, slope = x, 1.0
        for _ in range(120):
            y, slope = y * x + 1, slope * x + y
        return y, slope

    series = Operation("series", lambda x: horner(x)[0], lambda y, x: (horner(x)[1],))
    x = Value(0.5)
    compare(series(x * 1.0), [x], [], [[0.5], [-0.25]])


def test_a_check_names_the_first_node_that_differs():
    x, w = Value(1.0, "x"), Value(3.0, "w")
    X = np.array([[1.0], [2.0]] * 40)
    record((w * x).tanh(), [x], [w], check=X)
    # Both are the same on arrays and on floats for the numbers that were recorded, and so are taken at their word.
    odd = Operation("odd", lambda x: 2.0 * x, lambda y, x: (2.0,), on_arrays=lambda x: 2.0 * x + np.greater(x, 5.0))
    y = odd(w * x)
    y.label = "doubled"
    record(y + 1, [x], [w], check=X[::2])
    with pytest.raises(ValueError, match=r"in sample 1 first at Value 'doubled' = 6, made by odd.*13\.0.*12\.0"):
        record(y + 1, [x], [w], check=X)
    wrong = Operation("wrong", lambda x: 2.0 * x, lambda y, x: (1.0 if type(x) is float and x > 5 else 2.0,))
    with pytest.raises(ValueError, match=r"gradient toward Value 'x' = 1 in sample 1 is 6\.0, and the rules .* 3\.0"):
        record(wrong(w * x), [x], [w], check=X)


def test_a_check_allows_for_the_rounding_of_large_terms_that_cancel():
    rng = np.random.default_rng(0)
    w, x, c = Value(0.7), leaves(rng.normal(size=41)), rng.normal(size=40).tolist()
    y = autograd.sum([((w * v) * 1e6) * (1e6 * k) for v, k in zip(x, [*c, 1.0], strict=True)])
    X = rng.normal(size=(40, 41))
    X[:, 40] = -X[:, :40] @ c
    record(y, x, [w], check=X)


# ---- what may be recorded


def test_outputs_that_are_leaves_and_inputs_that_are_not_used():
    x, unused, w, spare = leaves([2.0, 5.0, 3.0, 7.0])
    seven = (w + 7.0).parents[1]
    for outputs in ([x], [w], [w * w, w, x, seven, x], [seven], [x * seven]):
        program = compare(outputs, [x, unused], [w, spare], [[1.0, 2.0], [3.0, 4.0]])
    assert program([[1.0, 2.0]]).tolist() == [[7.0]]
    assert record(w * w, [x], [w])([[1.0], [2.0]]).tolist() == [[9.0], [9.0]]


@pytest.mark.parametrize("way", ["arrays", "floats"])
def test_the_gradient_is_the_first_outputs_whatever_the_others_slopes(way):
    x, w = leaves([2.0, 0.0])
    program = record([w * x, w.log()], [x], [w])
    choose(program, way)
    assert program.value_and_grad([[2.0], [3.0]])[1].tolist() == [2.5]  # no 0 · inf from the logarithm


def test_a_constant_may_be_listed_among_the_inputs():
    w = Value(3.0)
    y = w * 2.0
    mask = y.parents[1]
    assert record(y, [mask], [w])([[0.0], [5.0]]).tolist() == [[0.0], [15.0]]


def test_without_inputs_the_batch_is_one_sample():
    w = Value(3.0)
    program = record(w * w, parameters=[w])
    assert program().tolist() == [[9.0]]
    assert program(np.empty((3, 0))).tolist() == [[9.0]] * 3
    assert program.input_gradient().shape == (1, 0)
    value, gradient = program.value_and_grad()
    assert (value, gradient.tolist()) == (9.0, [6.0])


@pytest.mark.parametrize("way", ["arrays", "floats"])
def test_parameters_change_the_next_result_and_are_written_back(way):
    x, w = Value(2.0), Value(3.0)
    y = w * x
    program = record(y, [x], [w])
    choose(program, way)
    program.parameters[:] = 5.0
    assert program([[2.0]]).tolist() == [[10.0]]
    w.data = 7.0  # the program has its own numbers
    assert program([[2.0]]).tolist() == [[10.0]]
    program.write_back()
    assert w.data == 5.0
    assert type(w.data) is float
    assert (w * x).data == 10.0


def test_parameters_are_set_as_a_whole_for_both_ways():
    x, w, v = leaves([2.0, 3.0, 4.0])
    program = record(w * x + v, [x], [w, v])
    numbers = np.array([5.0, 1.0])
    program.parameters, X = numbers, [[2.0], [3.0]]
    numbers[:] = 0.0  # they were copied
    for way in "arrays", "floats":
        choose(program, way)
        assert program(X).tolist() == [[11.0], [16.0]]
    program.parameters = [1, 2]
    program.parameters += 1.0
    for way in "arrays", "floats":
        choose(program, way)
        assert program(X).tolist() == [[7.0], [9.0]]
    program.write_back()
    assert (w.data, v.data) == (2.0, 3.0)
    for wrong in ([1.0], [1.0, 2.0, 3.0], [[1.0, 2.0]], 1.0):
        with pytest.raises(ValueError, match=r"a flat array of 2 numbers, .* given to record, not one of shape \("):
            program.parameters = wrong
    with pytest.raises(TypeError, match="the array of parameters .* real numbers, not of object"):
        program.parameters = [w, v]
    assert program.parameters.tolist() == [2.0, 3.0]


@pytest.mark.parametrize("way", ["arrays", "floats"])
def test_results_are_the_callers_own(way):
    y, inputs, parameters = network()
    program = record([y, inputs[0]], inputs, parameters)
    choose(program, way)
    X = np.random.default_rng(0).normal(size=(4, 5))
    kept = [program(X), program.value_and_grad(X)[1], program.input_gradient(X), X]
    copies = [array.copy() for array in kept]
    for array in (program(2 * X), program.value_and_grad(3 * X)[1], program.input_gradient(4 * X)):
        array[:] = 0.0
    program.outputs[:] = 0.0
    for array, before in zip(kept, copies, strict=True):
        np.testing.assert_array_equal(array, before)


def test_batches_of_every_kind_of_number_and_layout():
    y, inputs, parameters = network()
    program = record(y, inputs, parameters)
    X = np.arange(200.0).reshape(40, 5) % 7
    expected, gradient = program(X), program.input_gradient(X)
    for other in (X.astype(np.float32), X.astype(int), X.tolist(), np.asfortranarray(X), np.repeat(X, 2, 0)[::2]):
        np.testing.assert_array_equal(program(other), expected)
        np.testing.assert_array_equal(program.input_gradient(other), gradient)
    X.setflags(write=False)
    np.testing.assert_array_equal(program(X), expected)
    assert program(X > 3).shape == (40, 1)
    tenths = np.full((40, 1), 0.1, np.float32)
    v = Value(0.5)
    assert record(v * v, [v])(tenths).tolist() == [[np.float64(tenths[0, 0]) ** 2]] * 40  # computed in 64 bits
    assert program(X[:0]).shape == (0, 1)
    assert program.input_gradient(X[:0]).shape == (0, 5)


def test_a_large_batch_is_evaluated_in_blocks():
    y, inputs, parameters = network()
    X = np.random.default_rng(0).normal(size=(50, 5))
    program = record(y, inputs, parameters)
    value, gradient = program.value_and_grad(X)
    expected = program(X), program.input_gradient(X)
    program._rows = 8
    in_blocks = program.value_and_grad(X)
    assert in_blocks[0] == pytest.approx(value)
    np.testing.assert_allclose(in_blocks[1], gradient, rtol=1e-12)
    for results in zip((program(X), program.input_gradient(X)), expected, strict=True):
        np.testing.assert_allclose(*results, rtol=1e-12)


def test_buffers_are_kept_for_the_last_sizes_only():
    y, inputs, parameters = network()
    program = record(y, inputs, parameters)
    choose(program, "arrays")
    for n in [32, 7, 32, 1, 2, 3, 32, 4]:
        assert len(program(np.ones((n, 5)))) == n
    assert len(program._frames) == 4
    assert 32 in program._frames


# ---- as text, copied, in threads


def test_recording_twice_gives_the_same_program():
    texts = []
    for _ in range(2):
        model = nn.MLP(3, [4, 2], "tanh", rng=1)
        outputs, inputs = sample_loss("cross_entropy", model)
        texts.append(str(record(outputs[0], inputs, model.parameters())))
    assert texts[0] == texts[1]
    assert texts[0].splitlines()[:3] == [
        "Program of 27 nodes: 5 inputs, 26 parameters, 1 output, 12 instructions",
        "  1  matmul 4×3 · 3×batch → 4×batch  4 nodes",
        "  2  add 4×batch                     4 nodes",
    ]


def test_a_long_program_is_printed_in_part():
    x = Value(0.1)
    y = x
    for _ in range(150):
        y = y.sin()
    assert lines(record(y, [x]))[-1] == "and 50 more, for 50 nodes"


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["copy", "pickle"])
def test_a_program_is_copied_with_its_numbers_and_its_graph(copied):
    y, inputs, parameters = network()
    program = record(y, inputs, parameters)
    X = np.random.default_rng(0).normal(size=(4, 5))
    program.parameters[0] = 0.25
    program.write_back()
    expected = program.value_and_grad(X)
    twin, theirs = copied((program, parameters))
    program.parameters[:] = 0.0
    value, gradient = twin.value_and_grad(X)
    assert value == expected[0]
    np.testing.assert_array_equal(gradient, expected[1])
    twin.parameters[0] = 9.0
    twin.write_back()
    assert (theirs[0].data, parameters[0].data) == (9.0, 0.25)


def test_threads_with_a_program_each_do_not_disturb_each_other():
    results, rows = {}, [np.full((n, 5), float(n)) for n in range(1, 5)]

    def work(i):
        y, inputs, parameters = network()
        program = record(y, inputs, parameters)
        choose(program, "arrays")
        program.parameters[:] *= i + 1
        results[i] = [program.value_and_grad(rows[(i + k) % 4])[0] for k in range(200)]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    concurrent = dict(results)
    for i in range(4):
        work(i)
    assert concurrent == results


# ---- bad input


def test_what_cannot_be_recorded_is_named():
    x, w, v = Value(2.0, "x"), Value(3.0, "w"), Value(4.0)
    y = w * x + v
    for arguments, error, message in [
        ((y, [x], [w]), ValueError, r"Value = 4 is a leaf of the graph, but neither among the inputs nor"),
        ((y, [], [w, v]), ValueError, r"Value 'x' = 2 is a leaf"),
        ((y, [x], [w, v, w]), ValueError, r"Value 'w' = 3 is given twice among the parameters"),
        ((y, [x, x], [w, v]), ValueError, r"Value 'x' = 2 is given twice among the inputs"),
        ((y, [x, w], [w, v]), ValueError, r"Value 'w' = 3 is given as an input and as a parameter"),
        ((y, [y.parents[0]], [v]), ValueError, r"inputs of a program are leaves, and Value = 6, made by multiply"),
        ((y, [2.0], [w, v]), TypeError, r"among the inputs is 2\.0 of type float"),
        ((y, [x], 3.0), TypeError, r"parameters? is 3\.0 of type float"),
        ((5.0, [x], [w]), TypeError, r"output is 5\.0 of type float"),
        (([y, 5.0], [x], [w, v]), TypeError, r"among the outputs is 5\.0"),
        (([], [x], [w]), ValueError, r"record needs an output"),
        ((Value(1.0), [x], [w]), ValueError, r"Value = 1 is a leaf"),
    ]:
        with pytest.raises(error, match=message):
            record(*arguments)
    w.data = 30.0
    with pytest.raises(ValueError, match=r"the graph is stale: Value = 6, made by multiply"):
        record(y, [x], [w, v])


def test_batches_and_weights_of_a_wrong_form_are_refused():
    x, z, w = leaves([1.0, 2.0, 3.0])
    program = record(w * x + z, [x, z], [w])
    for X, error, message in [
        ([1.0, 2.0], ValueError, r"shape \(batch, 2\).*not \(2,\): for one sample write \[x\]"),
        ([[1.0, 2.0, 3.0]], ValueError, r"\(batch, 2\).*not \(1, 3\)"),
        (np.ones((1, 2, 2)), ValueError, r"\(1, 2, 2\)"),
        (3.0, ValueError, r"not \(\)"),
        (None, TypeError, r"array of real numbers, not of object"),
        ([["1", "2"]], TypeError, r"array of real numbers, not of <U1"),
        (np.array([[x, z]]), TypeError, r"array of real numbers, not of object"),
        ([[1j, 2.0]], TypeError, r"array of real numbers, not of complex128"),
        ([[x, z]], TypeError, r"array of real numbers, not of object"),
    ]:
        for method in (program, program.value_and_grad, program.input_gradient):
            with pytest.raises(error, match=message):
                method(X)
    with pytest.raises(ValueError, match=r"one number for each of 1 samples, not an array of shape \(2,\)"):
        program.value_and_grad([[1.0, 2.0]], [0.5, 0.5])
    with pytest.raises(TypeError, match="the array of weights for a program is an array of real numbers"):
        program.value_and_grad([[1.0, 2.0]], ["1"])
    with pytest.raises(ValueError, match="a batch of no samples"):
        program.value_and_grad(np.empty((0, 2)))


def test_labels_do_not_reach_the_source():
    """A label is a user's text; the source is made from names of rows and numbers of slots."""
    x, w = Value(2.0, "x = __import__('os')"), Value(3.0, "'''")
    y = (w * x).tanh()
    y.label = "{y}; raise SystemExit"
    compare(y, [x], [w], [[1.0], [2.0]])


def test_the_groups_are_found_in_time_that_grows_with_the_graph():
    """A membership test on a list would make this take minutes."""
    w, x = [leaves(np.linspace(-1, 1, 300)) for _ in range(60)], leaves(np.linspace(-1, 1, 300))
    y = autograd.sum([dot(row, x).tanh() for row in w])
    program = record(y, x, [p for row in w for p in row])
    assert words(program) == ["matmul 60×300 · 300×batch → 60×batch", "tanh 60×batch", "sum of 60 → 1×batch"]
