"""Engines of strangers: twenty-seven in as many styles, which are right, and forty-three that are wrong in one place.

`tests/engines/styles` has the right ones. A wrong one is made of a right one by replacing a line, and stands with what
a check has to name first.
"""

import sys
from functools import cache
from types import ModuleType
from typing import NamedTuple

from autograd.check import check_value
from tests.shared import ROOT

FOLDER = ROOT / "tests" / "engines" / "styles"

# Each style, and what makes its Values.
RIGHT = {
    "a_float": "Value",
    "arrays_of_one": "Tensor",
    "closures": "Value",
    "coroutines": "Value",
    "counting": "Value",
    "dataclasses_": "Scalar",
    "float32": "Value",
    "forward_mode": "Value",
    "fractions_": "Value",
    "functional": "Value",
    "generators": "Value",
    "gradients_are_values": "Value",
    "graph_is_freed": "Value",
    "heap": "V",
    "inheritance": "Variable",
    "lazy": "Value",
    "linear_system": "Value",
    "metaclass": "Value",
    "microgpt": "Value",
    "numpy_scalars": "Value",
    "operation_classes": "Tensor",
    "other_names": "Node",
    "recursion": "Value",
    "requires_grad": "parameter",
    "tape": "Var",
    "weak_keys": "Value",
    "wengert_list": "Ref",
}
NAMES = {"other_names": {"data": "value", "grad": "gradient", "backward": "backprop"}}  # what a check is told of them

# style | what a check must name first | a place → what stands there instead, with \n for a new line
TABLE = r"""
closures             | add                   | self.grad += out.grad → self.grad = out.grad
closures             | mul                   | other.grad += self.data * out.grad → other.grad = self.data * out.grad
operation_classes    | add                   | grad if parent.grad is None else parent.grad + grad → grad if parent.grad is None else grad
arrays_of_one        | add                   | self.grad = np.zeros_like(self.data)\n        self → self.grad = g\n            return\n        self
forward_mode         | add                   | slopes.get(leaf, 0.0) + slope → slope
lazy                 | mul                   | else {a: 2.0 * a.data} → else {a: a.data}
heap                 | add                   | heapq.heappush(heap, (-u.number, u)) → heapq.heappush(heap, (u.number, u))
other_names          | add                   | for node in reversed(order): → for node in order:
microgpt             | add                   | self.grad = 1\n → self.grad = 0\n
counting             | add                   | if uses[parent] == 0: → if True:
counting             | add                   | for parent, _ in todo.pop().links: → for parent in {p for p, _ in todo.pop().links}:
dataclasses_         | add                   | @dataclass(eq=False) → @dataclass
generators           | add                   | if id(self) not in seen:\n            seen.add(id(self)) → if self.data not in seen:\n            seen.add(self.data)
tape                 | backward              | while TAPE:\n            out, inputs, derivatives = TAPE.pop() → for out, inputs, derivatives in TAPE[::-1]:
numpy_scalars        | add                   | a if isinstance(a, Value) else Value(a) for a in args) → Value(getattr(a, 'data', a)) for a in args)
requires_grad        | add                   | needs = any( → needs = all(
recursion            | mul                   | [(self, other.data), (other, self.data)] → [(self, other.data)]
dataclasses_         | mul                   | (self, other.data), (other, self.data) → (self, self.data), (other, other.data)
float32              | pow                   | n * self.data ** f32(n - 1) → n * self.data ** f32(n)
generators           | truediv               | yield -g * self.data / other.data / other.data → yield -g * self.data / other.data
functional           | sub                   | (1.0, -1.0), self, o) → (1.0, 1.0), self, o)
wengert_list         | abs                   | math.copysign(1.0, self.data) → 1.0
gradients_are_values | tanh                  | (g * (1 - out * out),) → (g * (1 - self * self),)
inheritance          | silu                  | self.s + self.data * (1 - self.s) → self.s + self.s * (1 - self.s)
heap                 | rsub                  | return to_v(w) + (-self) → return self + (-to_v(w))
counting             | exp                   | math.exp(self.data), ( → round(math.exp(self.data), 4), (
numpy_scalars        | exp                   | define(name, name) → setattr(Value, name, lambda self: apply(name, self))
lazy                 | +=                    | __radd__, __rmul__ → def __iadd__(self, o):\n        self._data = self.data + o.data\n        return self\n\n    __radd__, __rmul__
operation_classes    | rsub                  | def __rsub__ → def rsub
closures             | mul                   | out = Value(self.data * other.data → if self.data == 0 or other.data == 0:\n            return Value(0.0)\n        out = Value(self.data * other.data
closures             | mul                   | def __mul__(self, other):\n → def __mul__(self, other):\n        if self.data == getattr(other, "data", other):\n            return self**2\n
recursion            | mul                   | self, gradient=1.0):\n → self, gradient=None):\n        gradient = gradient or 1.0\n
closures             | pow                   | out = Value(self.data**n → out = Value(abs(self.data)**n
recursion            | sub                   | if isinstance(other, Value):\n            return Value(self.data - → if not isinstance(other, float):\n            return Value(self.data -
closures             | truediv               | return self * other**-1 → return Value(self.data // other) if isinstance(other, int) else self * other**-1
graph_is_freed       | truediv               | return self._op(self.data / o.data, (self, lambda g: g / o.data), (o, lambda g: -g * self.data / o.data**2)) → return self * (1 / o.data)
metaclass            | rsub                  | f(other.data, self.data) → f(self.data, other.data)
coroutines           | mul                   | b.grad += a.data * g → g = yield\n    b.grad += a.data * g
fractions_           | tanh                  | t = Fraction(math.tanh(self.data)) → t = Fraction(math.tanh(self.data)).limit_denominator(1000)
linear_system        | add                   | np.linalg.solve(L.T, e) → np.linalg.solve(L, e)
weak_keys            | add                   | d * gradients[u] → d
microgpt             | repeated `backward()` | v.grad = 0\n → pass\n
counting             | repeated `backward()` | if node.links:\n                node.grad → node.grad
"""  # noqa: E501


class Wrong(NamedTuple):
    style: str
    where: str
    right: str
    wrong: str

    @property
    def level(self):
        return "strict" if self.where.startswith("repeated") else "all"

    @classmethod
    def read(cls, line):
        style, where, change = map(str.strip, line.split(" | "))
        right, wrong = change.replace(r"\n", "\n").split(" → ")
        return cls(style, where if "`" in where else f"`{where}`", right, wrong)

    def __str__(self):
        return f"{self.style}-{self.where.strip('`')}"


WRONG = [Wrong.read(line) for line in TABLE.strip().splitlines()]


@cache
def report(style, right="", wrong="", level="all", seed=None):
    """What a check finds of a style, with one place of it replaced."""
    file = FOLDER / f"{style}.py"
    text = file.read_text()
    assert not right or text.count(right) == 1, (style, right)
    module = sys.modules[style] = ModuleType(style)  # where dataclasses look
    try:
        exec(compile(text.replace(right, wrong) if right else text, file, "exec"), module.__dict__)
        return check_value.report(vars(module)[RIGHT[style]], level, seed, **NAMES.get(style, {}))
    finally:
        del sys.modules[style]


def verdicts():
    """All that is told of them."""
    reports = {style: report(style, seed=None) for style in RIGHT}
    reports |= {w: report(w.style, w.right, w.wrong, w.level, None) for w in WRONG}
    return "\n".join(f"{name}: {found} {found.findings}" for name, found in reports.items())
