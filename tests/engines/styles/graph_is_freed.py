"""requires_grad, grad is None before, detach, zero_grad, item, retain_graph; intermediate nodes keep no gradient."""

import math


class Value:
    def __init__(self, data, requires_grad=True, _ctx=None):
        self.data = data
        self.requires_grad = requires_grad
        self.grad = None
        self._ctx = _ctx

    @property
    def is_leaf(self):
        return self._ctx is None

    def item(self):
        return self.data

    def detach(self):
        return Value(self.data, requires_grad=False)

    def zero_grad(self):
        self.grad = None

    @staticmethod
    def _op(data, *edges):
        needed = [(p, f) for p, f in edges if p.requires_grad]
        return Value(data, bool(needed), needed or None)

    @staticmethod
    def _t(x):
        return x if isinstance(x, Value) else Value(x, requires_grad=False)

    def __add__(self, o):
        o = self._t(o)
        return self._op(self.data + o.data, (self, lambda g: g), (o, lambda g: g))

    def __mul__(self, o):
        o = self._t(o)
        return self._op(self.data * o.data, (self, lambda g: g * o.data), (o, lambda g: g * self.data))

    def __neg__(self):
        return self * -1

    def __sub__(self, o):
        return self + -self._t(o)

    def __rsub__(self, o):
        return self._t(o) - self

    def __truediv__(self, o):
        o = self._t(o)
        return self._op(self.data / o.data, (self, lambda g: g / o.data), (o, lambda g: -g * self.data / o.data**2))

    def __rtruediv__(self, o):
        return self._t(o) / self

    def __pow__(self, n):
        return self._op(self.data**n, (self, lambda g: g * n * self.data ** (n - 1)))

    __radd__ = __add__
    __rmul__ = __mul__

    def relu(self):
        return self._op(max(self.data, 0.0), (self, lambda g: g if self.data > 0 else 0.0))

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        return self._op(s, (self, lambda g: g * s * (1 - s)))

    def backward(self, gradient=None, retain_graph=False):
        if not self.requires_grad:
            raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
        topo, seen = [], set()

        def build(v):
            if id(v) in seen:
                return
            seen.add(id(v))
            for p, _ in v._ctx or ():
                build(p)
            topo.append(v)

        build(self)
        grads = {id(self): 1.0 if gradient is None else gradient}
        for v in reversed(topo):
            g = grads[id(v)]
            if v.is_leaf:
                v.grad = g if v.grad is None else v.grad + g
            else:
                for p, f in v._ctx:
                    grads[id(p)] = grads.get(id(p), 0.0) + f(g)
                if not retain_graph:
                    v._ctx = []
