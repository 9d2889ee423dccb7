"""Exact arithmetic: data and grad are Fractions."""

import math
from fractions import Fraction


class Value:
    def __init__(self, data, parents=()):
        self.data = Fraction(data)
        self.grad = Fraction(0)
        self.parents = parents

    def __add__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        return Value(self.data + o.data, ((self, 1), (o, 1)))

    def __mul__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        return Value(self.data * o.data, ((self, o.data), (o, self.data)))

    def __pow__(self, n):
        return Value(self.data**n, ((self, Fraction(n) * Fraction(self.data ** (n - 1))),))

    def __neg__(self):
        return self * -1

    def __sub__(self, o):
        return self + (o * -1)

    def __truediv__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        return Value(self.data / o.data, ((self, 1 / o.data), (o, -self.data / o.data**2)))

    def __radd__(self, o):
        return self + o

    def __rsub__(self, o):
        return self * -1 + o

    def __rmul__(self, o):
        return self * o

    def __rtruediv__(self, o):
        return Value(o) / self

    def relu(self):
        return Value(max(self.data, 0), ((self, int(self.data > 0)),))

    def tanh(self):
        t = Fraction(math.tanh(self.data))
        return Value(t, ((self, 1 - t * t),))

    def backward(self):
        seen, order = set(), []

        def visit(v):
            if v not in seen:
                seen.add(v)
                for p, _ in v.parents:
                    visit(p)
                order.append(v)

        visit(self)
        self.grad = Fraction(1)
        for v in reversed(order):
            for p, d in v.parents:
                p.grad += d * v.grad
