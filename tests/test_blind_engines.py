"""Engines a teacher wrote without knowing the checks, one mistake each, and what is said of it; two right ones."""

import heapq
import itertools
import math
import operator
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from autograd import check


class MulOverwritesRight:
    """Accumulation: `*` assigns (=) to the right operand's grad."""

    def __init__(self, data, _children=()):
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)
        self._backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, MulOverwritesRight) else MulOverwritesRight(other)
        out = MulOverwritesRight(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, MulOverwritesRight) else MulOverwritesRight(other)
        out = MulOverwritesRight(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad = self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, n):
        out = MulOverwritesRight(self.data**n, (self,))

        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad

        out._backward = _backward
        return out

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return (-self) + other

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)

        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()


class BreadthFirst:
    """Ordering: backward walks breadth first, so a node may run before all its uses have."""

    def __init__(self, data, parents=(), local=()):
        self.data, self.grad = data, 0.0
        self.parents, self.local = parents, local

    @staticmethod
    def lift(x):
        return x if isinstance(x, BreadthFirst) else BreadthFirst(x)

    def __add__(self, other):
        other = self.lift(other)
        return BreadthFirst(self.data + other.data, (self, other), (1.0, 1.0))

    def __sub__(self, other):
        other = self.lift(other)
        return BreadthFirst(self.data - other.data, (self, other), (1.0, -1.0))

    def __mul__(self, other):
        other = self.lift(other)
        return BreadthFirst(self.data * other.data, (self, other), (other.data, self.data))

    def __truediv__(self, other):
        other = self.lift(other)
        q = self.data / other.data
        return BreadthFirst(q, (self, other), (1 / other.data, -q / other.data))

    def __pow__(self, n):
        return BreadthFirst(self.data**n, (self,), (n * self.data ** (n - 1),))

    def __neg__(self):
        return BreadthFirst(-self.data, (self,), (-1.0,))

    def __rsub__(self, other):
        return self.lift(other) - self

    def __rtruediv__(self, other):
        return self.lift(other) / self

    __radd__ = __add__
    __rmul__ = __mul__

    def tanh(self):
        t = math.tanh(self.data)
        return BreadthFirst(t, (self,), (1 - t * t,))

    def backward(self):
        self.grad = 1.0
        queue, seen = deque([self]), {id(self)}
        while queue:
            node = queue.popleft()
            for parent, d in zip(node.parents, node.local, strict=True):
                parent.grad += d * node.grad
                if id(parent) not in seen:
                    seen.add(id(parent))
                    queue.append(parent)


class SubtractionCommutes:
    """Reflected operator: __rsub__ = __sub__, so 3 - x is computed as x - 3."""

    def __init__(self, data, inputs=(), pull=None):
        self.data = data
        self.grad = 0
        self.inputs = inputs
        self.pull = pull  # gradient of the output -> gradients of the inputs

    def _wrap(self, x):
        return x if isinstance(x, SubtractionCommutes) else SubtractionCommutes(x)

    def __add__(self, o):
        o = self._wrap(o)
        return SubtractionCommutes(self.data + o.data, (self, o), lambda g: (g, g))

    def __sub__(self, o):
        o = self._wrap(o)
        return SubtractionCommutes(self.data - o.data, (self, o), lambda g: (g, -g))

    def __mul__(self, o):
        o = self._wrap(o)
        return SubtractionCommutes(self.data * o.data, (self, o), lambda g: (g * o.data, g * self.data))

    def __truediv__(self, o):
        o = self._wrap(o)
        return SubtractionCommutes(self.data / o.data, (self, o), lambda g: (g / o.data, -g * self.data / o.data**2))

    def __pow__(self, n):
        return SubtractionCommutes(self.data**n, (self,), lambda g: (g * n * self.data ** (n - 1),))

    def __neg__(self):
        return SubtractionCommutes(-self.data, (self,), lambda g: (-g,))

    __radd__ = __add__
    __rsub__ = __sub__
    __rmul__ = __mul__

    def __rtruediv__(self, o):
        return self._wrap(o) / self

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


