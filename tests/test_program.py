"""A program against eager evaluation: the recorded graph computed and swept node by node at each sample's numbers.

The reference uses the operations' readings of floats only. Results must agree to 1e-12 of the sum of the absolute
terms, which the reference carries along, and nan and inf must be the same.
"""

import math
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import OPERATIONS, Value, record, topological_order
from autograd.value import as_value, make_node
from tests.shared import INDEXED, every_row

BOTH_WAYS = pytest.mark.parametrize("way", ["arrays", "floats"])


def eager(outputs, inputs, parameters, row, numbers):
    """Outputs, the first one's gradients toward parameters and inputs, each as (numbers, sums of absolute terms)."""
    order = list(dict.fromkeys(node for output in outputs for node in topological_order(output)))
    data = {node: node.data for node in order}
    data.update(zip(parameters, numbers, strict=True))
    data.update(zip(inputs, row, strict=True))
    size = {node: abs(number) for node, number in data.items()}
    local = {}
    for node in order:
        if node.parents:
            data[node], local[node] = node.operation.at(*[data[p] for p in node.parents])
            size[node] = abs(data[node]) + sum(abs(d) * size[p] for d, p in zip(local[node], node.parents, strict=True))
            if node.operation is OPERATIONS["logsumexp"]:  # which adds the largest again
                size[node] += max(abs(data[p]) for p in node.parents)
    grad, total = dict.fromkeys(data, 0.0), dict.fromkeys(data, 0.0)
    grad[outputs[0]] = total[outputs[0]] = 1.0
    needed = set(topological_order(outputs[0]))
    # A derivative is as uncertain as the numbers it was computed from, which this bounds for well-behaved graphs.
    scale = 1 + max([abs(d) for ds in local.values() for d in ds if math.isfinite(d)], default=0)
    for node in reversed(order):
        if node in needed and node.parents:
            for parent, d in zip(node.parents, local[node], strict=True):
                grad[parent] += d * grad[node]
                total[parent] += (abs(d) + 1) * total[node]  # a rule such as 1 - y·y is as uncertain as its parts
    columns = [outputs, parameters, inputs]
    return [
        (np.array([numbers[v] for v in column]), np.array([sizes[v] for v in column]) * factor)
        for column, numbers, sizes, factor in zip(
            columns, (data, grad, grad), (size, total, total), (1, scale, scale), strict=True
        )
    ]


def choose(program, way):
    """Have the program evaluate on arrays or on floats, whatever it takes for quicker."""
    program._few = 0 if way == "arrays" else 10_000


def assert_close(actual, expected, sizes, tolerance):
    expected, sizes = np.asarray(expected), np.asarray(sizes)
    assert np.shape(actual) == expected.shape
    finite = np.isfinite(expected)
    np.testing.assert_array_equal(np.asarray(actual)[~finite], expected[~finite])
    sizes = 1e-3 + np.where(np.isfinite(sizes), sizes, np.abs(expected))  # the parts of a rule, such as 1 + erf(x)
    error = np.abs(np.asarray(actual)[finite] - expected[finite])
    assert (error <= tolerance * sizes[finite]).all(), (actual, expected, sizes)


def compare(outputs, inputs, parameters, X, tolerance=1e-12):
    """Compare a program's three results with eager ones, on arrays and on floats."""
    X = np.asarray(X, dtype=float)
    with np.errstate(all="ignore"):
        return _compare(outputs, inputs, parameters, X, tolerance)


def _compare(outputs, inputs, parameters, X, tolerance):
    outputs = outputs if isinstance(outputs, list) else [outputs]
    program = record(outputs, inputs, parameters)
    rows = [eager(outputs, inputs, parameters, row, program.parameters.tolist()) for row in X.tolist()]
    (ys, y_sizes), (gs, g_sizes), (es, e_sizes) = (
        tuple(np.array([row[i][j] for row in rows]) for j in range(2)) for i in range(3)
    )
    weights = np.linspace(0.5, 2.0, len(X))
    for way in "arrays", "floats":
        choose(program, way)
        assert_close(program(X), ys, y_sizes, tolerance)
        assert_close(program.input_gradient(X), es, e_sizes, tolerance)
        for w in None, weights:
            each = np.full(len(X), 1 / len(X)) if w is None else w
            value, gradient = program.value_and_grad(X, w)
            assert_close(value, each @ ys[:, 0], each @ y_sizes[:, 0], tolerance)
            assert_close(gradient, (each[:, None] * gs).sum(0), (each[:, None] * g_sizes).sum(0), tolerance)
            assert_close(program.outputs, ys, y_sizes, tolerance)
    return program


