"""A zoo of engines as learners write them: five that are right, and those that differ from one of them by a mistake.

An engine is source text. A wrong one is a right one with lines replaced, and what the first message must say of it.
"""

# ruff: noqa: E501 (what learners write and what is said of it stands on one line)
import itertools
import linecache
from typing import NamedTuple

CLOSURES = """
import math

class Value:
    def __init__(self, data, _children=()):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = set(_children)

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))
        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def __pow__(self, other):
        assert isinstance(other, (int, float)), "only numbers for now"
        out = Value(self.data ** other, (self,))
        def _backward():
            self.grad += other * self.data ** (other - 1) * out.grad
        out._backward = _backward
        return out

    def relu(self):
        out = Value(self.data if self.data > 0 else 0.0, (self,))
        def _backward():
            self.grad += (out.data > 0) * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        out = Value(math.tanh(self.data), (self,))
        def _backward():
            self.grad += (1 - out.data ** 2) * out.grad
        out._backward = _backward
        return out

    def exp(self):
        out = Value(math.exp(self.data), (self,))
        def _backward():
            self.grad += out.data * out.grad
        out._backward = _backward
        return out

    def log(self):
        out = Value(math.log(self.data), (self,))
        def _backward():
            self.grad += out.grad / self.data
        out._backward = _backward
        return out

    def sigmoid(self):
        out = Value(1 / (1 + math.exp(-self.data)), (self,))
        def _backward():
            self.grad += out.data * (1 - out.data) * out.grad
        out._backward = _backward
        return out

    def backward(self):
        topo = []
        visited = set()
        def build_topo(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build_topo(child)
                topo.append(v)
        build_topo(self)
        self.grad = 1
        for v in reversed(topo):
            v._backward()

    def __neg__(self): return self * -1
    def __radd__(self, other): return self + other
    def __sub__(self, other): return self + (-other)
    def __rsub__(self, other): return other + (-self)
    def __rmul__(self, other): return self * other
    def __truediv__(self, other): return self * other ** -1
    def __rtruediv__(self, other): return other * self ** -1
"""

STORED = """
import math

def wrap(x):
    return x if isinstance(x, Value) else Value(x)

class Value:
    def __init__(self, data, parents=(), locals_=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.locals = locals_

    def __add__(self, other):
        other = wrap(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __sub__(self, other):
        other = wrap(other)
        return Value(self.data - other.data, (self, other), (1.0, -1.0))

    def __mul__(self, other):
        other = wrap(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __truediv__(self, other):
        other = wrap(other)
        return Value(self.data / other.data, (self, other), (1 / other.data, -self.data / other.data ** 2))

    def __pow__(self, n):
        if isinstance(n, Value):
            y = self.data ** n.data
            return Value(y, (self, n), (n.data * self.data ** (n.data - 1), y * math.log(self.data)))
        return Value(self.data ** n, (self,), (n * self.data ** (n - 1),))

    def __rpow__(self, base):
        return wrap(base) ** self

    def __neg__(self):
        return Value(-self.data, (self,), (-1.0,))

    def __radd__(self, other):
        return wrap(other) + self

    def __rsub__(self, other):
        return wrap(other) - self

    def __rmul__(self, other):
        return wrap(other) * self

    def __rtruediv__(self, other):
        return wrap(other) / self

    def __abs__(self):
        return Value(abs(self.data), (self,), (1.0 if self.data > 0 else -1.0,))

    def relu(self):
        return Value(max(self.data, 0.0), (self,), (1.0 if self.data > 0 else 0.0,))

    def sqrt(self):
        y = math.sqrt(self.data)
        return Value(y, (self,), (0.5 / y,))

    def sin(self):
        return Value(math.sin(self.data), (self,), (math.cos(self.data),))

    def cos(self):
        return Value(math.cos(self.data), (self,), (-math.sin(self.data),))

    def order(self):
        nodes, seen, stack = [], set(), [(self, False)]
        while stack:
            v, done = stack.pop()
            if done:
                nodes.append(v)
            elif v not in seen:
                seen.add(v)
                stack.append((v, True))
                for p in v.parents:
                    stack.append((p, False))
        return nodes

    def backward(self):
        nodes = self.order()
        for v in nodes:
            if v.parents:
                v.grad = 0.0
        self.grad = 1.0
        for v in reversed(nodes):
            for p, d in zip(v.parents, v.locals):
                p.grad += d * v.grad
"""

