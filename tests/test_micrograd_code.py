"""Code written for micrograd runs with only its import lines changed: its words, its training loop, its tracing."""

import numpy as np
import pytest

import nn
from autograd import Value
from nn import MLP, Layer, Module, Neuron


def every_operator(a, b):
    s = 2 * a - b / 4
    s += 1
    t = (a - b).relu() + (-b * 3 + 0.5).relu() * s
    t *= 1 - a
    u = t**2 + 6.0 / (b**-1 + 2)
    u -= s * u
    return u


def tower(x):
    for k in range(3):
        x = x * x + x / (k + 1)
    return x


# Values and gradients by micrograd 0.1.0 and by PyTorch 2.13.0, which agree to the last digit or two.
FIGURES = [
    (every_operator, [1.5, -2.5], -1537.0, [-8204.9375, 1358.6640625]),
    (tower, [-0.7], -0.01659119, [-0.00676906666666666]),
]


@pytest.mark.parametrize(("f", "inputs", "value", "gradients"), FIGURES)
def test_expressions(f, inputs, value, gradients):
    xs = [Value(x) for x in inputs]
    y = f(*xs)
    y.backward()
    assert y.data == pytest.approx(value, rel=1e-14)
    assert [x.grad for x in xs] == pytest.approx(gradients, rel=1e-14)


def test_two_moons_are_learned_with_nothing_but_values_and_their_gradients():
    points, labels = nn.data.moons(60, noise=0.1, rng=5)
    signs = 2 * labels - 1
    network = MLP(2, [16, 16, 1], init="uniform", rng=3)
    for step in range(40):
        outputs = [network([Value(u) for u in point]) for point in points]
        margins = [(1 + -sign * out).relu() for sign, out in zip(signs, outputs, strict=True)]
        cost = sum(margins) * (1.0 / len(margins)) + 1e-4 * sum(p * p for p in network.parameters())
        network.zero_grad()
        cost.backward()
        for p in network.parameters():
            p.data -= (1.0 - 0.9 * step / 100) * p.grad
    assert np.mean([out.data * sign > 0 for sign, out in zip(signs, outputs, strict=True)]) > 0.95
    assert cost.data < 0.15


def test_a_graph_is_traced_over_prev_and_op():
    def below(v):
        return {(parent._op, v._op) for parent in v._prev}.union(*map(below, v._prev))

    x = Value(1.0)
    assert below((x * 2 + 1).relu()) == {("", "*"), ("*", "+"), ("", "+"), ("+", "relu")}
    assert below(x) == set()


def test_the_network_has_micrograds_shape():
    model = MLP(2, [16, 16, 1])
    assert isinstance(model, Module)
    assert len(model.parameters()) == 337
    assert [type(layer) for layer in model.layers] == [Layer] * 3
    neuron = model.layers[0].neurons[0]
    assert isinstance(neuron, Neuron)
    assert (len(neuron.w), neuron.b.data) == (2, 0.0)
    assert all(-1 <= w.data <= 1 for w in neuron.w)
    assert str(MLP(2, [2, 1])) == "MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]"
    assert str(Layer(3, 2, nonlin=False)) == "Layer of [LinearNeuron(3), LinearNeuron(3)]"
    assert isinstance(Neuron(2)([Value(1.0), np.float64(2)]), Value)
