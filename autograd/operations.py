"""The one table of operations: each row holds an operation's name, its value and its local derivatives, once.

To add an operation, add a row below `# ---- comparisons`: its function and its pictures follow, its tests of derivatives,
and its method where it has a fixed number of inputs and no operator. A rule never asks `if`, it
asks `where` and the comparisons below, so that a derivative decides again when it is replayed or differentiated. The
convention at a kink stands beside its row and is PyTorch's. `operation.py` says what is made of a row, and has the
glossary.
"""

import math
import operator
from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import accumulate
from typing import Any

import numpy as np

from autograd import floats
from autograd.operation import Operation, Rule, Rules, renamed

OPERATIONS: dict[str, Operation] = {}
_ON_FLOATS: dict[str, Any] = {}  # what the names in a rule mean on floats; filled below the table


def _row(name: str, value: Rule | tuple[Rule, Rule], derivatives: Rule, doc: str, **fields: Any) -> Operation:
    """Add an operation to the table. A pair of values is (on floats, on arrays).

    When a rule is read on floats, `exp` in it means the plain function of floats. That saves the dispatch: a node of
    sigmoid, relu or gelu takes two thirds of the time, of softplus half.
    """
    on_floats, on_arrays = value if isinstance(value, tuple) else (value, value)
    row = OPERATIONS[name] = Operation(name, on_floats, derivatives, on_arrays=on_arrays, doc=doc, **fields)
    row.rules, row.on_arrays = Rules(on_floats, derivatives), Rules(on_arrays, derivatives)  # trusted, so not checked
    row.on_floats = Rules(renamed(on_floats, _ON_FLOATS), renamed(derivatives, _ON_FLOATS))
    row.readers[float] = row.on_floats.value
    row.found_by = row_named
    return row


def row_named(name: str) -> Operation:
    """The row of this name, or `constant` or `own`."""
    return {"constant": constant, "own": own}.get(name) or OPERATIONS[name]


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


def _softmax(y: Any, *xs: Any) -> Any:
    """eˣ⁻ʸ over their sum, which is one but for the digits that y = logsumexp(xs) has lost where the xs are large."""
    powers = [exp(x - y) for x in xs]
    total = where(equal(y, math.inf), 1.0, _total(powers))
    return tuple([power / total for power in powers])


def _shifted(*xs: Any) -> list[Any]:
    """The x less their largest, which is taken out before anything is rounded."""
    largest = detached_max(*xs)
    return [x - largest for x in xs]


def _log_loss(i: Any, *xs: Any) -> Any:
    """logsumexp(x) − xᵢ, of shifted x."""
    shifted = _shifted(*xs)
    return logsumexp(*shifted) - select(i, *shifted)


def _slopes_of_log_loss(y: Any, i: Any, *xs: Any) -> Any:
    """Toward each x its share of the eˣ, and −1 toward xᵢ."""
    shifted = _shifted(*xs)
    shares = _softmax(logsumexp(*shifted), *shifted)
    return (0.0, *[share - equal(i, float(k)) for k, share in enumerate(shares)])


def _select_of_arrays(i: Any, *xs: Any) -> Any:
    i, *choices = np.broadcast_arrays(i, *xs)
    is_known = (i >= 0) & (i < len(xs)) & (i == np.floor(i))
    chosen = np.take_along_axis(np.stack(choices), np.where(is_known, i, 0).astype(np.intp)[None], 0)[0]
    return np.where(is_known, chosen, math.nan)


def _power_of_arrays(a: Any, b: Any) -> Any:
    """np.power, without the square root that it takes at b = ½: at −inf this is nan and at −0 it is −0, not inf and 0."""
    if isinstance(b, float) and b != 0.5:
        return np.power(a, b)
    return np.power(np.where(b == 0.5, np.where(a == -math.inf, math.inf, a + 0.0), a), b)


# The operation of a leaf that stands for a plain number in an expression. It computes nothing, so it is no row.
constant = Operation("constant", lambda: 0.0, lambda y: ())
constant.found_by = row_named


def _unknown(*inputs: Any) -> Any:
    raise TypeError(
        "a node made by hand, Value(data, parents, local_derivatives), holds numbers and no rule, so it cannot be "
        "differentiated again, computed anew or recorded: an Operation has its rule"
    )


# The operation of a node of one's own, made from its local derivatives. It has no rule, so it is no row.
own = Operation("own", _unknown, lambda y, *xs: _unknown(), doc="a node of one's own")
own.found_by = row_named

