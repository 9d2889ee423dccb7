"""A Wengert list in arrays: a value is only a place in the lists of its graph's numbers, gradients and edges."""

import math

NUMBERS, GRADS, EDGES = [], [], []


class Ref:
    __slots__ = ("i",)

    def __init__(self, number, edges=()):
        self.i = len(NUMBERS)
        NUMBERS.append(float(number))
        GRADS.append(0.0)
        EDGES.append(edges)

    data = property(lambda self: NUMBERS[self.i])
    grad = property(lambda self: GRADS[self.i], lambda self, g: GRADS.__setitem__(self.i, g))

    def backward(self):
        flow = {self.i: 1.0}
        while flow:
            i = max(flow)
            g = flow.pop(i)
            GRADS[i] += g
            for j, d in EDGES[i]:
                flow[j] = flow.get(j, 0.0) + d * g

    def __add__(self, other):
        other = ref(other)
        return Ref(self.data + other.data, [(self.i, 1.0), (other.i, 1.0)])

    def __mul__(self, other):
        other = ref(other)
        return Ref(self.data * other.data, [(self.i, other.data), (other.i, self.data)])

    def __neg__(self):
        return Ref(-self.data, [(self.i, -1.0)])

    def __sub__(self, other):
        return self + -ref(other)

    def __rsub__(self, other):
        return ref(other) + -self

    def __pow__(self, n):
        return Ref(self.data**n, [(self.i, n * self.data ** (n - 1))])

    def __truediv__(self, other):
        return self * ref(other) ** -1

    def __rtruediv__(self, other):
        return ref(other) * self**-1

    def __abs__(self):
        return Ref(abs(self.data), [(self.i, math.copysign(1.0, self.data))])

    def sigmoid(self):
        s = 0.5 * (1 + math.tanh(self.data / 2))
        return Ref(s, [(self.i, s * (1 - s))])

    def cosh(self):
        return Ref(math.cosh(self.data), [(self.i, math.sinh(self.data))])

    __radd__, __rmul__ = __add__, __mul__


def ref(x):
    return x if isinstance(x, Ref) else Ref(x)
