"""Programs as source for NumPy and torch, run: compared with rules on floats, gradients by hand, and torch's."""

import ast
import doctest
import math
import pickle
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import OPERATIONS, Operation, Value, dot, record, replayed, select
from autograd.value import as_value, make_node
from tests.benchmarks import by_hand
from tests.microgpt import END, GPT
from tests.shared import HOSTILE, ROOT, cube, every_row
from tests.test_program import GRAPHS, Graph, assert_close, eager, leaves, samples
from tests.test_program import compare as compare_replay
from tests.test_program_use import harmonic, of_many_inputs

POSITIONS = 8


def run(source):
    """What a program's source defines, which needs nothing of ours."""
    names = {}
    modules = {a.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import) for a in node.names}
    assert modules <= {"math", "numpy", "torch"}
    exec(source, names)
    return names


def compare(outputs, inputs, parameters, X):
    """Outputs and gradient of the text for NumPy against those of the operations' rules, node by node on floats."""
    program = record(outputs, inputs, parameters)
    X = np.asarray(X, dtype=float)
    with np.errstate(all="ignore"):
        found = run(program.to_numpy())
        rows = [eager(outputs, inputs, parameters, row, program.parameters.tolist()) for row in X.tolist()]
        (ys, y_sizes), (gs, g_sizes) = ([np.array([row[i][j] for row in rows]) for j in range(2)] for i in range(2))
        assert_close(found["program"](X, program.parameters), ys, y_sizes, 1e-12)
        value, gradient = found["value_and_grad"](X, program.parameters)
        assert_close(value, ys[:, 0].mean(), y_sizes[:, 0].mean(), 1e-12)
        assert_close(gradient, gs.mean(0), g_sizes.mean(0), 1e-12)


def torch_compare(outputs, inputs, parameters, X):
    """Outputs of the text for torch, and the gradient that torch finds, against the program's."""
    torch = pytest.importorskip("torch")
    program = record(outputs, inputs, parameters)
    p, X = torch.tensor(program.parameters, requires_grad=True), np.asarray(X, dtype=float)
    y = run(program.to_torch())["program"](torch.tensor(X), p)
    if y.requires_grad:
        y[:, 0].mean().backward()
    gradient = np.zeros(len(p)) if p.grad is None else p.grad.numpy()
    value, expected = program.value_and_grad(X)
    np.testing.assert_allclose(y.detach().numpy(), program.outputs, 1e-10, 1e-10)
    np.testing.assert_allclose(gradient, expected, 1e-10, 1e-10)
    assert value == pytest.approx(y[:, 0].mean().item(), abs=1e-10, nan_ok=True)


# ---- every row, and random graphs


def row_graphs(operation):
    """A row of parameters, of inputs with one parameter at each place, and with one plain number at each place."""
    for row in samples(operation):
        values = leaves(row)
        yield [make_node(operation, tuple(values))], [], values, np.empty((2, 0))
        for k in range(len(row)):
            values = leaves(row)
            others = [v for i, v in enumerate(values) if i != k]
            X = [[v.data for v in others]] * 2
            yield [make_node(operation, tuple(values))], others, values[k : k + 1], X
            mixed = tuple(as_value(v.data) if v is values[k] else v for v in values)
            yield [make_node(operation, mixed)], [], others, np.empty((2, 0))


@every_row
def test_every_row(operation):
    for graph in row_graphs(operation):
        compare(*graph)


@pytest.mark.torch
@every_row
def test_every_row_by_torch(operation):
    with np.errstate(all="ignore"):
        for graph in row_graphs(operation):
            torch_compare(*graph)


@pytest.mark.parametrize("shape", GRAPHS)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_random_graphs(shape, seed):
    graph = Graph(seed, *GRAPHS[shape])
    compare(graph.outputs, graph.inputs, graph.parameters, graph.batch(3))


@pytest.mark.torch
@pytest.mark.parametrize("shape", GRAPHS)
def test_random_graphs_by_torch(shape):
    for seed in range(10):
        graph = Graph(seed, *GRAPHS[shape])
        torch_compare(graph.outputs, graph.inputs, graph.parameters, graph.batch(3))


