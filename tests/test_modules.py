"""What networks are made of: against figures recorded from PyTorch, central differences, and what users get wrong."""

import io
import json
import math
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import nn
from autograd import Value, diagnose, dot, draw, record, sin
from autograd import sum as sum_of
from nn import (
    GRU,
    LSTM,
    MLP,
    Activation,
    AvgPool2d,
    BatchNorm,
    Conv2d,
    Dropout,
    Embedding,
    Flatten,
    Layer,
    LayerNorm,
    MaxPool2d,
    Module,
    Neuron,
    Recurrent,
    Residual,
    RMSNorm,
    Sequential,
)
from nn.arrays import flat, leaves
from nn.module import plain

FIGURES = json.loads((Path(__file__).parent / "golden" / "nn.json").read_text(encoding="utf-8"))
each = pytest.mark.parametrize


def close(expected):
    return pytest.approx(np.array(expected), rel=1e-9, abs=1e-12)


def weighted(outputs, c):
    """Σ c · output, over outputs in nested lists."""
    return dot(flat(outputs), np.ravel(c).tolist())


def gradients(module):
    """A module's gradients in arrays, with the names and shapes of its state."""
    shapes = module.state_dict()
    for name, index, v in module.placed_parameters():
        shapes[name][index] = v.grad
    return shapes


# ---- against PyTorch


def test_batch_normalisation_as_in_pytorch():
    figures = FIGURES["batch_norm"]
    norm = BatchNorm(3, eps=1e-4, momentum=0.2)
    for v, x in zip([*norm.weight, *norm.bias], [1.5, -0.5, 0.8, 0.1, 0.0, -2.0], strict=True):
        v.data = x
    norm.batch(figures["first"])
    second = [[Value(x) for x in row] for row in figures["second"]]
    outputs = norm.batch(second)
    weighted(outputs, figures["c"]).backward()
    assert np.array(plain(outputs)) == close(figures["outputs"])
    toward_inputs, toward_weight, toward_bias = figures["gradients"]
    assert np.array([[v.grad for v in row] for row in second]) == close(toward_inputs)
    assert [v.grad for v in norm.weight] == close(toward_weight)
    assert [v.grad for v in norm.bias] == close(toward_bias)
    state = norm.state_dict()
    assert list(state) == list(figures["state"])
    for name, array in figures["state"].items():
        assert state[name] == close(array)
        assert state[name].shape == np.shape(array)
    assert plain(norm.eval()(figures["sample"])) == close(figures["evaluated"])
    assert plain(norm.batch([figures["sample"]])[0]) == close(figures["evaluated"])


def test_a_perceptron_takes_a_plain_sequentials_state_and_gives_its_outputs_and_gradients():
    figures = FIGURES["perceptron"]
    assert list(figures["state"]) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    for model in (
        MLP(3, [4, 2], "tanh"),
        Sequential(Layer(3, 4, "tanh"), Layer(4, 2, "linear")),
        Sequential(Layer(3, 4, "linear"), "tanh", Layer(4, 2, "linear", expand=True)),
    ):
        model.load_state_dict(figures["state"])
        outputs = model.batch(figures["X"])
        assert np.array(plain(outputs)) == close(figures["outputs"])
        weighted(outputs, figures["c"]).backward()
        for ours, theirs in zip(gradients(model).values(), figures["gradients"].values(), strict=True):
            assert ours == close(theirs)
    first = Layer(3, 4, "tanh").load_state_dict({name: figures["state"][name] for name in ("0.weight", "0.bias")})
    assert first.state_dict()["weight"].tolist() == figures["state"]["0.weight"]


def test_a_recurrent_network_takes_pytorchs_state_and_gives_its_outputs_and_gradients():
    figures = FIGURES["recurrent"]
    model = Recurrent(2, 3, return_sequences=True, rng=0)
    assert {name: np.shape(a) for name, a in figures["state"].items()} == {
        name: a.shape for name, a in model.state_dict().items()
    }
    model.load_state_dict(figures["state"])
    outputs = model(figures["X"][0])
    assert np.array(plain(outputs)) == close(figures["outputs"][0])
    weighted(outputs, figures["c"]).backward()
    ours = gradients(model)
    for name, theirs in figures["gradients"].items():
        if name != "bias_hh_l0":  # which is no parameter here: the first bias has its gradient
            assert ours[name] == close(theirs)
    assert model.state_dict()["bias_hh_l0"].tolist() == [0.0] * 3


def from_figures(figures):
    """The module of a figure, with PyTorch's state."""
    options = {"return_sequences": True} if figures["name"] in ("LSTM", "GRU") else {}
    model = getattr(nn, figures["name"])(*figures["arguments"], **figures["options"], **options)
    return model.load_state_dict(figures["state"])


def agree(state, figures):
    assert list(state) == list(figures)
    for name, array in figures.items():
        assert state[name].shape == np.shape(array)
        assert state[name] == close(array)


@each("figures", FIGURES["modules"], ids=lambda figures: f"{figures['name']}{figures['arguments']}")
def test_a_module_takes_pytorchs_state_and_gives_its_outputs_gradients_and_ten_steps_of_adam(figures):
    model = from_figures(figures)
    agree(model.state_dict(), figures["state"])
    x = leaves(figures["X"])
    outputs = model(x)
    assert np.array(plain(outputs)).reshape(np.shape(figures["outputs"])) == close(figures["outputs"])
    assert np.shape(plain(outputs)) == np.shape(figures["outputs"])
    weighted(outputs, figures["c"]).backward()
    agree(gradients(model), figures["gradients"])
    assert np.array([v.grad for v in flat(x)]) == close(np.ravel(figures.get("toward X", [0.0] * len(x))))
    optimizer = nn.Adam(model.parameters(), lr=0.1) if figures["gradients"] else None
    for _ in range(10 if optimizer else 0):
        optimizer.zero_grad()
        weighted(model(figures["X"]), figures["c"]).backward()
        optimizer.step()
    agree(model.state_dict(), figures["trained"])