CLASSES = """
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
"""

TAPE = '''
import math
import numpy as np

class Value:
    """Nodes are numbered as they are made: the tape of a node is what came before it."""

    __slots__ = ("data", "grad", "number", "edges")
    made = 0

    def __init__(self, data, edges=()):
        self.data = np.float64(data)
        self.grad = 0.0
        self.edges = edges
        Value.made += 1
        self.number = Value.made

    def __add__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        return Value(self.data + o.data, ((self, 1.0), (o, 1.0)))

    def __mul__(self, o):
        o = o if isinstance(o, Value) else Value(o)
        return Value(self.data * o.data, ((self, o.data), (o, self.data)))

    def __pow__(self, n):
        return Value(self.data ** n, ((self, n * self.data ** (n - 1)),))

    def __neg__(self): return Value(-self.data, ((self, -1.0),))
    def __sub__(self, o): return self + -o
    def __rsub__(self, o): return -self + o
    def __truediv__(self, o): return self * o ** -1 if isinstance(o, Value) else self * (1 / o)
    def __rtruediv__(self, o): return self ** -1 * o
    __radd__ = __add__
    __rmul__ = __mul__

    def tanh(self):
        y = math.tanh(self.data)
        return Value(y, ((self, 1 - y * y),))

    def backward(self):
        tape, todo = {self.number: self}, [self]
        while todo:
            for v, d in todo.pop().edges:
                if v.number not in tape:
                    tape[v.number] = v
                    todo.append(v)
        for v in tape.values():
            if v.edges:
                v.grad = 0.0
        self.grad = 1.0
        for number in sorted(tape, reverse=True):
            out = tape[number]
            for v, d in out.edges:
                v.grad += d * out.grad
'''

RECURSION = '''
class Value:
    """Each path from the output is walked along; gradients are Values."""

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
'''

RIGHT = {"closures": CLOSURES, "stored": STORED, "classes": CLASSES, "tape": TAPE, "recursion": RECURSION}
STRICTLY_RIGHT = ("stored", "classes", "tape")


class Wrong(NamedTuple):
    """A right engine with lines replaced, and what is said of it first: where, and parts of the message."""

    name: str
    base: str
    edits: tuple[tuple[str, str], ...]
    where: str
    says: tuple[str, ...]
    level: str = "all"

    @property
    def source(self) -> str:
        source = RIGHT[self.base]
        for old, new in self.edits:
            assert old in source, f"{self.name}: no {old!r}"
            source = source.replace(old, new, 1)
        return source


_count = itertools.count()


def engine(source: str):
    """The class that source text makes, its lines known to tracebacks, as a notebook's are."""
    filename = f"<engine {next(_count)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    scope = {"__name__": "engine"}
    exec(compile(source, filename, "exec"), scope)
    return scope["Value"]


def wrong(name, where, *says, edits, base="closures", level="all"):
    return Wrong(name, base, tuple(edits), where, says, level)


ADD_UP = "a value used twice must add up both contributions: use `+=`, not `=`"
UPSTREAM = "the upstream gradient is left out"
NOTHING = "nothing arrives"
ORDER = "a node passed its gradient on before all its uses had added to it"
SHALLOW = "the gradient stops at the output's own parents: one of: `reversed` is missing"
TWICE = "a node used twice is swept over twice: keep a set of the visited nodes"

MUL_LINES = """            self.grad += other.data * out.grad
            other.grad += self.data * out.grad"""