def looking_back(look):
    """A sum over numbers that are computed from those before each: sums of 1, 2, 3 … terms."""
    x, w = leaves([0.3, -0.7, 1.1, 0.4]), leaves([0.5, -1.5])
    h = [(w[0] * v + w[1]).tanh() for v in x]
    return [autograd.sum([look(h[: k + 1]) for k in range(len(h))])], x, w


LOOKS = {
    "sum": autograd.sum,
    "dot": lambda h: dot(h, h[::-1]),
    "logsumexp": autograd.logsumexp,
    "largest": lambda h: autograd.detached_max(h) * h[0],
}


@pytest.mark.parametrize("name", LOOKS)
def test_results_of_unequal_length(name):
    compare(*looking_back(LOOKS[name]), np.random.default_rng(3).normal(size=(3, 4)))


def chosen_several_times():
    """Numbers and rows that one index chooses several times, from what trains, what varies and what is plain."""
    i, j, (x,), w = Value(1.0), Value(2.0), leaves([0.3]), leaves([0.5, -1.5, 0.7])
    X = [[0.0, 2.0, 0.3], [1.0, 0.0, -0.7], [2.0, 2.0, 1.1]]
    for table in (w, [w[0], x, 2.0], [w[0] * x, w[1] * x, x], [0.5, 1.5, 2.0]):
        for index in (i, j - j, w[0] * 0.0 + 1.0, 1.0):
            yield [select(index, table) * select(index, table) + w[0] * x], [i, j, x], w, X
            yield [select(index, table) + x * select(index, table) * select(j, table) + w[0]], [i, j, x], w, X
    rows = [[w[0], w[1]], [w[1], w[2]], [w[2], w[0]]]
    yield [dot(select(i, rows), select(i, rows)) * dot(select(j, rows), select(i, rows))], [i, j, x], w, X


def test_what_one_index_chooses_several_times():
    for graph in chosen_several_times():
        compare(*graph)


@pytest.mark.torch
def test_what_one_index_chooses_several_times_by_torch():
    for graph in chosen_several_times():
        torch_compare(*graph)


# ---- a training step, a GPT and a convolution, against gradients by hand


def training_step():
    """MLP 2-16-16-1 on moons: a margin loss and a penalty."""
    model = nn.MLP(2, [16, 16, 1], rng=1)
    x, target = leaves([0.1, 0.2]), Value(1.0)
    penalty = 1e-4 * sum(p * p for p in model.parameters())
    program = record((1 - target * model(x)).relu() + penalty, [*x, target], model.parameters())
    X, y = nn.data.moons(100, rng=1)
    t = 2.0 * y[:, None] - 1.0
    arrays = [np.array([[p.data for p in n.parameters()] for n in layer.neurons]) for layer in model.layers]
    value, layers = by_hand.max_margin([(rows[:, :-1].T, rows[:, -1]) for rows in arrays], X, t)
    return program, np.hstack([X, t]), value, [np.column_stack([W.T, b]) for W, b in layers]


def gpt():
    """The network of microgpt on eight positions."""
    model = GPT(Value, pick=select)
    tokens = leaves([0.0] * (2 * POSITIONS))
    program = record(model.loss(tokens[:POSITIONS], tokens[POSITIONS:]), tokens, model.parameters)
    ids = np.random.default_rng(5).integers(0, END + 1, (4, 2, POSITIONS))
    matrices = {"tokens": model.tokens, "positions": model.positions, "scores": model.scores} | model.layers[0]
    weights = {name: np.array([[p.data for p in row] for row in rows]) for name, rows in matrices.items()}
    value, gradients = by_hand.gpt(weights, model.heads, ids[:, 0], ids[:, 1])
    return program, ids.reshape(4, -1).astype(float), value, [gradients[name] for name in matrices]


