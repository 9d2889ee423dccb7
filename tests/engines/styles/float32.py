"""Single precision, as a graphics card has it; parents are pairs (parent, local derivative)."""

import numpy as np

f32 = np.float32


class Value:
    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = f32(data), f32(0), edges

    def backward(self):
        order, seen = [], set()

        def dfs(v):
            seen.add(v)
            for p, _ in v.edges:
                if p not in seen:
                    dfs(p)
            order.append(v)

        dfs(self)
        self.grad = f32(1)
        for v in order[::-1]:
            for p, d in v.edges:
                p.grad += f32(d) * v.grad

    def __add__(self, o):
        o = lift(o)
        return Value(self.data + o.data, [(self, 1), (o, 1)])

    def __mul__(self, o):
        o = lift(o)
        return Value(self.data * o.data, [(self, o.data), (o, self.data)])

    def __pow__(self, n):
        return Value(self.data ** f32(n), [(self, n * self.data ** f32(n - 1))])

    def exp(self):
        y = np.exp(self.data)
        return Value(y, [(self, y)])

    def relu(self):
        return Value(np.maximum(self.data, 0), [(self, self.data > 0)])

    __neg__ = lambda self: self * -1
    __sub__ = lambda self, o: self + lift(o) * -1
    __truediv__ = lambda self, o: self * lift(o) ** -1
    __radd__ = lambda self, o: lift(o) + self
    __rmul__ = lambda self, o: lift(o) * self
    __rsub__ = lambda self, o: lift(o) - self
    __rtruediv__ = lambda self, o: lift(o) / self


def lift(x):
    return x if isinstance(x, Value) else Value(x)