class LateBinding:
    """Closure in a loop: each lambda sees the loop variables' last values (the last operand)."""

    def __init__(self, data):
        self.data = data
        self.grad = 0.0
        self.parents = []
        self.pushes = []

    @classmethod
    def make(cls, data, *edges):
        out = cls(data)
        for parent, slope in edges:
            out.parents.append(parent)
            out.pushes.append(lambda: parent.receive(slope * out.grad))  # noqa: B023
        return out

    def receive(self, g):
        self.grad += g

    @classmethod
    def of(cls, x):
        return x if isinstance(x, cls) else cls(x)

    def __add__(self, other):
        other = self.of(other)
        return self.make(self.data + other.data, (self, 1.0), (other, 1.0))

    def __sub__(self, other):
        other = self.of(other)
        return self.make(self.data - other.data, (self, 1.0), (other, -1.0))

    def __mul__(self, other):
        other = self.of(other)
        return self.make(self.data * other.data, (self, other.data), (other, self.data))

    def __truediv__(self, other):
        other = self.of(other)
        return self.make(self.data / other.data, (self, 1 / other.data), (other, -self.data / other.data**2))

    def __pow__(self, n):
        return self.make(self.data**n, (self, n * self.data ** (n - 1)))

    def __neg__(self):
        return self.make(-self.data, (self, -1.0))

    def __radd__(self, other):
        return self.of(other) + self

    def __rsub__(self, other):
        return self.of(other) - self

    def __rmul__(self, other):
        return self.of(other) * self

    def __rtruediv__(self, other):
        return self.of(other) / self

    def exp(self):
        e = math.exp(self.data)
        return self.make(e, (self, e))

    def backward(self):
        topo, seen = [], set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                for p in v.parents:
                    visit(p)
                topo.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(topo):
            for push in v.pushes:
                push()


class VisitedForever:
    """Caching: the visited mark lives on the node and is never taken off again."""

    def __init__(self, data, children=()):
        self.data = data
        self.grad = 0.0
        self.children = children  # pairs (node, local derivative)
        self.visited = False

    def __add__(self, other):
        other = to_node(other)
        return VisitedForever(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        other = to_node(other)
        return VisitedForever(self.data * other.data, [(self, other.data), (other, self.data)])

    def __pow__(self, k):
        return VisitedForever(self.data**k, [(self, k * self.data ** (k - 1))])

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-to_node(other))

    def __truediv__(self, other):
        return self * to_node(other) ** -1

    def __radd__(self, other):
        return to_node(other) + self

    def __rsub__(self, other):
        return to_node(other) - self

    def __rmul__(self, other):
        return to_node(other) * self

    def __rtruediv__(self, other):
        return to_node(other) / self

    def relu(self):
        return VisitedForever(max(self.data, 0.0), [(self, 1.0 if self.data > 0 else 0.0)])

    def _sort(self, order):
        if not self.visited:
            self.visited = True
            for child, _ in self.children:
                child._sort(order)
            order.append(self)

    def backward(self):
        order = []
        self._sort(order)
        self.grad = 1.0
        for node in reversed(order):
            for child, d in node.children:
                child.grad += d * node.grad


def to_node(x):
    """A number as a node."""
    return x if isinstance(x, VisitedForever) else VisitedForever(x)


class ZeroesOnTheWay:
    """Zeroing: backward resets the operands' grads just before each node's _backward."""

    def __init__(self, data, _children=()):
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)
        self._backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, ZeroesOnTheWay) else ZeroesOnTheWay(other)
        out = ZeroesOnTheWay(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, ZeroesOnTheWay) else ZeroesOnTheWay(other)
        out = ZeroesOnTheWay(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, n):
        out = ZeroesOnTheWay(self.data**n, (self,))

        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad

        out._backward = _backward
        return out

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return (-self) + other

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)

        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            for child in v._prev:
                child.grad = 0.0  # start from clean gradients
            v._backward()


