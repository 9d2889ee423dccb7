"""No sweep: every value carries its derivatives by all leaves, and backward() only hands them out."""

import math


class Value:
    def __init__(self, data, slopes=None):
        self.data = data
        self.grad = 0.0
        self.slopes = {self: 1.0} if slopes is None else slopes

    def backward(self):
        for leaf, slope in self.slopes.items():
            leaf.grad += slope

    def chain(self, data, d):
        return Value(data, {leaf: d * slope for leaf, slope in self.slopes.items()})

    def __add__(self, other):
        if not isinstance(other, Value):
            return self.chain(self.data + other, 1.0)
        slopes = dict(self.slopes)
        for leaf, slope in other.slopes.items():
            slopes[leaf] = slopes.get(leaf, 0.0) + slope
        return Value(self.data + other.data, slopes)

    def __mul__(self, other):
        if not isinstance(other, Value):
            return self.chain(self.data * other, other)
        out = self.chain(0.0, other.data) + other.chain(0.0, self.data)
        out.data = self.data * other.data
        return out

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __pow__(self, n):
        return self.chain(self.data**n, n * self.data ** (n - 1))

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    def tanh(self):
        return self.chain(math.tanh(self.data), math.cosh(self.data) ** -2)

    def sqrt(self):
        return self.chain(math.sqrt(self.data), 0.5 / math.sqrt(self.data))

    __radd__, __rmul__ = __add__, __mul__
