"""The expressions that `check_value` tries on an engine, as Python text, layer by layer.

A probe is text such as `s = a * b; s * s`: it is shown as it stands, evaluated with a learner's Values, and evaluated
with ours, whose graph is what is expected and what mistakes are tried out on. Layers of probes build on each other, so
that a wrong `*` is never reported as a wrong `+`.
"""

from collections.abc import Sequence
from math import isfinite
from random import Random
from typing import NamedTuple

from autograd.check.evaluating import methods_in
from autograd.operation import Operation
from autograd.operations import OPERATIONS


class Layer(NamedTuple):
    """Probes of one thing that an engine does.

    - where: its name in messages
    - texts: the probes
    - row: the table's row whose rule is on trial here, if it is one; the layers before have tried all others
    - method: what the class must have for them
    - beside: whether it is the row beside a plain number only: between Values it has been tried
    - optional: whether an engine may lack or refuse it
    - hint: the cause, where a layer can fail for one only
    - more: probes that tell one mistake from another, and use what has not been tried yet
    - own: what is on trial, if it is no row but a function of the engine's own
    """

    where: str
    texts: tuple[str, ...]
    row: str = ""
    method: str = ""
    beside: bool = False
    optional: bool = False
    hint: str = ""
    more: tuple[str, ...] = ()
    own: Operation | None = None

    @property
    def operation(self) -> Operation | None:
        return self.own or OPERATIONS.get(self.row)

    @property
    def in_place(self) -> bool:
        return self.where[-2:] == "=`"

    @property
    def is_function(self) -> bool:
        return bool(self.own) or self.method in FUNCTIONS


def _operator(method: str, row: str, *texts: str, optional: bool = False, more: tuple[str, ...] = ()) -> Layer:
    return Layer(f"`{method}`", texts, row, f"__{method}__", optional=optional, more=more)


# Each sweep of the first layer goes wrong in its own way for every usual mistake in order and accumulation.
ADD = _operator(
    "add",
    "add",
    *("a + b", "a + a", "a + k", "z + b", "(a + b) + c", "a + (b + c)"),
    *("s = a + b; t = a + c; s + t", "s = a + b; t = a + b; s + t", "s = a + a; t = s + s; t + t"),
    *("s = a + a; t = s + s; s + t", "s = a + a; t = s + s; t + s", "s = a + b; t = s + c; u = t + d; (s + s) + u"),
    *("s = a + b; t = s + c; u = t + d; u + (s + s)", "s = a + b; t = s + s; u = t + s; (t + u) + (u + s)"),
    # under a `*` upstream gradients are not whole numbers; a second call passes on what the first one left behind
    more=("(a + a) * b", "c * (a + b)", "(a + b) * a", "y = (a + b) + c; y.backward(); y.backward()"),
)
TWO_GRAPHS = Layer("`backward`", ("y = a + b; y.backward(); z = c + d; z.backward()",), "add")
MUL = _operator(
    "mul",
    "multiply",
    *("a * b", "a * k", "z * b", "a * b + c", "a * b + a * c", "a * a", "a * b * c", "a * b * z", "(a + b) * (c + d)"),
    *("c * (a * b)", "s = a * b; s * s + s", "s = a + a; (s * (s + a)) * s"),
    "s = a * b; t = s * c; u = t * s; u * t + s",
    more=("a * b + a", "a * b + b"),
)


def _beside_number(method: str, row: str, form: str, *more: str, optional: bool = False) -> Layer:
    """The probes of an operator beside a plain number: `form` with an input, and with a computed one, for x."""
    simple = form.replace("x", "a")
    computed = form.replace("x", "(a * b)")
    texts = (simple, *more, f"({computed}) * c", f"({computed}) * d", f"({simple}) * e + a")
    return Layer(f"`{method}`", texts, row, f"__{method}__", beside=True, optional=optional)


