"""A dataclass, compared by identity; one method `make` for all operations."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass(eq=False)
class Scalar:
    data: float
    parents: list[Scalar] = field(default_factory=list, repr=False)
    partials: list[float] = field(default_factory=list, repr=False)
    grad: float = 0.0

    def make(self, data, *pairs):
        return Scalar(data, [p for p, _ in pairs], [d for _, d in pairs])

    @staticmethod
    def wrap(x):
        return x if isinstance(x, Scalar) else Scalar(float(x))

    def __add__(self, other):
        other = self.wrap(other)
        return self.make(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = self.wrap(other)
        return self.make(self.data * other.data, (self, other.data), (other, self.data))

    def __sub__(self, other):
        other = self.wrap(other)
        return self.make(self.data - other.data, (self, 1.0), (other, -1.0))

    def __truediv__(self, other):
        other = self.wrap(other)
        q = self.data / other.data
        return self.make(q, (self, 1 / other.data), (other, -q / other.data))

    def __pow__(self, p):
        return self.make(math.pow(self.data, p), (self, p * math.pow(self.data, p - 1) if p else 0.0))

    def __neg__(self):
        return self.make(-self.data, (self, -1.0))

    def sin(self):
        return self.make(math.sin(self.data), (self, math.cos(self.data)))

    def cos(self):
        return self.make(math.cos(self.data), (self, -math.sin(self.data)))

    def relu(self):
        return self.make(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def __radd__(self, other):
        return self.wrap(other) + self

    def __rmul__(self, other):
        return self.wrap(other) * self

    def __rsub__(self, other):
        return self.wrap(other) - self

    def __rtruediv__(self, other):
        return self.wrap(other) / self

    def backward(self):
        order = []

        def visit(node):
            if node not in order:
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for parent, partial in zip(node.parents, node.partials):
                parent.grad += partial * node.grad
