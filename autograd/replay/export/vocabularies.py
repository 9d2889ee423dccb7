"""The words of NumPy and of torch for a program as text, and the functions that it brings along where they are used."""

from typing import Any, NamedTuple

import numpy as np

from autograd.operation import Operation
from autograd.operations import OPERATIONS

NUMPY_FUNCTIONS: dict[Any, str] = {
    "softmax": '''
def softmax(z):
    """eᶻ over their sum along the last axis, without overflow."""
    largest = z.max(axis=-1, keepdims=True)
    powers = np.exp(z - np.where(np.isinf(largest), 0.0, largest))
    return powers / powers.sum(axis=-1, keepdims=True)
''',
    "logsumexp": '''
def logsumexp(z, axis=-1, keepdims=False):
    """The logarithm of the sum of eᶻ, without overflow."""
    largest = z.max(axis=axis, keepdims=True)
    largest = np.where(np.isinf(largest), 0.0, largest)
    result = np.log(np.exp(z - largest).sum(axis=axis, keepdims=True)) + largest
    return result if keepdims else result.squeeze(axis)
''',
    "log_loss": '''
def log_loss(i, z):
    """-log(softmax(z)) at the index i, along the last axis."""
    z = z - z.max(axis=-1, keepdims=True)
    return np.log(np.exp(z).sum(axis=-1, keepdims=True)) - np.take_along_axis(z, i.astype(int), axis=-1)
''',
    "products_of_others": '''
def products_of_others(x):
    """For each number the product of all others along the last axis: right where one is zero, unlike y / x."""
    one = np.ones_like(x[..., :1])
    before = np.cumprod(np.concatenate([one, x[..., :-1]], -1), axis=-1)
    after = np.cumprod(np.concatenate([one, x[..., :0:-1]], -1), axis=-1)
    return before * after[..., ::-1]
''',
    "power": '''
def power(a, b):
    """a ** b, also where b is ½ and a is -inf or -0, for which NumPy takes a square root."""
    return np.power(np.where(b == 0.5, np.where(a == -np.inf, np.inf, a + 0.0), a), b)
''',
    "erf": """
erf = np.vectorize(math.erf, otypes=[float])
""",
}
TORCH_FUNCTIONS: dict[Any, str] = {
    "log_loss": '''
def log_loss(i, z):
    """-log(softmax(z)) at the index i, along the last axis."""
    return -torch.take_along_dim(torch.log_softmax(z, dim=-1), i.long(), dim=-1)
''',
    "products_of_others": '''
def products_of_others(x):
    """For each number the product of all others along the last axis: right where one is zero, unlike y / x."""
    one = torch.ones_like(x[..., :1])
    before = torch.cumprod(torch.cat([one, x[..., :-1]], -1), dim=-1)
    after = torch.cumprod(torch.cat([one, x[..., 1:].flip(-1)], -1), dim=-1)
    return before * after.flip(-1)
''',
    "WithDerivatives": '''
class WithDerivatives(torch.autograd.Function):
    """y, with a derivative d toward each x that is given: not what torch would find, but the rule's."""

    @staticmethod
    def forward(ctx, y, *pairs):
        ctx.shapes = [x.shape for x in pairs[1::2]]
        ctx.save_for_backward(*[torch.as_tensor(d) for d in pairs[::2]])
        return y.clone()

    @staticmethod
    def backward(ctx, g):
        gradients = [(g * d).sum_to_size(shape) for d, shape in zip(ctx.saved_tensors, ctx.shapes)]
        return None, *[gradient for pair in ((None, x) for x in gradients) for gradient in pair]
''',
}

# What stands for a ufunc or another function of arrays, by its name, where it is not written as a call of that name.
SIGNS = {
    "less": "(({0}) < ({1}))",
    "less_equal": "(({0}) <= ({1}))",
    "equal": "(({0}) == ({1}))",
    "not_equal": "(({0}) != ({1}))",
    "negative": "(-({0}))",
    "positive": "({0})",
    "power": "(({0}) ** ({1}))",
    "absolute": "{module}.abs({0})",
}
_TORCH_SIGNS = SIGNS | {"cbrt": "(torch.sign({0}) * torch.abs({0}) ** (1 / 3))"}

