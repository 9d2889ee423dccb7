"""Each result holds a function from its gradient to what its inputs get, in a tuple."""

class Value:
    def __init__(self, data, inputs=(), pull=None):
        self.data = data
        self.grad = 0
        self.inputs = inputs
        self.pull = pull

    def _wrap(self, x):
        return x if isinstance(x, Value) else Value(x)

    def __add__(self, o):
        o = self._wrap(o)
        return Value(self.data + o.data, (self, o), lambda g: (g, g))

    def __sub__(self, o):
        o = self._wrap(o)
        return Value(self.data - o.data, (self, o), lambda g: (g, -g))

    def __mul__(self, o):
        o = self._wrap(o)
        return Value(self.data * o.data, (self, o), lambda g: (g * o.data, g * self.data))

    def __truediv__(self, o):
        o = self._wrap(o)
        return Value(self.data / o.data, (self, o), lambda g: (g / o.data, -g * self.data / o.data**2))

    def __pow__(self, n):
        return Value(self.data**n, (self,), lambda g: (g * n * self.data ** (n - 1),))

    def __neg__(self):
        return Value(-self.data, (self,), lambda g: (-g,))

    def relu(self):
        return Value(max(self.data, 0.0), (self,), lambda g: (g if self.data > 0 else 0.0,))

    def __rsub__(self, o): return self._wrap(o) - self
    def __rtruediv__(self, o): return self._wrap(o) / self
    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        topo, seen = [], set()
        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for i in v.inputs:
                    visit(i)
                topo.append(v)
        visit(self)
        self.grad = 1
        for v in reversed(topo):
            if v.pull:
                for i, g in zip(v.inputs, v.pull(v.grad), strict=True):
                    i.grad += g
