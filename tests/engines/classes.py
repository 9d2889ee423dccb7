"""A class for each operation, with forward and backward; a node waits until all its uses have reported."""

class Add:
    def forward(self, a, b): return a + b
    def backward(self, g, a, b): return g, g

class Mul:
    def forward(self, a, b): return a * b
    def backward(self, g, a, b): return b * g, a * g

class Div:
    def forward(self, a, b): return a / b
    def backward(self, g, a, b): return g / b, -g * a / (b * b)

class Pow:
    def __init__(self, n): self.n = n
    def forward(self, a): return a ** self.n
    def backward(self, g, a): return (g * self.n * a ** (self.n - 1),)

class Relu:
    def forward(self, a): return a if a > 0 else 0.0
    def backward(self, g, a): return (g if a > 0 else 0.0,)

class Value:
    def __init__(self, data, op=None, inputs=()):
        self.data = data
        self.grad = 0.0
        self.op = op
        self.inputs = inputs

    def apply(self, op, *others):
        inputs = (self, *[o if isinstance(o, Value) else Value(o) for o in others])
        return Value(op.forward(*[v.data for v in inputs]), op, inputs)

    def __add__(self, other): return self.apply(Add(), other)
    def __radd__(self, other): return self.apply(Add(), other)
    def __mul__(self, other): return self.apply(Mul(), other)
    def __rmul__(self, other): return self.apply(Mul(), other)
    def __neg__(self): return self.apply(Mul(), -1)
    def __sub__(self, other): return self + -other
    def __rsub__(self, other): return other + -self
    def __truediv__(self, other): return self.apply(Div(), other)
    def __rtruediv__(self, other): return Value(other) / self
    def __pow__(self, n):
        if isinstance(n, Value):
            return NotImplemented
        return self.apply(Pow(n))
    def relu(self): return self.apply(Relu())

    def backward(self):
        uses = {self: 0}
        todo = [self]
        while todo:
            for v in todo.pop().inputs:
                if v not in uses:
                    uses[v] = 0
                    todo.append(v)
                uses[v] += 1
        for v in uses:
            if v.inputs:
                v.grad = 0.0
        self.grad = 1.0
        ready = [self]
        while ready:
            v = ready.pop()
            if not v.inputs:
                continue
            for p, g in zip(v.inputs, v.op.backward(v.grad, *[x.data for x in v.inputs])):
                p.grad += g
                uses[p] -= 1
                if uses[p] == 0:
                    ready.append(p)
