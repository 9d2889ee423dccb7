"""Made from the table of operations by `python -m tests.renew`: change the table, not this file."""

from typing import Any, overload

from numpy.typing import NDArray

from autograd.value import Value

Array = NDArray[Any]

__all__ = [
    "less",
    "less_equal",
    "equal",
    "where",
    "add",
    "subtract",
    "multiply",
    "divide",
    "negative",
    "positive",
    "power",
    "fixed_power",
    "square",
    "sqrt",
    "cbrt",
    "hypot",
    "abs",
    "sign",
    "maximum",
    "minimum",
    "exp",
    "expm1",
    "exp2",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "arctan2",
    "sinh",
    "cosh",
    "tanh",
    "arcsinh",
    "arccosh",
    "arctanh",
    "erf",
    "sigmoid",
    "relu",
    "leaky_relu",
    "elu",
    "softplus",
    "silu",
    "gelu",
]

@overload
def less(a: float, b: float, /) -> float: ...
@overload
def less(a: Value | float, b: Value | float, /) -> Value: ...
@overload
def less(a: Array, b: Any, /) -> Array: 
    """1 where a < b, else 0."""

@overload
def less_equal(a: float, b: float, /) -> float: ...
@overload
def less_equal(a: Value | float, b: Value | float, /) -> Value: ...
@overload
def less_equal(a: Array, b: Any, /) -> Array: 
    """1 where a ≤ b, else 0."""

@overload
def equal(a: float, b: float, /) -> float: ...
@overload
def equal(a: Value | float, b: Value | float, /) -> Value: ...
@overload
def equal(a: Array, b: Any, /) -> Array: 
    """1 where a = b, else 0."""

@overload
def where(condition: float, a: float, b: float, /) -> float: ...
@overload
def where(condition: Value | float, a: Value | float, b: Value | float, /) -> Value: ...
@overload
def where(condition: Array, a: Any, b: Any, /) -> Array: 
    """a where the condition is not zero, else b; nothing flows to the condition."""

@overload
def add(a: float, b: float, /) -> float: ...
@overload
def add(a: Value | float, b: Value | float, /) -> Value: ...
@overload
def add(a: Array, b: Any, /) -> Array: 
    """a + b."""

@overload
def subtract(a: float, b: float, /) -> float: ...
@overload
def subtract(a: Value | float, b: Value | float, /) -> Value: ...
@overload
def subtract(a: Array, b: Any, /) -> Array: 
    """a − b."""

@overload
def multiply(a: float, b: float, /) -> float: ...
@overload
def multiply(a: Value | float, b: Value | float, /) -> Value: ...
@overload
def multiply(a: Array, b: Any, /) -> Array: 
    """a · b."""

@overload
def divide(a: float, b: float, /) -> float: ...
@overload
def divide(a: Value | float, b: Value | float, /) -> Value: ...
@overload
def divide(a: Array, b: Any, /) -> Array: 
    """a / b."""

@overload
def negative(x: float, /) -> float: ...
@overload
def negative(x: Value, /) -> Value: ...
@overload
def negative(x: Array, /) -> Array: 
    """−x."""

@overload
def positive(x: float, /) -> float: ...
@overload
def positive(x: Value, /) -> Value: ...
@overload
def positive(x: Array, /) -> Array: 
    """x under a new name."""

@overload
def power(a: float, b: float, /) -> float: ...
@overload
def power(a: Value | float, b: Value | float, /) -> Value: ...
@overload
def power(a: Array, b: Any, /) -> Array: 
    """a to the power b; a⁰ has derivative 0 everywhere, and 0ᵇ toward b ≥ 0."""

@overload
def fixed_power(x: float, n: float, /) -> float: ...
@overload
def fixed_power(x: Value | float, n: Value | float, /) -> Value: ...
@overload
def fixed_power(x: Array, n: Any, /) -> Array: 
    """x to the power n of a plain number: nothing flows to n, so log(x) is not asked for and x may be negative."""

@overload
def square(x: float, /) -> float: ...
@overload
def square(x: Value, /) -> Value: ...
@overload
def square(x: Array, /) -> Array: 
    """x²."""

