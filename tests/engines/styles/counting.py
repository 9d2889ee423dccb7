"""Kahn's way: count the uses of each node, and send its gradient on when all of them have answered."""

import math
from collections import Counter, deque


class Value:
    def __init__(self, data, *links):
        self.data, self.grad, self.links = float(data), 0.0, links

    def backward(self):
        uses, todo, met = Counter(), [self], {self}
        while todo:
            for parent, _ in todo.pop().links:
                uses[parent] += 1
                if parent not in met:
                    met.add(parent)
                    todo.append(parent)
        for node in met:
            if node.links:
                node.grad = 0.0
        self.grad = 1.0
        ready = deque([self])
        while ready:
            node = ready.popleft()
            for parent, derivative in node.links:
                parent.grad += derivative * node.grad
                uses[parent] -= 1
                if uses[parent] == 0:
                    ready.append(parent)

    def __add__(self, other):
        other = _(other)
        return Value(self.data + other.data, (self, 1), (other, 1))

    def __mul__(self, other):
        other = _(other)
        return Value(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, n):
        return Value(self.data**n, (self, n * self.data ** (n - 1)))

    def __neg__(self):
        return Value(-self.data, (self, -1))

    def __sub__(self, other):
        return self + -_(other)

    def __truediv__(self, other):
        return self * _(other) ** -1

    def __rsub__(self, other):
        return _(other) - self

    def __rtruediv__(self, other):
        return _(other) / self

    def exp(self):
        return Value(math.exp(self.data), (self, math.exp(self.data)))

    def log(self):
        return Value(math.log(self.data), (self, 1 / self.data))

    def relu(self):
        return Value(max(0.0, self.data), (self, int(self.data > 0)))

    __radd__, __rmul__ = __add__, __mul__


def _(x):
    return x if isinstance(x, Value) else Value(x)