@pytest.mark.torch
def test_pytorch_takes_the_state_of_each_module(tmp_path):
    """In a process of its own, so that torch is not loaded into the tests'."""
    cases = []
    for i, figures in enumerate(FIGURES["modules"]):
        model = from_figures(figures)
        for p in model.parameters():
            p.data += 0.5
        model.save(tmp_path / f"{i}.npz")
        cases.append({**figures, "outputs": plain(model(figures["X"]))})
    (tmp_path / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    code = """
import json, sys, numpy, torch
torch.set_default_dtype(torch.float64)
for i, case in enumerate(json.load(open(sys.argv[1] + "/cases.json"))):
    arguments = [0] if case["name"] == "Flatten" else case["arguments"]
    module = getattr(torch.nn, case["name"])(*arguments, **case["options"])
    state = numpy.load(f"{sys.argv[1]}/{i}.npz")
    module.load_state_dict({name: torch.tensor(state[name]) for name in state.files}, strict=True)
    given = module(torch.tensor(case["X"]))
    given = (given[0] if isinstance(given, tuple) else given).detach().numpy()
    numpy.testing.assert_allclose(given, case["outputs"], rtol=1e-9, atol=1e-12)
"""
    subprocess.run([sys.executable, "-c", code, tmp_path], check=True)


@pytest.mark.torch
def test_a_saved_model_loads_into_pytorch(tmp_path):
    """In a process of its own, so that torch is not loaded into the tests'."""
    model = MLP(3, [5, 2], "tanh", rng=1)
    model.save(tmp_path / "model.npz")
    X = np.random.default_rng(0).normal(size=(4, 3))
    np.savez(tmp_path / "data.npz", X=X, outputs=model.predict(X))
    code = """
import sys, numpy, torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList([torch.nn.Linear(3, 5), torch.nn.Linear(5, 2)])
    def forward(self, x):
        return self.layers[1](torch.tanh(self.layers[0](x)))
net = Net().double()
state = numpy.load(sys.argv[1] + "/model.npz")
net.load_state_dict({name: torch.tensor(state[name]) for name in state.files})
data = numpy.load(sys.argv[1] + "/data.npz")
numpy.testing.assert_allclose(net(torch.tensor(data["X"])).detach().numpy(), data["outputs"], rtol=1e-12)
"""
    subprocess.run([sys.executable, "-c", code, tmp_path], check=True)


@each("size", [-1000.0, 1000.0])
@each("output", ["linear", "softmax", "sigmoid"])
def test_outputs_and_gradients_stay_finite_at_large_scores(size, output):
    loss = {"linear": nn.cross_entropy, "softmax": nn.categorical_cross_entropy, "sigmoid": nn.mse}[output]
    model = Layer(1, 2, output, init=[[1.0], [-1.0]])
    for label in (0, 1):
        model.zero_grad()
        target = label if output != "sigmoid" else [1 - label, label]
        value = loss(model([size]), target)
        right = (label == 0) == (size > 0)
        if output == "linear":
            assert value.data == (0.0 if right else 2000.0)
        elif output == "sigmoid":
            assert value.data == (0.0 if right else 1.0)
        else:
            assert value.data == (0.0 if right else math.inf)  # -log(0): cross_entropy of the scores has no such limit
            if not right:
                continue
        value.backward()
        assert all(math.isfinite(p.grad) for p in model.parameters())


# ---- modules, each by what it means


def test_an_expanded_neuron_is_the_same_neuron_written_out():
    neuron, written = Neuron(3, "tanh", rng=0), Neuron(3, "tanh", expand=True, rng=0)
    x = [0.5, -1.0, 2.0]
    y, z = neuron(x), written(x)
    assert z.data == pytest.approx(y.data, rel=1e-15)
    names = []
    while z.parents:
        names.append(z.operation.name)
        z = z.parents[0]
    assert names == ["tanh", "add", "add", "add", "multiply"]
    assert Neuron(1, "linear", expand=True, init=[2.0])(3.0).data == 6.0


def test_initializers_have_the_spread_they_promise():
    rng = np.random.default_rng(0)
    assert np.abs(nn.uniform(300, 200, rng)).max() == pytest.approx(1, abs=1e-3)
    assert nn.uniform(300, 200, rng).std() == pytest.approx(1 / math.sqrt(3), rel=0.01)
    assert nn.xavier(300, 200, rng).std() == pytest.approx(math.sqrt(2 / 500), rel=0.01)
    assert np.abs(nn.xavier(300, 200, rng)).max() <= math.sqrt(6 / 500)
    assert nn.he(300, 200, rng).std() == pytest.approx(math.sqrt(2 / 300), rel=0.01)
    assert [w.data for w in Layer(3, 2, init="zeros").parameters()] == [0.0] * 8
    for init in ("uniform", "xavier", "he"):
        layers = [Layer(3, 2, init=init, rng=5).state_dict()["weight"].tolist() for _ in range(2)]
        assert layers[0] == layers[1] == Layer(3, 2, init=getattr(nn, init), rng=5).state_dict()["weight"].tolist()
    by_hand = Layer(2, 2, init=[[1.0, 2.0], [3.0, 4.0]])
    assert by_hand.state_dict()["weight"].tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_relu_layers_keep_the_size_of_values_with_he_and_tanh_layers_with_xavier():
    for activation, init in (("relu", "he"), ("tanh", "xavier")):
        model = MLP(32, [32] * 8, activation, init=init, rng=0)
        X = np.random.default_rng(1).normal(size=(4, 32))
        assert 0.1 < np.std(model.predict(X)) < 3
        assert np.std(MLP(32, [32] * 8, "relu", init="uniform", rng=0).predict(X)) > 100  # micrograd's does not


def test_softmax_gives_a_distribution_and_one_output_alone_is_refused():
    model = MLP(2, [4, 3], output="softmax", rng=0)
    assert sum(plain(model([1.0, -1.0]))) == pytest.approx(1.0, rel=1e-15)
    with pytest.raises(ValueError, match="softmax of one output is always 1: use 'sigmoid' for one"):
        MLP(2, [4, 1], output="softmax")
    with pytest.raises(ValueError, match=r"softmax looks at all outputs of a layer: give it to a Layer"):
        Neuron(2, "softmax")


def test_residual_adds_its_input():
    block = Residual(Layer(2, 2, "tanh", rng=0))
    x = [0.5, -1.0]
    assert plain(block(x)) == [a + b for a, b in zip(x, plain(block.module(x)), strict=True)]
    assert plain(block.batch([x])[0]) == plain(block(x))
    assert Residual(Neuron(1, "linear", init=[2.0]))(3.0).data == 9.0
    with pytest.raises(ValueError, match="the outputs of Layer 2 → 3, relu: 2 inputs do not go with 3 outputs"):
        Residual(Layer(2, 3, rng=0))(x)


def test_dropout_keeps_the_mean_and_passes_the_gradient_of_what_stays():
    dropout = Dropout(0.25, rng=0)
    outputs = [y.data for y in dropout([1.0] * 20000)]
    assert set(outputs) == {0.0, 1 / 0.75}
    assert np.mean(outputs) == pytest.approx(1.0, abs=0.01)
    xs = [Value(1.0) for _ in range(10)]
    ys = dropout(xs)
    sum_of(ys).backward()
    assert [x.grad for x in xs] == [y.data for y in ys] == [m.data for m in dropout.mask]
    assert plain(dropout.eval()(xs)) == [1.0] * 10
    assert plain(Dropout(0.0).train()([1.0, 2.0])) == [1.0, 2.0]
    assert dropout.parameters() == []
    again = [plain(Dropout(0.5, rng=7)([1.0] * 30)) for _ in range(2)]
    assert again[0] == again[1]


def test_batch_normalisation_needs_a_batch_in_training_only():
    model = Sequential(Layer(2, 3, rng=0), BatchNorm(3), Layer(3, 1, rng=1))
    with pytest.raises(ValueError, match=r"call model\.batch\(X\) with several samples, or model\.eval\(\) first"):
        model([1.0, 2.0])
    with pytest.raises(ValueError, match="at least two samples in training, got 1: make batches larger"):
        model.batch([[1.0, 2.0]])
    model.eval()
    assert type(model([1.0, 2.0])) is Value
    assert [v.data for v in model.batch([[1.0, 2.0]])] == [model([1.0, 2.0]).data]
    assert model.train().predict([[1.0, 2.0]]).shape == (1, 1)
    assert all(module.training for _, module in model.named_modules())
    with pytest.raises(ValueError, match=r"BatchNorm\(3\) takes 3 inputs, got 2"):
        BatchNorm(3).batch([[1.0, 2.0], [3.0, 4.0]])


def test_a_recurrent_network_unrolled_is_the_steps_by_hand():
    model = Recurrent(2, 2, rng=0)
    sequence = [[0.5, 1.0], [-1.0, 0.0], [0.25, 0.25]]
    w, u = model.state_dict()["weight_ih_l0"], model.state_dict()["weight_hh_l0"]
    h = np.zeros(2)
    for x in sequence:
        h = np.tanh(w @ x + u @ h)
    assert plain(model(sequence)) == close(h)
    state = [Value(0.0), Value(0.0)]
    for x in sequence:
        state = model.step(x, state)
    assert plain(state) == plain(model(sequence)) == plain(model(np.array(sequence)))
    assert plain(model(sequence[1:], model.step(sequence[0], [Value(0.0)] * 2))) == plain(model(sequence))
    assert type(Recurrent(1, 1, rng=0)([1.0, 2.0])) is Value
    assert Sequential(Recurrent(1, 3, rng=0), Layer(3, 1, rng=1)).predict(np.zeros((5, 7))).shape == (5, 1)


def convolved(image, weight, bias, stride, padding):
    """What Conv2d says it computes, in NumPy."""
    image = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    size = weight.shape[-1]
    rows, columns = ((n - size) // stride + 1 for n in image.shape[1:])
    corners = [[image[:, r * stride :, c * stride :][:, :size, :size] for c in range(columns)] for r in range(rows)]
    return np.einsum("rcijk,oijk->orc", np.array(corners), weight) + bias[:, None, None]


@each("padding", [0, 1, 3])
@each("stride", [1, 2, 3, 5])
@each("size", [1, 2, 3])
@each("shape", [(1, 3, 3), (2, 3, 8), (1, 7, 4)])
def test_a_convolution_is_a_neuron_at_every_window(shape, size, stride, padding):
    model = Conv2d(shape[0], 2, size, stride=stride, padding=padding, rng=0)
    model.neurons[1].b.data = 0.5
    image = np.random.default_rng(0).normal(size=shape)
    state = model.state_dict()
    assert np.array(plain(model(image))) == close(convolved(image, state["weight"], state["bias"], stride, padding))


def test_a_convolution_is_replayed_as_one_matrix_product():
    model = Sequential(Conv2d(1, 6, 3, rng=0), "relu", Flatten(), Layer(6 * 36, 10, "linear", rng=1))
    x = leaves(np.zeros((1, 8, 8)).tolist())
    program = record(sum_of(model(x)), flat(x), model.parameters())
    assert "matmul 6×9 · 9×36·batch → 216×batch" in str(program)
    assert str(program).count("matmul") == 2


def test_a_convolution_starts_as_its_neurons_do_and_from_weights_of_pytorchs_shape():
    assert Conv2d(2, 3, 2, init="zeros").state_dict()["weight"].tolist() == np.zeros((3, 2, 2, 2)).tolist()
    drawn = Conv2d(2, 3, 2, init="he", rng=5).state_dict()["weight"]
    assert drawn.ravel().tolist() == nn.he(8, 3, np.random.default_rng(5)).ravel().tolist()
    assert Conv2d(2, 3, 2, init=drawn).state_dict()["weight"].tolist() == drawn.tolist()
    assert Conv2d(2, 3, 2, init=drawn.tolist(), rng=1).state_dict()["bias"].tolist() == [0.0] * 3


def test_pooling_takes_blocks_and_drops_what_is_left_over():
    image = np.random.default_rng(0).normal(size=(2, 5, 7))
    blocks = image[:, :4, :6].reshape(2, 2, 2, 3, 2)
    assert plain(MaxPool2d(2)(image)) == blocks.max(axis=(2, 4)).tolist()
    assert np.array(plain(AvgPool2d(2)(image))) == close(blocks.mean(axis=(2, 4)))
    assert plain(MaxPool2d(1)(image)) == plain(AvgPool2d(1)(image)) == image.tolist()
    assert plain(Flatten()(image)) == image.ravel().tolist()
    assert plain(Activation("relu")(image.tolist())) == np.maximum(image, 0).tolist()


def test_the_gradient_of_a_largest_number_goes_to_it_and_equal_ones_share_it():
    x = leaves([[[1.0, 3.0], [2.0, -1.0]]])
    MaxPool2d(2)(x)[0][0][0].backward()
    assert [v.grad for v in flat(x)] == [0.0, 1.0, 0.0, 0.0]
    x = leaves([[[1.0, 3.0], [2.0, 3.0]]])
    MaxPool2d(2)(x)[0][0][0].backward()
    assert [v.grad for v in flat(x)] == [0.0, 0.5, 0.0, 0.5]


def logistic(x):
    return 1 / (1 + np.exp(-x))


@each("kind", [LSTM, GRU])
def test_gates_by_hand(kind):
    """Their equations, in NumPy; and a sequence in two parts, the second from where the first has led."""
    model = kind(2, 3, rng=0, return_sequences=True)
    for p in model.parameters():
        p.data += 0.3
    W, U, b, d = model.state_dict().values()
    sequence = np.random.default_rng(1).normal(size=(4, 2))
    h = c = np.zeros(3)
    expected = []
    for x in sequence:
        if kind is LSTM:
            i, f, g, o = (W @ x + b + U @ h + d).reshape(4, 3)
            c = logistic(f) * c + logistic(i) * np.tanh(g)
            h = logistic(o) * np.tanh(c)
        else:
            (rx, zx, nx), (rh, zh, nh) = (W @ x + b).reshape(3, 3), (U @ h + d).reshape(3, 3)
            n = np.tanh(nx + logistic(rx + rh) * nh)
            z = logistic(zx + zh)
            h = (1 - z) * n + z * h
        expected.append(h)
    assert np.array(plain(model(sequence))) == close(expected)
    first, state = model.run(sequence[:1])
    second, state = model.run(sequence[1:], state)
    assert plain(first + second) == plain(model(sequence))
    if kind is LSTM:
        assert plain(state[0]) == plain(second[-1])
        assert np.array(plain(state[1])) == close(c)
    else:
        assert plain(state) == plain(second[-1])
    model.return_sequences = False
    assert plain(model(sequence)) == plain(second[-1])
    assert plain(model(sequence[1:], plain(model.run(sequence[:1])[1]))) == plain(second[-1])
    assert type(kind(1, 1, rng=0)([0.5])) is Value


def test_a_recurrent_network_runs_too():
    model = Recurrent(2, 3, rng=0)
    states, h = model.run([[1.0, 2.0], [0.5, 0.0]])
    assert plain(h) == plain(states[-1]) == plain(model([[1.0, 2.0], [0.5, 0.0]]))


def test_the_forget_gate_is_open_at_first():
    state = LSTM(2, 3, rng=0).state_dict()
    assert state["bias_ih_l0"].tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    assert state["bias_hh_l0"].tolist() == [0.0] * 12
    assert GRU(2, 3, rng=0).state_dict()["bias_ih_l0"].tolist() == [0.0] * 9


@each("kind", [lambda **rng: Conv2d(1, 2, 3, **rng), lambda **rng: LSTM(2, 3, **rng), lambda **rng: GRU(2, 3, **rng)])
def test_the_same_seed_gives_the_same_weights(kind):
    states = [{name: a.tolist() for name, a in kind(rng=seed).state_dict().items()} for seed in (5, 5, 6)]
    assert states[0] == states[1] != states[2]


def test_normalisation_of_a_sample_leaves_no_mean_and_a_size_of_one():
    x = [3.0, -1.0, 4.0, 1.0]
    normalised = np.array(plain(LayerNorm(4)(x)))
    assert normalised.mean() == pytest.approx(0, abs=1e-15)
    assert np.mean(normalised**2) == pytest.approx(1, abs=1e-5)
    assert np.mean(np.square(plain(RMSNorm(4)(x)))) == pytest.approx(1, rel=1e-12)
    assert plain(RMSNorm(2)([0.0, 0.0])) == plain(LayerNorm(2)([5.0, 5.0])) == [0.0, 0.0]
    assert type(RMSNorm(1)(3.0)) is Value


def test_an_embedding_is_a_linear_layer_on_one_hot_vectors():
    model = Embedding(4, 3, rng=0)
    table = model.state_dict()["weight"]
    for token in (0, 3, 3.0, np.int64(2), True, Value(1.0)):
        x = token.data if isinstance(token, Value) else token
        assert plain(model(token)) == (nn.data.one_hot([int(x)], 4)[0] @ table).tolist()
    for tokens in ([1, 0, 1], (1, 0, 1), np.array([1, 0, 1])):
        assert plain(model(tokens)) == table[[1, 0, 1]].tolist()
    sum_of(flat(model(leaves([1, 0, 1])))).backward()
    assert gradients(model)["weight"].tolist() == [[1.0] * 3, [2.0] * 3, [0.0] * 3, [0.0] * 3]
    row = model(2)
    row[0] = None  # a list of its own, not the table's
    assert plain(model(2)) == table[2].tolist()
    assert type(Embedding(4, 1, rng=0)(2)) is Value


@each("token", [-1, 4, 1.5, math.nan])
def test_a_token_out_of_range_is_told_by_its_number(token):
    for given in (token, Value(token), [0, token]):
        with pytest.raises(IndexError, match=f"Embedding\\(4, 2\\) has the tokens 0 to 3, and not {token}"):
            Embedding(4, 2, rng=0)(given)


def test_a_token_out_of_range_is_told_where_it_is_replayed_too():
    X, y = np.arange(280).reshape(70, 4) % 5, np.arange(70.0)
    X[37, 2] = 5
    model = Sequential(Embedding(5, 3, rng=0), Recurrent(3, 2, rng=1), Layer(2, 1, rng=2))
    with pytest.raises(IndexError, match="from 0 to 4, not by 5"):
        model.predict(X)
    with pytest.raises(IndexError, match="from 0 to 4, not by 5"):
        nn.fit(model, X, y, loss=nn.mse, optimizer=nn.Adam(model.parameters()), epochs=1, replay=True, progress=False)


def test_diagnose_and_pictures_read_a_convolutional_network():
    model = Sequential(
        Conv2d(1, 2, 2, init=[[[[1.0, 1.0]] * 2], [[[-1.0, -1.0]] * 2]]), "relu", MaxPool2d(2), Flatten()
    )
    loss = nn.mse(Sequential(model, Layer(2, 1, "linear", rng=0))(np.full((1, 3, 3), 0.5).tolist()), 1.0)
    loss.backward()
    assert "dead relus: 1 of 2 relu units" in str(diagnose(loss))
    assert draw(loss).source.count("relu") >= 2


def test_a_users_module_has_parameters_wherever_it_keeps_them():
    class Net(Module):
        def __init__(self):
            self.hidden = [Layer(2, 2, "tanh", rng=0), Layer(2, 2, "tanh", rng=1)]
            self.heads = {"left": Neuron(2, rng=2), "right": Neuron(2, rng=3)}
            self.table = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
            self.grid = np.array([Value(7.0), Value(8.0)])
            self.shift = Value(5.0)
            self.gains = {"up": Value(6.0)}
            self.tied = self.hidden[0]
            self.last = None

        def __call__(self, x):
            for layer in self.hidden:
                x = layer(x)
            self.last = self.heads["left"](x) + self.shift * self.table[1][0] + self.grid[0]
            return self.last

    net = Net()
    net([1.0, 2.0])
    names = [name for name, _ in net.named_parameters()]
    assert names[:7] == ["table[0, 0]", "table[0, 1]", "table[1, 0]", "table[1, 1]", "grid[0]", "grid[1]", "shift"]
    assert names[7:11] == ["gains.up", "hidden.0.weight[0, 0]", "hidden.0.weight[0, 1]", "hidden.0.bias[0]"]
    assert names[-3:] == ["heads.right.weight[0, 0]", "heads.right.weight[0, 1]", "heads.right.bias[0]"]
    assert len(names) == 26 == len(set(net.parameters()))  # each once, also where shared; a result is none
    assert net.state_dict()["table"].tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert type(net.predict([[1.0, 2.0]])) is np.ndarray
    assert repr(net) == "Net()"
    with pytest.raises(NotImplementedError, match=r"Nothing needs a method __call__\(self, x\)"):
        type("Nothing", (Module,), {})()([1.0])


def test_rows_of_different_lengths_have_no_place_in_an_array():
    module = Module()
    module.w = [[Value(1.0)], [Value(1.0), Value(2.0)]]
    assert len(module.parameters()) == 3
    for w in (module.w, [Value(1.0), [Value(2.0)]]):
        module.w = w
        with pytest.raises(ValueError, match="the parameters 'w' form no array: make its rows of one length"):
            module.state_dict()


def test_predict_takes_samples():
    model = MLP(1, [3, 1], rng=0)
    assert model.predict([0.5, 1.0]).shape == (2, 1)
    for empty in ([], np.zeros((0, 2)), 3.0):
        with pytest.raises(ValueError, match="predict takes samples, one a row, not an array of shape"):
            model.predict(empty)


def test_summary():
    model = Sequential(Layer(2, 16, "linear", rng=0), BatchNorm(16), "relu", Dropout(0.2), Residual(Layer(16, 16)))
    assert repr(model.summary()) == str(model.summary())
    assert model.summary().splitlines() == [
        "          module                shapes                       parameters",
        "0         Layer 2 → 16, linear  weight (16, 2), bias (16,)           48",
        "1         BatchNorm 16          weight (16,), bias (16,)             32",
        "2         Activation relu                                             0",
        "3         Dropout 0.2                                                 0",
        "4.module  Layer 16 → 16, relu   weight (16, 16), bias (16,)         272",
        "                                total                               352",
    ]
    assert Neuron(3).summary().splitlines()[-1].split() == ["total", "4"]
    assert "Recurrent 2 → 3, tanh" in Recurrent(2, 3).summary()
    lines = Sequential(Conv2d(1, 6, 3, stride=2, padding=1), MaxPool2d(2), GRU(2, 3)).summary().splitlines()[1:]
    assert [" ".join(line.split()) for line in lines] == [
        "0 Conv2d 1 → 6, 3×3, stride 2, padding 1 weight (6, 1, 3, 3), bias (6,) 60",
        "1 MaxPool2d 2×2 0",
        "2 GRU 2 → 3 weight_ih_l0 (9, 2), weight_hh_l0 (9, 3), bias_ih_l0 (9,), bias_hh_l0 (9,) 63",
        "total 123",
    ]


def cells_of(module):
    table = ElementTree.fromstring(module._repr_html_()).find("table")
    return [[cell.text or "" for cell in row] for row in table]


def test_a_notebook_shows_a_model_by_its_layers_and_shapes():
    model = MLP(2, [16, 16, 1], rng=0)
    header, first, *_, total = cells_of(model)
    assert header == ["", "module", "shapes", "parameters"]
    assert first == ["layers.0", "Layer 2 → 16, relu", "weight (16, 2), bias (16,)", "48"]
    assert total == ["", "", "total", "337"]
    assert ElementTree.fromstring(model._repr_html_()).text == "MLP"
    assert repr(model).startswith("MLP of [")


def test_a_notebook_shows_hostile_names_as_they_are_and_a_long_model_in_short():
    class Net(Module):
        def __init__(self):
            self.parts = {"<script>alert(1)</script>": Value(1.0), "&amp;": Neuron(2)}

    rows = cells_of(Net())
    assert "<script>alert(1)</script>" in rows[1][2]
    assert rows[2][0] == "parts.&amp;"
    long = cells_of(Sequential(*[Layer(1, 1) for _ in range(300)]))
    assert len(long) == 41
    assert long[20] == ["", "… 262 more parts …", "", ""]
    assert long[-1][3] == "600"


def test_predict_gives_what_a_model_that_branches_on_data_gives():
    """`.data` asks nobody, so the recording goes one way for all: only the comparison with other samples notices."""

    class Tent(Module):
        def __init__(self):
            self.slope = Value(2.0)

        def __call__(self, x):
            return self.slope * x[0] if x[0] < 0 else -self.slope * x[0]

    X = np.linspace(-1, 1, 200)[:, None]
    for samples in (X, X[::-1]):
        assert Tent().predict(samples)[:, 0] == close(-2 * np.abs(samples[:, 0]))

    class OfData(Tent):
        def __call__(self, x):
            v = self.slope * x[0]
            return v if v.data < 0 else -v

    for samples in (X, X[::-1]):
        assert OfData().predict(samples)[:, 0] == close(-2 * np.abs(samples[:, 0]))


# ---- saving and loading


@pytest.fixture
def model():
    return Sequential(
        Layer(2, 3, "linear", rng=0), BatchNorm(3), "tanh", Residual(Layer(3, 3, rng=1)), Recurrent(3, 2, rng=2)
    )


@each(
    ("change", "message"),
    [
        (lambda s: s.pop("0.bias"), "another network's state: it lacks 0.bias"),
        (lambda s: s.update(extra=1.0), "it has extra, unknown here"),
        (
            lambda s: s.update({"0.weight": np.zeros((2, 3))}),
            r"0.weight has shape \(2, 3\), and 0.weight needs \(3, 2\)",
        ),
        (lambda s: s.update({"3.module.bias": ["a", "b", "c"]}), "3.module.bias must be an array of numbers, not"),
        (lambda s: s.update({"3.module.bias": None}), "3.module.bias has shape|must be an array of numbers, not None"),
        (lambda s: s.clear(), "it lacks 0.bias, 0.weight, 1.bias"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(model, change, message):
    before = [p.data for p in model.parameters()]
    state = {name: array + 1 for name, array in model.state_dict().items()}
    change(state)
    with pytest.raises(ValueError, match=message):
        model.load_state_dict(state)
    assert [p.data for p in model.parameters()] == before
    assert model[1].running_mean.tolist() == [0.0] * 3


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def half_a_file(model):
    file = io.BytesIO()
    np.savez(file, **model.state_dict())
    return file.getvalue()[: len(file.getvalue()) // 2]


def flipped(model):
    """A byte of the last array's data is another one, which the zip's checksum notices."""
    file = io.BytesIO()
    np.savez(file, **model.state_dict())
    data = bytearray(file.getvalue())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        last = archive.infolist()[-1]
    data[last.header_offset + 30 + len(last.filename) + 140] ^= 0xFF
    return bytes(data)


@each(
    ("content", "message"),
    [
        (lambda model: b"", "no readable npz file, or damaged"),
        (lambda model: b"hello", "no readable npz file, or damaged"),
        (half_a_file, "no readable npz file, or damaged"),
        (flipped, "no readable npz file, or damaged"),
        (lambda model: pickle.dumps({"0.weight": 1}), "no readable npz file, or damaged"),
        (lambda model: npz(a=np.array([None])), "no readable npz file, or damaged"),
        (lambda model: npz(a=np.zeros(3)), "does not fit: this is another network's state"),
        (lambda model: npz(**MLP(2, [2]).state_dict()), "does not fit: this is another network's state"),
    ],
)
def test_a_damaged_or_foreign_file_changes_nothing(model, tmp_path, content, message):
    (tmp_path / "model").write_bytes(content(model))
    before = [p.data for p in model.parameters()]
    with pytest.raises(ValueError, match=message):
        model.load(tmp_path / "model")
    assert [p.data for p in model.parameters()] == before


def test_a_single_array_is_no_model(model, tmp_path):
    np.save(tmp_path / "a.npy", np.zeros(3))
    with pytest.raises(ValueError, match="no readable npz file"):
        model.load(tmp_path / "a.npy")
    with pytest.raises(FileNotFoundError):
        model.load(tmp_path / "none")


def test_a_save_that_fails_leaves_the_old_file(model, tmp_path):
    model.save(tmp_path / "model")
    before = (tmp_path / "model").read_bytes()
    model.w = [[Value(1.0)], [Value(1.0), Value(2.0)]]
    model.children = lambda: iter(())
    with pytest.raises(ValueError, match="'w' form no array"):
        Module.save(model, tmp_path / "model")
    assert (tmp_path / "model").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


@each(
    ("call", "error", "message"),
    [
        (lambda: Layer(2, 3, init="glorot"), ValueError, "unknown initializer 'glorot': use 'uniform', 'xavier', 'he'"),
        (
            lambda: Layer(2, 3, init=np.zeros((2, 3))),
            ValueError,
            r"weights of 3 neurons with 2 inputs are \(3, 2\), not",
        ),
        (lambda: Layer(2.0, 3), ValueError, "a neuron needs a whole number of inputs, at least one, not 2.0"),
        (lambda: Dropout(1.0), ValueError, "dropout needs a probability of at least 0 and below 1, got 1.0"),
        (lambda: Dropout(math.nan), ValueError, "dropout needs a probability of at least 0 and below 1, got nan"),
        (lambda: BatchNorm(0), ValueError, "batch normalisation needs a whole number of inputs, at least one, not 0"),
        (lambda: BatchNorm(2, eps=0.0), ValueError, "eps must be above zero, got 0.0"),
        (lambda: BatchNorm(2, momentum=2), ValueError, "momentum must be between 0 and 1, got 2"),
        (
            lambda: Recurrent(0, 2),
            ValueError,
            "a recurrent network needs a whole number of inputs, at least one, not 0",
        ),
        (lambda: Recurrent(2, 2)(None), ValueError, "takes a sequence of at least one step, not None"),
        (lambda: Recurrent(1, 2)([1.0], h=[0.0]), ValueError, "the state of Recurrent.* has 2 numbers, got 1"),
        (
            lambda: MLP(2, [3, 1], ["relu"]),
            TypeError,
            r"an activation is given by its name, such as 'relu', not \['relu'",
        ),
        (lambda: Neuron(1, init=[Value(1.0)]), TypeError, "initial weights are numbers, of which Values are made, not"),
        (lambda: Neuron(1, init=[math.nan]), ValueError, "initial weights must be finite"),
        (lambda: Activation("softmax")([1.0]), ValueError, "softmax of one output is always 1"),
        (
            lambda: Layer(1, 1).load_state_dict(None),
            TypeError,
            r"takes names and arrays, not NoneType: pass .state_dict",
        ),
        (lambda: nn.confusion_matrix(1, 1), ValueError, "predicted must be class indices from 0"),
        (
            lambda: nn.clip_grad_norm(Layer(1, 1), 1.0),
            TypeError,
            r"gradients are of Values, not .*: pass model.parameters",
        ),
        (lambda: nn.data.batches([1.0], [1], 2.5), ValueError, "a batch has at least one sample, not size=2.5"),
        (lambda: Conv2d(0, 1, 3), ValueError, "Conv2d needs a whole number as channels_in, at least one, not 0"),
        (lambda: Conv2d(1, 1, (3, 3)), ValueError, r"Conv2d needs a whole number as size, at least one, not \(3, 3\)"),
        (lambda: Conv2d(1, 1, 3, stride=0), ValueError, "Conv2d needs a whole number as stride, at least one, not 0"),
        (
            lambda: Conv2d(1, 1, 3, padding=-1),
            ValueError,
            "Conv2d needs a whole number as padding, at least zero, not -1",
        ),
        (
            lambda: Conv2d(1, 2, 3, init=np.zeros((3, 3, 1, 2))),
            ValueError,
            r"the weights of this Conv2d are \(2, 1, 3, 3\), not \(3, 3, 1, 2\)",
        ),
        (
            lambda: Conv2d(1, 2, 3)(np.zeros((8, 8))),
            ValueError,
            r"Conv2d\(1, 2, 3\) takes one image, \[channel\]\[row\]\[column\]: row 0 of channel 0 is 0.0, not a list "
            "of at least one; a grey image is a list of one channel",
        ),
        (
            lambda: Conv2d(1, 2, 3)(np.zeros((5, 1, 8, 8))),
            ValueError,
            r"column 0 of row 0 of channel 0 is \[0.0, .*\], not a number; model.predict\(X\) takes several images",
        ),
        (lambda: Conv2d(3, 2, 3)(np.zeros((1, 8, 8))), ValueError, "of 3 channels, got 1"),
        (lambda: Conv2d(1, 2, 3)(np.zeros((1, 2, 8))), ValueError, "of at least 3 rows and columns, got 2 and 8"),
        (
            lambda: Conv2d(1, 2, 5, padding=1)(np.zeros((1, 3, 2))),
            ValueError,
            r"Conv2d\(1, 2, 5, padding=1\) takes one image, .*, of at least 3 rows and columns, got 3 and 2",
        ),
        (
            lambda: MaxPool2d(2)([[[1.0, 2.0], [3.0]]]),
            ValueError,
            "row 1 of channel 0 has 1 columns, the first row has 2",
        ),
        (lambda: MaxPool2d(2)([[[1.0]], [[1.0], [2.0]]]), ValueError, "channel 1 has 2 rows, channel 0 has 1"),
        (
            lambda: AvgPool2d(2)([[[1.0, None]]]),
            ValueError,
            r"AvgPool2d\(2\) takes one image.*: column 1 of row 0 of channel 0 is None, not a number",
        ),
        (lambda: MaxPool2d(2)([[[]]]), ValueError, r"row 0 of channel 0 is \[\], not a list of at least one"),
        (lambda: MaxPool2d(2)([]), ValueError, r"it is \[\], not a list of at least one"),
        (lambda: MaxPool2d(0), ValueError, "MaxPool2d needs a whole number as size, at least one, not 0"),
        (
            lambda: LSTM(2, 0),
            ValueError,
            "a recurrent network needs a whole number of hidden units, at least one, not 0",
        ),
        (lambda: LSTM(2, 2)([]), ValueError, r"takes a sequence of at least one step, not \[\]"),
        (
            lambda: LSTM(2, 2)([[1.0, 2.0], [1.0]]),
            ValueError,
            r"LSTM\(2, 2\) takes 2 inputs, got 1\nin step 1 of 2",
        ),
        (lambda: LSTM(1, 2)([1.0], [0.0, 0.0, 0.0]), ValueError, r"the state of LSTM\(1, 2\) is a pair \(h, c\), not"),
        (lambda: LSTM(1, 2)([1.0], ([0.0], [0.0])), ValueError, r"the state of LSTM\(1, 2\) has 2 numbers, got 1"),
        (lambda: GRU(1, 2)([1.0], [0.0]), ValueError, r"the state of GRU\(1, 2\) has 2 numbers, got 1"),
        (
            lambda: GRU(1, 2, init=np.zeros((2, 3))),
            ValueError,
            r"weights of 6 neurons with 3 inputs are \(6, 3\), not \(2, 3\)",
        ),
        (lambda: LayerNorm(0), ValueError, "layer normalisation needs a whole number of inputs, at least one, not 0"),
        (lambda: LayerNorm(2, eps=0.0), ValueError, "eps must be above zero, got 0.0"),
        (lambda: Embedding(0, 2), ValueError, "an embedding needs a whole number of tokens, at least one, not 0"),
        (lambda: Embedding(3, 2)("a"), TypeError, r"Embedding\(3, 2\) takes the number of a token, .*, not 'a'"),
        (lambda: RMSNorm(2)([1.0]), ValueError, r"RMSNorm\(2\) takes 2 inputs, got 1"),
        (lambda: Recurrent(2, 2)([]), ValueError, r"takes a sequence of at least one step, not \[\]"),
        (lambda: Recurrent(2, 2)(1.0), ValueError, "takes a sequence of at least one step, not 1.0"),
        (lambda: Recurrent(2, 2)([[1.0]]), ValueError, r"Recurrent\(2, 2, 'tanh'\) takes 2 inputs, got 1"),
        (lambda: Sequential(), ValueError, "Sequential needs at least one module"),
        (lambda: Sequential([Layer(2, 2)]), TypeError, "takes modules and names of activations, one by one, not"),
        (lambda: Sequential(Layer(2, 2), "rleu"), ValueError, "unknown activation 'rleu': use 'relu'"),
        (lambda: Residual("relu"), TypeError, "Residual takes a module, not 'relu'"),
        (lambda: nn.l2_penalty([], 0.1), ValueError, "l2_penalty found no weights to penalise"),
        (lambda: nn.l1_penalty([1.0], 0.1), TypeError, "l1_penalty takes a module or Values, not 1.0: pass model"),
        (
            lambda: nn.l2_penalty([Value(1.0)], -1),
            ValueError,
            "needs a strength that is finite and not negative, got -1",
        ),
        (
            lambda: nn.accuracy([1.0], [1, 0]),
            ValueError,
            r"accuracy needs a target for each output, got the shapes \(1,\) and \(2,\)",
        ),
        (lambda: nn.confusion_matrix([0.5], [1]), ValueError, "predicted must be class indices from 0"),
        (lambda: nn.confusion_matrix([math.nan], [1]), ValueError, "predicted must be class indices from 0"),
        (lambda: nn.confusion_matrix(["0"], [1]), ValueError, "predicted must be class indices from 0"),
        (lambda: nn.confusion_matrix([0], [1, 2]), ValueError, "needs a target for each prediction, got 1 and 2"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_penalties_are_sums_over_weights_and_spare_biases():
    model = MLP(2, [3, 1], rng=0)
    for p in model.parameters():
        p.data += 0.5
    state = model.state_dict()
    weights = np.concatenate([state[f"layers.{i}.weight"].ravel() for i in (0, 1)])
    for penalty, value, slope in (
        (nn.l1_penalty, np.abs(weights).sum(), np.sign),
        (nn.l2_penalty, np.square(weights).sum(), lambda w: 2 * w),
    ):
        model.zero_grad()
        result = penalty(model, 0.3)
        result.backward()
        assert result.data == close(0.3 * value)
        found = gradients(model)
        for i in (0, 1):
            assert found[f"layers.{i}.weight"] == close(0.3 * slope(state[f"layers.{i}.weight"]))
            assert not found[f"layers.{i}.bias"].any()
        everything = penalty(model.parameters(), 0.3).data
        assert everything > result.data
    assert nn.l2_penalty([Value(2.0)], 0).data == 0.0
    assert nn.l1_penalty(Value(-2.0), 1).data == 2.0


def test_a_part_that_is_used_twice_is_one_part_with_two_names(tmp_path):
    layer = Layer(2, 2, rng=0)
    model = Sequential(layer, "tanh", layer)
    assert len(model.parameters()) == 6
    assert list(model.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    other = Sequential(Layer(2, 2), "tanh", Layer(2, 2)).load_state_dict(model.state_dict())
    assert other.predict([[1.0, 2.0]]).tolist() == model.predict([[1.0, 2.0]]).tolist()
    assert model.summary().splitlines()[-1].split() == ["total", "6"]


def test_what_looks_right_in_a_prompt():
    assert repr(Layer(2, 2, "softmax", rng=0)) == "SoftmaxLayer of [LinearNeuron(2), LinearNeuron(2)]"
    assert repr(nn.Adam([Value(1.0), Value(2.0)])) == "Adam of 2 parameters, lr=0.001, 0 updates done"
    assert Layer(2, 3).summary().splitlines() == [
        "module             shapes                    parameters",
        "Layer 2 → 3, relu  weight (3, 2), bias (3,)           9",
        "                   total                              9",
    ]
    assert Layer(2, 3).train(False).training is False


def test_accuracy_knows_its_classes():
    assert nn.accuracy(np.array([3, 7, 5]), [1, 2, 4]) == 0.0
    assert nn.accuracy(np.array([3, 7, 5]), [3, 7, 4]) == pytest.approx(2 / 3)
    assert nn.accuracy([0.2, -0.3], [-1, 1]) == 0.0
    assert nn.accuracy([[math.nan], [0.9]], [0, 1]) == 0.5
    assert nn.accuracy([[math.nan, 1.0], [0.9, 0.1]], [0, 0]) == 0.5
    for outputs, targets, message in (
        ([[0.9], [0.9]], [2, 1], "1 output: the targets are 0 and 1, or -1 and .1, not 2"),
        ([[0.9, 0.1]], [7], "2 outputs: the targets are 0 to 1, not 7"),
        ([[0.9, 0.1]], [[1.0, 0.0, 0.0]], r"targets of shape \(1, 3\) do not go with 2 outputs"),
        ([[0.9]], [[1.0, 0.0]], r"targets of shape \(1, 2\) do not go with 1 output"),
        ([], [], r"got the shapes \(0,\) and \(0,\)"),
        (0.9, 1, r"got the shapes \(\) and \(\)"),
    ):
        with pytest.raises(ValueError, match=message):
            nn.accuracy(outputs, targets)


def test_accuracy_and_confusion():
    assert nn.accuracy([[0.2], [0.7], [0.5]], [0, 1, 0]) == 1.0
    assert nn.accuracy([3.0, -3.0, 0.2], [1, -1, -1], threshold=0.0) == pytest.approx(2 / 3)
    assert nn.accuracy([[0.0, 3.0, 1.0], [5.0, 1.0, 2.0]], [[0.1, 0.8, 0.1], [0.0, 0.0, 1.0]]) == 0.5
    assert nn.accuracy([[0.0, 3.0], [5.0, 1.0]], [1, 0]) == 1.0
    assert nn.confusion_matrix([[0.1, 0.9], [0.8, 0.2]], [0, 0]).tolist() == [[1, 1], [0, 0]]
    assert nn.confusion_matrix([], []).tolist() == [[0]]
    assert nn.confusion_matrix([2, 0], [[0, 1, 0], [1, 0, 0]]).tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0]]


def test_activations_are_modules_too():
    assert plain(Activation("sin")([1.0, 2.0])) == [sin(1.0), sin(2.0)]
    assert plain(Activation("linear")([1.0, 2.0])) == [1.0, 2.0]
    assert Activation("relu")(-1.0).data == 0.0
    assert (
        repr(Sequential(Layer(1, 1, "tanh"), "relu")) == "Sequential of [Layer of [TanhNeuron(1)], Activation('relu')]"
    )
