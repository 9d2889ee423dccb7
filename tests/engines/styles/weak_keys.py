"""Gradients live outside, in a WeakKeyDictionary; backward is a function."""

import math
from weakref import WeakKeyDictionary

gradients = WeakKeyDictionary()
history = WeakKeyDictionary()


def const(x):
    return x if isinstance(x, Value) else Value(x)


def node(data, **partials):
    v = Value(data)
    history[v] = list(partials.values())
    return v


class Value:
    def __init__(self, data):
        self.data = data

    grad = property(lambda self: gradients.get(self, 0.0), lambda self, g: gradients.__setitem__(self, g))

    def __add__(self, o):
        o = const(o)
        return node(self.data + o.data, left=(self, 1.0), right=(o, 1.0))

    def __mul__(self, o):
        o = const(o)
        return node(self.data * o.data, left=(self, o.data), right=(o, self.data))

    def __truediv__(self, o):
        o = const(o)
        return node(self.data / o.data, left=(self, 1 / o.data), right=(o, -self.data / o.data**2))

    def __pow__(self, k):
        return node(self.data**k, base=(self, k * self.data ** (k - 1)))

    def __neg__(self):
        return node(-self.data, x=(self, -1.0))

    def __sub__(self, o):
        return self + (-const(o))

    def __radd__(self, o):
        return const(o) + self

    def __rmul__(self, o):
        return const(o) * self

    def __rsub__(self, o):
        return const(o) - self

    def __rtruediv__(self, o):
        return const(o) / self

    def tanh(self):
        t = math.tanh(self.data)
        return node(t, x=(self, 1 - t**2))

    def backward(self):
        backward(self)


def ancestors(v, seen):
    if v not in seen:
        seen[v] = None
        for p, _ in history.get(v, ()):
            ancestors(p, seen)
        seen[v] = seen.pop(v)  # to the end
    return seen


def backward(v):
    gradients[v] = 1.0
    for u in reversed(ancestors(v, {})):
        for p, d in history.get(u, ()):
            gradients[p] = gradients.get(p, 0.0) + d * gradients[u]
