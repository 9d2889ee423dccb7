"""Code written for micrograd runs with only its import lines changed: its words, its training loop, its tracing.

The expressions are those by which micrograd is known; their figures were computed with micrograd 0.1.0 and PyTorch.
"""

import numpy as np
import pytest

import nn
from autograd import Value
from nn import MLP, Layer, Module, Neuron


def test_an_expression_of_every_operator():
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert (g.data, a.grad, b.grad) == pytest.approx(
        (24.70408163265306, 138.83381924198252, 645.5772594752186), rel=1e-14
    )


def test_a_small_expression_with_relu():
    x = Value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()
    assert (y.data, x.grad) == (-20.0, 46.0)


def test_the_training_loop_of_the_two_moons_demo():
    X, y = nn.data.moons(n=60, noise=0.1, rng=5)
    y = y * 2 - 1
    model = MLP(2, [16, 16, 1], rng=3)

    def loss():
        inputs = [list(map(Value, xrow)) for xrow in X]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(y, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        reg_loss = 1e-4 * sum(p * p for p in model.parameters())
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(y, scores, strict=True)]
        return data_loss + reg_loss, sum(accuracy) / len(accuracy)

    for k in range(40):
        total_loss, accuracy = loss()
        model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= learning_rate * p.grad
    assert accuracy > 0.95
    assert total_loss.data < 0.15


def trace(root):
    nodes, edges = set(), set()

    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    return nodes, edges


def test_a_tracing_function_over_prev_and_op():
    x = Value(1.0)
    y = (x * 2 + 1).relu()
    nodes, edges = trace(y)
    assert (len(nodes), len(edges)) == (6, 5)
    assert sorted(n._op for n in nodes) == ["", "", "", "*", "+", "relu"]


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
