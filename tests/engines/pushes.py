"""Each result holds a list of functions, made in a loop over its parents, that push its gradient on to one of them."""

import math

class Value:
    def __init__(self, data):
        self.data = data
        self.grad = 0.0
        self.parents = []
        self.pushes = []

    @classmethod
    def make(cls, data, *edges):
        out = cls(data)
        for parent, slope in edges:
            out.parents.append(parent)
            out.pushes.append(lambda parent=parent, slope=slope: parent.receive(slope * out.grad))
        return out

    def receive(self, g):
        self.grad += g

    @classmethod
    def of(cls, x):
        return x if isinstance(x, cls) else cls(x)

    def __add__(self, other):
        other = self.of(other)
        return self.make(self.data + other.data, (self, 1.0), (other, 1.0))

    def __sub__(self, other):
        other = self.of(other)
        return self.make(self.data - other.data, (self, 1.0), (other, -1.0))

    def __mul__(self, other):
        other = self.of(other)
        return self.make(self.data * other.data, (self, other.data), (other, self.data))

    def __truediv__(self, other):
        other = self.of(other)
        return self.make(self.data / other.data, (self, 1 / other.data), (other, -self.data / other.data**2))

    def __pow__(self, n):
        return self.make(self.data**n, (self, n * self.data ** (n - 1)))

    def __neg__(self):
        return self.make(-self.data, (self, -1.0))

    def exp(self):
        e = math.exp(self.data)
        return self.make(e, (self, e))

    def relu(self):
        return self.make(max(self.data, 0.0), (self, float(self.data > 0)))

    def __radd__(self, other): return self.of(other) + self
    def __rsub__(self, other): return self.of(other) - self
    def __rmul__(self, other): return self.of(other) * self
    def __rtruediv__(self, other): return self.of(other) / self

    def backward(self):
        topo, seen = [], set()
        def visit(v):
            if v not in seen:
                seen.add(v)
                for p in v.parents:
                    visit(p)
                topo.append(v)
        visit(self)
        self.grad = 1.0
        for v in reversed(topo):
            for push in v.pushes:
                push()
