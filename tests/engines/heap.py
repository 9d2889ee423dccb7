"""A heap hands out the youngest node first; gradients on their way wait in a dict."""

import heapq
import itertools
import math

class Value:
    __slots__ = ("data", "edges", "grad", "index")
    _counter = itertools.count()

    def __init__(self, data, *edges):
        self.data, self.grad, self.edges = data, 0.0, edges
        self.index = next(self._counter)

    def __add__(self, o):
        if isinstance(o, Value):
            return Value(self.data + o.data, (self, 1.0), (o, 1.0))
        return Value(self.data + o, (self, 1.0))

    def __mul__(self, o):
        if isinstance(o, Value):
            return Value(self.data * o.data, (self, o.data), (o, self.data))
        return Value(self.data * o, (self, o))

    def __pow__(self, n):
        return Value(self.data**n, (self, n * self.data ** (n - 1) if n else 0.0))

    def __neg__(self): return Value(-self.data, (self, -1.0))
    def __sub__(self, o): return self + -o
    def __rsub__(self, o): return -self + o
    def __truediv__(self, o): return self * o**-1 if isinstance(o, Value) else self * (1 / o)
    def __rtruediv__(self, o): return self**-1 * o
    __radd__ = __add__
    __rmul__ = __mul__

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self, 1 - t * t))

    def exp(self):
        e = math.exp(self.data)
        return Value(e, (self, e))

    def relu(self):
        return Value(max(0.0, self.data), (self, float(self.data > 0)))

    def backward(self):
        pending = {self.index: 1.0}
        heap = [(-self.index, self)]
        while heap:
            _, node = heapq.heappop(heap)
            g = pending.pop(node.index)
            node.grad = node.grad + g if not node.edges else g
            for parent, d in node.edges:
                if parent.index not in pending:
                    heapq.heappush(heap, (-parent.index, parent))
                    pending[parent.index] = 0.0
                pending[parent.index] += d * g