@overload
def sqrt(x: float, /) -> float: ...
@overload
def sqrt(x: Value, /) -> Value: ...
@overload
def sqrt(x: Array, /) -> Array: 
    """square root; its derivative at 0 is inf."""

@overload
def cbrt(x: float, /) -> float: ...
@overload
def cbrt(x: Value, /) -> Value: ...
@overload
def cbrt(x: Array, /) -> Array: 
    """cube root; its derivative at 0 is inf."""

@overload
def hypot(a: float, b: float, /) -> float: ...
@overload
def hypot(a: Value | float, b: Value | float, /) -> Value: ...
@overload
def hypot(a: Array, b: Any, /) -> Array: 
    """√(a² + b²); its derivatives at (0, 0) are nan."""

@overload
def abs(x: float, /) -> float: ...
@overload
def abs(x: Value, /) -> Value: ...
@overload
def abs(x: Array, /) -> Array: 
    """|x|; derivative 0 at 0."""

@overload
def sign(x: float, /) -> float: ...
@overload
def sign(x: Value, /) -> Value: ...
@overload
def sign(x: Array, /) -> Array: 
    """−1, 0 or 1; derivative 0."""

@overload
def maximum(a: float, b: float, /) -> float: ...
@overload
def maximum(a: Value | float, b: Value | float, /) -> Value: ...
@overload
def maximum(a: Array, b: Any, /) -> Array: 
    """the larger of a and b; at a tie each has derivative ½."""

@overload
def minimum(a: float, b: float, /) -> float: ...
@overload
def minimum(a: Value | float, b: Value | float, /) -> Value: ...
@overload
def minimum(a: Array, b: Any, /) -> Array: 
    """the smaller of a and b; at a tie each has derivative ½."""

@overload
def exp(x: float, /) -> float: ...
@overload
def exp(x: Value, /) -> Value: ...
@overload
def exp(x: Array, /) -> Array: 
    """eˣ."""

@overload
def expm1(x: float, /) -> float: ...
@overload
def expm1(x: Value, /) -> Value: ...
@overload
def expm1(x: Array, /) -> Array: 
    """eˣ − 1, accurate near 0."""

@overload
def exp2(x: float, /) -> float: ...
@overload
def exp2(x: Value, /) -> Value: ...
@overload
def exp2(x: Array, /) -> Array: 
    """2ˣ."""

@overload
def log(x: float, /) -> float: ...
@overload
def log(x: Value, /) -> Value: ...
@overload
def log(x: Array, /) -> Array: 
    """natural logarithm."""

@overload
def log1p(x: float, /) -> float: ...
@overload
def log1p(x: Value, /) -> Value: ...
@overload
def log1p(x: Array, /) -> Array: 
    """log(1 + x), accurate near 0."""

@overload
def log2(x: float, /) -> float: ...
@overload
def log2(x: Value, /) -> Value: ...
@overload
def log2(x: Array, /) -> Array: 
    """logarithm to base 2."""

@overload
def log10(x: float, /) -> float: ...
@overload
def log10(x: Value, /) -> Value: ...
@overload
def log10(x: Array, /) -> Array: 
    """logarithm to base 10."""

@overload
def logaddexp(a: float, b: float, /) -> float: ...
@overload
def logaddexp(a: Value | float, b: Value | float, /) -> Value: ...
@overload
def logaddexp(a: Array, b: Any, /) -> Array: 
    """log(eᵃ + eᵇ), without overflow."""

@overload
def sin(x: float, /) -> float: ...
@overload
def sin(x: Value, /) -> Value: ...
@overload
def sin(x: Array, /) -> Array: 
    """sine."""

@overload
def cos(x: float, /) -> float: ...
@overload
def cos(x: Value, /) -> Value: ...
@overload
def cos(x: Array, /) -> Array: 
    """cosine."""

@overload
def tan(x: float, /) -> float: ...
@overload
def tan(x: Value, /) -> Value: ...
@overload
def tan(x: Array, /) -> Array: 
    """tangent."""

