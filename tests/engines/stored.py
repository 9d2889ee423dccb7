"""Local derivatives are stored with each result; a sort without recursion."""

import math

def wrap(x):
    return x if isinstance(x, Value) else Value(x)

class Value:
    def __init__(self, data, parents=(), locals_=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.locals = locals_

    def __add__(self, other):
        other = wrap(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __sub__(self, other):
        other = wrap(other)
        return Value(self.data - other.data, (self, other), (1.0, -1.0))

    def __mul__(self, other):
        other = wrap(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __truediv__(self, other):
        other = wrap(other)
        return Value(self.data / other.data, (self, other), (1 / other.data, -self.data / other.data ** 2))

    def __pow__(self, n):
        if isinstance(n, Value):
            y = self.data ** n.data
            return Value(y, (self, n), (n.data * self.data ** (n.data - 1), y * math.log(self.data)))
        return Value(self.data ** n, (self,), (n * self.data ** (n - 1),))

    def __rpow__(self, base):
        return wrap(base) ** self

    def __neg__(self):
        return Value(-self.data, (self,), (-1.0,))

    def __radd__(self, other):
        return wrap(other) + self

    def __rsub__(self, other):
        return wrap(other) - self

    def __rmul__(self, other):
        return wrap(other) * self

    def __rtruediv__(self, other):
        return wrap(other) / self

    def __abs__(self):
        return Value(abs(self.data), (self,), (1.0 if self.data > 0 else -1.0,))

    def relu(self):
        return Value(max(self.data, 0.0), (self,), (1.0 if self.data > 0 else 0.0,))

    def sqrt(self):
        y = math.sqrt(self.data)
        return Value(y, (self,), (0.5 / y,))

    def sin(self):
        return Value(math.sin(self.data), (self,), (math.cos(self.data),))

    def cos(self):
        return Value(math.cos(self.data), (self,), (-math.sin(self.data),))

    def order(self):
        nodes, seen, stack = [], set(), [(self, False)]
        while stack:
            v, done = stack.pop()
            if done:
                nodes.append(v)
            elif v not in seen:
                seen.add(v)
                stack.append((v, True))
                for p in v.parents:
                    stack.append((p, False))
        return nodes

    def backward(self):
        nodes = self.order()
        for v in nodes:
            if v.parents:
                v.grad = 0.0
        self.grad = 1.0
        for v in reversed(nodes):
            for p, d in zip(v.parents, v.locals):
                p.grad += d * v.grad