def convolution():
    """Digits → six maps by 3×3 weights, relu → ten classes."""
    rng = np.random.default_rng(6)
    shapes = ((9, 6), (216, 10))
    layers = [(rng.normal(0.0, 0.3, shape), rng.normal(0.0, 0.1, shape[1])) for shape in shapes]
    kernels, dense = ([[*map(Value, row)] for row in np.column_stack([W.T, b]).tolist()] for W, b in layers)
    image, label = [leaves([0.5] * 8) for _ in range(8)], Value(0.0)
    hidden = [
        (dot(kernel[:9], [image[r + i][c + j] for i in range(3) for j in range(3)]) + kernel[9]).relu()
        for r in range(6)
        for c in range(6)
        for kernel in kernels
    ]
    loss = nn.cross_entropy([dot(row[:-1], hidden) + row[-1] for row in dense], label)
    inputs = [*(x for row in image for x in row), label]
    program = record(loss, inputs, [p for row in kernels + dense for p in row])
    digits, classes = nn.data.digits()
    value, gradients = by_hand.convolution(layers, digits[:5].reshape(5, 8, 8), classes[:5])
    X = np.hstack([digits[:5], classes[:5, None]])
    return program, X, value, [np.column_stack([W.T, b]) for W, b in gradients]


PROGRAMS = [training_step, gpt, convolution]


@pytest.mark.parametrize("make", PROGRAMS, ids=lambda make: make.__name__)
def test_programs_in_numpy(make):
    program, X, value, gradients = make()
    found = run(program.to_numpy())
    assert abs(found["program"](X, program.parameters) - program(X)).max() < 1e-12
    loss, gradient = found["value_and_grad"](X, program.parameters)
    assert abs(loss - value) < 1e-12
    assert abs(gradient - np.concatenate([g.ravel() for g in gradients])).max() < 1e-12
    assert abs(gradient - program.value_and_grad(X)[1]).max() < 1e-12


@pytest.mark.torch
@pytest.mark.parametrize("make", PROGRAMS, ids=lambda make: make.__name__)
def test_programs_in_torch(make):
    import torch

    program, X, value, gradients = make()
    p = torch.tensor(program.parameters, requires_grad=True)
    loss = run(program.to_torch())["program"](torch.tensor(X), p).mean()
    loss.backward()
    assert abs(loss.item() - value) < 1e-10
    assert abs(p.grad.numpy() - np.concatenate([g.ravel() for g in gradients])).max() < 1e-10


@pytest.mark.torch
def test_an_epoch_of_torchs_adam_is_an_epoch_of_ours():
    import torch

    X, y = nn.data.moons(100, rng=1)
    targets = 2.0 * y[:, None] - 1.0
    model, x, target = nn.MLP(2, [16, 16, 1], rng=1), leaves([0.1, 0.2]), Value(1.0)
    source = record(nn.hinge(model(x), target), [*x, target], model.parameters()).to_torch()
    p = torch.tensor([v.data for v in model.parameters()], dtype=torch.float64, requires_grad=True)
    adam, program = torch.optim.Adam([p], 0.01), run(source)["program"]
    for rows in torch.tensor(np.hstack([X, targets])).split(20):
        adam.zero_grad()
        program(rows, p).mean().backward()
        adam.step()
    settings = {"loss": nn.hinge, "epochs": 1, "batch_size": 20, "shuffle": False, "progress": False}
    nn.fit(model, X, targets, optimizer=nn.Adam(model.parameters(), 0.01), **settings)
    assert abs(p.detach().numpy() - [v.data for v in model.parameters()]).max() < 1e-10


@pytest.mark.torch
def test_in_torch_numbers_of_32_bits_stay_such():
    import torch

    program, X, value, _ = training_step()
    numbers = [torch.tensor(array, dtype=torch.float32) for array in (X, program.parameters)]
    outputs = run(program.to_torch())["program"](*numbers)
    assert outputs.dtype == torch.float32
    assert outputs.mean().item() == pytest.approx(value, rel=1e-5)


# ---- operations of one's own


ladder = Operation("ladder", lambda x: autograd.sign(x), lambda y, x: (1.0,))  # the slope is not its own
repeated = Operation("repeated", lambda x: power_of(x)[0], lambda y, x: (power_of(x)[1],))
gamma = Operation("gamma", math.gamma, lambda y, x: (y * (math.log(x) - 1 / (2 * x)),))
bent = Operation("bent", lambda x: x if x > 0 else 0.5 * x, lambda y, x: (1.0 if x > 0 else 0.5,))


