"""Nodes are numbered as they are made: the tape of a node is what came before it."""

import math
import numpy as np

class Value:
    __slots__ = ("data", "grad", "number", "edges")
    made = 0

    def __init__(self, data, edges=()):
        self.data = np.float64(data)
        self.grad = 0.0
        self.edges = edges
        Value.made += 1
        self.number = Value.made

    def __add__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        return Value(self.data + o.data, ((self, 1.0), (o, 1.0)))

    def __mul__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        return Value(self.data * o.data, ((self, o.data), (o, self.data)))

    def __pow__(self, n):
        return Value(self.data ** n, ((self, n * self.data ** (n - 1)),))

    def __neg__(self): return Value(-self.data, ((self, -1.0),))
    def __sub__(self, o): return self + -o
    def __rsub__(self, o): return -self + o
    def __truediv__(self, o): return self * o ** -1 if isinstance(o, Value) else self * (1 / o)
    def __rtruediv__(self, o): return self ** -1 * o
    __radd__ = __add__
    __rmul__ = __mul__

    def tanh(self):
        y = math.tanh(self.data)
        return Value(y, ((self, 1 - y * y),))

    def backward(self):
        tape, todo = {self.number: self}, [self]
        while todo:
            for v, d in todo.pop().edges:
                if v.number not in tape:
                    tape[v.number] = v
                    todo.append(v)
        for v in tape.values():
            if v.edges:
                v.grad = 0.0
        self.grad = 1.0
        for number in sorted(tape, reverse=True):
            out = tape[number]
            for v, d in out.edges:
                v.grad += d * out.grad
