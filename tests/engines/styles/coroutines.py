"""Each operation is a generator: it yields its result, sleeps, and wakes up for the backward pass."""

import math


def operation(gen):
    def call(*args):
        args = [a if isinstance(a, Value) else Value(a) for a in args]
        running = gen(*args)
        out = Value(next(running))
        out._running, out._inputs = running, args
        return out

    return call


@operation
def add(a, b):
    g = yield a.data + b.data
    a.grad += g
    b.grad += g
    yield


@operation
def mul(a, b):
    g = yield a.data * b.data
    a.grad += b.data * g
    b.grad += a.data * g
    yield


@operation
def div(a, b):
    g = yield a.data / b.data
    a.grad += g / b.data
    b.grad -= g * a.data / b.data**2
    yield


@operation
def tanh(a):
    t = math.tanh(a.data)
    g = yield t
    a.grad += g * (1 - t * t)
    yield


def power(a, n):
    @operation
    def p(a):
        g = yield a.data**n
        a.grad += g * n * a.data ** (n - 1)
        yield

    return p(a)


class Value:
    def __init__(self, data):
        self.data = data
        self.grad = 0.0
        self._running = None
        self._inputs = ()

    __add__ = lambda a, b: add(a, b)
    __radd__ = lambda a, b: add(b, a)
    __mul__ = lambda a, b: mul(a, b)
    __rmul__ = lambda a, b: mul(b, a)
    __truediv__ = lambda a, b: div(a, b)
    __rtruediv__ = lambda a, b: div(b, a)
    __neg__ = lambda a: mul(a, -1.0)
    __sub__ = lambda a, b: add(a, -b)
    __rsub__ = lambda a, b: add(b, -a)
    __pow__ = power
    tanh = tanh

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for i in v._inputs:
                    visit(i)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            if v._running:
                v._running.send(v.grad)