def leaves(numbers):
    return [Value(x) for x in numbers]


# ---- every row


def replayable(operation, rows):
    """The rows of inputs that are replayed: an index out of range is refused, which test_select.py shows."""
    return [row for row in rows if operation.name not in INDEXED or row[0] in range(len(row) - 1)]


def samples(operation):
    return replayable(operation, [*operation.points, *operation.edges])


@every_row
def test_every_row_with_inputs_with_parameters_and_with_both(operation):
    points = samples(operation)
    for n in sorted({len(point) for point in points}):
        rows = [point for point in points if len(point) == n]
        values = leaves(rows[0])
        y = make_node(operation, tuple(values))
        compare([y, values[0]], values, [], rows)
        for row in rows:
            values = leaves(row)
            compare(make_node(operation, tuple(values)), [], values, np.empty((2, 0)))
            for fixed in range(n):
                values = leaves(row)
                y = make_node(operation, tuple(values))
                inputs = [v for i, v in enumerate(values) if i != fixed]
                X = [[x for i, x in enumerate(r) if i != fixed] for r in rows]
                compare(y, inputs, values[fixed : fixed + 1], X)


@every_row
def test_every_row_with_plain_numbers_among_its_inputs(operation):
    for row in samples(operation):
        for varying in range(len(row)):
            x = Value(row[varying])
            parents = tuple(x if i == varying else as_value(number) for i, number in enumerate(row))
            numbers = [row[varying], 0.5, -1.25]
            rows = replayable(operation, [[*row[:varying], number, *row[varying + 1 :]] for number in numbers])
            compare(make_node(operation, parents), [x], [], [[row[varying]] for row in rows])


@every_row
def test_many_nodes_of_a_row_at_once(operation):
    """Groups: sixty nodes on leaves in a row, on shared leaves, on leaves in no order and on leaves that repeat."""
    random = Random(operation.name)
    point = operation.points[0]
    xs, ps = leaves(point[0] for _ in range(60 + len(point))), leaves(point[-1] for _ in range(9))
    for k in range(60):
        xs[k].data += 1e-3 * k
    nodes = []
    pick = random.choice
    for operands in (
        lambda i: [xs[i + j] for j in range(len(point))],
        lambda i: [xs[0], *[ps[j % 9] for j in range(1, len(point))]],
        lambda i: [pick(xs), *[pick(ps) for _ in point[1:]]],
        lambda i: [ps[i % 9], *[xs[i] for _ in point[1:]]],
    ):
        for i in range(60):
            node = make_node(operation, tuple(operands(i)))
            if math.isfinite(node.data):
                nodes.append(node)
    shifts = [0.0] if operation.name in INDEXED else [0.0, 1e-4, -1e-4]  # of an index too
    X = np.array([[x.data for x in xs]]) + np.array(shifts)[:, None]
    compare([autograd.sum(nodes), nodes[0], autograd.mean(nodes[:7])], xs, ps, X)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e308, -0.0])
@every_row
def test_nan_and_infinities_go_through(operation, number):
    point = operation.points[-1]
    for place in range(len(point)):
        w, values = Value(1.5), leaves(point)
        y = make_node(operation, tuple(values)) * w
        rows = [list(point), [number if i == place else x for i, x in enumerate(point)]]
        compare(y, values, [w], replayable(operation, rows))


# ---- special numbers

SPECIAL = (0.0, -0.0, math.inf, -math.inf, math.nan, 1e200, -1e200, 5e-324, 0.5, 2.0)


def special_rows(k):
    if k < 3:
        return [*product(SPECIAL, repeat=k)]
    return [tuple(Random(i).choices(SPECIAL, k=k)) for i in range(80)]


