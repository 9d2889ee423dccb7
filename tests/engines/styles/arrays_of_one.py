"""A tensor class, met with one number: data and gradient are arrays of shape (1,)."""

import numpy as np


class Tensor:
    def __init__(self, data, parents=(), backward_fn=None):
        self.data = np.atleast_1d(np.asarray(data, dtype=np.float64))
        self.grad = None
        self.parents = parents
        self.backward_fn = backward_fn

    def _receive(self, g):
        if self.grad is None:
            self.grad = np.zeros_like(self.data)
        self.grad += g

    def backward(self):
        self.grad = np.ones_like(self.data)
        for t in reversed(self._sorted()):
            if t.backward_fn:
                for p, g in zip(t.parents, t.backward_fn(t.grad)):
                    p._receive(g)

    def _sorted(self):
        seen, result = set(), []

        def walk(t):
            if t not in seen:
                seen.add(t)
                [walk(p) for p in t.parents]
                result.append(t)

        walk(self)
        return result

    def __add__(self, other):
        other = as_tensor(other)
        return Tensor(self.data + other.data, (self, other), lambda g: (g, g))

    def __mul__(self, other):
        other = as_tensor(other)
        return Tensor(self.data * other.data, (self, other), lambda g: (g * other.data, g * self.data))

    def __sub__(self, other):
        other = as_tensor(other)
        return Tensor(self.data - other.data, (self, other), lambda g: (g, -g))

    def __truediv__(self, other):
        other = as_tensor(other)
        return Tensor(
            self.data / other.data, (self, other), lambda g: (g / other.data, -g * self.data / other.data**2)
        )

    def __pow__(self, n):
        return Tensor(self.data**n, (self,), lambda g: (g * n * self.data ** (n - 1),))

    def __neg__(self):
        return Tensor(-self.data, (self,), lambda g: (-g,))

    def __abs__(self):
        return Tensor(np.abs(self.data), (self,), lambda g: (g * np.sign(self.data),))

    def tanh(self):
        y = np.tanh(self.data)
        return Tensor(y, (self,), lambda g: (g * (1 - y * y),))

    def __radd__(self, other):
        return as_tensor(other) + self

    def __rmul__(self, other):
        return as_tensor(other) * self

    def __rsub__(self, other):
        return as_tensor(other) - self

    def __rtruediv__(self, other):
        return as_tensor(other) / self


def as_tensor(x):
    return x if isinstance(x, Tensor) else Tensor(x)
