"""PyTorch's habit: only what `requires_grad` is given a gradient; constants are not, nor is what they make alone."""

import math


class Value:
    def __init__(self, data, requires_grad=False, parents=()):
        self.data = data
        self.requires_grad = requires_grad
        self.grad = 0.0 if requires_grad else None
        self.parents = parents

    @staticmethod
    def result(data, *parents):
        needs = any(p.requires_grad for p, _ in parents)
        return Value(data, needs, [(p, d) for p, d in parents if p.requires_grad])

    def backward(self):
        if not self.requires_grad:
            raise RuntimeError("element 0 of tensors does not require grad")
        order, seen = [], {None}

        def visit(v):
            if v in seen:
                return
            seen.add(v)
            for p, _ in v.parents:
                visit(p)
            order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            for p, d in v.parents:
                p.grad += v.grad * d

    def __add__(self, other):
        other = tensor(other)
        return Value.result(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = tensor(other)
        return Value.result(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, n):
        return Value.result(self.data**n, (self, n * self.data ** (n - 1)))

    def relu(self):
        return Value.result(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def erf(self):
        return Value.result(math.erf(self.data), (self, 2 / math.sqrt(math.pi) * math.exp(-(self.data**2))))

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -tensor(other)

    def __truediv__(self, other):
        return self * tensor(other) ** -1

    def __rsub__(self, other):
        return tensor(other) - self

    def __rtruediv__(self, other):
        return tensor(other) / self

    __radd__, __rmul__ = __add__, __mul__


def tensor(x):
    return x if isinstance(x, Value) else Value(x)


def parameter(x):
    return Value(x, requires_grad=True)
