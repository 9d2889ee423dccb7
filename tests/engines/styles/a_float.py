"""A Value that is a float: number and node in one, with functions for all operations and methods made from them."""

import math
import operator


class Value(float):
    def __new__(cls, x, *links):
        return super().__new__(cls, x)

    def __init__(self, x, *links):
        self.grad = 0.0
        self.links = links

    __hash__ = object.__hash__
    data = property(float)

    def __eq__(self, other):
        return self is other

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                for u, _ in v.links:
                    visit(u)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            for u, d in v.links:
                u.grad += d * v.grad


def binary(f, df):
    def forward(a, b):
        a, b = (x if isinstance(x, Value) else Value(x) for x in (a, b))
        da, db = df(float(a), float(b))
        return Value(f(float(a), float(b)), (a, da), (b, db))

    return forward, lambda b, a: forward(a, b)


def power(a, b):
    return b * a ** (b - 1), a**b * math.log(a) if a > 0 else 0.0


Value.__add__, Value.__radd__ = binary(operator.add, lambda a, b: (1.0, 1.0))
Value.__sub__, Value.__rsub__ = binary(operator.sub, lambda a, b: (1.0, -1.0))
Value.__mul__, Value.__rmul__ = binary(operator.mul, lambda a, b: (b, a))
Value.__truediv__, Value.__rtruediv__ = binary(operator.truediv, lambda a, b: (1 / b, -a / b / b))
Value.__pow__, Value.__rpow__ = binary(operator.pow, power)
Value.__neg__ = lambda a: Value(-float(a), (a, -1.0))
Value.__abs__ = lambda a: Value(math.fabs(a), (a, math.copysign(1.0, a)))
Value.tanh = lambda a: Value(math.tanh(a), (a, 1.0 - math.tanh(a) ** 2))
