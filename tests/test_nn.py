"""Neurons, layers, perceptrons, losses and gradient descent."""

import math
import random

import numpy as np
import pytest

import autograd
import nn
from autograd import OPERATIONS, Value, dot
from nn import MLP, SGD, Layer, Neuron, hinge, mse


def test_a_neuron_is_a_dot_a_sum_and_an_activation():
    neuron = Neuron(3, "tanh", rng=0)
    x = [0.5, -1.0, 2.0]
    y = neuron(x)
    assert [y.operation.name, y.parents[0].operation.name, y.parents[0].parents[0].operation.name] == [
        "tanh",
        "add",
        "dot",
    ]
    assert y.data == math.tanh(dot([w.data for w in neuron.w], x) + neuron.b.data)
    y.backward()
    slope = 1 - y.data**2
    assert [w.grad for w in neuron.w] == [slope * v for v in x]
    assert neuron.b.grad == slope


@pytest.mark.parametrize("name", [name for name, row in OPERATIONS.items() if row.arity == 1 + len(row.defaults)])
def test_every_operation_of_one_input_is_an_activation(name):
    neuron, linear = (Neuron(2, activation, rng=1) for activation in (name, "linear"))
    for x in ([1.0, 2.0], [-1.0, 0.5]):
        np.testing.assert_equal(neuron(x).data, getattr(autograd, name)(linear(x).data))


@pytest.mark.parametrize("width", [1, 2, 5])
def test_any_width_also_one(width):
    model = MLP(width, [3, 1, 2], "tanh", rng=0)
    out = model([0.1] * width)
    assert [type(v) for v in out] == [Value, Value]
    assert type(Layer(width, 1, rng=0)([0.1] * width)) is Value


def test_a_single_number_is_a_sample_of_width_one():
    model = MLP(1, [2, 1], rng=0)
    assert model(0.5).data == model([0.5]).data == model(Value(0.5)).data == model(np.array([0.5])).data


def test_seeds():
    weights = [[p.data for p in MLP(2, [3, 1], rng=rng).parameters()] for rng in (1, 1, 2, np.random.default_rng(1))]
    assert weights[0] == weights[1] == weights[3] != weights[2]
    state = np.random.get_state()[1].tolist()
    assert Neuron(3).w[0].data != Neuron(3).w[0].data
    assert np.random.get_state()[1].tolist() == state


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Neuron(2, rng=0)([1.0]), r"ReLUNeuron\(2\) takes 2 inputs, got 1"),
        (lambda: Layer(2, 1, rng=0)([1.0] * 3), r"Layer of \[ReLUNeuron\(2\)\] takes 2 inputs, got 3"),
        (lambda: MLP(2, [16, 1], rng=0)([1.0]), r"^Layer of \[16 × ReLUNeuron\(2\)\] takes 2 inputs, got 1"),
        (lambda: Neuron(0), "a neuron needs a whole number of inputs, at least one, not 0"),
        (lambda: Layer(2, 0), "a layer needs a whole number of neurons, at least one, not 0"),
        (lambda: MLP(2, []), "an MLP needs at least one layer"),
        (lambda: MLP(2, 3), "an MLP needs at least one layer: give the widths"),
        (lambda: Neuron(2.5), "a neuron needs a whole number of inputs, at least one, not 2.5"),
        (lambda: Neuron(2, "rleu"), "unknown activation 'rleu': use 'relu', 'tanh', 'sigmoid', 'linear'"),
        (lambda: SGD([], 0.1), r"an optimizer needs parameters: pass model\.parameters\(\)"),
        (lambda: hinge(Value(1.0), 0), r"hinge needs targets -1 and \+1, got 0: turn labels 0 and 1 into 2 \* y - 1"),
        (lambda: nn.data.moons(1), "two moons need at least two points, not 1"),
        (lambda: nn.data.moons(noise=-1), "noise is a standard deviation and cannot be negative, got -1"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("sample", ["ab", None, {1.0, 2.0}, {1.0: 2.0}])
def test_what_is_no_sample(sample):
    with pytest.raises(TypeError, match=r"ReLUNeuron\(2\) takes one sample, a list of 2 numbers or Values, not"):
        Neuron(2, rng=0)(sample)


def test_a_batch_is_no_sample():
    for samples in (np.zeros((3, 2)), [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]):
        with pytest.raises(ValueError, match=r"takes one sample, and this holds 3: model\.predict\(X\) takes many"):
            Neuron(2, rng=0)(samples)


def test_losses():
    y = [Value(0.5), Value(-2.0)]
    assert mse(y, [1.0, 0.0]).data == (0.25 + 4.0) / 2
    assert hinge(y, [1, -1]).data == 0.25
    loss = hinge(y[1], Value(1.0)) + mse(y[0], 1)
    loss.backward()
    assert (loss.data, y[0].grad, y[1].grad) == (3.25, -1.0, -1.0)


def test_sgd_moves_against_the_gradient():
    a, b = Value(1.0), Value(-2.0)
    optimizer = SGD([a, b], lr=0.5)
    for _ in range(3):
        optimizer.zero_grad()
        (a * a + b * b * 0.5).backward()
        optimizer.step()
    assert (a.data, b.data) == (0.0, -0.25)
    optimizer.zero_grad()
    assert (a.grad, b.grad) == (0.0, 0.0)


def test_zero_grad_of_a_module():
    model = MLP(2, [3, 1], rng=0)
    model([1.0, 2.0]).backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert not any(p.grad for p in model.parameters())


def test_moons_are_two_half_circles():
    X, y = nn.data.moons(200, noise=0.0, rng=0)
    centre = np.where(y[:, None] == 0, [0.0, 0.0], [1.0, 0.5])
    np.testing.assert_allclose(np.linalg.norm(X - centre, axis=1), 1.0)
    assert ((X[:, 1] >= centre[:, 1]) == (y == 0)).all()
    again = nn.data.moons(200, noise=0.0, rng=0)
    assert (X == again[0]).all()
    assert np.std(nn.data.moons(5000, noise=0.3, rng=1)[0] - nn.data.moons(5000, noise=0.0, rng=1)[0]) == pytest.approx(
        0.3, rel=0.05
    )


# ---- one number in the clothes of an array, and what is no number


@pytest.mark.parametrize("number", [np.array(2.0), np.array(2), np.float32(2.0), np.bool_(True)])
def test_an_array_without_axes_is_one_number_everywhere(number):
    x = float(number)
    neuron = nn.Neuron(1, "linear", rng=0)
    assert Value(number).data == (Value(1.0) * number).data == (number * Value(1.0)).data == x
    assert neuron([number]).data == neuron([x]).data
    assert nn.mae([number], [1.0]).data == nn.mae([x], [1.0]).data
    assert nn.mse(Value(1.0), number).data == (1 - x) ** 2
    assert nn.SGD([Value(1.0)], lr=number).lr == x
    v = Value(3.0)
    (v * v).backward(number)
    assert v.grad == 6 * x


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.mse([0.1, 0.9], "12"), "mse takes numbers and Values as targets, not '1' of type str"),
        (lambda: nn.mae(Value(1.0), "1"), "mae takes numbers and Values as targets, not '1' of type str"),
        (lambda: nn.huber(["1"], [1.0]), "huber takes numbers and Values as outputs, not '1' of type str"),
        (
            lambda: nn.mse([[0.1], [0.9]], [0, 1]),
            r"mse takes .* first axis, \[mse\(y, t\) for y, t in zip\(outputs, targets",
        ),
        (
            lambda: nn.categorical_cross_entropy(np.eye(2), [0, 1]),
            r"categorical_cross_entropy takes .* as outputs, not .* loop over the first",
        ),
        (lambda: nn.cross_entropy([1.0, 2.0], "01"), "cross_entropy takes numbers and Values as targets, not '0'"),
        (lambda: nn.categorical_cross_entropy([0.5, 0.5], ["0", "1"]), "as targets, not '0' of type str"),
        (lambda: nn.binary_cross_entropy(0.5, None), "as targets, not None of type NoneType"),
        (lambda: nn.mse([1.0], np.array([[1.0]])), "as targets, not array.*of type ndarray"),
    ],
)
def test_targets_that_are_no_numbers(call, message):
    with pytest.raises(TypeError, match=message):
        call()


