"""The one table of operations: each row holds an operation's name, its value and its local derivatives, once.

The rules are ordinary arithmetic, so what they are fed with decides what they give: floats give the numbers that a
Value records, Values give graphs that can be differentiated again, arrays give a whole batch at a time, formulas give
the text of the derivative.

Glossary, for the whole project: a node's *parents* are its inputs. A *local derivative* is ∂node/∂parent. A *gradient*
is ∂output/∂node. In a rule `y` is the output, `a, b` or `x` are the inputs; in a sweep `g` is the gradient coming in.

To add an operation, add a row: its function, its method, its tests and its pictures follow. A rule never asks `if`, it
asks `where` and the comparisons below, so that a derivative decides again when it is replayed or differentiated. The
convention at a kink stands beside its row and is PyTorch's.
"""

import math
import operator
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from importlib import import_module
from inspect import Parameter, signature
from itertools import accumulate
from types import FunctionType
from typing import Any

import numpy as np

from autograd import floats
from autograd.floats import FLOAT_ERRORS, is_number, to_float

Rule = Callable[..., Any]
Point = tuple[float, ...]


class Operation:
    r"""A differentiable function of numbers: its value and its local derivatives, readable by every kind of number.

    name         what it is called: `tanh`
    value        (*inputs) → y, on floats, and on arrays too unless `on_arrays` is given
    derivatives  (y, *inputs) → (∂y/∂input, …), a tuple with one entry for each input
    on_arrays    the value on NumPy arrays, where `value` is a function of `math`
    symbol       how it is written in an expression and a picture: `+`; the name if not given
    latex        how LaTeX writes it: a command such as `\sigma`, or a template such as `\sqrt{#1}`
    written      how a formula writes it out with other operations: (*inputs) → expression, or True for the value's own;
                 if not given, by its symbol or as `name(inputs)`
    doc          what it computes, in a few words or symbols
    arity        how many inputs it takes, read from the signature of `derivatives`; None for any number
    points       inputs where tests compare the derivatives with central differences
    edges        inputs at kinks and at the ends of the domain, where tests compare with recorded figures

    Called on floats it returns a float, on arrays an array, on a Value (with or without numbers beside it) a new node.
    A default of the last input is read from `value`'s signature.

    >>> cube = Operation("cube", lambda x: x * x * x, lambda y, x: (3 * x * x,))
    >>> cube(2.0)
    8.0
    >>> cube(np.array([1.0, 3.0]))
    array([ 1., 27.])
    """

    __slots__ = (
        "arity",
        "defaults",
        "derivatives",
        "derivatives_of_floats",
        "doc",
        "edges",
        "latex",
        "name",
        "on_arrays",
        "points",
        "symbol",
        "value",
        "value_of_floats",
        "written",
    )

    def __init__(
        self,
        name: str,
        value: Rule,
        derivatives: Rule,
        *,
        on_arrays: Rule | None = None,
        symbol: str = "",
        latex: str = "",
        written: Rule | bool = False,
        doc: str = "",
        points: Iterable[float | Point] = (),
        edges: Iterable[float | Point] = (),
    ) -> None:
        if not (isinstance(name, str) and name.isidentifier()):
            raise ValueError(f"an operation's name is an identifier such as 'cube', not {name!r}")
        if not (callable(value) and callable(derivatives)):
            raise TypeError(f"operation {name!r} needs two functions: value(*inputs) and derivatives(y, *inputs)")
        self.name = name
        self.value = value
        self.derivatives = derivatives
        self.on_arrays = on_arrays or value
        self.value_of_floats = value
        self.derivatives_of_floats = derivatives
        self.symbol = symbol or name
        self.latex = latex
        self.written: Rule | None = value if written is True else written or None
        self.doc = doc
        self.points = tuple(p if isinstance(p, tuple) else (p,) for p in points)
        self.edges = tuple(p if isinstance(p, tuple) else (p,) for p in edges)
        parameters = list(signature(derivatives).parameters.values())[1:]
        is_nary = any(p.kind is Parameter.VAR_POSITIONAL for p in parameters)
        self.arity: int | None = None if is_nary else len(parameters)
        self.defaults: tuple[float, ...] = getattr(value, "__defaults__", None) or ()

    def __call__(self, *inputs: Any) -> Any:
        for x in inputs:
            if type(x) is not float:
                return self._dispatch(inputs)
        try:
            return self.value_of_floats(*inputs)
        except FLOAT_ERRORS:
            return self.float_value(*inputs)
        except TypeError:  # a wrong number of inputs, perhaps
            return self._dispatch(inputs)

    def _dispatch(self, inputs: tuple[Any, ...]) -> Any:
        """Choose the reading by the inputs' types. A type with a method `apply_operation` brings its own reading."""
        if self.arity is not None and len(inputs) != self.arity:
            missing = self.arity - len(inputs)
            if not 0 < missing <= len(self.defaults):
                inputs_word = "input" if self.arity == 1 else "inputs"
                raise TypeError(f"{self.name} takes {self.arity} {inputs_word}, got {len(inputs)}")
            inputs += self.defaults[-missing:]
        kinds = set(map(type, inputs))
        reader = next((kind for kind in kinds if hasattr(kind, "apply_operation")), None)
        if any(issubclass(kind, np.ndarray) for kind in kinds):
            if reader or any(isinstance(x, np.ndarray) and x.dtype.hasobject for x in inputs):
                return np.frompyfunc(self, len(inputs), 1)(*inputs)
            return self.array_value(*[_float_array(self.name, x) for x in inputs])
        if reader:
            return reader.apply_operation(self, inputs)
        for x in inputs:
            if not is_number(x):
                raise TypeError(f"{self.name} takes numbers, Values and arrays, not {x!r} of type {type(x).__name__}")
        y = self.float_value(*map(to_float, inputs))
        return np.float64(y) if np.float64 in kinds else y

    def float_value(self, *inputs: float) -> float:
        """The value on floats, as IEEE 754 and NumPy have it: never an exception for overflow or a pole."""
        try:
            return self.value_of_floats(*inputs)  # type: ignore[no-any-return]
        except FLOAT_ERRORS:
            return float(self.array_value(*map(np.float64, inputs)))

    def array_value(self, *inputs: Any) -> Any:
        """The value on arrays, elementwise with broadcasting, without NumPy's warnings at poles and overflow."""
        with np.errstate(all="ignore"):
            return self.on_arrays(*inputs)

    def float_reading(self, *inputs: float) -> tuple[float, tuple[float, ...]]:
        """The value and the local derivatives on floats, as IEEE 754 and NumPy have them."""
        y = self.float_value(*inputs)
        try:
            derivatives = self.derivatives_of_floats(y, *inputs)
        except FLOAT_ERRORS:
            with np.errstate(all="ignore"):
                derivatives = self.derivatives(np.float64(y), *map(np.float64, inputs))
        self.check_derivatives(derivatives, len(inputs))
        return to_float(y), tuple(map(to_float, derivatives))

    def check_derivatives(self, derivatives: Any, count: int) -> None:
        """Raise TypeError where the rule of a user's operation gave anything but a tuple with an entry for each input."""
        if type(derivatives) is not tuple or len(derivatives) != count:
            raise TypeError(
                f"the derivatives of {self.name} must be a tuple with one entry for each of its {count} inputs, "
                f"got {derivatives!r}"
            )

    def array_reading(self, *inputs: Any) -> tuple[Any, tuple[Any, ...]]:
        """The value and the local derivatives on arrays."""
        with np.errstate(all="ignore"):
            y = self.on_arrays(*inputs)
            return y, self.derivatives(y, *inputs)

    def __repr__(self) -> str:
        return f"<operation {self.name}: {self.doc}>" if self.doc else f"<operation {self.name}>"

    def __reduce__(self) -> tuple[Callable[[str, str], "Operation"], tuple[str, str]]:
        """Pickle by name: a row by its name in the table, a user's operation by its name in the module of its rule."""
        module = str(self.derivatives.__module__)
        try:
            found = _operation_named(module, self.name)
        except (ImportError, AttributeError):
            found = None
        if found is not self:
            raise TypeError(
                f"operation {self.name!r} is pickled by its name: bind it as `{self.name}` at the top level of {module}"
            )
        return _operation_named, (module, self.name)

    def __copy__(self) -> "Operation":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Operation":
        return self


