"""Each path from the output is walked along; gradients are Values."""

class Value:
    def __init__(self, data, edges=()):
        self.data = data
        self.grad = None
        self.edges = edges

    def __add__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        return Value(self.data + o.data, ((self, lambda g: g), (o, lambda g: g)))

    def __mul__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        return Value(self.data * o.data, ((self, lambda g: g * o.data), (o, lambda g: g * self.data)))

    def __pow__(self, n):
        return Value(self.data ** n, ((self, lambda g: g * n * self.data ** (n - 1)),))

    def relu(self):
        return Value(max(self.data, 0), ((self, lambda g: g if self.data > 0 else 0.0),))

    def __neg__(self): return self * -1
    def __radd__(self, o): return self + o
    def __rmul__(self, o): return self * o
    def __sub__(self, o): return self + -o
    def __rsub__(self, o): return o + -self
    def __truediv__(self, o): return self * o ** -1
    def __rtruediv__(self, o): return o * self ** -1

    def backward(self, g=1.0):
        self.grad = Value(g + (self.grad.data if self.grad else 0.0))
        for parent, rule in self.edges:
            parent.backward(rule(g))