_SAME = (  # rows that torch has by their names
    *("exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "logaddexp", "sqrt", "square", "hypot", "abs", "sign"),
    *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh", "arcsinh", "arccosh"),
    *("arctanh", "erf", "sigmoid", "relu", "maximum", "minimum"),
)
_INFIX = ("add", "subtract", "multiply", "divide", "power", "fixed_power", "less", "less_equal", "equal")
# The rows that torch differentiates as the table does, at kinks and at extremes too. It is given the others' rules.
TORCH_ROWS = {name: f"torch.{name}({', '.join(['{0}', '{1}'][: OPERATIONS[name].arity])})" for name in _SAME}
TORCH_ROWS |= {name: f"(({{0}}) {OPERATIONS[name].symbol} ({{1}}))" for name in _INFIX}
TORCH_ROWS |= {name: f"({TORCH_ROWS[name]} * 1.0)" for name in ("less", "less_equal", "equal")}
TORCH_ROWS |= {
    "negative": "((-({0})))",
    "positive": "(({0}))",
    "where": "torch.where({0}, {1}, {2})",
    "leaky_relu": "torch.where(({0}) > 0, {0}, ({1}) * ({0}))",
    "elu": "torch.where(({0}) > 0, {0}, ({1}) * torch.expm1(({0}).clamp(max=0)))",
    "softplus": "torch.logaddexp({0}, 0.0)",
    "silu": "torch.nn.functional.silu({0})",
    "gelu": "torch.nn.functional.gelu({0})",
}


class Vocabulary(NamedTuple):
    """How a program is written in NumPy or in torch."""

    imports: str
    module: str
    array: str
    numbers: str  # a list of numbers as a constant
    of_kind: str  # the constant as an array of X's kind
    full: str
    as_index: str
    logsumexp: str
    largest: str
    product: str
    split: str
    take: str
    signs: dict[str, str]
    functions: dict[str, str]
    rows: dict[str, str]

    def row(self, operation: Operation, is_number: list[bool]) -> str:
        """A template for a row's value, given which inputs are plain numbers; "" where its rule is to be written out.

        Torch has no condition that is a number, and passes something on to an exponent that is none.
        """
        if (operation.name, is_number[0]) == ("where", True) or (operation.name, is_number[-1]) == (
            "fixed_power",
            False,
        ):
            return ""
        return self.rows.get(operation.name, "")

    def input(self, template: str, source: str, is_number: bool) -> str:
        """An input of a row: functions of torch take no plain numbers, signs do."""
        return self.of_kind.format(source) if is_number and not template.startswith("((") else source


NUMPY = Vocabulary(
    imports="import numpy as np",
    module="np",
    array="np.array",
    numbers="np.array({})",
    of_kind="{}",
    full="np.full({}, {})",
    as_index="{}.astype(int)",
    logsumexp="logsumexp({}, axis=-1{})",
    largest="{}.max(axis=-1{})",
    product="{0}.prod(axis=-1, keepdims=True)",
    split="np.split({}, {}, axis=-1)",
    take="np.take_along_axis({choices}, {number}, axis=-1)",
    signs=SIGNS,
    functions=NUMPY_FUNCTIONS,
    rows={},
)
TORCH = Vocabulary(
    imports="import torch",
    module="torch",
    array="torch.tensor",
    numbers="{}",
    of_kind="X.new_tensor({})",
    full="X.new_full({}, {})",
    as_index="{}.long()",
    logsumexp="torch.logsumexp({}, dim=-1{})",
    largest="{}.detach().amax(dim=-1{})",
    product="WithDerivatives.apply({0}.prod(dim=-1, keepdim=True), products_of_others({0}), {0})",
    split="torch.tensor_split({}, {}, dim=-1)",
    take="torch.take_along_dim({choices}, {number}, dim=-1)",
    signs=_TORCH_SIGNS,
    functions=TORCH_FUNCTIONS,
    rows=TORCH_ROWS,
)

# Functions of arrays that are none of NumPy's ufuncs, by what the table's rows call.
_FUNCTIONS: dict[Any, str] = {
    OPERATIONS["erf"].on_arrays.value: "erf",
    OPERATIONS["power"].on_arrays.value: "power",
    np.where: "where",
}


def word_for(function: Any, operation: Operation, words: Vocabulary) -> str:
    """How a function of arrays in an operation's rules is written: a name, or a template for its inputs.

    Raises ValueError, with the operation's name, for one that is not known: Python's own, of a rule that is called.
    """
    name = _FUNCTIONS.get(function, "")
    if name in words.functions:
        return name
    called = str(getattr(function, "__name__", ""))
    if isinstance(function, np.ufunc) and getattr(np, called, None) is function:
        name = called
    if name in words.signs:
        return words.signs[name].replace("{module}", words.module)
    if name and (words is NUMPY or name in TORCH_ROWS):
        return f"{words.module}.{name}"
    raise ValueError(
        f"{operation.name} cannot be written out for {words.module}: its rules ask `if`, or call what {words.module} "
        "has not, so write them as arithmetic with functions of the table, such as where(less(x, 0.0), …)"
    )