def _float_array(name: str, x: Any) -> Any:
    """An array of whole numbers or truth values as floats; TypeError for one that holds anything but real numbers."""
    kind = np.asarray(x).dtype.kind
    if kind not in "biuf":
        raise TypeError(f"{name} takes arrays of real numbers, not of {np.asarray(x).dtype}")
    return x if kind == "f" else np.asarray(x, dtype=float)


def _operation_named(module: str, name: str) -> Operation:
    if module == __name__:
        return constant if name == "constant" else OPERATIONS[name]
    return getattr(import_module(module), name)  # type: ignore[no-any-return]


OPERATIONS: dict[str, Operation] = {}
_FLOAT_NAMES: dict[str, Any] = {}  # what the names in a rule mean on floats; filled below the table


def _row(name: str, value: Rule | tuple[Rule, Rule], derivatives: Rule, doc: str, **fields: Any) -> Operation:
    """Add an operation to the table. A pair of values is (on floats, on arrays)."""
    on_floats, on_arrays = value if isinstance(value, tuple) else (value, value)
    operation = Operation(name, on_floats, derivatives, on_arrays=on_arrays, doc=doc, **fields)
    operation.value_of_floats = _on_floats(on_floats)
    operation.derivatives_of_floats = _on_floats(derivatives)
    OPERATIONS[name] = operation
    return operation