OPERATORS = (
    _beside_number("add", "add", "x + 2.5", "a + 3"),
    _beside_number("radd", "add", "2.5 + x", "0 + a"),
    _beside_number("mul", "multiply", "x * 2.5", "a * 3"),
    _beside_number("rmul", "multiply", "2.5 * x", "3 * a"),
    _operator("neg", "negative", "-a", "-(a * b) * c", "-(a * b) * d", "-a * a", "(-a) * b + a"),
    _operator(
        "sub", "subtract", "a - b", "(a * b - c) * d", "e * (a - b * c)", "(a - b) * d + a", "(a - b) * d + b", "a - a"
    ),
    _beside_number("sub", "subtract", "x - 2.5", "a - 3"),
    _beside_number("rsub", "subtract", "2.5 - x", "3 - a"),
    _beside_number(
        "pow", "fixed_power", "x ** 3", *(f"a ** {n}" for n in (2, -1, 0.5, 1, 0)), "c ** 2", "c ** 3", "z ** 2"
    ),
    _operator("truediv", "divide", "a / b", "(a * b) / (c + d) * e", "a / b * d + a", "c / b * d + b", "a / a"),
    _beside_number("truediv", "divide", "x / 2.5", "a / 4"),
    _beside_number("rtruediv", "divide", "2.5 / x", "3 / a"),
    Layer(
        "`**` of two Values",
        ("a ** b", "(a * b) ** (c * d) * c", "(a * b) ** (c * d) * e", "a ** b * d + a", "a ** b * d + b"),
        "power",
        optional=True,
    ),
    _beside_number("rpow", "power", "2.5 ** x", optional=True),
    _operator("abs", "abs", "abs(a)", "abs(c)", "abs(a * c) * d", "abs(c) * b + c", optional=True),
    *(Layer(f"`{o}=`", (f"s = a; s {o}= b; s", f"s = a * b; s {o}= c; s * a")) for o in "+-*/"),
)
METHODS = {name for layer in (ADD, MUL, *OPERATORS) for text in layer.texts for name in methods_in(text)}
DEEP = Layer(
    "a deeper graph",
    (
        "s = a * b; t = s + c; u = t * s - d / t; v = (u + t) ** 2 / s; v * u - 2.5 * a",
        "s = a\nfor i in range(30): s = s * c + b\ns",
        "s = a\nfor i in range(6): s = s + s\ns",
    ),
)
# Functions by the names of their rows. gelu, elu and leaky_relu have more than one definition, so they are not here.
FUNCTIONS = (
    *("exp", "tanh", "relu", "sigmoid", "log", "sqrt", "square", "abs", "softplus", "silu", "erf"),
    *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "arcsinh", "arccosh", "arctanh"),
    *("expm1", "log1p", "log2", "log10"),
)
ACTIVATIONS = {"relu", "tanh", "sigmoid"}
REPEATED = Layer(
    "repeated `backward()`",
    (
        "y = a * b; y.backward(); y.backward()",
        "s = a * b; y = s * c; y.backward(); y.backward()",
        "s = a * a; t = s * s; t.backward(); t.backward()",
        "s = a * b; t = s * c; y = t * s; y.backward(); y.backward(); y.backward()",
        "s = a * b; y = s * c; z = s * d; y.backward(); z.backward()",
        "s = a * a; t = s * b; y = t * c; z = t + s; y.backward(); z.backward(); y.backward()",
    ),
)
CHAIN = Layer(
    "a chain of 3,000",
    ("s = a\nfor i in range(3000): s = s + b\ns",),
    hint="recursion goes one call deeper for each node: sort with a list as a stack of your own",
)
DOUBLINGS = Layer(
    "forty doublings",
    ("s = a\nfor i in range(40): s = s + s\ns",),
    hint="right but slow: every path is walked along, and there are 2**40; visit each node once, in reversed "
    "topological order",
)
PRODUCTS = ("a * b", "a * a", "a * b * c", "s = a * b; t = s * c; u = t * s; u * t")  # a sweep without a `+`
TEN_DOUBLINGS = "s = a\nfor i in range(10): s = s + s\ns"


