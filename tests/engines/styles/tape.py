"""A tape, as TensorFlow has it: each operation notes itself in a list of the whole program, which is played backwards."""

import math

TAPE = []


class Var:
    def __init__(self, data):
        self.data = data
        self.grad = 0.0

    def backward(self):
        self.grad = 1.0
        while TAPE:
            out, inputs, derivatives = TAPE.pop()
            for x, d in zip(inputs, derivatives):
                x.grad += d * out.grad

    def __add__(self, other):
        other = var(other)
        return note(self.data + other.data, [self, other], [1.0, 1.0])

    def __mul__(self, other):
        other = var(other)
        return note(self.data * other.data, [self, other], [other.data, self.data])

    def __truediv__(self, other):
        other = var(other)
        return note(self.data / other.data, [self, other], [1 / other.data, -self.data / other.data**2])

    def __pow__(self, other):
        return note(self.data**other, [self], [other * self.data ** (other - 1)])

    def __neg__(self):
        return note(-self.data, [self], [-1.0])

    def __sub__(self, other):
        return self + -var(other)

    def __rsub__(self, other):
        return var(other) - self

    def __rtruediv__(self, other):
        return var(other) / self

    def softplus(self):
        return note(math.log1p(math.exp(self.data)), [self], [1 / (1 + math.exp(-self.data))])

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        return note(s, [self], [s * (1 - s)])

    def sqrt(self):
        return note(math.sqrt(self.data), [self], [0.5 / math.sqrt(self.data)])

    __radd__, __rmul__ = __add__, __mul__


def var(x):
    return x if isinstance(x, Var) else Var(x)


def note(data, inputs, derivatives):
    out = Var(data)
    TAPE.append((out, inputs, derivatives))
    return out