ADD_LINES = """            self.grad += out.grad
            other.grad += out.grad"""
SWEEP = """        topo = []
        visited = set()
        def build_topo(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build_topo(child)
                topo.append(v)
        build_topo(self)
        self.grad = 1
        for v in reversed(topo):
            v._backward()"""
STORED_SWEEP = """        nodes = self.order()
        for v in nodes:
            if v.parents:
                v.grad = 0.0
        self.grad = 1.0
        for v in reversed(nodes):
            for p, d in zip(v.parents, v.locals):
                p.grad += d * v.grad"""
CONSTRUCTOR = """class Value:
    def __init__(self, data, _children=()):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = set(_children)
"""
WRAP = "        other = other if isinstance(other, Value) else Value(other)\n"
POW_RULE = "self.grad += other * self.data ** (other - 1) * out.grad"
TANH_RULE = "self.grad += (1 - out.data ** 2) * out.grad"

WRONG = [
    # ---- accumulation
    wrong(
        "= in both of add",
        "`add`",
        "a + a   at a = 1.3",
        "d/da: yours 1, expected 2",
        "hint: " + ADD_UP,
        edits=[(ADD_LINES, ADD_LINES.replace("+=", "="))],
    ),
    wrong(
        "= on one side of add",
        "`add`",
        "a + a   at",
        "yours 1, expected 2",
        ADD_UP,
        edits=[("            other.grad += out.grad", "            other.grad = out.grad")],
    ),
    wrong(
        "= in mul", "`mul`", "a * b + a * c", "expected 2\n", ADD_UP, edits=[(MUL_LINES, MUL_LINES.replace("+=", "="))]
    ),
    wrong(
        "= on one side of mul",
        "`mul`",
        "toward the second operand, " + ADD_UP,
        edits=[("other.grad += self.data * out.grad", "other.grad = self.data * out.grad")],
    ),
    wrong("= in tanh", "`tanh`", "u.tanh() * d + u", ADD_UP, edits=[(TANH_RULE, TANH_RULE.replace("+=", "="))]),
    wrong("= in pow", "`pow`", "(a ** 3) * e + a", ADD_UP, edits=[(POW_RULE, POW_RULE.replace("+=", "="))]),
    # ---- the upstream gradient
    wrong("no upstream in add", "`add`", UPSTREAM, edits=[(ADD_LINES, ADD_LINES.replace("out.grad", "1.0"))]),
    wrong(
        "no upstream in mul",
        "`mul`",
        "(a + b) * (c + d)|a * b * c",
        UPSTREAM,
        edits=[(MUL_LINES, MUL_LINES.replace(" * out.grad", ""))],
    ),
    wrong(
        "no upstream in tanh",
        "`tanh`",
        "u.tanh() * c",
        UPSTREAM,
        edits=[(TANH_RULE, "self.grad += (1 - out.data ** 2)")],
    ),
    wrong(
        "upstream added in mul",
        "`mul`",
        "the upstream gradient is added to the local derivative: multiply them",
        edits=[(MUL_LINES, MUL_LINES.replace(" * out.grad", " + out.grad"))],
    ),
    wrong(
        "= and no upstream in mul",
        "`mul`",
        "the upstream gradient is left out, and `=` overwrites",
        edits=[(MUL_LINES, MUL_LINES.replace("+=", "=").replace(" * out.grad", ""))],
    ),
    wrong(
        "out.data for out.grad",
        "`mul`",
        "`out.data` stands where `out.grad` belongs",
        edits=[(MUL_LINES, MUL_LINES.replace("out.grad", "out.data"))],
    ),
    wrong(
        "self.grad for out.grad",
        "`mul`",
        "d/da: yours 0, expected 2.7",
        NOTHING,
        "`self.grad` stands where `out.grad` belongs",
        edits=[
            (
                MUL_LINES,
                "            self.grad += other.data * self.grad\n            other.grad += self.data * other.grad",
            )
        ],
    ),
    # ---- local derivatives
    wrong(
        "mul's operands swapped",
        "`mul`",
        "a * b   at a = 1.3, b = 2.7",
        "d/da: yours 1.3, expected 2.7",
        "the operands are swapped",
        edits=[
            (
                MUL_LINES,
                MUL_LINES.replace("other.data", "x").replace("self.data", "other.data").replace("x *", "self.data *"),
            )
        ],
    ),
    wrong("mul passes on as add does", "`mul`", "the local derivative is left out", edits=[(MUL_LINES, ADD_LINES)]),
    wrong("pow without n", "`pow`", "the factor n is missing", edits=[(POW_RULE, POW_RULE.replace("other * ", "", 1))]),
    wrong(
        "n * x**n",
        "`pow`",
        "the exponent must go down by one",
        edits=[(POW_RULE, POW_RULE.replace("(other - 1)", "other"))],
    ),
    wrong(
        "n * x**n-1",
        "`pow`",
        "parentheses are missing: `n * x**n - 1` is (n * x**n) - 1",
        edits=[(POW_RULE, "self.grad += (other * self.data ** other - 1) * out.grad")],
    ),
    wrong(
        "n * y / x",
        "`pow`",
        "z ** 2   at z = 0",
        "ZeroDivisionError",
        "in line 33 of _backward: `self.grad += other * out.data / self.data",
        edits=[(POW_RULE, "self.grad += other * out.data / self.data * out.grad")],
    ),
    wrong(
        "1 - y",
        "`tanh`",
        "the square is missing: the derivative is 1 - y**2",
        edits=[(TANH_RULE, "self.grad += (1 - out.data) * out.grad")],
    ),
    wrong(
        "1 - x**2",
        "`tanh`",
        "the derivative is taken at the input: it belongs at the output",
        edits=[(TANH_RULE, TANH_RULE.replace("out.data", "self.data"))],
    ),
    wrong(
        "exp's derivative at the input",
        "`exp`",
        "the input stands where the derivative belongs|the derivative is taken at the input",
        edits=[("self.grad += out.data * out.grad\n", "self.grad += self.data * out.grad\n")],
    ),
    wrong(
        "exp by the power rule",
        "`exp`",
        "the power rule is for x**n",
        edits=[("self.grad += out.data * out.grad\n", "self.grad += self.data * math.exp(self.data - 1) * out.grad\n")],
    ),
    wrong(
        "log's derivative at the output",
        "`log`",
        "the derivative is taken at the output: it belongs at the input",
        edits=[("out.grad / self.data", "out.grad / out.data")],
    ),
    wrong(
        "log's derivative upside down",
        "`log`",
        "upside down|the input stands",
        edits=[("out.grad / self.data", "out.grad * self.data")],
    ),
    wrong(
        "sigmoid by tanh's rule",
        "`sigmoid`",
        "that is tanh's rule",
        edits=[("out.data * (1 - out.data) * out.grad", "(1 - out.data ** 2) * out.grad")],
    ),
    wrong(
        "relu passes everything",
        "`relu`",
        "v.relu()",
        "expected 0",
        "the gradient passes below zero too: one of: the gate",
        edits=[("(out.data > 0) * out.grad", "out.grad")],
    ),
    wrong(
        "relu gated by the gradient",
        "`relu`",
        "let through by its own sign",
        edits=[("(out.data > 0) * out.grad", "(self.data > 0) * (out.grad > 0) * out.grad")],
    ),
    wrong(
        "relu passes its value",
        "`relu`",
        "the derivative is 1 above zero",
        edits=[("(out.data > 0) * out.grad", "out.data * out.grad")],
    ),
    wrong(
        "relu upside down", "`relu`", "the gate is the wrong way round", edits=[("(out.data > 0)", "(self.data < 0)")]
    ),
    wrong("cos with sin's sign", "`cos`", "the sign is wrong", base="stored", edits=[("-math.sin(", "math.sin(")]),
    wrong(
        "sqrt without a half",
        "`sqrt`",
        "twice what it should be",
        "1/2 missing",
        base="stored",
        edits=[("0.5 / y", "1 / y")],
    ),
    wrong(
        "-a/b",
        "`truediv`",
        "toward b the derivative is -a / b**2: the square is missing",
        base="stored",
        edits=[("-self.data / other.data ** 2", "-self.data / other.data")],
    ),
    wrong(
        "sub adds backwards",
        "`sub`",
        "d/db: yours 1, expected -1",
        "toward the second operand, the sign is wrong",
        base="stored",
        edits=[("(1.0, -1.0)", "(1.0, 1.0)")],
    ),
    wrong(
        "neg forgets its sign",
        "`neg`",
        "-a   at",
        "d/da: yours 1, expected -1",
        "the sign is wrong",
        base="stored",
        edits=[("(-1.0,))", "(1.0,))")],
    ),
    wrong(
        "no gradient to a Value exponent",
        "`**` of two Values",
        "d/db: yours 0",
        "toward the second operand, nothing arrives",
        base="stored",
        edits=[("y * math.log(self.data)))", "0.0))")],
    ),
    # ---- detached results, lost parents
    wrong(
        "neg detached",
        "`neg`",
        "d/da: yours 0, expected -1",
        NOTHING,
        edits=[("def __neg__(self): return self * -1", "def __neg__(self): return Value(-self.data)")],
    ),
    wrong(
        "1/o.data",
        "`truediv`",
        "a / b",
        "d/db: yours 0",
        "toward the second operand, nothing arrives",
        edits=[("return self * other ** -1", "return self * (1 / other.data)")],
    ),
    wrong(
        "rsub detached",
        "`rsub`",
        "2.5 - a",
        "d/da: yours 0, expected -1",
        NOTHING,
        edits=[("return other + (-self)", "return Value(other - self.data)")],
    ),
    wrong(
        "parents lost beside a number",
        "`add`",
        "a + 2.5",
        "d/da: yours 0, expected 1",
        NOTHING,
        edits=[(WRAP, "        if not isinstance(other, Value):\n            return Value(self.data + other)\n")],
    ),
    wrong(
        "second operand no parent",
        "`add`",
        "a + (b + c)",
        "what the second operand was computed from is not reached",
        edits=[("self.data + other.data, (self, other)", "self.data + other.data, (self,)")],
    ),
    wrong(
        "float returned",
        "`rmul`",
        "2.5 * a",
        "a plain float, not a Value",
        "wrap the number into a Value",
        edits=[
            ("def __rmul__(self, other): return self * other", "def __rmul__(self, other): return self.data * other")
        ],
    ),
    wrong(
        "nothing returned",
        "`mul`",
        "the result is None, not a Value",
        "`return`",
        edits=[
            (
                MUL_LINES + "\n        out._backward = _backward\n        return out",
                MUL_LINES + "\n        out._backward = _backward",
            )
        ],
    ),
    wrong(
        "a Value wrapped again",
        "`radd`",
        ".data is a Value, not a number",
        "a Value was wrapped into a Value again",
        edits=[
            ("def __radd__(self, other): return self + other", "def __radd__(self, other): return Value(self + other)")
        ],
    ),
    wrong(
        "no __rmul__",
        "`rmul`",
        "Value has no `__rmul__`: `2.5 * a` fails",
        edits=[("    def __rmul__(self, other): return self * other\n", "")],
    ),
    wrong(
        "no wrapping of numbers",
        "`add`",
        "a + 2.5",
        "AttributeError: 'float' object has no attribute 'data'",
        "a plain number must be made a Value first",
        edits=[(WRAP, "")],
    ),
    wrong(
        "a tuple without its comma",
        "`neg`",
        "is not iterable",
        "is a comma missing? A tuple of one is `(self,)`",
        edits=[("Value(-self.data, (self,), (-1.0,))", "Value(-self.data, (self), (-1.0))")],
        base="stored",
    ),
    # ---- values
    wrong(
        "mul adds",
        "`mul`",
        "a * b",
        "value: yours 4, expected 3.51",
        "that is a + b",
        edits=[("Value(self.data * other.data", "Value(self.data + other.data")],
    ),
    wrong(
        "rsub = sub",
        "`rsub`",
        "2.5 - a",
        "value: yours -1.2, expected 1.2",
        "the operands are swapped|the sign is wrong",
        edits=[("return other + (-self)", "return self - other")],
    ),
    wrong(
        "rtruediv = truediv",
        "`rtruediv`",
        "value:",
        "the operands are swapped",
        edits=[("return other * self ** -1", "return self / other")],
    ),
    wrong("cosh for tanh", "`tanh`", "value:", "that is cosh(x)", edits=[("math.tanh(", "math.cosh(")]),
    wrong(
        "int data",
        "`Value`",
        "Value(1.3)\n",
        "its .data: yours 1, expected 1.3",
        "cut or rounded",
        edits=[("self.data = data", "self.data = int(data)")],
    ),
    wrong(
        "rounded results",
        "`add`|`mul`",
        "value:",
        "rounded to 1 decimals",
        edits=[("self.data * other.data, (", "round(self.data * other.data, 1), (")],
    ),
    wrong(
        "rounded gradients",
        "`mul`",
        "the gradients are rounded to 1 decimals",
        edits=[
            (
                MUL_LINES,
                MUL_LINES.replace("other.data * out.grad", "round(other.data * out.grad, 1)").replace(
                    "self.data * out.grad", "round(self.data * out.grad, 1)"
                ),
            )
        ],
    ),
    wrong(
        "a forward difference",
        "`tanh`",
        "nearly right: one of: a difference quotient",
        edits=[(TANH_RULE, "self.grad += (math.tanh(self.data + 1e-5) - math.tanh(self.data)) / 1e-5 * out.grad")],
    ),
    wrong(
        "+= changes data",
        "`+=`",
        "s = a; s += b; s",
        "a.data was 1.3 and is 4",
        "must leave its inputs as they are",
        edits=[
            (
                "    def __neg__",
                "    def __iadd__(self, other):\n        self.data += other.data\n        return self\n    def __neg__",
            )
        ],
    ),
    wrong(
        "a sum that changes its operand",
        "`add`",
        "a.data was 1.3 and is 4 after computing it",
        edits=[
            (
                "        out = Value(self.data + other.data",
                "        self.data += other.data\n        out = Value(self.data",
            )
        ],
    ),
    # ---- the sweep
    wrong(
        "seed not set",
        "`add`",
        "d/da: yours 0, expected 1",
        "nothing starts: one of: `backward()` does not begin by setting the output's own gradient to 1",
        edits=[("        self.grad = 1\n", "")],
    ),
    wrong(
        "seed is data",
        "`add`",
        "yours 4, expected 1",
        "`backward()` starts from the output's data",
        edits=[("        self.grad = 1\n", "        self.grad = self.data\n")],
    ),
    wrong("no reversed", "`add`", "(a + b) + c", SHALLOW, edits=[("reversed(topo)", "topo")]),
    wrong(
        "only the output's parents",
        "`add`",
        SHALLOW,
        edits=[(SWEEP, "        self.grad = 1\n        self._backward()")],
    ),
    wrong(
        "breadth first",
        "`add`",
        ORDER,
        edits=[
            (
                SWEEP,
                """        self.grad = 1
        queue, visited = [self], {self}
        while queue:
            v = queue.pop(0)
            v._backward()
            for child in v._prev:
                if child not in visited:
                    visited.add(child)
                    queue.append(child)""",
            )
        ],
    ),
    wrong(
        "preorder",
        "`add`",
        ORDER,
        edits=[
            ("                visited.add(v)\n", "                visited.add(v)\n                topo.append(v)\n"),
            ("                topo.append(v)\n        build", "        build"),
            ("reversed(topo)", "topo"),
        ],
    ),
    wrong(
        "sorted by minimum depth",
        "`add`",
        ORDER,
        base="stored",
        edits=[
            (
                "        nodes = self.order()\n",
                """        depth = {self: 0}
        queue = [self]
        for v in queue:
            for p in v.parents:
                if p not in depth:
                    depth[p] = depth[v] + 1
                    queue.append(p)
        nodes = sorted(depth, key=depth.get, reverse=True)
""",
            )
        ],
    ),
    wrong("no visited set", "`add`", TWICE, edits=[("            if v not in visited:\n", "            if True:\n")]),
    wrong(
        "recursion with all there is",
        "`add`",
        "a node passes on all it has each time it is reached",
        base="stored",
        edits=[
            (
                STORED_SWEEP,
                """        self.grad = 1.0
        self.push()

    def push(self):
        for p, d in zip(self.parents, self.locals):
            p.grad += d * self.grad
            p.push()""",
            )
        ],
    ),
    wrong(
        "p.backward() for each parent",
        "`add`",
        "hint: `backward()` is called on the parents too",
        edits=[
            (
                SWEEP,
                "        self.grad = 1\n        self._backward()\n        for child in self._prev:\n            child.backward()",
            )
        ],
    ),
    wrong(
        "set of parents with a list of locals",
        "`add`",
        "a + a",
        "parents in a set",
        base="stored",
        edits=[("self.parents = parents", "self.parents = set(parents)")],
    ),
    wrong(
        "equality by data",
        "`add`",
        "s = a + b; t = b + a; s + t",
        "different nodes with equal data are taken for one",
        base="closures",
        edits=[
            (
                "    def __add__",
                "    def __eq__(self, other): return self.data == other.data\n    __hash__ = None\n    def __add__",
            ),
            ("visited = set()", "visited = []"),
            ("visited.add(v)", "visited.append(v)"),
            ("self._prev = set(_children)", "self._prev = _children"),
        ],
    ),
    wrong(
        "a dataclass",
        "`add`",
        "TypeError: unhashable type: 'Value'",
        "`@dataclass(eq=False)`",
        edits=[
            (
                CONSTRUCTOR,
                """from dataclasses import dataclass

@dataclass
class Value:
    data: float
    _prev: tuple = ()
    grad: float = 0.0
    _backward: object = lambda: None
""",
            )
        ],
    ),
    wrong(
        "out._backward = _backward()",
        "`add`",
        "TypeError: 'NoneType' object is not callable",
        "without parentheses",
        edits=[("out._backward = _backward\n", "out._backward = _backward()\n")],
    ),
    wrong(
        "topo=[] outlives the call",
        "`backward`",
        "y = a + b; y.backward(); z = c + d; z.backward()",
        "d/da: yours 2, expected 1",
        "an earlier graph is swept over again",
        edits=[("def backward(self):\n        topo = []\n", "def backward(self, topo=[]):\n")],
    ),
    wrong(
        "a tape never cleared",
        "`backward`",
        "an earlier graph is swept over again",
        base="tape",
        edits=[
            (
                "        tape, todo = {self.number: self}, [self]\n",
                "        todo = [self]\n        tape[self.number] = self\n",
            ),
            ("class Value:", "tape = {}\n\nclass Value:"),
            ("            if v.edges:\n                v.grad = 0.0\n", "            pass\n"),
        ],
    ),
    wrong(
        "children=[] shared by all",
        "`add`",
        "RecursionError",
        "`children=[]`",
        base="closures",
        edits=[
            ("_children=()):", "_children=[]):"),
            ("self._prev = set(_children)", "self._prev = _children"),
            (
                "out = Value(self.data + other.data, (self, other))",
                "out = Value(self.data + other.data)\n        out._prev += [self, other]",
            ),
            ("if v not in visited:", "if True:"),
        ],
    ),
    wrong(
        "weak references to parents",
        "`add`",
        "AttributeError: 'NoneType' object has no attribute",
        "a weak reference",
        base="stored",
        edits=[
            ("import math\n", "import math, weakref\n"),
            ("self.parents = parents", "self.refs = [weakref.ref(p) for p in parents]"),
            (
                "    def order(self):",
                "    @property\n    def parents(self):\n        return [r() for r in self.refs]\n\n    def order(self):",
            ),
        ],
    ),
    wrong(
        "weak references, guarded",
        "`add`",
        "not by weak references",
        base="stored",
        edits=[
            ("import math\n", "import math, weakref\n"),
            ("self.parents = parents", "self.refs = [weakref.ref(p) for p in parents]"),
            (
                "    def order(self):",
                "    @property\n    def parents(self):\n        return [r() for r in self.refs if r() is not None]\n\n    def order(self):",
            ),
        ],
    ),
    wrong(
        "gradients start at one",
        "`Value`",
        "its .grad is 1 before any `backward()`",
        "they start at 0",
        edits=[("self.grad = 0.0", "self.grad = 1.0")],
    ),
    wrong(
        "an endless loop",
        "`add`",
        "still running after",
        "of backward: `",
        base="closures",
        edits=[
            (
                SWEEP,
                "        stack = [self]\n        while stack:\n            v = stack[-1]\n            v._backward()",
            )
        ],
    ),
    wrong(
        "not done yet",
        "`mul`",
        "not done yet: NotImplementedError",
        edits=[
            (
                "        out = Value(self.data * other.data",
                "        raise NotImplementedError\n        out = Value(self.data * other.data",
            )
        ],
    ),
    # ---- what only shows in the strict level
    wrong(
        "micrograd's stale gradients",
        "repeated `backward()`",
        "s = a * b; y = s * c; y.backward(); y.backward()",
        "interior nodes still hold the gradients of the call before",
        edits=[],
        level="strict",
    ),
    wrong(
        "seed added",
        "repeated `backward()`",
        "it is set, `self.grad = 1`, not `+=`",
        edits=[("        self.grad = 1\n", "        self.grad += 1\n")],
        level="strict",
    ),
    wrong(
        "seed added, interior cleared",
        "repeated `backward()`",
        "it is set, `self.grad = 1`, not `+=`",
        base="stored",
        edits=[("if v.parents:", "if v.parents and v is not self:"), ("self.grad = 1.0", "self.grad += 1.0")],
        level="strict",
    ),
    wrong(
        "leaves erased too",
        "repeated `backward()`",
        "leaves lose the gradients of the call before",
        base="stored",
        edits=[("            if v.parents:\n                v.grad = 0.0", "            v.grad = 0.0")],
        level="strict",
    ),
    wrong(
        "visited=set() outlives the call",
        "repeated `backward()`",
        "takes part in the first `backward()` only",
        edits=[("def backward(self):", "def backward(self, visited=set()):"), ("        visited = set()\n", "")],
        level="strict",
    ),
    wrong(
        "recursion in the sort",
        "a chain of 3,000",
        "RecursionError",
        "sort with a list as a stack of your own",
        edits=[
            (
                "        self.grad = 1\n",
                "        for v in topo:\n            if v._prev:\n                v.grad = 0.0\n        self.grad = 1\n",
            )
        ],
        level="strict",
    ),
    wrong(
        "a walk along every path",
        "a chain of 3,000",
        "one call deeper for each node",
        base="recursion",
        edits=[],
        level="strict",
    ),
    wrong(
        "cycles",
        "a graph that is dropped",
        "only the cycle collector can free",
        base="stored",
        edits=[("        self.locals = locals_\n", "        self.locals = locals_\n        self.me = self\n")],
        level="strict",
    ),
]
