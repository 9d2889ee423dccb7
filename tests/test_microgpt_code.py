"""Programs in microgpt's style run with their import lines changed: nodes of one's own, its names, its Adam."""

import math
import random

import numpy as np
import pytest

from autograd import Value


def log(v):
    """A node of one's own, as microgpt's methods make them."""
    return Value(math.log(v.data), (v,), (1 / v.data,))


def exp(v):
    return Value(math.exp(v.data), (v,), (math.exp(v.data),))


def softmax(scores):
    largest = max(v.data for v in scores)
    powers = [exp(v - largest) for v in scores]
    total = sum(powers)
    return [p / total for p in powers]


def linear(x, w):
    return [sum(wi * xi for wi, xi in zip(row, x, strict=True)) for row in w]


def normed(x):
    scale = (sum(xi * xi for xi in x) / len(x) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def matrix(rows, columns):
    return [[Value(random.gauss(0, 0.3)) for _ in range(columns)] for _ in range(rows)]


def test_a_bigram_network_learns_with_adam_on_attributes():
    random.seed(1)
    letters, width = 5, 6
    embedding, inner, outer = matrix(letters, width), matrix(width, width), matrix(letters, width)
    parameters = [p for table in (embedding, inner, outer) for row in table for p in row]
    for p in parameters:
        p.m, p.v = 0.0, 0.0
    following = {0: 2, 2: 4, 4: 1, 1: 3, 3: 0}
    losses = []
    for step in range(60):
        loss = 0
        for token, target in following.items():
            hidden = [h.relu() for h in linear(normed(embedding[token]), inner)]
            loss = loss - log(softmax(linear(hidden, outer))[target])
        loss = loss / len(following)
        loss.backward()
        for p in parameters:
            p.m = 0.9 * p.m + 0.1 * p.grad
            p.v = 0.95 * p.v + 0.05 * p.grad**2
            p.data -= 0.05 * (p.m / (1 - 0.9 ** (step + 1))) / ((p.v / (1 - 0.95 ** (step + 1))) ** 0.5 + 1e-8)
            p.grad = 0
        losses.append(loss.data)
    assert losses[0] == pytest.approx(math.log(letters), abs=0.3)
    assert losses[-1] < 0.1


def test_its_own_sweep_over_its_own_names_gives_the_same_gradients():
    a, b = Value(0.7), Value(-1.2)
    y = exp(a * b) + log(a) * a
    order, seen = [], set()

    def visit(v):
        if v not in seen:
            seen.add(v)
            for child in v._children:
                visit(child)
            order.append(v)

    visit(y)
    gradients = dict.fromkeys(order, 0.0)
    gradients[y] = 1.0
    for v in reversed(order):
        for child, d in zip(v._children, v._local_grads, strict=True):
            gradients[child] += d * gradients[v]
    y.backward()
    assert (a.grad, b.grad) == (gradients[a], gradients[b])
    assert a.grad == pytest.approx(b.data * math.exp(a.data * b.data) + math.log(a.data) + 1, rel=1e-14)


def test_adamw_with_attributes_on_values():
    """Against the rule in plain numbers: I. Loshchilov and F. Hutter, Decoupled Weight Decay Regularization, 2019."""
    p = Value(1.5)
    p.state = {"m": 0.0, "v": 0.0}
    x, m, v = 1.5, 0.0, 0.0
    for t in range(1, 21):
        loss = (p - 0.3) ** 2 * 2
        p.grad = None
        loss.backward()
        p.state["m"] = 0.9 * p.state["m"] + 0.1 * p.grad
        p.state["v"] = 0.999 * p.state["v"] + 0.001 * p.grad**2
        m_hat, v_hat = p.state["m"] / (1 - 0.9**t), p.state["v"] / (1 - 0.999**t)
        p.data -= 0.1 * (m_hat / (v_hat**0.5 + 1e-8) + 0.01 * p.data)
        g = 4 * (x - 0.3)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        x -= 0.1 * (m / (1 - 0.9**t) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8) + 0.01 * x)
        assert p.data == pytest.approx(x, rel=1e-12)


def test_a_layer_norm_in_numpys_words():
    weights, start = np.array([0.5, -1.0, 2.0, 0.3]), np.array([0.2, -0.7, 1.1, 0.4])

    def normed_sum(x):
        return np.sum((x - np.mean(x)) / np.sqrt(np.var(x) + 1e-5) * weights)

    x = np.array([Value(v) for v in start])
    y = normed_sum(x)
    y.backward()
    assert y.data == pytest.approx(normed_sum(start), rel=1e-14)
    for i, v in enumerate(x):
        h = 1e-6 * np.eye(4)[i]
        assert v.grad == pytest.approx((normed_sum(start + h) - normed_sum(start - h)) / 2e-6, rel=1e-7)
