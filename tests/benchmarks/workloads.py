"""The workloads, one script for both engines. What differs between the two is in `Engine`.

W1  a chain of n nodes: multiply, add, tanh, relu
W2  a training step of micrograd's demo: MLP 2-16-16-1, 100 moons samples, max-margin loss and L2
W3  MLP 784-10-10 and softmax cross-entropy on one sample
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import micrograd.engine
import micrograd.nn
import numpy as np

import autograd
import nn


class Engine(NamedTuple):
    Value: Callable[[float], Any]
    MLP: Callable[[int, list[int]], Any]
    tanh: Callable[[Any], Any]
    logsumexp: Callable[[list[Any]], Any]


class Graph(NamedTuple):
    """A graph to be built again and again by `forward`, and what to do after each `backward()`."""

    leaves: list[Any]
    forward: Callable[[], Any]
    update: Callable[[], None] = lambda: None


# micrograd 0.1.0 has no tanh, exp and log: here they are in its own manner, a closure for each node.


def _tanh(x: Any) -> Any:
    out = micrograd.engine.Value(math.tanh(x.data), (x,), "tanh")

    def _backward() -> None:
        x.grad += (1 - out.data * out.data) * out.grad

    out._backward = _backward
    return out


def _exp(x: Any) -> Any:
    out = micrograd.engine.Value(math.exp(x.data), (x,), "exp")

    def _backward() -> None:
        x.grad += out.data * out.grad

    out._backward = _backward
    return out


def _log(x: Any) -> Any:
    out = micrograd.engine.Value(math.log(x.data), (x,), "log")

    def _backward() -> None:
        x.grad += out.grad / x.data

    out._backward = _backward
    return out


OURS = Engine(autograd.Value, nn.MLP, autograd.Value.tanh, autograd.logsumexp)
MICROGRAD = Engine(micrograd.engine.Value, micrograd.nn.MLP, _tanh, lambda xs: _log(sum(map(_exp, xs))))


def chain(engine: Engine, n: int) -> Graph:
    """W1. The figures are such that the gradient neither vanishes nor grows over 100,000 nodes."""
    x, w, b = leaves = [engine.Value(0.5), engine.Value(1.0), engine.Value(1e-6)]
    tanh = engine.tanh

    def forward() -> Any:
        y = x
        for _ in range(n // 4):
            y = tanh(y * w + b).relu()
        return y

    return Graph(leaves, forward)


def training_step(engine: Engine) -> Graph:
    """W2."""
    model = _with_weights(engine.MLP(2, [16, 16, 1]))
    points, labels = nn.data.moons(100, rng=1)
    inputs = [list(map(engine.Value, point)) for point in points.tolist()]
    targets = (2 * labels - 1).tolist()

    def forward() -> Any:
        margins = [(1 + -t * model(x)).relu() for x, t in zip(inputs, targets, strict=True)]
        penalty = 1e-4 * sum(p * p for p in model.parameters())
        return sum(margins) * (1.0 / len(margins)) + penalty

    def update() -> None:
        for p in model.parameters():
            p.data -= 0.05 * p.grad
        model.zero_grad()

    return Graph([*model.parameters(), *(x for point in inputs for x in point)], forward, update)


def cross_entropy(engine: Engine, widths: Sequence[int] = (784, 10, 10)) -> Graph:
    """W3, or of other widths. The pixels are faint, so that weights in [−1, 1] do not saturate the softmax."""
    model = _with_weights(engine.MLP(widths[0], list(widths[1:])))
    pixels = list(map(engine.Value, np.random.default_rng(2).uniform(0.0, 0.1, widths[0]).tolist()))
    target = 3

    def forward() -> Any:
        outputs = model(pixels)
        return engine.logsumexp(outputs) - outputs[target]

    return Graph([*model.parameters(), *pixels], forward)


def _with_weights(model: Any) -> Any:
    """The model with weights and biases that are the same for both engines."""
    parameters = model.parameters()
    weights = np.random.default_rng(1).uniform(-1.0, 1.0, len(parameters))
    for p, weight in zip(parameters, weights.tolist(), strict=True):
        p.data = weight
    return model
