"""NumPy scalars, and a dictionary of operations: name → (value, derivatives)."""

import numpy as np

OPS = {
    "add": (lambda a, b: a + b, lambda a, b, y: (1.0, 1.0)),
    "sub": (lambda a, b: a - b, lambda a, b, y: (1.0, -1.0)),
    "mul": (lambda a, b: a * b, lambda a, b, y: (b, a)),
    "div": (lambda a, b: a / b, lambda a, b, y: (1 / b, -y / b)),
    "pow": (np.power, lambda a, b, y: (b * np.power(a, b - 1), y * np.log(a) if a > 0 else 0.0)),
    "neg": (np.negative, lambda a, y: (-1.0,)),
    "exp": (np.exp, lambda a, y: (y,)),
    "tanh": (np.tanh, lambda a, y: (1 - y**2,)),
    "relu": (lambda a: np.maximum(a, 0.0), lambda a, y: (np.float64(a > 0),)),
    "arctan": (np.arctan, lambda a, y: (1 / (1 + a**2),)),
}


class Value:
    def __init__(self, data, op=None, args=()):
        self.data, self.grad, self.op, self.args = np.float64(data), np.float64(0), op, args

    def backward(self):
        topo = []

        def build(v, seen=set()):
            if v is self:
                seen.clear()
            if v not in seen:
                seen.add(v)
                for a in v.args:
                    build(a)
                topo.append(v)

        build(self)
        self.grad = np.float64(1)
        for v in topo[::-1]:
            if v.op:
                rule = OPS[v.op][1]
                for a, d in zip(v.args, rule(*(a.data for a in v.args), v.data)):
                    a.grad = a.grad + d * v.grad


def apply(op, *args):
    args = tuple(a if isinstance(a, Value) else Value(a) for a in args)
    return Value(OPS[op][0](*(a.data for a in args)), op, args)


def define(method, op, reflected=False):
    def f(*args):
        return apply(op, *(args[::-1] if reflected else args))

    setattr(Value, method, f)


for name in ("add", "sub", "mul", "pow"):
    define(f"__{name}__", name)
    define(f"__r{name}__", name, reflected=True)
define("__truediv__", "div")
define("__rtruediv__", "div", reflected=True)
define("__neg__", "neg")
for name in ("exp", "tanh", "relu", "arctan"):
    define(name, name)