def function_layer(name: str, own: Operation | None = None) -> Layer:
    """The probes of a method of one input: inside a chain, used twice, at two inputs, with upstream gradients ≠ 1."""
    f = f"{name}()"
    texts = (f"u.{f}", f"v.{f}", f"u.{f} * c", f"(h * w).{f} * e", f"(h * x).{f} * c", f"u.{f} * d + u")
    return Layer(f"`{name}`", texts, "" if own else name, name, own=own)


def large_layer(name: str) -> Layer:
    """The probes of a function at large inputs at which it is finite, and so is its derivative."""
    at = {x: OPERATIONS[name].at(sign * 800.0) for x, sign in (("p", 1), ("n", -1))}
    texts = tuple(f"{x}.{name}()" for x, (y, ds) in at.items() if isfinite(y) and isfinite(ds[0]))
    hint = "write it so that nothing overflows: let `exp` see numbers below zero only, as in `exp(-abs(x))`"
    return Layer(f"`{name}` of large numbers", texts, name, name, hint=hint)


def layers_at(level: str, functions: Sequence[Layer]) -> list[Layer]:
    """What is tried at a level, in order."""
    layers = [ADD, TWO_GRAPHS] if level == "add" else [ADD, TWO_GRAPHS, MUL]
    if level not in ("add", "mul"):
        layers += [*OPERATORS, *functions, DEEP]
    return [*layers, REPEATED, CHAIN, DOUBLINGS] if level == "strict" else layers


def numbers_for(layer: Layer, seed: int | None, turn: int = 0) -> dict[str, float]:
    """The numbers that stand for the names in a layer's probes: short, unequal and none of 0, 1, 2.

    So different mistakes give different results. No seed gives the same numbers always. On purpose z is 0, k what a is,
    p and n are large. In odd turns they have seven decimals, which shows what rounds its inputs.
    """
    random = Random(seed or 0)
    while True:
        numbers = STANDARD if seed is None else {n: round(random.uniform(*ends), 1) for n, ends in RANGES.items()}
        if layer.operation and layer.is_function:
            numbers = numbers | _inside([x for (x,) in layer.operation.points], random)
        if turn % 2:
            numbers = {n: round(x * 1.0037264, 7) for n, x in numbers.items()}
        if len({1.0, 2.0, *map(abs, numbers.values())}) == len(numbers) + 2:
            return numbers | {"z": 0.0, "k": numbers["a"], "p": 800.0, "n": -800.0}


STANDARD = {"a": 1.3, "b": 2.7, "c": -0.7, "d": 3.4, "e": 17.6}
RANGES = {"a": (1.1, 1.8), "b": (2.2, 2.9), "c": (-0.9, -0.3), "d": (3.1, 3.9), "e": (16.1, 18.9)}


def _inside(points: list[float], random: Random) -> dict[str, float]:
    """Inputs inside the domain that a row's points span: u and v, one of them below zero if it can be, w / 2 near the
    end next to zero, x / 2 far out. So what is cut off or bends elsewhere shows, too.
    """
    least, most = min(points), max(points)
    low, high = max(least, -1.4), min(most, 1.4 if least < 1.0 else 1.9)
    low = low if low < 0 else max(low, 0.2)
    start = max(low, 0.0)
    u = round(high - random.uniform(0.1, 0.4) * (high - start), 2)
    v = round(low + random.uniform(0.1, 0.4) * (-low if low < 0 < high else high - low), 2)
    near = start + random.uniform(0.1, 0.2) * (high - start)
    far = random.uniform(0.85, 0.95) * (max(least, -2.6) if low < 0 else min(most, 3.5))
    return {"u": u, "v": v, "h": 0.5, "w": round(2 * near, 2), "x": round(2 * far, 2)}