def power_of(x):
    """x to the 64th, whose text would be as long if nothing were shared, and its derivative."""
    y, slope = x, 1.0
    for _ in range(6):
        y, slope = y * y, 2 * y * slope
    return y, slope


@pytest.mark.parametrize("operation", [cube, ladder, repeated], ids=lambda operation: operation.name)
def test_an_operation_of_ones_own_is_written_out(operation):
    x, w = leaves([0.3, 0.7]), leaves([0.5])
    graph = [operation(w[0] * x[0]) + operation(x[1])], x, w
    compare(*graph, [[0.3, 0.7], [1.2, -0.9]])
    source = record(*graph).to_numpy()
    assert operation.name not in source
    assert len(source) < 3000


@pytest.mark.torch
@pytest.mark.parametrize("operation", [cube, ladder, repeated], ids=lambda operation: operation.name)
def test_torch_is_given_the_rule_of_an_operation_of_ones_own(operation):
    x, w = leaves([0.3, 0.7]), leaves([0.5])
    torch_compare([operation(w[0] * x[0]) + operation(x[1] * w[0])], x, w, [[0.3, 0.7], [1.2, -0.9]])


PROD = OPERATIONS["prod"]


def test_a_product_of_many_factors():
    for graph in of_many_inputs(PROD):
        compare(*graph)
    x = leaves(np.linspace(0.9, 1.1, 3000))  # more than Python's calls go deep
    compare([autograd.prod(x)], x, [], [np.linspace(1.1, 0.9, 3000)] * 2)
    assert "return X.prod(axis=-1, keepdims=True)" in record(autograd.prod(x), x).to_numpy()


@pytest.mark.torch
def test_a_product_of_many_factors_by_torch():
    for graph in of_many_inputs(PROD):
        torch_compare(*graph)
    x, w = leaves([0.5] * 40), leaves([2.0])
    X = np.ones((3, 40))
    X[0, 3], X[1, :2], X[2, :3] = math.inf, (math.inf, 0.0), (1e200, 1e200, 1e-300)
    torch_compare([autograd.prod([*x, w[0]])], x, w, X)


def test_an_operation_of_ones_own_of_too_many_inputs_is_named():
    x = leaves([0.5] * 33)
    assert run(record(harmonic(*x[:32]), x).to_numpy())["program"](np.ones((1, 33)), np.empty(0)) == 1 / 32
    for write in (record(harmonic(*x), x).to_numpy, record(harmonic(*x), x).to_torch):
        with pytest.raises(ValueError, match=r"harmonic of 33 inputs cannot be written .* such as sum, prod, dot"):
            write()


second = Operation("second", lambda a, b: b, lambda y, a, b: (0, 1))
three = Operation("three", lambda a, b: 3.0, lambda y, a, b: (0.0, 0.0))


def blind_to_an_input(operation):
    """Graphs of an operation that does not read all its inputs: what it ignores varies, or what it reads."""
    x, w = leaves([0.3, 0.7]), leaves([0.5, -1.5])
    for a in (x[0], w[0], x[0] * w[1], 2.0):
        for b in (x[1], w[1], x[1] * w[0]):
            y = operation(a, b)
            yield [y], x, w, [[0.3, 0.7], [1.2, -0.9]]
            yield [y * operation(b, a) * operation(x[0], w[0]) + w[0] * x[0], y, w[0]], x, w, [[0.3, 0.7], [1.2, -0.9]]


@pytest.mark.parametrize("operation", [second, three], ids=lambda operation: operation.name)
def test_an_operation_that_ignores_an_input(operation):
    for outputs, inputs, parameters, X in blind_to_an_input(operation):
        compare(outputs, inputs, parameters, X)
        compare_replay(outputs, inputs, parameters, X)


@pytest.mark.torch
@pytest.mark.parametrize("operation", [second, three], ids=lambda operation: operation.name)
def test_an_operation_that_ignores_an_input_by_torch(operation):
    for graph in blind_to_an_input(operation):
        torch_compare(*graph)


