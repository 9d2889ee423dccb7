"""Nothing is changed in place: nodes are named tuples, gradients a dictionary, written into the inputs at the end."""

import math
from functools import reduce
from typing import NamedTuple


class Expr(NamedTuple):
    data: float
    terms: tuple


class Value:
    def __init__(self, x):
        self.expr = x if isinstance(x, Expr) else Expr(x, ())
        self.grad = 0.0

    @property
    def data(self):
        return self.expr.data

    def backward(self):
        for v, g in gradients(self).items():
            v.grad = v.grad + g

    def __add__(self, o):
        return node(lambda a, b: a + b, lambda a, b: (1.0, 1.0), self, o)

    def __radd__(self, o):
        return node(lambda a, b: a + b, lambda a, b: (1.0, 1.0), o, self)

    def __mul__(self, o):
        return node(lambda a, b: a * b, lambda a, b: (b, a), self, o)

    def __rmul__(self, o):
        return node(lambda a, b: a * b, lambda a, b: (b, a), o, self)

    def __sub__(self, o):
        return node(lambda a, b: a - b, lambda a, b: (1.0, -1.0), self, o)

    def __rsub__(self, o):
        return node(lambda a, b: a - b, lambda a, b: (1.0, -1.0), o, self)

    def __truediv__(self, o):
        return node(lambda a, b: a / b, lambda a, b: (1 / b, -a / b**2), self, o)

    def __rtruediv__(self, o):
        return node(lambda a, b: a / b, lambda a, b: (1 / b, -a / b**2), o, self)

    def __neg__(self):
        return node(lambda a: -a, lambda a: (-1.0,), self)

    def __pow__(self, n):
        return node(lambda a: a**n, lambda a: (n * a ** (n - 1),), self)

    def tanh(self):
        return node(math.tanh, lambda a: (1 - math.tanh(a) ** 2,), self)

    def sinh(self):
        return node(math.sinh, lambda a: (math.cosh(a),), self)


def node(f, derivatives, *args):
    args = [a if isinstance(a, Value) else Value(a) for a in args]
    numbers = [a.data for a in args]
    return Value(Expr(f(*numbers), tuple(zip(args, derivatives(*numbers)))))


def ordered(v, done=()):
    return done if v in done else (v, *reduce(lambda d, term: ordered(term[0], d), reversed(v.expr.terms), done))


def gradients(output):
    found = {output: 1.0}
    for v in ordered(output):
        for parent, d in v.expr.terms:
            found = {**found, parent: found.get(parent, 0.0) + d * found[v]}
    return found
