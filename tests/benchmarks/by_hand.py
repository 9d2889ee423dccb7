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
    loss, g = loss_of_classes(outputs, labels)
    return loss, backward(layers, given, g)


def loss_of_classes(outputs: Array, labels: NDArray[np.int64]) -> tuple[float, Array]:
    """The mean of logsumexp(outputs) − outputs[label], and the gradient of the outputs."""
    rows = np.arange(len(outputs))
    largest = outputs.max(axis=1, keepdims=True)
    chosen = outputs[rows, labels]
    g = np.exp(outputs - largest)
    total = g.sum(axis=1, keepdims=True)
    loss = (np.log(total) + largest).mean() - chosen.mean()
    g /= total
    g[rows, labels] -= 1.0
    g /= len(outputs)
    return loss, g


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


# ---- W5, microgpt's network: a batch of B sequences of n tokens, all positions at once


def normed(x: Array) -> tuple[Array, Array]:
    """Rows over the root of their mean square, and what they were multiplied with."""
    scale = 1.0 / np.sqrt(np.einsum("ij,ij->i", x, x) / x.shape[1] + 1e-5)
    scale = scale[:, None]
    return x * scale, scale


def normed_backward(g: Array, y: Array, scale: Array) -> Array:
    """The gradient of rows, from that of y = normed(rows): scale · (g − y · mean of g·y)."""
    mean = np.einsum("ij,ij->i", g, y) / y.shape[1]
    g = g - y * mean[:, None]
    g *= scale
    return g


def gpt(
    weights: dict[str, Array], heads: int, tokens: NDArray[np.intp], targets: NDArray[np.intp]
) -> tuple[float, dict[str, Array]]:
    """The mean of −log softmax(scores)[target], and its gradient toward each matrix (outputs, inputs)."""
    B, n = tokens.shape
    width = weights["tokens"].shape[1]
    size = width // heads

    def split(x: Array) -> Array:
        return x.reshape(B, n, heads, size).transpose(0, 2, 1, 3)

    def joined(x: Array) -> Array:
        return x.transpose(0, 2, 1, 3).reshape(B * n, width)

    embedded = weights["tokens"][tokens]
    embedded += weights["positions"][:n]
    x, scale_x = normed(embedded.reshape(B * n, width))
    a, scale_a = normed(x)
    query, key, value = (split(a @ weights[name].T) for name in ("query", "key", "value"))
    shares = query @ key.transpose(0, 1, 3, 2)
    shares *= size**-0.5
    shares += np.triu(np.full((n, n), -np.inf), 1)  # a position looks back, never ahead
    shares -= shares.max(-1, keepdims=True)
    np.exp(shares, shares)
    shares /= shares.sum(-1, keepdims=True)
    seen = joined(shares @ value)
    y = seen @ weights["out"].T
    y += x
    b, scale_b = normed(y)
    hidden = b @ weights["up"].T
    np.maximum(hidden, 0.0, out=hidden)
    z = hidden @ weights["down"].T
    z += y
    loss, g = loss_of_classes(z @ weights["scores"].T, targets.ravel())

    gradients = {"scores": g.T @ z}
    gz = g @ weights["scores"]
    gradients["down"] = gz.T @ hidden
    g_hidden = gz @ weights["down"]
    g_hidden *= hidden > 0.0
    gradients["up"] = g_hidden.T @ b
    gy = normed_backward(g_hidden @ weights["up"], b, scale_b)
    gy += gz
    gradients["out"] = gy.T @ seen
    g_seen = split(gy @ weights["out"])
    g_scores = g_seen @ value.transpose(0, 1, 3, 2)
    g_scores -= np.einsum("bhij,bhij->bhi", g_scores, shares)[..., None]
    g_scores *= shares
    g_scores *= size**-0.5
    ga = np.zeros(a.shape)
    for name, g in (
        ("query", g_scores @ key),
        ("key", g_scores.transpose(0, 1, 3, 2) @ query),
        ("value", shares.transpose(0, 1, 3, 2) @ g_seen),
    ):
        g = joined(g)
        gradients[name] = g.T @ a
        ga += g @ weights[name]
    gx = normed_backward(ga, a, scale_a)
    gx += gy
    g_embedded = normed_backward(gx, x, scale_x)
    gradients["positions"] = np.zeros(weights["positions"].shape)
    gradients["positions"][:n] = g_embedded.reshape(B, n, width).sum(0)
    gradients["tokens"] = np.zeros(weights["tokens"].shape)
    np.add.at(gradients["tokens"], tokens.ravel(), g_embedded)
    return loss, gradients


# ---- W6, a convolution: images (n, side, side), maps of a square of weights, relu, a dense layer


def convolution(layers: Layers, images: Array, labels: NDArray[np.int64]) -> tuple[float, Layers]:
    """The mean of logsumexp(outputs) − outputs[label] of relu maps; the first layer is (square, maps)."""
    (W, b), *dense = layers
    size = math.isqrt(len(W))
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), (1, 2))
    n, rows, columns = windows.shape[:3]
    patches = windows.reshape(n * rows * columns, size * size)
    maps = patches @ W
    maps += b
    np.maximum(maps, 0.0, out=maps)
    maps = maps.reshape(n, -1)  # place by place, all maps of each
    outputs, given = forward(dense, maps)
    loss, g = loss_of_classes(outputs, labels)
    gradients = backward(dense, given, g)
    g_maps = g @ dense[0][0].T
    g_maps *= maps > 0.0
    g_maps = g_maps.reshape(len(patches), -1)
    return loss, [(patches.T @ g_maps, g_maps.sum(axis=0)), *gradients]
