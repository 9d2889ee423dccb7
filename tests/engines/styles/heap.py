"""No sort at all: nodes are numbered as they are made, and a heap gives the youngest first."""

import heapq
import itertools
import math


class V:
    __slots__ = "data", "grad", "number", "inputs"
    numbers = itertools.count()

    def __init__(self, data, *inputs):
        self.data = data
        self.grad = 0.0
        self.number = next(V.numbers)
        self.inputs = inputs

    def backward(self):
        self.grad = 1.0
        heap, waiting = [(-self.number, self)], {self.number}
        while heap:
            _, v = heapq.heappop(heap)
            for u, d in v.inputs:
                u.grad += v.grad * d
                if u.number not in waiting:
                    waiting.add(u.number)
                    heapq.heappush(heap, (-u.number, u))

    def __add__(self, w):
        w = to_v(w)
        return V(self.data + w.data, (self, 1.0), (w, 1.0))

    __radd__ = __add__

    def __mul__(self, w):
        w = to_v(w)
        return V(self.data * w.data, (self, w.data), (w, self.data))

    __rmul__ = __mul__

    def __neg__(self):
        return V(-self.data, (self, -1.0))

    def __sub__(self, w):
        return self + (-to_v(w))

    def __rsub__(self, w):
        return to_v(w) + (-self)

    def reciprocal(self):
        return V(1 / self.data, (self, -1 / self.data**2))

    def __truediv__(self, w):
        return self * to_v(w).reciprocal()

    def __rtruediv__(self, w):
        return to_v(w) * self.reciprocal()

    def __pow__(self, n):
        if isinstance(n, V):
            y = self.data**n.data
            return V(y, (self, n.data * y / self.data), (n, y * math.log(self.data)))
        return V(self.data**n, (self, n * self.data ** (n - 1)))

    def __rpow__(self, base):
        return to_v(base) ** self

    def log(self):
        return V(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        y = math.tanh(self.data)
        return V(y, (self, 1 - y * y))


def to_v(x):
    return x if isinstance(x, V) else V(x)
