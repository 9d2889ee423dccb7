"""PyTorch's form: a class for each operation, with forward and backward and a context."""

import math


class Function:
    def __init__(self, *parents):
        self.parents = parents

    @classmethod
    def apply(cls, *args):
        args = [a if isinstance(a, Tensor) else Tensor(a) for a in args]
        ctx = cls(*args)
        out = Tensor(ctx.forward(*(a.data for a in args)))
        out.ctx = ctx
        return out


class Add(Function):
    def forward(self, x, y):
        return x + y

    def backward(self, g):
        return g, g


class Sub(Function):
    def forward(self, x, y):
        return x - y

    def backward(self, g):
        return g, -g


class Mul(Function):
    def forward(self, x, y):
        self.saved = x, y
        return x * y

    def backward(self, g):
        x, y = self.saved
        return g * y, g * x


class Div(Function):
    def forward(self, x, y):
        self.saved = x, y
        return x / y

    def backward(self, g):
        x, y = self.saved
        return g / y, -g * x / y**2


class Pow(Function):
    def forward(self, x, y):
        self.saved = x, y
        return x**y

    def backward(self, g):
        x, y = self.saved
        return g * y * x ** (y - 1), g * x**y * math.log(x) if x > 0 else 0.0


class Sigmoid(Function):
    def forward(self, x):
        self.s = 1 / (1 + math.exp(-x))
        return self.s

    def backward(self, g):
        return (g * self.s * (1 - self.s),)


class Tensor:
    ctx = None

    def __init__(self, data):
        self.data = data
        self.grad = None

    def backward(self):
        order, seen = [], set()

        def visit(t):
            if id(t) in seen:
                return
            seen.add(id(t))
            if t.ctx:
                for p in t.ctx.parents:
                    visit(p)
            order.append(t)

        visit(self)
        self.grad = 1.0
        for t in order[::-1]:
            if t.ctx is None:
                continue
            for parent, grad in zip(t.ctx.parents, t.ctx.backward(t.grad)):
                parent.grad = grad if parent.grad is None else parent.grad + grad

    def __add__(self, other):
        return Add.apply(self, other)

    def __sub__(self, other):
        return Sub.apply(self, other)

    def __mul__(self, other):
        return Mul.apply(self, other)

    def __truediv__(self, other):
        return Div.apply(self, other)

    def __pow__(self, other):
        return Pow.apply(self, other)

    def __rsub__(self, other):
        return Sub.apply(other, self)

    def __rtruediv__(self, other):
        return Div.apply(other, self)

    def __neg__(self):
        return Sub.apply(0.0, self)

    def sigmoid(self):
        return Sigmoid.apply(self)

    __radd__ = __add__
    __rmul__ = __mul__