@overload
def arcsin(x: float, /) -> float: ...
@overload
def arcsin(x: Value, /) -> Value: ...
@overload
def arcsin(x: Array, /) -> Array: 
    """inverse sine, in [−π/2, π/2]."""

@overload
def arccos(x: float, /) -> float: ...
@overload
def arccos(x: Value, /) -> Value: ...
@overload
def arccos(x: Array, /) -> Array: 
    """inverse cosine, in [0, π]."""

@overload
def arctan(x: float, /) -> float: ...
@overload
def arctan(x: Value, /) -> Value: ...
@overload
def arctan(x: Array, /) -> Array: 
    """inverse tangent, in [−π/2, π/2]."""

@overload
def arctan2(a: float, b: float, /) -> float: ...
@overload
def arctan2(a: Value | float, b: Value | float, /) -> Value: ...
@overload
def arctan2(a: Array, b: Any, /) -> Array: 
    """angle of the point (b, a), in [−π, π]; its derivatives at (0, 0) are 0."""

@overload
def sinh(x: float, /) -> float: ...
@overload
def sinh(x: Value, /) -> Value: ...
@overload
def sinh(x: Array, /) -> Array: 
    """hyperbolic sine (eˣ − e⁻ˣ) / 2."""

@overload
def cosh(x: float, /) -> float: ...
@overload
def cosh(x: Value, /) -> Value: ...
@overload
def cosh(x: Array, /) -> Array: 
    """hyperbolic cosine (eˣ + e⁻ˣ) / 2."""

@overload
def tanh(x: float, /) -> float: ...
@overload
def tanh(x: Value, /) -> Value: ...
@overload
def tanh(x: Array, /) -> Array: 
    """hyperbolic tangent (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)."""

@overload
def arcsinh(x: float, /) -> float: ...
@overload
def arcsinh(x: Value, /) -> Value: ...
@overload
def arcsinh(x: Array, /) -> Array: 
    """inverse hyperbolic sine."""

@overload
def arccosh(x: float, /) -> float: ...
@overload
def arccosh(x: Value, /) -> Value: ...
@overload
def arccosh(x: Array, /) -> Array: 
    """inverse hyperbolic cosine, ≥ 0."""

@overload
def arctanh(x: float, /) -> float: ...
@overload
def arctanh(x: Value, /) -> Value: ...
@overload
def arctanh(x: Array, /) -> Array: 
    """inverse hyperbolic tangent."""

@overload
def erf(x: float, /) -> float: ...
@overload
def erf(x: Value, /) -> Value: ...
@overload
def erf(x: Array, /) -> Array: 
    """error function 2/√π ∫₀ˣ e^(−t²) dt."""

@overload
def sigmoid(x: float, /) -> float: ...
@overload
def sigmoid(x: Value, /) -> Value: ...
@overload
def sigmoid(x: Array, /) -> Array: 
    """1 / (1 + e⁻ˣ)."""

@overload
def relu(x: float, /) -> float: ...
@overload
def relu(x: Value, /) -> Value: ...
@overload
def relu(x: Array, /) -> Array: 
    """x above zero, else 0; derivative 0 at 0."""

@overload
def leaky_relu(x: float, slope: float = ..., /) -> float: ...
@overload
def leaky_relu(x: Value | float, slope: Value | float = ..., /) -> Value: ...
@overload
def leaky_relu(x: Array, slope: Any = ..., /) -> Array: 
    """x above zero, else slope · x; derivative slope at 0."""

@overload
def elu(x: float, alpha: float = ..., /) -> float: ...
@overload
def elu(x: Value | float, alpha: Value | float = ..., /) -> Value: ...
@overload
def elu(x: Array, alpha: Any = ..., /) -> Array: 
    """x above zero, else alpha (eˣ − 1); derivative alpha at 0."""

@overload
def softplus(x: float, /) -> float: ...
@overload
def softplus(x: Value, /) -> Value: ...
@overload
def softplus(x: Array, /) -> Array: 
    """log(1 + eˣ), without overflow."""

@overload
def silu(x: float, /) -> float: ...
@overload
def silu(x: Value, /) -> Value: ...
@overload
def silu(x: Array, /) -> Array: 
    """x / (1 + e⁻ˣ), also called swish."""