# Sample points, shared by the rows below.
REALS = (-2.5, -1.0, -0.7, 0.0, 0.3, 1.0, 1.7, 4.0)
NONZERO = (-2.5, -1.0, -0.7, 0.3, 1.0, 1.7, 4.0)
POSITIVE = (0.01, 0.3, 1.0, 1.7, 4.0, 90.0)
INSIDE_ONE = (-0.99, -0.7, 0.0, 0.3, 0.99)
PAIRS = ((2.0, -3.0), (-1.5, 0.5), (0.0, 4.0), (3.0, 0.0), (0.0, 0.0), (-2.0, -2.0), (1.3, 1.3), (-0.7, -5.0))
UNEQUAL = ((2.0, -3.0), (-1.5, 0.5), (0.0, 4.0), (3.0, 0.0), (-0.7, -5.0), (0.0, -1.0))
OFF_ORIGIN = tuple(pair for pair in PAIRS if any(pair))
QUOTIENTS = ((2.0, -3.0), (-1.5, 0.5), (0.0, 4.0), (-2.0, -2.0), (0.0, -1.0))
SLOPES = tuple((x, slope) for x in (-2.5, -0.7, 0.3, 4.0) for slope in (0.01, 0.5, 1.0, -0.5))
TIES = ((0.0, 0.0), (-2.0, -2.0), (1.3, 1.3))
LISTS = ((1.5,), (-2.0, 0.5), (0.0, 3.0, -1.0), (2.0, 2.0, -0.5, 0.0), (0.0, 0.0), (-1.0, -1.0, -3.0))
CHOICES = ((0.0, 1.5), (1.0, -2.0, 0.5), (2.0, 0.0, 2.0, -1.0), (0.0, 0.0, 3.0, 3.0))
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
power    = _row("power",    (math.pow, _power_of_arrays),
                lambda y, a, b: (b * power(a, where(equal(a, 0.0) * equal(b, 0.0), 0.0, b - 1)), y * log(where(equal(a, 0.0) * less_equal(0.0, b), 1.0, a))),
                "a to the power b; a⁰ has derivative 0 everywhere, and 0ᵇ toward b ≥ 0", symbol="**",
                points=((2.0, -3.0), (0.5, 0.5), (1.5, 0.0), (3.0, 2.0), (1.0, -1.0), (1.3, 1.3)),
                edges=((0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (0.0, 0.5), (0.0, -1.0), (-2.0, 2.0), (-2.0, 3.0), (-2.0, 0.5), (-3.0, 0.0)))
fixed_power = _row("fixed_power", (math.pow, _power_of_arrays),
                lambda y, x, n: (n * fixed_power(x, where(equal(n, 0.0), 0.0, n - 1)), 0.0),
                "x to the power n of a plain number: nothing flows to n, so log(x) is not asked for and x may be negative", symbol="**",
                points=((2.0, -3.0), (-1.5, 2.0), (-2.0, 3.0), (0.0, 2.0), (0.0, 1.0), (0.5, 0.5), (3.0, 0.0), (-3.0, 0.0), (-2.0, -1.0)),
                edges=((0.0, 0.0), (0.0, 0.5), (0.0, -1.0), (-2.0, 0.5), (-8.0, 1 / 3), (2.0, 2.0)))
square = _row("square", lambda x: x * x,        lambda y, x: (2 * x,),   "x²", written=True, points=REALS)
sqrt   = _row("sqrt",   (math.sqrt, np.sqrt),   lambda y, x: (0.5 / y,), "square root; its derivative at 0 is inf", latex=r"\sqrt{#1}", points=POSITIVE, edges=(0.0, -1.0))
cbrt   = _row("cbrt",   (math.cbrt, np.cbrt),   lambda y, x: (1 / (3 * y * y),), "cube root; its derivative at 0 is inf", latex=r"\sqrt[3]{#1}", points=NONZERO, edges=(0.0,))
hypot  = _row("hypot",  (math.hypot, np.hypot), lambda y, a, b: (a / y, b / y), "√(a² + b²); its derivatives at (0, 0) are nan", points=OFF_ORIGIN, edges=((0.0, 0.0),))

# ---- kinks
abs_    = _row("abs",     operator.abs,               lambda y, x: (sign(x),), "|x|; derivative 0 at 0", latex=r"\left|#1\right|", points=NONZERO, edges=(0.0,))
sign    = _row("sign",    (floats.sign, np.sign),     lambda y, x: (0.0,),     "−1, 0 or 1; derivative 0",   points=NONZERO, edges=(0.0,))
maximum = _row("maximum", (floats.maximum, lambda a, b: np.maximum(a, b) + 0.0), lambda y, a, b: (1 - less(a, b) - (half := 0.5 * equal(a, b)), 1 - less(b, a) - half),
               "the larger of a and b; at a tie each has derivative ½",  latex=r"\max", points=UNEQUAL, edges=TIES)
minimum = _row("minimum", (floats.minimum, lambda a, b: np.minimum(a, b) + 0.0), lambda y, a, b: (1 - less(b, a) - (half := 0.5 * equal(a, b)), 1 - less(a, b) - half),
               "the smaller of a and b; at a tie each has derivative ½", latex=r"\min", points=UNEQUAL, edges=TIES)

# ---- exponentials and logarithms
exp   = _row("exp",   (math.exp, np.exp),     lambda y, x: (y,),                      "eˣ",                     points=REALS)
expm1 = _row("expm1", (math.expm1, np.expm1), lambda y, x: (y + 1,),                  "eˣ − 1, accurate near 0", points=REALS)
exp2  = _row("exp2",  (math.exp2, np.exp2),   lambda y, x: (math.log(2) * y,),        "2ˣ",                     points=REALS)
log   = _row("log",   (math.log, np.log),     lambda y, x: (1 / x,),                  "natural logarithm",      points=POSITIVE, edges=(0.0, -1.0))
log1p = _row("log1p", (math.log1p, np.log1p), lambda y, x: (1 / (1 + x),),            "log(1 + x), accurate near 0", points=(-0.9, -0.5, 0.0, 0.3, 4.0), edges=(-1.0, -2.0))
log2  = _row("log2",  (math.log2, np.log2),   lambda y, x: (1 / (math.log(2) * x),),  "logarithm to base 2",  latex=r"\log_{2}",  points=POSITIVE, edges=(0.0, -1.0))
log10 = _row("log10", (math.log10, np.log10), lambda y, x: (1 / (math.log(10) * x),), "logarithm to base 10", latex=r"\log_{10}", points=POSITIVE, edges=(0.0, -1.0))
logaddexp = _row("logaddexp", lambda a, b: maximum(a, b) + log1p(exp(-abs(where(equal(a, b), 0.0, a - b)))),
                 lambda y, a, b: (sigmoid(a - b), sigmoid(b - a)), "log(eᵃ + eᵇ), without overflow", points=PAIRS)

# ---- trigonometric and hyperbolic, in radians
sin     = _row("sin",     (math.sin, np.sin),       lambda y, x: (cos(x),),                       "sine",    points=REALS)
cos     = _row("cos",     (math.cos, np.cos),       lambda y, x: (-sin(x),),                      "cosine",  points=REALS)
tan     = _row("tan",     (math.tan, np.tan),       lambda y, x: (1 + y * y,),                    "tangent", points=REALS)
arcsin  = _row("arcsin",  (math.asin, np.arcsin),   lambda y, x: (1 / sqrt((1 - x) * (1 + x)),),  "inverse sine, in [−π/2, π/2]",    points=INSIDE_ONE, edges=(-1.0, 1.0, 2.0))
arccos  = _row("arccos",  (math.acos, np.arccos),   lambda y, x: (-1 / sqrt((1 - x) * (1 + x)),), "inverse cosine, in [0, π]",       points=INSIDE_ONE, edges=(-1.0, 1.0, -2.0))
arctan  = _row("arctan",  (math.atan, np.arctan),   lambda y, x: (1 / (1 + x * x),),              "inverse tangent, in [−π/2, π/2]", points=REALS)
arctan2 = _row("arctan2", (math.atan2, np.arctan2),
               lambda y, a, b: (b / (r := where(equal(a, 0.0) * equal(b, 0.0), math.inf, hypot(a, b))) / r, -a / r / r),
               "angle of the point (b, a), in [−π, π]; its derivatives at (0, 0) are 0", points=OFF_ORIGIN, edges=((0.0, 0.0), (0.0, -1.0)))
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
detached_max = _row("detached_max", lambda *xs: reduce(maximum, xs), lambda y, *xs: (0.0,) * len(xs),            "the largest of x₁, …, xₙ as a number: nothing flows to them", points=LISTS)
select    = _row("select",    (floats.select, _select_of_arrays), lambda y, i, *xs: (0.0, *[equal(i, float(k)) for k in range(len(xs))]),
                  "xᵢ, counted from 0; nothing flows to i; nan where i is no whole number within", points=CHOICES)
logsumexp = _row("logsumexp", _logsumexp,        _softmax,                    "log(eˣ¹ + … + eˣⁿ), without overflow",
                                                  written=lambda *xs: log(_total(map(exp, xs))), points=LISTS)
_row("log_loss",  _log_loss,                     _slopes_of_log_loss,         "logsumexp(x) − xᵢ = −log softmax(x)ᵢ, counted from 0: the loss of scores x where class i is right",
                                                  written=lambda i, *xs: logsumexp(*xs) - select(i, *xs), points=CHOICES)
# fmt: on

_ON_FLOATS.update(globals())
_ON_FLOATS["_total"] = floats.total
_ON_FLOATS.update({name: row.on_floats.value for name, row in _ON_FLOATS.items() if isinstance(row, Operation)})
