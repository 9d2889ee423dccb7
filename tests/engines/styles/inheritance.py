"""A subclass of Node for each operation, which pushes its gradient on; leaves are Variables."""

import math


class Node:
    def __init__(self, data, *inputs):
        self.data, self.inputs, self.grad = data, inputs, 0.0

    def push(self):
        pass

    def order(self, out):
        if self not in out:
            for i in self.inputs:
                i.order(out)
            out[self] = True
        return out

    def backward(self):
        nodes = list(self.order({}))
        for n in nodes:
            if n.inputs:
                n.grad = 0.0
        self.grad = 1.0
        while nodes:
            nodes.pop().push()

    def __add__(self, other):
        return Add(self, constant(other))

    def __mul__(self, other):
        return Mul(self, constant(other))

    def __pow__(self, n):
        return Power(self, n)

    def __radd__(self, other):
        return Add(constant(other), self)

    def __rmul__(self, other):
        return Mul(constant(other), self)

    def __neg__(self):
        return Mul(constant(-1.0), self)

    def __sub__(self, other):
        return self + -constant(other)

    def __rsub__(self, other):
        return constant(other) + -self

    def __truediv__(self, other):
        return self * constant(other) ** -1

    def __rtruediv__(self, other):
        return constant(other) * self**-1

    def tanh(self):
        return Tanh(self)

    def silu(self):
        return SiLU(self)


class Variable(Node):
    pass


class Add(Node):
    def __init__(self, a, b):
        super().__init__(a.data + b.data, a, b)

    def push(self):
        for i in self.inputs:
            i.grad += self.grad


class Mul(Node):
    def __init__(self, a, b):
        super().__init__(a.data * b.data, a, b)

    def push(self):
        a, b = self.inputs
        a.grad += self.grad * b.data
        b.grad += self.grad * a.data


class Power(Node):
    def __init__(self, a, n):
        super().__init__(a.data**n, a)
        self.n = n

    def push(self):
        (a,) = self.inputs
        a.grad += self.grad * self.n * a.data ** (self.n - 1)


class Tanh(Node):
    def __init__(self, a):
        super().__init__(math.tanh(a.data), a)

    def push(self):
        self.inputs[0].grad += self.grad * (1 - self.data**2)


class SiLU(Node):
    def __init__(self, a):
        self.s = 1 / (1 + math.exp(-a.data))
        super().__init__(a.data * self.s, a)

    def push(self):
        self.inputs[0].grad += self.grad * (self.s + self.data * (1 - self.s))


def constant(x):
    return x if isinstance(x, Node) else Variable(x)