def compare_at_special_numbers(output, values, rows):
    """Compare with eager for 1, 2, 3 and 40 samples, on arrays and on floats: the values as inputs, as parameters."""
    with np.errstate(all="ignore"):
        expected = [eager([output], values, [], row, []) for row in rows]
        by_sample, by_parameters = record(output, values), record(output, [], values)
        for way, n in product(("arrays", "floats"), (1, 2, 3, 40)):
            choose(by_sample, way)
            choose(by_parameters, way)
            for start in range(0, len(rows), n):
                columns = zip(*expected[start : start + n], strict=True)
                (ys, y_sizes), _, (slopes, sizes) = (map(np.array, zip(*column, strict=True)) for column in columns)
                X = np.array(rows[start : start + n])
                assert_close(by_sample(X), ys, y_sizes, 1e-12)
                assert_close(by_sample.input_gradient(X), slopes, sizes, 1e-12)
                by_parameters.parameters[:] = rows[start]
                value, gradient = by_parameters.value_and_grad(np.empty((n, 0)))
                assert_close(value, ys[0, 0], y_sizes[0, 0], 1e-12)
                assert_close(gradient, slopes[0], sizes[0], 1e-12)


@every_row
def test_every_row_at_special_numbers(operation):
    for k in sorted({len(point) for point in operation.points}):
        rows = replayable(operation, special_rows(k))
        if operation is OPERATIONS["dot"]:  # 1e400 is inf, but goes into a matrix product as it is
            rows = [tuple(x / 1e50 if abs(x) == 1e200 else x for x in row) for row in rows]
        values = leaves(rows[0])
        compare_at_special_numbers(make_node(operation, tuple(values)), values, rows)
        for place, number in product(range(k), {repr(x): x for x in sum(rows, ())}.values() if k > 1 else ()):
            x = leaves(rows[0])
            if not replayable(operation, [[number if i == place else v.data for i, v in enumerate(x)]]):
                continue
            parents = tuple(as_value(number) if i == place else v for i, v in enumerate(x))
            varying = [[v for i, v in enumerate(row) if i != place] for row in rows[:: len(SPECIAL) if k > 2 else 1]]
            compare_at_special_numbers(make_node(operation, parents), [*x[:place], *x[place + 1 :]], varying[:20])


@pytest.mark.parametrize(
    "graph",
    [
        *(lambda x, y, f=f: f([x, y, x]) for f in (autograd.sum, autograd.mean, autograd.prod, autograd.logsumexp)),
        *(lambda x, y, f=f: f([x, y] * 20) for f in (autograd.sum, autograd.mean, autograd.prod, autograd.logsumexp)),
        *(lambda x, y, n=n: (x * y) ** n for n in (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, -0.5, -1.0, 0.0, 1 / 3)),
        *(lambda x, y, n=n: x.tanh() ** n * y for n in (0.5, 1.0, 2.0)),
        lambda x, y: x / x + y**y,
        lambda x, y: x**2 - 2.0**y,
        lambda x, y: autograd.where(x, y, 0.0) * autograd.maximum(x, x),
        lambda x, y: autograd.maximum(x, y).log() + autograd.minimum(x, y).sqrt(),
        lambda x, y: autograd.elu(x, y).log(),
        lambda x, y: autograd.dot([x, y], [y, y]),
        lambda x, y: autograd.dot([x, x], [x, x]),
        lambda x, y: autograd.softmax([x, y, x])[0],
        lambda x, y: autograd.logsumexp([x, 1.0, y]) * y,
        lambda x, y: autograd.sum([x, x, y * 3.0, x * y]).sigmoid(),
        lambda x, y: 1.0 / (0 + x) + 2.0 / (y + 0.0),  # 0.0 + -0.0 is 0.0
        lambda x, y: 1.0 / sum([x]) - 2.0 / sum([y, x]) + 3.0 / sum([x.tanh()]),
        lambda x, y: 1.0 / sum([x.tanh(), y.tanh()]) + 2.0 / sum([x, 1.0, y]),
        lambda x, y: 1.0 / autograd.sum([x]) + 1.0 / autograd.mean([x, y]) + 1.0 / autograd.mean([y]),
        lambda x, y: 1.0 / autograd.dot([x], [2.0]) + 1.0 / autograd.dot([x.tanh()], [y.sigmoid()]),
        lambda x, y: 1.0 / sum([x.tanh() * y.sigmoid(), y.tanh() * x.sigmoid()]),
        lambda x, y: sum(k / sum([x.tanh(), y.tanh(), x.tanh()][: k + 1]) for k in range(3)),
    ],
)
def test_small_graphs_at_special_numbers(graph):
    values = leaves([0.5, 2.0])
    compare_at_special_numbers(graph(*values), values, special_rows(2))