# ---- clipping at the edges, as torch.nn.utils.clip_grad_norm_ does (2.13.0)


def clipped(gradients, max_norm):
    values = [Value(0.0) for _ in gradients]
    for v, g in zip(values, gradients, strict=True):
        v.grad = g
    return nn.clip_grad_norm(values, max_norm), [v.grad for v in values]


@pytest.mark.parametrize(
    ("gradients", "norm", "after"),
    [
        ([1.0, math.nan, 2.0], math.nan, [math.nan] * 3),
        ([1.0, math.inf], math.inf, [0.0, math.nan]),
        ([3.0, None, 4.0], 5.0, [0.6, 0.0, 0.8]),
    ],
)
def test_clipping_where_a_gradient_is_no_number(gradients, norm, after):
    found = clipped(gradients, 1.0)
    np.testing.assert_allclose([found[0], *found[1]], [norm, *after], rtol=1e-6)


@pytest.mark.parametrize("gradients", [[3.0, 4.0], [3.0, math.inf], [math.nan, 1.0]])
def test_an_infinite_maximum_only_measures(gradients):
    norm, after = clipped(gradients, math.inf)
    np.testing.assert_array_equal([norm, *after], [np.linalg.norm(gradients), *gradients])


# ---- chance


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: [p.data for p in MLP(2, [16, 16, 1], rng=rng).parameters()],
        lambda rng: [p.data for p in Layer(3, 2, rng=rng).parameters()],
        lambda rng: [p.data for p in Neuron(3, rng=rng).parameters()],
        lambda rng: [p.data for p in nn.Recurrent(2, 3, rng=rng).parameters()],
        lambda rng: nn.Dropout(0.5, rng=rng).factors(20),
        lambda rng: nn.data.moons(20, rng=rng)[0].tolist(),
        lambda rng: [y.tolist() for _, y in nn.data.batches([[0.0]] * 20, range(20), 5, rng=rng)],
    ],
)
def test_a_seed_of_pythons_random_repeats_a_program_that_names_none(make):
    random.seed(1337)
    first, second = make(None), make(None)
    random.seed(1337)
    assert first == make(None) != second
    state = random.getstate()
    assert make(3) == make(3)
    make(np.random.default_rng(3))
    assert random.getstate() == state, "a seed of one's own leaves Python's random alone"
