"""A metaclass writes the operators."""

import math

SPECS = {
    "__add__": (lambda a, b: a + b, lambda a, b: 1.0, lambda a, b: 1.0),
    "__sub__": (lambda a, b: a - b, lambda a, b: 1.0, lambda a, b: -1.0),
    "__mul__": (lambda a, b: a * b, lambda a, b: b, lambda a, b: a),
    "__truediv__": (lambda a, b: a / b, lambda a, b: 1 / b, lambda a, b: -a / b**2),
}


class Operators(type):
    def __new__(mcs, name, bases, space):
        for method, (f, *partials) in SPECS.items():
            space[method] = mcs.forward(f, partials)
            space["__r" + method[2:]] = mcs.reflected(f, partials)
        return super().__new__(mcs, name, bases, space)

    @staticmethod
    def forward(f, partials):
        def method(self, other):
            other = self.__class__.promote(other)
            return self.record(
                f(self.data, other.data), *((v, p(self.data, other.data)) for v, p in zip((self, other), partials))
            )

        return method

    @staticmethod
    def reflected(f, partials):
        def method(self, other):
            other = self.__class__.promote(other)
            return self.record(
                f(other.data, self.data), *((v, p(other.data, self.data)) for v, p in zip((other, self), partials))
            )

        return method


class Value(metaclass=Operators):
    counter = 0

    def __init__(self, data):
        Value.counter += 1
        self.data, self.grad, self.back, self.n = data, 0.0, (), Value.counter

    @classmethod
    def promote(cls, x):
        return x if isinstance(x, cls) else cls(x)

    @classmethod
    def record(cls, data, *back):
        out = cls(data)
        out.back = back
        return out

    def __pow__(self, n):
        return self.record(self.data**n, (self, n * self.data ** (n - 1)))

    def __neg__(self):
        return self.record(-self.data, (self, -1.0))

    def tanh(self):
        t = math.tanh(self.data)
        return self.record(t, (self, 1 - t * t))

    def backward(self):
        nodes, todo = {self.n: self}, [self]
        while todo:
            for p, _ in todo.pop().back:
                if p.n not in nodes:
                    nodes[p.n] = p
                    todo.append(p)
        self.grad = 1.0
        for n in sorted(nodes, reverse=True):
            v = nodes[n]
            for p, d in v.back:
                p.grad += d * v.grad
