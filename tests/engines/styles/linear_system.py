"""The graph as a matrix: gradients solve (I - L)^T g = e."""

import math
import numpy as np


class Value:
    def __init__(self, data, deps=()):
        self.data = float(data)
        self.grad = 0.0
        self.deps = deps

    def nodes(self):
        found = []

        def visit(v):
            if not any(v is u for u in found):
                for p, _ in v.deps:
                    visit(p)
                found.append(v)

        visit(self)
        return found

    def backward(self):
        nodes = self.nodes()
        position = {id(v): i for i, v in enumerate(nodes)}
        L = np.eye(len(nodes))
        for v in nodes:
            for p, d in v.deps:
                L[position[id(v)], position[id(p)]] -= d
        e = np.zeros(len(nodes))
        e[-1] = 1.0
        for v, g in zip(nodes, np.linalg.solve(L.T, e)):
            v.grad += float(g)

    def _c(x):
        return x if isinstance(x, Value) else Value(x)

    def __add__(self, o):
        o = Value._c(o)
        return Value(self.data + o.data, ((self, 1), (o, 1)))

    def __mul__(self, o):
        o = Value._c(o)
        return Value(self.data * o.data, ((self, o.data), (o, self.data)))

    def __sub__(self, o):
        return self + -Value._c(o)

    def __neg__(self):
        return Value(-self.data, ((self, -1),))

    def __truediv__(self, o):
        o = Value._c(o)
        return Value(self.data / o.data, ((self, 1 / o.data), (o, -self.data / o.data / o.data)))

    def __pow__(self, n):
        return Value(self.data**n, ((self, n * self.data ** (n - 1)),))

    def __radd__(self, o):
        return Value._c(o) + self

    def __rmul__(self, o):
        return Value._c(o) * self

    def __rsub__(self, o):
        return Value._c(o) - self

    def __rtruediv__(self, o):
        return Value._c(o) / self

    def tanh(self):
        return Value(math.tanh(self.data), ((self, 1 / math.cosh(self.data) ** 2),))

    def relu(self):
        return Value(max(self.data, 0), ((self, self.data > 0),))
