"""A dataclass with a registry of operators, value and partial derivatives side by side."""

import math
import operator
from dataclasses import dataclass, field

@dataclass(eq=False)
class Value:
    data: float
    args: tuple = ()
    partials: tuple = ()
    grad: float = field(default=0.0, init=False)

    def backward(self):
        for node in (order := self.sorted()):
            if node.args:
                node.grad = 0.0
        self.grad = 1.0
        for node in order:
            for arg, partial in zip(node.args, node.partials, strict=True):
                arg.grad += partial * node.grad

    def sorted(self):
        """Every node before the nodes it was made from, without recursion."""
        uses, stack, seen = {}, [self], {id(self)}
        while stack:
            for arg in stack.pop().args:
                uses[id(arg)] = uses.get(id(arg), 0) + 1
                if id(arg) not in seen:
                    seen.add(id(arg))
                    stack.append(arg)
        order, ready = [], [self]
        while ready:
            order.append(ready.pop())
            for arg in order[-1].args:
                uses[id(arg)] -= 1
                if uses[id(arg)] == 0:
                    ready.append(arg)
        return order

    @classmethod
    def install(cls, name, value, *partials):
        def apply(*args):
            args = tuple(a if isinstance(a, cls) else cls(a) for a in args)
            numbers = [a.data for a in args]
            return cls(value(*numbers), args, tuple(p(*numbers) for p in partials))

        setattr(cls, name if name in ("exp", "relu", "tanh") else f"__{name}__", apply)
        if len(partials) == 2:
            setattr(cls, f"__r{name}__", lambda self, other: apply(other, self))

Value.install("add", operator.add, lambda a, b: 1.0, lambda a, b: 1.0)
Value.install("sub", operator.sub, lambda a, b: 1.0, lambda a, b: -1.0)
Value.install("mul", operator.mul, lambda a, b: b, lambda a, b: a)
Value.install("truediv", operator.truediv, lambda a, b: 1 / b, lambda a, b: -a / b**2)
Value.install("exp", math.exp, math.exp)
Value.install("relu", lambda a: max(a, 0.0), lambda a: float(a > 0))
Value.install("tanh", math.tanh, lambda a: 1 - math.tanh(a) ** 2)
Value.install("neg", operator.neg, lambda a: -1.0)
Value.install("pow", operator.pow, lambda a, b: b * a ** (b - 1) if b else 0.0,
              lambda a, b: a**b * math.log(a) if a > 0 else 0.0)
