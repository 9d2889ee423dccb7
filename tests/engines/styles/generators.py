"""Generators: each node's rule waits at a `yield` for its gradient, and the walk is a generator too."""

import math


class Value:
    def __init__(self, data, rule=None, parents=()):
        self.data, self.grad, self.rule, self.parents = data, 0.0, rule, parents

    def walk(self, seen):
        if id(self) not in seen:
            seen.add(id(self))
            for p in self.parents:
                yield from p.walk(seen)
            yield self

    def backward(self):
        self.grad = 1.0
        for v in reversed(list(self.walk(set()))):
            if v.rule:
                for p, g in zip(v.parents, v.rule(v.grad)):
                    p.grad += g

    def __add__(self, other):
        def rule(g):
            yield g
            yield g

        other = number(other)
        return Value(self.data + other.data, rule, (self, other))

    def __mul__(self, other):
        other = number(other)

        def rule(g):
            yield g * other.data
            yield g * self.data

        return Value(self.data * other.data, rule, (self, other))

    def __truediv__(self, other):
        other = number(other)

        def rule(g):
            yield g / other.data
            yield -g * self.data / other.data / other.data

        return Value(self.data / other.data, rule, (self, other))

    def __pow__(self, n):
        def rule(g):
            yield g * n * self.data ** (n - 1)

        return Value(self.data**n, rule, (self,))

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))

        def rule(g):
            yield g * s * (1 - s)

        return Value(s, rule, (self,))

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + number(other) * -1.0

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return number(other) - self

    def __rtruediv__(self, other):
        return number(other) / self


def number(x):
    return x if isinstance(x, Value) else Value(x)
