"""Other words: value, gradient, backprop; a node keeps functions from its gradient to its parents' (as HIPS autograd)."""

from math import exp, tanh


class Node:
    def __init__(self, value, *vjps):
        self.value, self.gradient, self.vjps = value, 0.0, vjps

    def backprop(self):
        todo, order, done = [self], [], set()
        while todo:
            node = todo.pop()
            if node in done:
                order.append(node) if node not in order else None
                continue
            done.add(node)
            todo.append(node)
            todo += [parent for parent, _ in node.vjps if parent not in done]
        self.gradient = 1.0
        for node in reversed(order):
            for parent, vjp in node.vjps:
                parent.gradient += vjp(node.gradient)

    def __add__(self, other):
        other = node(other)
        return Node(self.value + other.value, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        other = node(other)
        a, b = self.value, other.value
        return Node(a * b, (self, lambda g: g * b), (other, lambda g: g * a))

    def __pow__(self, k):
        x = self.value
        return Node(x**k, (self, lambda g: g * k * x ** (k - 1)))

    def __neg__(self):
        return Node(-self.value, (self, lambda g: -g))

    def __sub__(self, other):
        return self + -node(other)

    def __truediv__(self, other):
        return self * node(other) ** -1

    def __rsub__(self, other):
        return node(other) - self

    def __rtruediv__(self, other):
        return node(other) / self

    def exp(self):
        y = exp(self.value)
        return Node(y, (self, lambda g: g * y))

    def tanh(self):
        y = tanh(self.value)
        return Node(y, (self, lambda g: g * (1 - y**2)))

    __radd__ = __add__
    __rmul__ = __mul__


def node(x):
    return x if isinstance(x, Node) else Node(x)