@overload
def gelu(x: float, /) -> float: ...
@overload
def gelu(x: Value, /) -> Value: ...
@overload
def gelu(x: Array, /) -> Array: 
    """x Φ(x) with the normal distribution's Φ, from erf (Hendrycks and Gimpel 2016)."""

class Methods:
    __slots__ = ()
    def where(self, a: Value | float, b: Value | float, /) -> Value:
        """a where the condition is not zero, else b; nothing flows to the condition."""
    def square(self, /) -> Value:
        """x²."""
    def sqrt(self, /) -> Value:
        """square root; its derivative at 0 is inf."""
    def cbrt(self, /) -> Value:
        """cube root; its derivative at 0 is inf."""
    def hypot(self, b: Value | float, /) -> Value:
        """√(a² + b²); its derivatives at (0, 0) are nan."""
    def abs(self, /) -> Value:
        """|x|; derivative 0 at 0."""
    def sign(self, /) -> Value:
        """−1, 0 or 1; derivative 0."""
    def maximum(self, b: Value | float, /) -> Value:
        """the larger of a and b; at a tie each has derivative ½."""
    def minimum(self, b: Value | float, /) -> Value:
        """the smaller of a and b; at a tie each has derivative ½."""
    def exp(self, /) -> Value:
        """eˣ."""
    def expm1(self, /) -> Value:
        """eˣ − 1, accurate near 0."""
    def exp2(self, /) -> Value:
        """2ˣ."""
    def log(self, /) -> Value:
        """natural logarithm."""
    def log1p(self, /) -> Value:
        """log(1 + x), accurate near 0."""
    def log2(self, /) -> Value:
        """logarithm to base 2."""
    def log10(self, /) -> Value:
        """logarithm to base 10."""
    def logaddexp(self, b: Value | float, /) -> Value:
        """log(eᵃ + eᵇ), without overflow."""
    def sin(self, /) -> Value:
        """sine."""
    def cos(self, /) -> Value:
        """cosine."""
    def tan(self, /) -> Value:
        """tangent."""
    def arcsin(self, /) -> Value:
        """inverse sine, in [−π/2, π/2]."""
    def arccos(self, /) -> Value:
        """inverse cosine, in [0, π]."""
    def arctan(self, /) -> Value:
        """inverse tangent, in [−π/2, π/2]."""
    def arctan2(self, b: Value | float, /) -> Value:
        """angle of the point (b, a), in [−π, π]; its derivatives at (0, 0) are 0."""
    def sinh(self, /) -> Value:
        """hyperbolic sine (eˣ − e⁻ˣ) / 2."""
    def cosh(self, /) -> Value:
        """hyperbolic cosine (eˣ + e⁻ˣ) / 2."""
    def tanh(self, /) -> Value:
        """hyperbolic tangent (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)."""
    def arcsinh(self, /) -> Value:
        """inverse hyperbolic sine."""
    def arccosh(self, /) -> Value:
        """inverse hyperbolic cosine, ≥ 0."""
    def arctanh(self, /) -> Value:
        """inverse hyperbolic tangent."""
    def erf(self, /) -> Value:
        """error function 2/√π ∫₀ˣ e^(−t²) dt."""
    def sigmoid(self, /) -> Value:
        """1 / (1 + e⁻ˣ)."""
    def relu(self, /) -> Value:
        """x above zero, else 0; derivative 0 at 0."""
    def leaky_relu(self, slope: Value | float = ..., /) -> Value:
        """x above zero, else slope · x; derivative slope at 0."""
    def elu(self, alpha: Value | float = ..., /) -> Value:
        """x above zero, else alpha (eˣ − 1); derivative alpha at 0."""
    def softplus(self, /) -> Value:
        """log(1 + eˣ), without overflow."""
    def silu(self, /) -> Value:
        """x / (1 + e⁻ˣ), also called swish."""
    def gelu(self, /) -> Value:
        """x Φ(x) with the normal distribution's Φ, from erf (Hendrycks and Gimpel 2016)."""