@pytest.mark.parametrize("operation", [gamma, bent], ids=lambda operation: operation.name)
def test_an_operation_without_a_text_is_named(operation):
    x = Value(0.5)
    program = record(operation(x * 1.0), [x])
    with pytest.raises(ValueError, match=rf"{operation.name} cannot be written out for np: .* such as where"):
        program.to_numpy()
    with pytest.raises(ValueError, match=f"{operation.name} cannot be written out for torch"):
        program.to_torch()


# ---- names


def test_labels_name_what_they_label():
    w1, w2, b, x1, x2 = (Value(0.5, label) for label in ("w1", "w2", "b", "x1", "x2"))
    y = (w1 * x1 + w2 * x2 + b).tanh()
    y.label = "height"
    source = record(y, [x1, x2], [w1, w2, b]).to_numpy()
    assert "height = np.tanh(X @ w.T + b)" in source
    assert "- X: an array (batch, 2): x1, x2" in source


@pytest.mark.parametrize(
    "label", [*HOSTILE, "class", "X", "np", "len", "unpack", "parameters", "_1", "d_1", "dw", "größe", "a\nb"]
)
def test_no_label_does_harm(label):
    w, v, x = Value(0.5, label), Value(1.5, "w"), Value(0.25, label)
    y = (w * x + v).tanh() * v + w.exp() * x
    y.label = label
    program = record(y, [x], [w, v])
    value, gradient = run(program.to_numpy())["value_and_grad"](np.array([[0.25], [1.0]]), program.parameters)
    expected = program.value_and_grad([[0.25], [1.0]])
    assert value == pytest.approx(expected[0], abs=1e-14)
    np.testing.assert_allclose(gradient, expected[1], 0, 1e-14)


# ---- all kinds of outputs, programs and ways to get one


def test_outputs_that_are_leaves_and_plain_numbers():
    x, w = leaves([0.3, 0.7]), leaves([0.5, 2.0])
    for outputs in ([x[1], w[0]], [w[1], x[0], w[0]], [as_value(3.0), x[0]], [w[0] * w[1], w[0]], [x[0], x[1]]):
        compare(outputs, x, w, [[0.3, 0.7], [1.0, 2.0]])


def test_a_deep_chain_is_written_out():
    x, w = Value(0.5), Value(0.9)
    y = x
    for _ in range(1000):  # more than Python's calls go deep
        y = (w * y).sin() + 0.1
    program = record(y, [x], [w])
    value, gradient = run(program.to_numpy())["value_and_grad"](np.array([[0.5]]), program.parameters)
    expected = program.value_and_grad([[0.5]])
    assert value == pytest.approx(expected[0], rel=1e-12)
    assert gradient == pytest.approx(expected[1], rel=1e-12)


def test_many_layers_are_unpacked_in_lines_that_fit():
    model, x = nn.MLP(2, [2] * 20, "tanh", rng=0), leaves([0.3, 0.7])
    compare(model(x), x, model.parameters(), [[0.3, 0.7], [1.0, -2.0]])
    source = record(model(x), x, model.parameters()).to_numpy()
    assert max(map(len, source.splitlines())) <= 130


def test_the_program_of_a_replayed_function_and_of_a_pickle():
    w = Value(2.0, "w")

    @replayed
    def loss(xs, target):
        return (sum(w * x for x in xs) - target) ** 2

    loss([1.0, 2.0], 5.0)
    (program,) = loss.programs.values()
    assert run(program.to_numpy())["value_and_grad"](np.array([[1.0, 2.0, 5.0]]), np.array([2.0]))[0] == 1.0
    x = Value(0.5, "x")
    program = record(w * x, [x], [w])
    assert pickle.loads(pickle.dumps(program)).to_numpy() == program.to_numpy()


def test_the_manual_shows_the_text_of_its_example():
    text = (ROOT / "autograd" / "README.md").read_text(encoding="utf-8")
    section = re.search(r"## Take a program elsewhere\n(.*?)\n## ", text, re.DOTALL)[1]
    names = {"nn": nn, "Value": Value, "record": record}
    for example in doctest.DocTestParser().get_examples(section):
        exec(example.source, names)
    assert f"```python\n{names['source']}```" in section
