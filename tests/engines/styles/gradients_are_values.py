"""Gradients are Values themselves, so they could be differentiated again."""

import math


class Value:
    def __init__(self, data, parents=(), pull=None):
        self.data, self.parents, self.pull, self.grad = data, parents, pull, None

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                for p in v.parents:
                    visit(p)
                order.append(v)

        visit(self)
        for v in order:
            if v.parents:
                v.grad = None
        self.grad = Value(1.0)
        for v in reversed(order):
            if v.pull is not None:
                for p, g in zip(v.parents, v.pull(v.grad)):
                    p.grad = g if p.grad is None else p.grad + g

    def __add__(self, other):
        return Value(self.data + lift(other).data, (self, lift(other)), lambda g: (g, g))

    def __mul__(self, other):
        other = lift(other)
        return Value(self.data * other.data, (self, other), lambda g: (g * other, g * self))

    def __pow__(self, n):
        return Value(self.data**n, (self,), lambda g: (g * (n * self ** (n - 1)),))

    def exp(self):
        out = Value(math.exp(self.data), (self,), lambda g: (g * out,))
        return out

    def tanh(self):
        out = Value(math.tanh(self.data), (self,), lambda g: (g * (1 - out * out),))
        return out

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -lift(other)

    def __truediv__(self, other):
        return self * lift(other) ** -1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return lift(other) - self

    def __rtruediv__(self, other):
        return lift(other) / self


def lift(x):
    return x if isinstance(x, Value) else Value(x)