def _on_floats(rule: Rule) -> Rule:
    """The same rule where the rows' names mean their functions of floats, which need not ask what they are fed with.

    It halves the time of a node of sigmoid, relu, softplus and their like.
    """
    if not isinstance(rule, FunctionType):
        return rule
    return FunctionType(rule.__code__, _FLOAT_NAMES, rule.__name__, rule.__defaults__)


def _total(xs: Iterable[Any]) -> Any:
    """The sum in order; on floats it is `floats.total`."""
    return reduce(operator.add, xs, 0.0)


def _dot(*ab: Any) -> Any:
    """a₁b₁ + … + aₙbₙ, given as (a₁, …, aₙ, b₁, …, bₙ)."""
    return _total(map(operator.mul, ab, ab[len(ab) // 2 :]))  # map ends with the shorter one


def _products_of_others(*xs: Any) -> Iterator[Any]:
    """For each x the product of all others, by prefixes and suffixes: right where a factor is zero, unlike y / x."""
    before = accumulate(xs[:-1], operator.mul, initial=1.0)
    after = [*accumulate(xs[:0:-1], operator.mul, initial=1.0)]
    return map(operator.mul, before, reversed(after))


def _logsumexp(*xs: Any) -> Any:
    """log(eˣ¹ + … + eˣⁿ), the largest x taken out first so that nothing overflows; ±inf go through."""
    largest = reduce(maximum, xs)
    shift = where(equal(abs(largest), math.inf), 0.0, largest)
    return shift + log(_total(exp(x - shift) for x in xs))


# The operation of a leaf that stands for a plain number in an expression. It computes nothing, so it is no row.
constant = Operation("constant", lambda: 0.0, lambda y: ())

# Sample points, shared by the rows below.
REALS = (-2.5, -1.0, -0.7, 0.0, 0.3, 1.0, 1.7, 4.0)
NONZERO = (-2.5, -1.0, -0.7, 0.3, 1.0, 1.7, 4.0)
POSITIVE = (0.01, 0.3, 1.0, 1.7, 4.0, 90.0)
INSIDE_ONE = (-0.99, -0.7, 0.0, 0.3, 0.99)
PAIRS = ((2.0, -3.0), (-1.5, 0.5), (0.0, 4.0), (3.0, 0.0), (0.0, 0.0), (-2.0, -2.0), (1.3, 1.3), (-0.7, -5.0))
UNEQUAL = ((2.0, -3.0), (-1.5, 0.5), (0.0, 4.0), (3.0, 0.0), (-0.7, -5.0), (0.0, -1.0))
QUOTIENTS = ((2.0, -3.0), (-1.5, 0.5), (0.0, 4.0), (-2.0, -2.0), (0.0, -1.0))
SLOPES = tuple((x, slope) for x in (-2.5, -0.7, 0.3, 4.0) for slope in (0.01, 0.5, 1.0, -0.5))
TIES = ((0.0, 0.0), (-2.0, -2.0), (1.3, 1.3))
LISTS = ((1.5,), (-2.0, 0.5), (0.0, 3.0, -1.0), (2.0, 2.0, -0.5, 0.0), (0.0, 0.0), (-1.0, -1.0, -3.0))
TWO_LISTS = ((2.0, -3.0), (1.0, 0.0, -2.0, 3.0), (0.0, 0.0, 1.5, 1.5), (0.5, -1.0, 2.0, 2.0, -1.0, 0.5))

# fmt: off
# ---- comparisons: derivative 0, at a tie too
less       = _row("less",       (floats.less, lambda a, b: np.less(a, b) * 1.0),             lambda y, a, b: (0.0, 0.0), "1 where a < b, else 0", symbol="<",  points=UNEQUAL, edges=TIES)
less_equal = _row("less_equal", (floats.less_equal, lambda a, b: np.less_equal(a, b) * 1.0), lambda y, a, b: (0.0, 0.0), "1 where a ≤ b, else 0", symbol="<=", points=UNEQUAL, edges=TIES)
equal      = _row("equal",      (floats.equal, lambda a, b: np.equal(a, b) * 1.0),           lambda y, a, b: (0.0, 0.0), "1 where a = b, else 0", symbol="==", points=UNEQUAL, edges=TIES)
where      = _row("where",      (floats.where, np.where), lambda y, condition, a, b: (0.0, where(condition, 1.0, 0.0), where(condition, 0.0, 1.0)),
                  "a where the condition is not zero, else b; nothing flows to the condition",
                  points=((1.0, 2.0, -3.0), (-2.0, 0.5, 0.5), (1.0, 0.0, 1.0), (1.0, -2.0, 3.0)), edges=((0.0, 2.0, -3.0), (0.0, 0.0, 0.0)))

# ---- arithmetic
add      = _row("add",      operator.add,     lambda y, a, b: (1.0, 1.0),      "a + b", symbol="+", points=PAIRS)
subtract = _row("subtract", operator.sub,     lambda y, a, b: (1.0, -1.0),     "a − b", symbol="-", points=PAIRS)
multiply = _row("multiply", operator.mul,     lambda y, a, b: (b, a),          "a · b", symbol="*", points=PAIRS)
divide   = _row("divide",   operator.truediv, lambda y, a, b: (1 / b, -y / b), "a / b", symbol="/", points=QUOTIENTS, edges=((3.0, 0.0), (0.0, 0.0), (-1.0, 0.0)))
negative = _row("negative", operator.neg,     lambda y, x: (-1.0,),            "−x",    symbol="-", points=REALS)
positive = _row("positive", operator.pos,     lambda y, x: (1.0,),             "x under a new name", symbol="+", points=REALS)
power    = _row("power",    (math.pow, np.power),
                lambda y, a, b: (b * power(a, where(equal(a, 0.0) * equal(b, 0.0), 0.0, b - 1)), y * log(where(equal(a, 0.0) * less_equal(0.0, b), 1.0, a))),
                "a to the power b; a⁰ has derivative 0 everywhere, and 0ᵇ toward b ≥ 0", symbol="**",
                points=((2.0, -3.0), (0.5, 0.5), (1.5, 0.0), (3.0, 2.0), (1.0, -1.0), (1.3, 1.3)),
                edges=((0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (0.0, 0.5), (0.0, -1.0), (-2.0, 2.0), (-2.0, 3.0), (-2.0, 0.5), (-3.0, 0.0)))
fixed_power = _row("fixed_power", (math.pow, np.power),
                lambda y, x, n: (n * fixed_power(x, where(equal(n, 0.0), 0.0, n - 1)), 0.0),
                "x to the power n of a plain number: nothing flows to n, so log(x) is not asked for and x may be negative", symbol="**",
                points=((2.0, -3.0), (-1.5, 2.0), (-2.0, 3.0), (0.0, 2.0), (0.0, 1.0), (0.5, 0.5), (3.0, 0.0), (-3.0, 0.0), (-2.0, -1.0)),
                edges=((0.0, 0.0), (0.0, 0.5), (0.0, -1.0), (-2.0, 0.5), (-8.0, 1 / 3), (2.0, 2.0)))
square = _row("square", lambda x: x * x,        lambda y, x: (2 * x,),   "x²", written=True, points=REALS)
sqrt   = _row("sqrt",   (math.sqrt, np.sqrt),   lambda y, x: (0.5 / y,), "square root; its derivative at 0 is inf", latex=r"\sqrt{#1}", points=POSITIVE, edges=(0.0, -1.0))

# ---- kinks
abs_    = _row("abs",     operator.abs,               lambda y, x: (sign(x),), "|x|; derivative 0 at 0", latex=r"\left|#1\right|", points=NONZERO, edges=(0.0,))
sign    = _row("sign",    (floats.sign, np.sign),     lambda y, x: (0.0,),     "−1, 0 or 1; derivative 0",   points=NONZERO, edges=(0.0,))
maximum = _row("maximum", (floats.maximum, np.maximum), lambda y, a, b: (1 - less(a, b) - (half := 0.5 * equal(a, b)), 1 - less(b, a) - half),
               "the larger of a and b; at a tie each has derivative ½",  latex=r"\max", points=UNEQUAL, edges=TIES)
minimum = _row("minimum", (floats.minimum, np.minimum), lambda y, a, b: (1 - less(b, a) - (half := 0.5 * equal(a, b)), 1 - less(a, b) - half),
               "the smaller of a and b; at a tie each has derivative ½", latex=r"\min", points=UNEQUAL, edges=TIES)

# ---- exponentials and logarithms
exp   = _row("exp",   (math.exp, np.exp),     lambda y, x: (y,),                      "eˣ",                     points=REALS)
expm1 = _row("expm1", (math.expm1, np.expm1), lambda y, x: (y + 1,),                  "eˣ − 1, accurate near 0", points=REALS)
log   = _row("log",   (math.log, np.log),     lambda y, x: (1 / x,),                  "natural logarithm",      points=POSITIVE, edges=(0.0, -1.0))
log1p = _row("log1p", (math.log1p, np.log1p), lambda y, x: (1 / (1 + x),),            "log(1 + x), accurate near 0", points=(-0.9, -0.5, 0.0, 0.3, 4.0), edges=(-1.0, -2.0))
log2  = _row("log2",  (math.log2, np.log2),   lambda y, x: (1 / (math.log(2) * x),),  "logarithm to base 2",  latex=r"\log_{2}",  points=POSITIVE, edges=(0.0, -1.0))
log10 = _row("log10", (math.log10, np.log10), lambda y, x: (1 / (math.log(10) * x),), "logarithm to base 10", latex=r"\log_{10}", points=POSITIVE, edges=(0.0, -1.0))

# ---- trigonometric and hyperbolic, in radians
sin     = _row("sin",     (math.sin, np.sin),       lambda y, x: (cos(x),),                       "sine",    points=REALS)
cos     = _row("cos",     (math.cos, np.cos),       lambda y, x: (-sin(x),),                      "cosine",  points=REALS)
tan     = _row("tan",     (math.tan, np.tan),       lambda y, x: (1 + y * y,),                    "tangent", points=REALS)
arcsin  = _row("arcsin",  (math.asin, np.arcsin),   lambda y, x: (1 / sqrt((1 - x) * (1 + x)),),  "inverse sine, in [−π/2, π/2]",    points=INSIDE_ONE, edges=(-1.0, 1.0, 2.0))
arccos  = _row("arccos",  (math.acos, np.arccos),   lambda y, x: (-1 / sqrt((1 - x) * (1 + x)),), "inverse cosine, in [0, π]",       points=INSIDE_ONE, edges=(-1.0, 1.0, -2.0))
arctan  = _row("arctan",  (math.atan, np.arctan),   lambda y, x: (1 / (1 + x * x),),              "inverse tangent, in [−π/2, π/2]", points=REALS)
sinh    = _row("sinh",    (math.sinh, np.sinh),     lambda y, x: (cosh(x),),                      "hyperbolic sine (eˣ − e⁻ˣ) / 2",  points=REALS)
cosh    = _row("cosh",    (math.cosh, np.cosh),     lambda y, x: (sinh(x),),                      "hyperbolic cosine (eˣ + e⁻ˣ) / 2", points=REALS)
tanh    = _row("tanh",    (math.tanh, np.tanh),     lambda y, x: (1 - y * y,),                    "hyperbolic tangent (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)", points=REALS)
arcsinh = _row("arcsinh", (math.asinh, np.arcsinh), lambda y, x: (1 / sqrt(x * x + 1),),          "inverse hyperbolic sine",         points=REALS)
arccosh = _row("arccosh", (math.acosh, np.arccosh), lambda y, x: (1 / sqrt((x - 1) * (x + 1)),),  "inverse hyperbolic cosine, ≥ 0",  points=(1.01, 1.7, 4.0), edges=(1.0, 0.5))
arctanh = _row("arctanh", (math.atanh, np.arctanh), lambda y, x: (1 / ((1 - x) * (1 + x)),),      "inverse hyperbolic tangent",      points=INSIDE_ONE, edges=(-1.0, 1.0, 2.0))
erf     = _row("erf",     (math.erf, lambda x: np.float64(np.frompyfunc(math.erf, 1, 1)(x))), lambda y, x: (2 / math.sqrt(math.pi) * exp(-x * x),),
               "error function 2/√π ∫₀ˣ e^(−t²) dt", points=REALS)

# ---- activations
sigmoid    = _row("sigmoid",    lambda x: 1 / (1 + exp(-x)),                           lambda y, x: (y * (1 - y),),  "1 / (1 + e⁻ˣ)", latex=r"\sigma", points=REALS)
relu       = _row("relu",       (floats.relu, lambda x: np.maximum(x, 0.0)),           lambda y, x: (less(0.0, x),), "x above zero, else 0; derivative 0 at 0", points=NONZERO, edges=(0.0,))
leaky_relu = _row("leaky_relu", lambda x, slope=0.01: where(less(0.0, x), x, slope * x),
                  lambda y, x, slope: (where(less(0.0, x), 1.0, slope), where(less(0.0, x), 0.0, x)),
                  "x above zero, else slope · x; derivative slope at 0", points=SLOPES, edges=((0.0, 0.01), (0.0, 0.0)))
elu        = _row("elu",        lambda x, alpha=1.0: maximum(x, 0.0) + alpha * expm1(minimum(x, 0.0)),
                  lambda y, x, alpha: (where(less_equal(x, 0.0), alpha * exp(minimum(x, 0.0)), 1.0), expm1(minimum(x, 0.0))),
                  "x above zero, else alpha (eˣ − 1); derivative alpha at 0", points=SLOPES, edges=((0.0, 1.0), (0.0, 0.5), (0.0, 0.0)))
softplus   = _row("softplus",   lambda x: maximum(x, 0.0) + log1p(exp(-abs(x))),       lambda y, x: (sigmoid(x),),   "log(1 + eˣ), without overflow", points=REALS)
silu       = _row("silu",       lambda x: x * sigmoid(x),                              lambda y, x: ((s := sigmoid(x)) * (1 + x * (1 - s)),), "x / (1 + e⁻ˣ), also called swish", points=REALS)
gelu       = _row("gelu",       lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2))),
                  lambda y, x: (0.5 * (1 + erf(x / math.sqrt(2))) + x * exp(-0.5 * x * x) / math.sqrt(2 * math.pi),),
                  "x Φ(x) with the normal distribution's Φ, from erf (Hendrycks and Gimpel 2016)", points=REALS)

# ---- of many inputs: one node each, with as many parents as inputs
_row("sum",       lambda *xs: _total(xs),           lambda y, *xs: (1.0,) * len(xs),             "x₁ + … + xₙ",             written=True, points=LISTS)
_row("mean",      lambda *xs: _total(xs) / len(xs), lambda y, *xs: (1.0 / len(xs),) * len(xs),   "(x₁ + … + xₙ) / n",       written=True, points=LISTS)
_row("prod",      lambda *xs: math.prod(xs),     lambda y, *xs: (*_products_of_others(*xs),), "x₁ · … · xₙ",             written=True, points=LISTS)
_row("dot",       _dot,                          lambda y, *ab: ab[(n := len(ab) // 2) :] + ab[:n], "a₁b₁ + … + aₙbₙ",     written=True, points=TWO_LISTS)
_row("logsumexp", _logsumexp,                    lambda y, *xs: (*(exp(x - y) for x in xs),), "log(eˣ¹ + … + eˣⁿ), without overflow",
                                                  written=lambda *xs: log(_total(map(exp, xs))), points=LISTS)
# fmt: on

_FLOAT_NAMES.update(globals())
_FLOAT_NAMES["_total"] = floats.total
_FLOAT_NAMES.update({name: row.value_of_floats for name, row in _FLOAT_NAMES.items() if isinstance(row, Operation)})