def test_a_power_of_one_half_is_no_square_root():
    # C's pow(−inf, ½) is inf and pow(−0, ½) is 0 (C11, F.10.4.4), which sqrt gives as nan and −0
    for n in (1, 40):
        roots = autograd.power(np.repeat([-math.inf, -0.0, 4.0], n), 0.5)
        np.testing.assert_array_equal(roots, np.repeat([math.inf, 0.0, 2.0], n))
        assert not np.signbit(roots).any()


# ---- random graphs


class Graph:
    """A random graph of wide or narrow levels whose numbers and derivatives are moderate where it is recorded."""

    def __init__(self, seed, levels, width, leaf_count):
        self.random = random = Random(seed)
        self.inputs = leaves(random.uniform(-2, 2) for _ in range(leaf_count))
        self.parameters = leaves(random.uniform(-2, 2) for _ in range(leaf_count))
        self.nodes = [*self.inputs, *self.parameters]
        for _ in range(levels):
            names = [random.choice(list(OPERATIONS)) for _ in range(random.randint(1, 3))]
            recent = self.nodes[-3 * width :]
            arity = random.choice([2, 4, 6, 8])
            for i in range(width):
                self.nodes.append(self.grown(names[i % len(names)], random.choice([recent, self.nodes]), arity))
        used = {p for node in self.nodes for p in node.parents}
        ends = [node for node in self.nodes if node not in used]
        self.outputs = [autograd.mean([v.tanh() for v in ends]), ends[-1], random.choice(self.nodes)]

    def grown(self, name, pool, arity):
        operation = OPERATIONS[name]
        for _ in range(10):
            operands = [self.random.choice(pool) for _ in range(operation.arity or arity)]
            if name == "fixed_power":
                operands[1] = as_value(self.random.choice([1.0, 2.0, 3.0]))
            elif operation.arity != 1 and self.random.random() < 0.2:
                operands[0] = as_value(self.random.choice([1.0, -0.5]))
            node = make_node(operation, tuple(operands))
            if all(abs(x) < 30 for x in (node.data, *node.local_derivatives)):
                return node
        return self.random.choice(pool).sin()

    def batch(self, n):
        random = np.random.default_rng(1)
        return np.array([x.data for x in self.inputs]) + random.normal(0, 1e-3, (n, len(self.inputs)))


GRAPHS = {"wide": (3, 40, 8), "deep": (60, 1, 3), "mixed": (12, 8, 5), "narrow": (25, 2, 1)}


@pytest.mark.parametrize("shape", GRAPHS)
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32))
def test_random_graphs(shape, seed):
    graph = Graph(seed, *GRAPHS[shape])
    compare(graph.outputs, graph.inputs, graph.parameters, graph.batch(3))


@pytest.mark.parametrize("n", [1, 2, 31, 32, 1000])
def test_batches_of_every_size(n):
    graph = Graph(7, *GRAPHS["mixed"])
    compare(graph.outputs, graph.inputs, graph.parameters, graph.batch(n))


# ---- operands that share slots


def windows(values, n):
    return [values[i : i + n] for i in range(len(values) - n + 1)]


def test_dots_with_one_constant_at_every_place():
    """All of a factor is one number, which stands for an array of them: the first state of a recurrence is such."""
    zero, parameters, x = as_value(0.0), leaves(np.linspace(-1, 1, 64)), Value(0.5)
    rows = [parameters[i : i + 8] for i in range(0, 64, 8)]
    outputs = [autograd.sum([autograd.dot(row, [zero] * 8) + x for row in rows])]
    compare(outputs, [x], parameters, [[0.5], [2.0], [-1.0]])


def test_dots_of_overlapping_weights_with_one_constant():
    """As at the border of an image with zeros around it."""
    zero, parameters, x = as_value(0.0), leaves(np.linspace(-1, 1, 9)), Value(0.5)
    terms = [autograd.dot(window, [zero] * 3) * x for window in windows(parameters, 3)]
    compare(autograd.sum(terms), [x], parameters, [[0.5], [2.0], [-1.0]])


@pytest.mark.parametrize("function", [autograd.sum, autograd.mean, autograd.logsumexp, autograd.prod])
def test_functions_of_overlapping_windows(function):
    xs, parameters = leaves([0.5, -1.0, 0.25, 2.0, 1.5, -0.75]), leaves([1.0, -2.0, 0.5, 3.0, 0.1, 0.2])
    for values in xs, parameters:
        terms = [function(window) * values[i] for i, window in enumerate(windows(values, 3))]
        X = np.random.default_rng(0).normal(size=(3, 6))
        compare(autograd.sum(terms), xs, parameters, X)