class EqualByData:
    """Typing/identity: __eq__ and __hash__ compare data, so `visited` merges equal-valued nodes."""

    def __init__(self, data, parents=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self._backward = None

    def __eq__(self, other):
        return self.data == (other.data if isinstance(other, EqualByData) else other)

    def __hash__(self):
        return hash(self.data)

    def __add__(self, other):
        other = other if isinstance(other, EqualByData) else EqualByData(other)
        out = EqualByData(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, EqualByData) else EqualByData(other)
        out = EqualByData(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, n):
        out = EqualByData(self.data**n, (self,))

        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad

        out._backward = _backward
        return out

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return (-self) + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for p in v.parents:
                    build(p)
                topo.append(v)

        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            if v._backward:
                v._backward()


class DictOfParents:
    """Aliasing: local derivatives in a dict keyed by operand, so in x * x one of the two is lost."""

    def __init__(self, data, local=None):
        self.data = data
        self.grad = 0.0
        self.local = local or {}

    @staticmethod
    def const(x):
        return x if isinstance(x, DictOfParents) else DictOfParents(x)

    def __add__(self, other):
        other = self.const(other)
        return DictOfParents(self.data + other.data, {self: 1.0, other: 1.0})

    def __sub__(self, other):
        other = self.const(other)
        return DictOfParents(self.data - other.data, {self: 1.0, other: -1.0})

    def __mul__(self, other):
        other = self.const(other)
        return DictOfParents(self.data * other.data, {self: other.data, other: self.data})

    def __truediv__(self, other):
        other = self.const(other)
        return DictOfParents(self.data / other.data, {self: 1 / other.data, other: -self.data / other.data**2})

    def __pow__(self, n):
        return DictOfParents(self.data**n, {self: n * self.data ** (n - 1)})

    def __neg__(self):
        return DictOfParents(-self.data, {self: -1.0})

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return self.const(other) - self

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self.const(other) / self

    def backward(self):
        done, order = set(), []

        def visit(v):
            done.add(v)
            for p in v.local:
                if p not in done:
                    visit(p)
            order.insert(0, v)

        visit(self)
        self.grad = 1.0
        for v in order:
            for p, d in v.local.items():
                p.grad += v.grad * d


class ConstantNumerator:
    """Constant: the derivative of c / x is -1/x**2, the c is forgotten (1 / x is right)."""

    def __init__(self, data, _children=()):
        self.data = data
        self.grad = 0.0
        self._children = _children
        self._backward = lambda: None

    def __add__(self, other):
        if isinstance(other, (int, float)):
            out = ConstantNumerator(self.data + other, (self,))

            def _backward():
                self.grad += out.grad
        else:
            out = ConstantNumerator(self.data + other.data, (self, other))

            def _backward():
                self.grad += out.grad
                other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        if isinstance(other, (int, float)):
            out = ConstantNumerator(self.data * other, (self,))

            def _backward():
                self.grad += other * out.grad
        else:
            out = ConstantNumerator(self.data * other.data, (self, other))

            def _backward():
                self.grad += other.data * out.grad
                other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __truediv__(self, other):
        if isinstance(other, (int, float)):
            return self * (1 / other)
        out = ConstantNumerator(self.data / other.data, (self, other))

        def _backward():
            self.grad += out.grad / other.data
            other.grad -= self.data / other.data**2 * out.grad

        out._backward = _backward
        return out

    def __rtruediv__(self, number):
        out = ConstantNumerator(number / self.data, (self,))

        def _backward():
            self.grad += -1 / self.data**2 * out.grad

        out._backward = _backward
        return out

    def __pow__(self, n):
        out = ConstantNumerator(self.data**n, (self,))

        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad

        out._backward = _backward
        return out

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return (-self) + other

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for c in v._children:
                    build(c)
                topo.append(v)

        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()


class DenominatorIgnoresUpstream:
    """Upstream gradient: `/` forgets out.grad for the denominator."""

    def __init__(self, data, prev=()):
        self.data = data
        self.grad = 0.0
        self.prev = prev

    def _backward(self):
        pass

    def _coerce(self, x):
        return x if isinstance(x, DenominatorIgnoresUpstream) else DenominatorIgnoresUpstream(x)

    def __add__(self, other):
        other = self._coerce(other)
        out = DenominatorIgnoresUpstream(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __sub__(self, other):
        other = self._coerce(other)
        out = DenominatorIgnoresUpstream(self.data - other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad -= out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = self._coerce(other)
        out = DenominatorIgnoresUpstream(self.data * other.data, (self, other))

        def _backward():
            self.grad += out.grad * other.data
            other.grad += out.grad * self.data

        out._backward = _backward
        return out

    def __truediv__(self, other):
        other = self._coerce(other)
        out = DenominatorIgnoresUpstream(self.data / other.data, (self, other))

        def _backward():
            self.grad += out.grad / other.data
            other.grad += -self.data / other.data**2

        out._backward = _backward
        return out

    def __pow__(self, n):
        out = DenominatorIgnoresUpstream(self.data**n, (self,))

        def _backward():
            self.grad += out.grad * n * self.data ** (n - 1)

        out._backward = _backward
        return out

    def __neg__(self):
        return 0 - self

    def __radd__(self, other):
        return self._coerce(other) + self

    def __rsub__(self, other):
        return self._coerce(other) - self

    def __rmul__(self, other):
        return self._coerce(other) * self

    def __rtruediv__(self, other):
        return self._coerce(other) / self

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for p in v.prev:
                    build(p)
                topo.append(v)

        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()


class InPlaceAdd:
    """Mutability: += changes self.data in place and records nothing in the graph."""

    def __init__(self, data, parents=(), local=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.local = local

    @staticmethod
    def wrap(x):
        return x if isinstance(x, InPlaceAdd) else InPlaceAdd(x)

    def __iadd__(self, other):
        self.data += self.wrap(other).data
        return self

    def __add__(self, other):
        other = self.wrap(other)
        return InPlaceAdd(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = self.wrap(other)
        return InPlaceAdd(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n):
        return InPlaceAdd(self.data**n, (self,), (n * self.data ** (n - 1),))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -self.wrap(other)

    def __truediv__(self, other):
        return self * self.wrap(other) ** -1

    def __radd__(self, other):
        return self.wrap(other) + self

    def __rsub__(self, other):
        return self.wrap(other) - self

    def __rmul__(self, other):
        return self.wrap(other) * self

    def __rtruediv__(self, other):
        return self.wrap(other) / self

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for p in v.parents:
                    build(p)
                topo.append(v)

        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            for p, d in zip(v.parents, v.local, strict=True):
                p.grad += d * v.grad


class OnlyInts:
    """Typing: only int constants are wrapped; x + 2.5 asks the float for .data."""

    def __init__(self, data, _prev=()):
        self.data = data
        self.grad = 0.0
        self._prev = _prev
        self._backward = lambda: None

    def __add__(self, other):
        if isinstance(other, int):
            other = OnlyInts(other)
        out = OnlyInts(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        if isinstance(other, int):
            other = OnlyInts(other)
        out = OnlyInts(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, n):
        out = OnlyInts(self.data**n, (self,))

        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad

        out._backward = _backward
        return out

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return (-self) + other

    def __truediv__(self, other):
        if isinstance(other, int):
            other = OnlyInts(other)
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for p in v._prev:
                    build(p)
                topo.append(v)

        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()


class ReluGateOnGrad:
    """Local derivative: relu's gate looks at out.grad > 0 instead of out.data > 0."""

    def __init__(self, data, _prev=()):
        self.data = data
        self.grad = 0.0
        self._prev = _prev
        self._backward = lambda: None

    @classmethod
    def lift(cls, x):
        return x if isinstance(x, cls) else cls(x)

    def __add__(self, other):
        other = self.lift(other)
        out = ReluGateOnGrad(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = self.lift(other)
        out = ReluGateOnGrad(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, n):
        out = ReluGateOnGrad(self.data**n, (self,))

        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad

        out._backward = _backward
        return out

    def relu(self):
        out = ReluGateOnGrad(0.0 if self.data < 0 else self.data, (self,))

        def _backward():
            self.grad += (out.grad > 0) * out.grad

        out._backward = _backward
        return out

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -self.lift(other)

    def __truediv__(self, other):
        return self * self.lift(other) ** -1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return self.lift(other) - self

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self.lift(other) / self

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for p in v._prev:
                    build(p)
                topo.append(v)

        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()


@dataclass(eq=False)
class RightRegistry:
    """Right: a dataclass with a registry of operators, value and partial derivatives side by side."""

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
    def install(cls, name: str, value: Callable, *partials: Callable):
        def apply(*args):
            args = tuple(a if isinstance(a, cls) else cls(a) for a in args)
            numbers = [a.data for a in args]
            return cls(value(*numbers), args, tuple(p(*numbers) for p in partials))

        setattr(cls, name if name in ("exp", "relu", "tanh") else f"__{name}__", apply)
        if len(partials) == 2:
            setattr(cls, f"__r{name}__", lambda self, other: apply(other, self))


RightRegistry.install("add", operator.add, lambda a, b: 1.0, lambda a, b: 1.0)
RightRegistry.install("sub", operator.sub, lambda a, b: 1.0, lambda a, b: -1.0)
RightRegistry.install("mul", operator.mul, lambda a, b: b, lambda a, b: a)
RightRegistry.install("truediv", operator.truediv, lambda a, b: 1 / b, lambda a, b: -a / b**2)
RightRegistry.install("exp", math.exp, math.exp)
RightRegistry.install("relu", lambda a: max(a, 0.0), lambda a: float(a > 0))
RightRegistry.install("tanh", math.tanh, lambda a: 1 - math.tanh(a) ** 2)
RightRegistry.install("neg", operator.neg, lambda a: -1.0)
RightRegistry.install(
    "pow",
    operator.pow,
    lambda a, b: b * a ** (b - 1) if b else 0.0,
    lambda a, b: a**b * math.log(a) if a > 0 else 0.0,
)


class RightHeap:
    """Right: a heap hands out the youngest node first; local gradients wait in a dict."""

    __slots__ = ("data", "edges", "grad", "index")
    _counter = itertools.count()

    def __init__(self, data, *edges):
        self.data, self.grad, self.edges = data, 0.0, edges
        self.index = next(self._counter)

    def __add__(self, o):
        if isinstance(o, RightHeap):
            return RightHeap(self.data + o.data, (self, 1.0), (o, 1.0))
        return RightHeap(self.data + o, (self, 1.0))

    def __mul__(self, o):
        if isinstance(o, RightHeap):
            return RightHeap(self.data * o.data, (self, o.data), (o, self.data))
        return RightHeap(self.data * o, (self, o))

    def __pow__(self, n):
        return RightHeap(self.data**n, (self, n * self.data ** (n - 1) if n else 0.0))

    def __neg__(self):
        return RightHeap(-self.data, (self, -1.0))

    def __sub__(self, o):
        return self + -o

    def __rsub__(self, o):
        return -self + o

    def __truediv__(self, o):
        return self * o**-1 if isinstance(o, RightHeap) else self * (1 / o)

    def __rtruediv__(self, o):
        return self**-1 * o

    __radd__ = __add__
    __rmul__ = __mul__

    def tanh(self):
        t = math.tanh(self.data)
        return RightHeap(t, (self, 1 - t * t))

    def exp(self):
        e = math.exp(self.data)
        return RightHeap(e, (self, e))

    def relu(self):
        return RightHeap(max(0.0, self.data), (self, float(self.data > 0)))

    def backward(self):
        pending = {self.index: 1.0}
        heap = [(-self.index, self)]
        while heap:
            _, node = heapq.heappop(heap)
            g = pending.pop(node.index)
            node.grad = node.grad + g if not node.edges else g
            for parent, d in node.edges:
                if parent.index not in pending:
                    heapq.heappush(heap, (-parent.index, parent))
                    pending[parent.index] = 0.0
                pending[parent.index] += d * g


# The engine, the level it is tried at, and what its first message must say: the place, the probe, the hint.
# Three get no hint: there the place, the probe and the numbers must be enough.
WRONG = [
    (MulOverwritesRight, "all", ["in `mul`", "a * a ", "toward the second operand", "use `+=`, not `=`"]),
    (BreadthFirst, "all", ["in `add`", "t = s + s; s + t", "reversed topological order"]),
    (SubtractionCommutes, "all", ["in `rsub`", "2.5 - a", "value: yours -1.2, expected 1.2", "operands are swapped"]),
    (LateBinding, "all", ["in `add`", "a + b ", "d/da: yours 0, expected 1", "d/db: yours 2, expected 1"]),
    (VisitedForever, "strict", ["repeated `backward()`", "visited nodes outlives the call", "a flag on the node"]),
    (ZeroesOnTheWay, "all", ["in `add`", "s = a + b; t = a + c; s + t", "d/da: yours 1, expected 2"]),
    (EqualByData, "all", ["s = a + b; t = b + a; s + t", "different nodes with equal data", "`__eq__` by data"]),
    (DictOfParents, "all", ["in `add`", "a + a ", "`a * a` one of two: keep them in a tuple"]),
    (ConstantNumerator, "all", ["in `rtruediv`", "2.5 / a", "the factor a is missing"]),
    (DenominatorIgnoresUpstream, "all", ["in `truediv`", "toward the second operand", "upstream gradient is left out"]),
    (InPlaceAdd, "all", ["in `+=`", "a.data was 1.3 and is 4", "must leave its inputs as they are"]),
    (OnlyInts, "all", ["in `add`", "a + 2.5", "AttributeError: 'float'", "a plain number must be made a Value first"]),
    (ReluGateOnGrad, "all", ["in `relu`", "v.relu() ", "d/dv: yours 1, expected 0"]),
]


@pytest.mark.parametrize(("engine", "level", "parts"), WRONG, ids=lambda x: getattr(x, "__name__", ""))
def test_the_first_message_is_about_the_mistake(engine, level, parts):
    """Place, probe and hint fit the mistake that the engine's docstring names."""
    found = check.report(check.check_value, engine, level=level)
    assert not found.ok
    for part in parts:
        assert part in str(found)


@pytest.mark.parametrize("level", ["all", "strict"])
@pytest.mark.parametrize("engine", [RightRegistry, RightHeap])
def test_an_unusual_style_is_right(engine, level):
    """A right engine raises no alarm, however it is built."""
    check.check_value(engine, level=level)
    assert check.report(check.check_value, engine, level=level).ok


def test_a_mark_that_stays_does_no_harm_in_fresh_graphs():
    """One backward() per graph never meets a node twice, so level "all" has nothing to say."""
    assert check.report(check.check_value, VisitedForever, level="all").ok
