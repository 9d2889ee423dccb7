"""What one would write in plain NumPy for each workload of the replay: the loss and its gradient, derived by hand.

float64, `@`, no loop over samples, no gradient toward the inputs, work in place where a copy is not needed. A layer is
a matrix of shape (inputs, outputs) and a vector of biases; its gradient has the same form.
"""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Layers = list[tuple[Array, Array]]


def forward(layers: Layers, X: Array) -> tuple[Array, list[Array]]:
    """The outputs of an MLP with relu, and what each layer was given."""
    given = []
    for W, b in layers[:-1]:
        given.append(X)
        X = X @ W
        X += b
        np.maximum(X, 0.0, out=X)
    given.append(X)
    W, b = layers[-1]
    outputs = X @ W
    outputs += b
    return outputs, given


def backward(layers: Layers, given: list[Array], g: Array) -> Layers:
    """The gradient of each layer, from the gradient of the outputs."""
    gradients = [(given[-1].T @ g, g.sum(axis=0))]
    for (W, _), h, x in zip(layers[:0:-1], given[:0:-1], given[-2::-1], strict=True):
        g = g @ W.T
        g *= h > 0.0
        gradients.append((x.T @ g, g.sum(axis=0)))
    return gradients[::-1]


def max_margin(layers: Layers, X: Array, t: Array) -> tuple[float, Layers]:
    """W2 and W4b: the mean of max(0, 1 − t·output) and 1e-4 of the sum of squares of the parameters."""
    outputs, given = forward(layers, X)
    margins = 1.0 - t * outputs
    loss = np.maximum(margins, 0.0).mean() + 1e-4 * sum(np.vdot(p, p) for layer in layers for p in layer)
    gradients = backward(layers, given, t * (margins > 0.0) / -len(X))
    for layer, gradient in zip(layers, gradients, strict=True):
        for p, g in zip(layer, gradient, strict=True):
            g += 2e-4 * p
    return loss, gradients


def cross_entropy(layers: Layers, X: Array, labels: NDArray[np.int64]) -> tuple[float, Layers]:
    """W3, W3b and 784-128-10: the mean of logsumexp(outputs) − outputs[label]."""
    outputs, given = forward(layers, X)
    rows = np.arange(len(X))
    largest = outputs.max(axis=1, keepdims=True)
    chosen = outputs[rows, labels]
    g = np.exp(outputs - largest)
    total = g.sum(axis=1, keepdims=True)
    loss = (np.log(total) + largest).mean() - chosen.mean()
    g /= total
    g[rows, labels] -= 1.0
    g /= len(X)
    return loss, backward(layers, given, g)


def rosenbrock(x: Array) -> tuple[float, Array]:
    """W4a: Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²."""
    a, b = x[:-1], x[1:]
    u = b - a * a
    v = 1.0 - a
    g = np.zeros(len(x))
    g[1:] = 200.0 * u
    g[:-1] -= 400.0 * a * u + 2.0 * v
    return 100.0 * (u @ u) + v @ v, g


def chain(x: float, w: float, b: float, n: int) -> tuple[float, tuple[float, float, float]]:
    """W1's chain of n nodes, which has nothing for an array to do: a loop over floats."""
    trail = []
    y = x
    for _ in range(n // 4):
        z = math.tanh(y * w + b)
        trail.append((y, z))
        y = max(z, 0.0)
    g, gw, gb = 1.0, 0.0, 0.0
    for before, z in reversed(trail):
        g *= (z > 0.0) * (1.0 - z * z)
        gw += before * g
        gb += g
        g *= w
    return y, (g, gw, gb)


def update(layers: Layers, gradients: Layers, rate: float) -> None:
    """A step of gradient descent."""
    for layer, gradient in zip(layers, gradients, strict=True):
        for p, g in zip(layer, gradient, strict=True):
            p -= rate * g
